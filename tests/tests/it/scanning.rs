//! The scan desk: stacks of originals are uploaded, put in order, typed, checked by a second person
//! and made.

use std::collections::BTreeMap;

use cleaning::Field;
use collection::{
    BatchState, CollectionError, Look, NewScan, OriginalState, PageAct, Typed, WorkKind,
};
use image::DynamicImage;
use journeys::Town;
use kernel::Problem;
use licences::State;
use store::Ctx;

use crate::collecting::{demo, done};

/// What the demonstration city's stock says of one licence of the health bureau of Yundong.
pub(crate) struct Paper {
    pub number: String,
    pub holder: String,
    pub holder_id: String,
    pub issued: String,
    pub until: String,
    pub address: String,
    pub items: String,
    pub person: String,
}

/// Clean licences of the stock, in its order.
pub(crate) fn papers(n: usize) -> Vec<Paper> {
    let all = String::from_utf8(demo("stock_licences.csv")).unwrap();
    let expected = String::from_utf8(demo("stock_expected.csv")).unwrap();
    let clean: Vec<&str> = expected
        .lines()
        .filter(|line| line.contains(",NONE,"))
        .filter_map(|line| line.split(',').next())
        .collect();
    let mine = all.lines().filter(|line| {
        let no = line.split(',').next().unwrap();
        line.contains("云州市云东区卫生健康局") && clean.contains(&no)
    });
    mine.take(n)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let cell = |at: usize| cells[at].to_owned();
            Paper {
                number: cell(3),
                holder: cell(4),
                holder_id: cell(6),
                issued: cell(9),
                until: cell(11),
                address: cell(13),
                items: cell(14),
                person: cell(15),
            }
        })
        .collect()
}

impl Paper {
    pub fn values(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("licence_no", &self.number),
            ("holder", &self.holder),
            ("holder_id", &self.holder_id),
            ("issue_date", &self.issued),
            ("valid_from", &self.issued),
            ("valid_to", &self.until),
            ("address", &self.address),
            ("face_main", &self.items),
            ("face_extra", &self.person),
        ];
        pairs
            .into_iter()
            .map(|(code, value)| (code.to_owned(), value.clone()))
            .collect()
    }

    /// The original on paper as a scanner at 200 dots an inch sees it.
    pub fn drawn(&self) -> DynamicImage {
        let svg = String::from_utf8(demo("licence_types/samples/WSXKZ.svg")).unwrap();
        let day = |day: &str| {
            let parts: Vec<&str> = day.split('-').collect();
            format!("{}年{}月{}日", parts[0], parts[1], parts[2])
        };
        let mut svg = svg
            .replace("云州市云东区某某餐饮店", &self.holder)
            .replace("92990102MA********", &self.holder_id)
            .replace("云州市云东区某某路某号", &self.address)
            .replace("热食类食品制售", &self.items)
            .replace("2029年12月31日", &day(&self.until))
            .replace("2026年01月01日", &day(&self.issued))
            .replace("（发证机关）", "云州市云东区卫生健康局")
            .replace("（样本编号）", &self.number)
            .replace(">某某<", &format!(">{}<", self.person));
        // The word across a sample is on no original.
        if let Some(at) = svg.find("样　本") {
            let from = svg[..at].rfind("<text").unwrap();
            let to = at + svg[at..].find("</text>").unwrap() + "</text>".len();
            svg.replace_range(from..to, "");
        }
        let base = paper::base_picture(&svg, 297.0, 210.0, 200.0).unwrap();
        let document = paper::Document {
            pages: vec![paper::Page {
                width: 297.0,
                height: 210.0,
                base: Some(base),
                items: Vec::new(),
            }],
            ..paper::Document::default()
        };
        let laid = paper::lay_out(&document).unwrap();
        let png = paper::to_png(&laid, 0, paper::Scale::Dpi(200.0)).unwrap();
        image::load_from_memory(&png).unwrap()
    }
}

pub(crate) fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    scans::encode(picture).unwrap()
}

/// As it lies on a scanner that somebody nudged.
pub(crate) fn askew(picture: &DynamicImage) -> DynamicImage {
    let shape = scans::Shape {
        tilt: 200,
        ..scans::Shape::default()
    };
    scans::shaped(&DynamicImage::ImageRgb8(picture.to_rgb8()), &shape)
}

/// A TIFF file with these pages.
pub(crate) fn tiff(pages: &[&DynamicImage]) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut out).unwrap();
    for page in pages {
        let grey = page.to_luma8();
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(
                grey.width(),
                grey.height(),
                grey.as_raw(),
            )
            .unwrap();
    }
    out.into_inner()
}

fn blank() -> DynamicImage {
    DynamicImage::ImageLuma8(image::GrayImage::from_pixel(1169, 827, image::Luma([240])))
}

