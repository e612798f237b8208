//! Types of licences: drawn by one officer, published by another, in use from that moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use journeys::Town;
use licences::{
    Catalogue, Class, Element, Filled, Filter, Ground, LicenceError, LicenceType, NewType, Stand,
    TemplateEvent, TemplatePage, TemplateState, Tint,
};
use store::Ctx;

const CODE: &str = "SPJYXKZ";

/// Draws something into the draft of a version.
async fn drawn(
    ctx: &Ctx,
    (code, version): (&str, u32),
    change: impl FnOnce(&mut LicenceType),
) -> Result<(), LicenceError> {
    let draft = licences::template(ctx, code, version).await?;
    let mut kind = LicenceType::clone(&draft.kind);
    change(&mut kind);
    licences::save_draft(ctx, (code, version), draft.rev, kind).await
}

async fn rev(ctx: &Ctx, code: &str, version: u32) -> i64 {
    licences::template(ctx, code, version).await.unwrap().rev
}

fn told(result: Result<(), LicenceError>) -> String {
    match result {
        Err(LicenceError::TypeFile(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A food licence for a holder of the city.
fn request(number: usize) -> licences::IssueRequest {
    let values = [
        ("legal_representative", "林小满"),
        ("domicile", "东湖路16号"),
        ("premises", "东湖路16号"),
        ("business_type", "餐饮服务经营者"),
        ("business_items", "热食类食品制售"),
        ("supervision_office", "云东区市场监督管理局东湖所"),
        ("complaint_phone", "12315"),
    ];
    let mut face: BTreeMap<String, String> = values
        .iter()
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .collect();
    face.insert("holder".into(), format!("云味轩第{number}店"));
    face.insert("holder_id".into(), "91990102MA20000014".into());
    licences::IssueRequest {
        type_code: CODE.into(),
        issuer: "YD_SCJG".into(),
        region: "990102".into(),
        holder: licences::Holder {
            account: None,
            name: face["holder"].clone(),
            id: face["holder_id"].clone(),
            id_type: "001".into(),
        },
        face,
        photo: None,
        case_no: None,
        item_code: None,
        replaces: None,
    }
}

async fn issued(ctx: &Ctx, number: usize) -> Result<String, LicenceError> {
    let mut request = request(number);
    let legal = registers_code(ctx).await;
    request.holder.id = legal.clone();
    request.face.insert("holder_id".into(), legal);
    let prepared = Arc::new(licences::prepare(ctx, &request).await?);
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), prepared.clone());
            Box::pin(async move { licences::commit(tx, &ctx, &work).await })
        })
        .await
}

/// The code of a legal person whose check digit is right: the holder of a licence of the city.
async fn registers_code(ctx: &Ctx) -> String {
    let query = licences::Query {
        type_code: Some(CODE.into()),
        ..licences::Query::default()
    };
    let page = kernel::PageRequest::new(1, 1);
    let found = licences::search(ctx, &query, page).await.unwrap();
    let key = &found.rows[0].licence_key;
    licences::whole_face(ctx, key).await.unwrap().unwrap()["holder_id"].clone()
}