pub(crate) async fn begun(ctx: &Ctx) -> String {
    let new = NewScan {
        type_code: "WSXKZ".into(),
        agency: "YD_WJJ".into(),
        source_system: "卫生监督科档案室".into(),
        of_case: None,
        once: ctx.rng.key(),
    };
    collection::begin_scan(ctx, new).await.unwrap()
}

pub(crate) async fn typed(
    ctx: &Ctx,
    key: &str,
    n: u32,
    values: BTreeMap<String, String>,
) -> OriginalState {
    let (original, _) = collection::original(ctx, key, n).await.unwrap();
    let typed = Typed {
        seen: original.rev,
        values,
        ..Typed::default()
    };
    let saved = collection::type_original(ctx, key, n, typed).await.unwrap();
    saved.state
}

/// Originals are scanned and their fields typed, a second person checks [H-23], and the licence
/// records class, source, collector, checker, time and batch [H-24].
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_originals_becomes_licences() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let decider = town.officer("wj_liucz").await;
        let key = begun(&manager).await;
        let papers = papers(2);
        let first = jpeg(&askew(&papers[0].drawn()));
        let added = collection::add_scan(&manager, &key, "一.jpg", first.clone()).await;
        assert_eq!(added.unwrap().pages, 1);
        // The same file once more is the same page, and in no other stack.
        let again = collection::add_scan(&manager, &key, "二.jpg", first.clone()).await;
        assert!(again.unwrap().again);
        let other = begun(&manager).await;
        let refused = collection::add_scan(&manager, &other, "一.jpg", first).await;
        assert!(matches!(refused, Err(CollectionError::SameFile)));

        // Three pages: an original, its back, an empty one.
        let back = tiff(&[&papers[1].drawn(), &papers[1].drawn(), &blank()]);
        collection::add_scan(&manager, &key, "二.tif", back)
            .await
            .unwrap();
        let scan = collection::scan(&manager, &key).await.unwrap();
        assert_eq!((scan.pages.len(), scan.originals.len()), (4, 4));
        let straightened = scan.pages[0].shape.tilt;
        assert!((straightened + 200).abs() <= 30, "{straightened}");
        assert_eq!(collection::remove_blanks(&manager, &key).await.unwrap(), 1);
        let page = &scan.pages[2];
        collection::act_on_page(&manager, &key, page.page, page.rev, PageAct::Join)
            .await
            .unwrap();
        let scan = collection::scan(&manager, &key).await.unwrap();
        let numbers: Vec<u32> = scan.originals.iter().map(|one| one.number).collect();
        assert_eq!(numbers, [1, 2]);
        let stale = collection::act_on_page(&manager, &key, 3, page.rev, PageAct::Split).await;
        assert!(matches!(stale, Err(CollectionError::Stale)));

        // A wrong check character is found while the original lies there.
        let mut wrong = papers[0].values();
        let id = papers[0].holder_id.clone();
        let last = if id.ends_with('0') { "1" } else { "0" };
        wrong.insert("holder_id".into(), format!("{}{last}", &id[..17]));
        wrong.remove("face_extra");
        let state = typed(&manager, &key, 1, wrong).await;
        assert_eq!(state, OriginalState::Open);
        let (original, _) = collection::original(&manager, &key, 1).await.unwrap();
        let faults = &original.body.faults;
        assert!(faults.iter().any(|f| f.field == "face_extra" && f.must));
        assert!(faults.iter().any(|f| f.field == "holder_id"), "{faults:?}");
        let early = collection::scan(&manager, &key).await.unwrap().batch.rev;
        let early = collection::send_scan(&manager, &key, early).await;
        assert!(matches!(early, Err(CollectionError::Field("原件", _))));
        let old = Typed {
            seen: original.rev - 1,
            values: papers[0].values(),
            ..Typed::default()
        };
        let stale = collection::type_original(&manager, &key, 1, old).await;
        assert!(matches!(stale, Err(CollectionError::Stale)));
        for (n, paper) in (1_u32..).zip(&papers) {
            let state = typed(&manager, &key, n, paper.values()).await;
            let (original, _) = collection::original(&manager, &key, n).await.unwrap();
            assert_eq!(state, OriginalState::Ready, "{:?}", original.body.faults);
        }

        let rev = collection::scan(&manager, &key).await.unwrap().batch.rev;
        collection::send_scan(&manager, &key, rev).await.unwrap();
        collection::run_all(&manager).await.unwrap();
        let batch = collection::batch(&manager, &key).await.unwrap();
        assert_eq!((batch.state, batch.rows), (BatchState::Taken, 2));
        let late = collection::add_scan(&manager, &key, "三.jpg", jpeg(&blank())).await;
        assert!(matches!(late, Err(CollectionError::WrongState)));

        // Who typed does not check; who checks sees the original, others see nothing.
        let own = collection::check_row(&manager, &key, 1).await;
        assert!(matches!(own, Err(CollectionError::SamePerson)));
        let pages = collection::original_pages(&decider, &key, 2).await.unwrap();
        assert_eq!(pages.len(), 2);
        let seen = collection::picture(&decider, &key, 2, Look::Whole).await;
        assert!(scans::size(&seen.unwrap()).is_ok());
        let strange = town.officer("sc_jiangby").await;
        let hidden = collection::picture(&strange, &key, 2, Look::Thumb).await;
        assert!(matches!(hidden, Err(CollectionError::NotFound)));
        let hidden = collection::scan(&strange, &key).await;
        assert!(matches!(hidden, Err(CollectionError::NotFound)));
        for n in [1, 2] {
            collection::check_row(&decider, &key, n).await.unwrap();
        }
        let work = done(&decider, &key, WorkKind::Issue).await;
        assert_eq!((work.done, work.failed), (2, 0));
        let (row, _) = collection::row(&decider, &key, 2).await.unwrap();
        assert_eq!(row.get(Field::LicenceNo), papers[1].number);
        assert_eq!(row.editor.as_deref(), Some("sj_yousq"));
        let licence = row.licence_key.unwrap();
        let detail = licences::detail(&decider, &licence).await.unwrap();
        assert!(detail.verdict.is_valid());
        assert_eq!(detail.card.state, State::Valid);
        let data = detail.version.data;
        assert_eq!(data.source_class.as_str(), "A");
        assert_eq!(data.source_system.as_str(), "卫生监督科档案室");
        let by = data.collected.unwrap();
        assert_eq!(
            (by.batch.as_str(), by.collector.as_str()),
            (key.as_str(), "sj_yousq")
        );
        assert_eq!(by.checker.as_deref(), Some("wj_liucz"));
        // The original is still there, and so is what was uploaded.
        let kept = collection::original_file(&manager, &key, 2).await.unwrap();
        assert_eq!((kept.0.as_str(), kept.1), ("二.tif", "image/tiff"));
        town.close().await;
    }
}

/// A file that breaks on its way leaves nothing, and says what is wrong with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_leaves_nothing() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let key = begun(&manager).await;
        let page = papers(1)[0].drawn();
        let mut whole = tiff(&[&page, &page]);
        whole.truncate(whole.len() * 3 / 4);
        let refused = collection::add_scan(&manager, &key, "坏.tif", whole).await;
        let problem: Problem = refused.unwrap_err().into();
        assert!(problem.zh.contains("无法读取"), "{}", problem.zh);
        let refused = collection::add_scan(&manager, &key, "表.xlsx", b"PK\x03\x04".to_vec()).await;
        let problem: Problem = refused.unwrap_err().into();
        assert!(problem.zh.contains("PDF"), "{}", problem.zh);
        let scan = collection::scan(&manager, &key).await.unwrap();
        assert!(scan.pages.is_empty() && scan.originals.is_empty());
        // Sent twice at once, a file is one.
        let bytes = jpeg(&page);
        let once = collection::add_scan(&manager, &key, "一.jpg", bytes.clone());
        let twice = collection::add_scan(&manager, &key, "一.jpg", bytes);
        let (once, twice) = tokio::join!(once, twice);
        assert!(once.unwrap().again != twice.unwrap().again);
        let scan = collection::scan(&manager, &key).await.unwrap();
        assert_eq!(scan.pages.len(), 1);
        town.close().await;
    }
}

/// [H-23] What a machine read is marked field by field with its confidence until a person confirms
/// it, and is not sent on before.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_read_is_confirmed_field_by_field() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        if !collection::can_read(&manager).await {
            eprintln!("no tesseract here: not tested");
            return;
        }
        let key = begun(&manager).await;
        let paper = papers(1).remove(0);
        let scan = jpeg(&askew(&paper.drawn()));
        collection::add_scan(&manager, &key, "一.jpg", scan)
            .await
            .unwrap();
        let work = done(&manager, &key, WorkKind::Read).await;
        assert_eq!((work.done, work.failed), (1, 0));
        let (original, _) = collection::original(&manager, &key, 1).await.unwrap();
        assert_eq!(original.state, OriginalState::Open);
        let body = &original.body;
        assert!(body.unconfirmed.values().all(|n| *n <= 100));
        // Every value that was read is marked.
        assert!(body.values.keys().eq(body.unconfirmed.keys()));
        assert!(body.values.contains_key("issue_date"), "{:?}", body.values);
        let right = paper.values();
        let hits = body
            .values
            .iter()
            .filter(|(code, v)| right.get(*code) == Some(v));
        let hits = hits.count();
        assert!(hits >= 8, "{hits} of {:?}", body.values);

        // One field ticked, one typed anew, the others left: it does not go on.
        let values = BTreeMap::from([("holder".to_owned(), paper.holder.clone())]);
        let some = Typed {
            seen: original.rev,
            values,
            confirmed: ["holder".to_owned(), "issue_date".to_owned()].into(),
            as_is: false,
        };
        let saved = collection::type_original(&manager, &key, 1, some).await;
        let saved = saved.unwrap();
        assert_eq!(saved.state, OriginalState::Open);
        assert_eq!(saved.unconfirmed, original.body.unconfirmed.len() - 2);
        let (original, _) = collection::original(&manager, &key, 1).await.unwrap();
        let all = Typed {
            seen: original.rev,
            values: right.clone(),
            confirmed: right.keys().cloned().collect(),
            as_is: false,
        };
        let saved = collection::type_original(&manager, &key, 1, all).await;
        assert_eq!(saved.unwrap().state, OriginalState::Ready);
        town.close().await;
    }
}