/// [H-83] The regional library manages for every issuing unit its licence catalogue, licence
/// templates and licence files in one place; templates have versions and states.
/// [H-11] City agencies compile and register catalogue entries; the city licence management body
/// reviews and publishes.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_drawn_by_one_and_published_by_another() {
    for town in Town::each("2026-11-16T09:30").await {
        let officer = town.officer("sc_zhudf").await;
        let manager = town.officer("sj_yousq").await;
        let stranger = town.officer("wj_liucz").await;
        let old = issued(&officer, 1).await.unwrap();

        // Only whoever issues the type draws it, and one version at a time.
        let denied = licences::begin_version(&stranger, CODE).await;
        assert!(matches!(denied, Err(LicenceError::Denied(_))), "{denied:?}");
        assert_eq!(licences::begin_version(&officer, CODE).await.unwrap(), 2);
        let twice = licences::begin_version(&officer, CODE).await;
        assert!(matches!(twice, Err(LicenceError::OpenVersion)), "{twice:?}");

        // What could not be issued is not saved, and changes nothing.
        let before = rev(&officer, CODE, 2).await;
        let here = (CODE, 2);
        for (words, why) in [
            (
                "重复",
                drawn(&officer, here, |k| {
                    k.face_fields[1].field_code = "holder".into()
                })
                .await,
            ),
            (
                "纸面之内",
                drawn(&officer, here, |k| {
                    k.face_fields[0].position.value_x_mm = 400.0
                })
                .await,
            ),
            (
                "无法扫读",
                drawn(&officer, here, |k| k.style.boxes.qr_code.size_mm = 5.0).await,
            ),
            (
                "比对字段",
                drawn(&officer, here, |k| {
                    k.face_match_fields.push("nobody".into())
                })
                .await,
            ),
            (
                "颜色",
                drawn(&officer, here, |k| {
                    k.style.elements.push(text("#zz0000", "标"))
                })
                .await,
            ),
            (
                "字号",
                drawn(&officer, here, |k| {
                    k.face_fields[0].position.font_size_mm = 0.5
                })
                .await,
            ),
        ] {
            let why = told(why);
            assert!(why.contains(words), "{why}");
        }
        let nowhere = drawn(&officer, here, |k| {
            k.catalogue = Some(Catalogue {
                first: "nothing".into(),
                ..k.shelf()
            })
        })
        .await;
        assert!(nowhere.is_err(), "{nowhere:?}");
        let unknown = drawn(&officer, here, |k| {
            k.issuing_agencies.push("NO_SUCH".into())
        })
        .await;
        assert!(
            matches!(unknown, Err(LicenceError::Field(..))),
            "{unknown:?}"
        );
        assert_eq!(rev(&officer, CODE, 2).await, before);
        let kind = licences::licence_type(&officer, CODE).await.unwrap();
        let stale =
            licences::save_draft(&officer, here, before + 7, LicenceType::clone(&kind)).await;
        assert!(matches!(stale, Err(LicenceError::Stale)));

        // What is drawn is saved; a type is known by the same codes in every version.
        drawn(&officer, here, |kind| {
            kind.type_code = "1".into();
            kind.style.elements.push(text("#b3271e", "电子证照"));
            kind.style.boxes.seal.x_mm -= 10.0;
        })
        .await
        .unwrap();
        let draft = licences::template(&officer, CODE, 2).await.unwrap();
        assert_eq!(draft.kind.type_code, kind.type_code);
        assert_eq!(draft.kind.style.style_id, "SPJYXKZ-V2");
        let differences = licences::differences(&kind, &draft.kind).unwrap();
        let paths: Vec<String> = differences.iter().map(|d| d.path.join("/")).collect();
        assert!(
            paths.contains(&"style/boxes/seal/x_mm".to_owned()),
            "{paths:?}"
        );
        assert!(
            paths
                .iter()
                .all(|p| p.contains("seal") || p.contains("elements")),
            "{paths:?}"
        );

        // Until it is published licences are issued as before.
        let now = licences::licence_type(&officer, CODE).await.unwrap();
        assert_eq!(now.style.style_id, "SPJYXKZ-V1");
        let early = licences::publish(&manager, here, rev(&manager, CODE, 2).await, "").await;
        assert!(
            matches!(early, Err(LicenceError::IllegalTemplate(e)) if e.event == TemplateEvent::Publish)
        );
        licences::submit(&officer, here, rev(&officer, CODE, 2).await)
            .await
            .unwrap();
        let late = drawn(&officer, here, |k| k.style.draws_labels = true).await;
        assert!(
            matches!(late, Err(LicenceError::IllegalTemplate(_))),
            "{late:?}"
        );
        let own = licences::publish(&officer, here, rev(&officer, CODE, 2).await, "").await;
        assert!(matches!(own, Err(LicenceError::Denied(_))), "{own:?}");

        // Another person returns it with a reason, and publishes what comes back.
        let at = rev(&manager, CODE, 2).await;
        let mute = licences::return_draft(&manager, here, at, " ").await;
        assert!(matches!(mute, Err(LicenceError::Field(..))), "{mute:?}");
        licences::return_draft(&manager, here, at, "印章请再左移")
            .await
            .unwrap();
        drawn(&officer, here, |k| k.style.boxes.seal.x_mm -= 5.0)
            .await
            .unwrap();
        licences::submit(&officer, here, rev(&officer, CODE, 2).await)
            .await
            .unwrap();
        licences::publish(&manager, here, rev(&manager, CODE, 2).await, "同意")
            .await
            .unwrap();
        let states: Vec<(u32, TemplateState)> = licences::templates(&officer, CODE)
            .await
            .unwrap()
            .iter()
            .map(|one| (one.version, one.state))
            .collect();
        assert_eq!(
            states,
            [(2, TemplateState::InUse), (1, TemplateState::Retired)]
        );

        // New licences are of the new style; who holds an old one keeps the old.
        let new = issued(&officer, 2).await.unwrap();
        let style = async |key: &str| {
            let detail = licences::detail(&officer, key).await.unwrap();
            detail.version.data.style_id
        };
        assert_eq!(style(&new).await, "SPJYXKZ-V2");
        assert_eq!(style(&old).await, "SPJYXKZ-V1");
        let then = licences::licence_type_at(&officer, CODE, "SPJYXKZ-V1")
            .await
            .unwrap();
        assert_eq!(then.style.boxes.seal.x_mm, kind.style.boxes.seal.x_mm);
        assert!(then.style.elements.is_empty());

        // Who draws and publishes may not be one person, even with both rights.
        licences::begin_version(&manager, CODE).await.unwrap();
        licences::submit(&manager, (CODE, 3), rev(&manager, CODE, 3).await)
            .await
            .unwrap();
        let both = licences::publish(&manager, (CODE, 3), rev(&manager, CODE, 3).await, "").await;
        assert!(matches!(both, Err(LicenceError::SamePerson)), "{both:?}");

        // A stopped type issues nothing new; those that were issued stay valid.
        let refused = licences::stop_type(&officer, CODE).await;
        assert!(
            matches!(refused, Err(LicenceError::Denied(_))),
            "{refused:?}"
        );
        licences::stop_type(&manager, CODE).await.unwrap();
        let stopped = issued(&officer, 3).await;
        assert!(
            matches!(stopped, Err(LicenceError::Stopped(_))),
            "{stopped:?}"
        );
        let detail = licences::detail(&officer, &old).await.unwrap();
        assert_eq!(detail.card.state, licences::State::Valid);
        licences::resume_type(&manager, CODE).await.unwrap();
        issued(&officer, 4).await.unwrap();
    }
}

fn text(colour: &str, words: &str) -> Element {
    Element::Text {
        text: words.into(),
        x_mm: 200.0,
        y_mm: 20.0,
        size_mm: 6.0,
        align: Stand::Centre,
        colour: Tint(colour.into()),
    }
}

fn new_type(code: &str, serial: &str) -> NewType {
    NewType {
        code: code.into(),
        name: "小餐饮登记证".into(),
        authority: "YD_SCJG".into(),
        serial: serial.into(),
        category: "证件".into(),
        holder_kind: "legal_person".into(),
        catalogue: Catalogue {
            first: "licence".into(),
            second: "食品药品".into(),
        },
        issuers: vec!["YD_SCJG".into()],
        paper: (210.0, 297.0),
        like: None,
    }
}

/// [H-08] First level: natural-person information, legal-person information, licence information;
/// further classes may be defined by need.
/// [H-10] Catalogue query: several dimensions, list view, access to the resource. Maintenance of
/// published catalogue: delete, stop, update, reorganise.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_type_comes_into_the_catalogue() {
    for town in Town::each("2026-11-16T09:30").await {
        let officer = town.officer("sc_zhudf").await;
        let manager = town.officer("sj_yousq").await;
        let found = async |filter: Filter| -> Vec<String> {
            let found = licences::catalogue(&officer, &filter).await.unwrap();
            found
                .iter()
                .map(|one| one.kind.type_short_code.clone())
                .collect()
        };
        let all = found(Filter::default()).await.len();
        assert_eq!(all, 12);
        let first: Vec<String> = licences::classes(&officer)
            .await
            .unwrap()
            .into_iter()
            .map(|class| class.name)
            .collect();
        assert_eq!(first, ["自然人信息", "法人信息", "证照信息"]);

        // Registered once, under codes that are no other type's.
        for (code, serial) in [
            ("SPJYXKZ", "901"),
            ("xcydj", "901"),
            ("XCYDJ", "9"),
            ("XCYDJ", "9a1"),
        ] {
            let wrong = licences::begin_type(&officer, new_type(code, serial)).await;
            assert!(wrong.is_err(), "{code} {serial}: {wrong:?}");
        }
        let mut nowhere = new_type("XCYDJ", "901");
        nowhere.catalogue.first = "nothing".into();
        assert!(licences::begin_type(&officer, nowhere).await.is_err());
        let elsewhere = NewType {
            issuers: vec!["YZ_WJW".into()],
            ..new_type("XCYDJ", "901")
        };
        assert!(licences::begin_type(&officer, elsewhere).await.is_err());
        licences::begin_type(&officer, new_type("XCYDJ", "901"))
            .await
            .unwrap();
        let again = licences::begin_type(&officer, new_type("XCYDJ", "901")).await;
        assert!(
            matches!(again, Err(LicenceError::TypeExists(_))),
            "{again:?}"
        );
        let draft = Filter {
            state: "draft".into(),
            ..Filter::default()
        };
        assert_eq!(found(draft).await, ["XCYDJ"]);
        let unpublished = licences::licence_type(&officer, "XCYDJ").await;
        assert!(matches!(unpublished, Err(LicenceError::UnknownType(_))));

        licences::submit(&officer, ("XCYDJ", 1), 1).await.unwrap();
        licences::publish(&manager, ("XCYDJ", 1), 2, "")
            .await
            .unwrap();
        let kind = licences::licence_type(&officer, "XCYDJ").await.unwrap();
        assert_eq!(kind.type_code.len(), 21);
        for (filter, wanted) in [
            (
                Filter {
                    text: "小餐饮".into(),
                    ..Filter::default()
                },
                true,
            ),
            (
                Filter {
                    text: "xcyd".into(),
                    ..Filter::default()
                },
                true,
            ),
            (
                Filter {
                    first: "licence".into(),
                    second: "食品药品".into(),
                    ..Filter::default()
                },
                true,
            ),
            (
                Filter {
                    agency: "YD_SCJG".into(),
                    ..Filter::default()
                },
                true,
            ),
            (
                Filter {
                    holder_kind: "natural_person".into(),
                    ..Filter::default()
                },
                false,
            ),
            (
                Filter {
                    category: "批文".into(),
                    ..Filter::default()
                },
                false,
            ),
            (
                Filter {
                    state: "stopped".into(),
                    ..Filter::default()
                },
                false,
            ),
        ] {
            let here = found(filter.clone()).await.contains(&"XCYDJ".to_owned());
            assert_eq!(here, wanted, "{filter:?}");
        }

        // The management body moves it; a class that does not exist is refused.
        let to = |first: &str| Catalogue {
            first: first.into(),
            second: "餐饮".into(),
        };
        assert!(
            licences::reorganise(&officer, "XCYDJ", to("legal_person"))
                .await
                .is_err()
        );
        assert!(
            licences::reorganise(&manager, "XCYDJ", to("nothing"))
                .await
                .is_err()
        );
        licences::reorganise(&manager, "XCYDJ", to("legal_person"))
            .await
            .unwrap();
        let kind = licences::licence_type(&officer, "XCYDJ").await.unwrap();
        assert_eq!(kind.shelf(), to("legal_person"));

        // Deleted is what was stopped and never issued.
        for code in ["XCYDJ", CODE] {
            let used = licences::delete_type(&manager, code).await;
            assert!(
                matches!(used, Err(LicenceError::NotDeletable(_))),
                "{used:?}"
            );
            licences::stop_type(&manager, code).await.unwrap();
        }
        let issued = licences::delete_type(&manager, CODE).await;
        assert!(
            matches!(issued, Err(LicenceError::NotDeletable(_))),
            "{issued:?}"
        );
        assert!(licences::delete_type(&officer, "XCYDJ").await.is_err());
        licences::delete_type(&manager, "XCYDJ").await.unwrap();
        assert!(
            licences::templates(&officer, "XCYDJ")
                .await
                .unwrap()
                .is_empty()
        );

        // The first level is the province's: a city's management body does not widen it.
        let class = Class {
            code: "vehicle".into(),
            name: "车辆信息".into(),
        };
        let denied = licences::add_class(&manager, class).await;
        assert!(matches!(denied, Err(LicenceError::Denied(_))), "{denied:?}");

        // A draft that nobody wants goes, with the type that never was.
        licences::begin_type(&officer, new_type("XCYFB", "902"))
            .await
            .unwrap();
        licences::drop_draft(&officer, ("XCYFB", 1), 1)
            .await
            .unwrap();
        assert_eq!(found(Filter::default()).await.len(), 12);
    }
}