/// Two clicks begin one stack; stacks of agencies out of scope are not begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_begun_once_and_in_scope() {
    for town in Town::each("2026-11-16T09:00").await {
        let manager = town.officer("sj_yousq").await;
        let new = NewScan {
            type_code: "WSXKZ".into(),
            agency: "YD_WJJ".into(),
            source_system: "档案室".into(),
            of_case: None,
            once: "一次".into(),
        };
        let first = collection::begin_scan(&manager, new.clone()).await;
        let second = collection::begin_scan(&manager, new.clone()).await;
        assert_eq!(first.unwrap(), second.unwrap());
        let strange = town.officer("sc_jiangby").await;
        let refused = collection::begin_scan(&strange, new.clone()).await;
        assert!(matches!(refused, Err(CollectionError::Denied(_))));
        let other = NewScan {
            type_code: "SPJYXKZ".into(),
            ..new
        };
        let refused = collection::begin_scan(&manager, other).await;
        assert!(matches!(
            refused,
            Err(CollectionError::Field("颁发机构", _))
        ));
        town.close().await;
    }
}

/// A stack that is being typed, with something of everything, and one whose rows wait to be checked.
pub(crate) async fn stacks(town: &Town) -> (String, String) {
    let manager = town.officer("sj_yousq").await;
    let papers = papers(3);
    let stack = begun(&manager).await;
    let scan = tiff(&[&papers[0].drawn(), &papers[1].drawn(), &blank()]);
    collection::add_scan(&manager, &stack, "一.tif", scan)
        .await
        .unwrap();
    if collection::can_read(&manager).await {
        done(&manager, &stack, WorkKind::Read).await;
    }
    let crop = PageAct::Crop(scans::Crop {
        left: 20,
        ..scans::Crop::default()
    });
    collection::act_on_page(&manager, &stack, 1, 1, crop)
        .await
        .unwrap();
    let mut wrong = papers[1].values();
    wrong.insert("holder_id".into(), "92990102MA5604803X".into());
    wrong.remove("face_extra");
    typed(&manager, &stack, 2, wrong).await;
    let sent = begun(&manager).await;
    let scan = jpeg(&papers[2].drawn());
    collection::add_scan(&manager, &sent, "三.jpg", scan)
        .await
        .unwrap();
    typed(&manager, &sent, 1, papers[2].values()).await;
    let rev = collection::scan(&manager, &sent).await.unwrap().batch.rev;
    collection::send_scan(&manager, &sent, rev).await.unwrap();
    collection::run_all(&manager).await.unwrap();
    (stack, sent)
}

/// Everything that is asked of a stack.
pub(crate) async fn looked_at(town: &Town) {
    let (stack, sent) = stacks(town).await;
    let manager = town.officer("sj_yousq").await;
    collection::scan(&manager, &stack).await.unwrap();
    for page in [3, 2] {
        let rev = collection::scan(&manager, &stack).await.unwrap().pages[page - 1].rev;
        let number = u32::try_from(page).unwrap();
        let act = if page == 3 {
            PageAct::Remove
        } else {
            PageAct::Turn(1)
        };
        collection::act_on_page(&manager, &stack, number, rev, act)
            .await
            .unwrap();
    }
    collection::waits_after(&manager, &stack, 1).await.unwrap();
    collection::picture(&manager, &stack, 1, Look::Thumb)
        .await
        .unwrap();
    collection::original_file(&manager, &stack, 1)
        .await
        .unwrap();
    collection::original_pages(&manager, &sent, 1)
        .await
        .unwrap();
    let batch = collection::batch(&manager, &sent).await.unwrap();
    assert_eq!(batch.state, BatchState::Taken);
}