/// Every type of the city is drawn with every kind of test data, as a picture, as PDF and as OFD,
/// and readers of the OFD show what the picture shows.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_drawn_with_all_test_data() {
    let town = Town::sqlite("2026-11-16T09:30").await;
    let officer = town.officer("sj_yousq").await;
    for kind in licences::licence_types(&officer).await.unwrap() {
        let code = &kind.type_short_code;
        for &filled in Filled::ALL {
            let drawn = licences::preview(&officer, kind.clone(), filled, TemplatePage::Png).await;
            let png = match drawn {
                Ok(png) => png,
                // An address as long as the register allows does not fit a card: it is told.
                Err(LicenceError::Paper(paper::Error::DoesNotFit { name, .. }))
                    if filled == Filled::Longest =>
                {
                    assert!(
                        kind.face_fields
                            .iter()
                            .any(|field| field.field_name == name)
                    );
                    continue;
                }
                Err(why) => panic!("{code} {filled:?}: {why}"),
            };
            if let Some(folder) = std::env::var_os("TONGBAN_TEST_SHOTS") {
                let name = format!("type-{code}-{filled}.png");
                std::fs::write(std::path::Path::new(&folder).join(name), &png).unwrap();
            }
        }
        let page = async |page| {
            let drawn = licences::preview(&officer, kind.clone(), Filled::Usual, page).await;
            drawn.unwrap_or_else(|why| panic!("{code} {page:?}: {why}"))
        };
        assert!(page(TemplatePage::Pdf).await.starts_with(b"%PDF-"));
        assert!(page(TemplatePage::Ofd).await.starts_with(b"PK"));
        let (ours, theirs) = (
            page(TemplatePage::Png).await,
            page(TemplatePage::OfdPng).await,
        );
        let (ours, theirs) = (ink(&ours), ink(&theirs));
        let apart = (ours - theirs).abs() / ours;
        assert!(apart < 0.05, "{code}: {ours} {theirs}");
    }
}

/// How dark a picture is.
fn ink(png: &[u8]) -> f64 {
    let picture = image::load_from_memory(png).unwrap().to_luma8();
    let dark = picture
        .pixels()
        .map(|p| f64::from(255 - p.0[0]))
        .sum::<f64>();
    dark / f64::from(picture.width() * picture.height())
}

/// A base picture is an SVG, PNG or JPEG that can be drawn; anything else is refused.
#[test]
fn only_pictures_are_base_pictures() {
    let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><rect width="100" height="50" fill="#eef"/></svg>"##;
    assert!(Ground::of_file(svg.to_vec(), (100.0, 50.0)).is_ok());
    let picture = image::RgbImage::from_pixel(60, 30, image::Rgb([200, 220, 240]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let png = png.into_inner();
    assert!(Ground::of_file(png.clone(), (100.0, 50.0)).is_ok());
    for wrong in [
        b"<svg".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg'><rect".to_vec(),
        png[..png.len() / 2].to_vec(),
        b"%PDF-1.7".to_vec(),
        Vec::new(),
        [svg.as_slice(), &vec![b' '; 3 << 20]].concat(),
    ] {
        let head: Vec<u8> = wrong.iter().take(20).copied().collect();
        assert!(Ground::of_file(wrong, (100.0, 50.0)).is_err(), "{head:?}");
    }
}
