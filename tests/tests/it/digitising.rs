//! Licences on paper that come with a case, and results on paper [H-20 B, C].

use cases::{Case, CaseError, Collected, Digitise};
use collection::{BatchState, NewScan, OfCase, OriginalState, SourceClass, WorkKind};
use journeys::{Town, answers};
use kernel::Problem;
use licences::{Detail, State};
use serde_json::json;
use store::Ctx;

use crate::collecting::done;
use crate::scanning::{Paper, jpeg, papers, typed};

const ITEM: &str = "GGCSWS-XB";

/// An application for a sanitary licence, which the health bureau handles and issues.
async fn applied(town: &Town) -> Case {
    let me = town.person("c_c01").await;
    let draft = cases::start(&me, ITEM).await.unwrap();
    let id = draft.case_id.as_str();
    let given = answers(&json!({"agent": "no", "ac": "no", "promise": "no"}));
    cases::save_answers(&me, id, &given).await.unwrap();
    let values = json!({
        "place_kind": ["住宿场所"], "area": 120, "staff_count": 6, "health_cert_count": 6,
        "water": "市政供水", "delivery_way": "窗口领取", "promise": true
    });
    let values = values.as_object().cloned().unwrap();
    cases::save_values(&me, id, values).await.unwrap();
    town.upload_missing(&me, id).await;
    cases::submit(&me, id).await.unwrap().case
}

fn asked(ctx: &Ctx, class: SourceClass, paper: Option<&Paper>) -> Digitise {
    Digitise {
        class,
        type_code: "WSXKZ".into(),
        agency: "YD_WJJ".into(),
        materials: Vec::new(),
        scans: paper
            .map(|paper| ("旧证.jpg".to_owned(), jpeg(&paper.drawn())))
            .into_iter()
            .collect(),
        once: ctx.rng.key(),
    }
}

fn words(error: CaseError) -> String {
    Problem::from(error).zh
}

/// Types what lies at the desk, sends it on, has it checked by another person and made.
async fn made(clerk: &Ctx, checker: &Ctx, key: &str, number: u32, paper: &Paper) -> Detail {
    let state = typed(clerk, key, number, paper.values()).await;
    assert_eq!(state, OriginalState::Ready);
    let rev = collection::scan(clerk, key).await.unwrap().batch.rev;
    collection::send_scan(clerk, key, rev).await.unwrap();
    collection::run_all(clerk).await.unwrap();
    // [H-23] Who typed does not check.
    let own = collection::check_row(clerk, key, number).await;
    assert!(matches!(own, Err(collection::CollectionError::SamePerson)));
    collection::check_row(checker, key, number).await.unwrap();
    let work = done(clerk, key, WorkKind::Issue).await;
    assert_eq!((work.done, work.failed), (1, 0));
    let (row, _) = collection::row(clerk, key, number).await.unwrap();
    let licence = row.licence_key.unwrap();
    let detail = licences::detail(clerk, &licence).await.unwrap();
    assert_eq!(detail.card.state, State::Valid);
    assert!(detail.verdict.is_valid());
    let data = &detail.version.data;
    let by = data.collected.as_ref().unwrap();
    assert_eq!(by.collector, clerk.actor.id);
    assert_eq!(by.checker.as_deref(), Some(checker.actor.id.as_str()));
    detail
}

/// The window does inside a case what the scan desk does with an archive: a licence that the
/// applicant brought is collected once the case is accepted, and is no result of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_collects_inside_a_case() {
    for town in Town::each("2026-11-16T09:30").await {
        let case = applied(&town).await;
        let (id, number) = (case.case_id.as_str(), case.number().to_owned());
        let clerk = town.officer("wj_liucz").await;
        let checker = town.officer("sj_yousq").await;
        let [old, new] = <[Paper; 2]>::try_from(papers(2)).ok().unwrap();

        let ask = |class, paper| asked(&clerk, class, paper);
        let early = cases::digitise(&clerk, id, ask(SourceClass::B, Some(&old))).await;
        assert!(words(early.unwrap_err()).contains("受理后"));
        let case = town.accept(&case).await;
        assert_eq!(cases::digitisable(&case), [SourceClass::B]);
        let early = cases::digitise(&clerk, id, ask(SourceClass::C, Some(&old))).await;
        assert!(words(early.unwrap_err()).contains("办结后"));
        let archive = cases::digitise(&clerk, id, ask(SourceClass::A, Some(&old))).await;
        assert!(archive.is_err());
        let nothing = cases::digitise(&clerk, id, ask(SourceClass::B, None)).await;
        assert!(words(nothing.unwrap_err()).contains("请选择"));

        // Of the case's own materials and a scan beside them; sent twice, it is one stack.
        let detail = cases::detail(&clerk, id).await.unwrap();
        let material = detail
            .materials
            .iter()
            .find_map(|one| match &one.collected {
                Collected::File { file_key } => Some(file_key.clone()),
                _ => None,
            });
        let both = Digitise {
            materials: vec![material.clone().unwrap()],
            ..ask(SourceClass::B, Some(&old))
        };
        let key = cases::digitise(&clerk, id, both.clone()).await.unwrap();
        assert_eq!(
            cases::digitise(&clerk, id, both.clone()).await.unwrap(),
            key
        );
        let scan = collection::scan(&clerk, &key).await.unwrap();
        assert_eq!(scan.pages.len(), 2);
        assert_eq!(scan.batch.source_class, SourceClass::B);
        assert_eq!(scan.batch.case_no.as_deref(), Some(number.as_str()));
        // The same form once more with a broken file ends nothing that lies at the desk.
        let worse = Digitise {
            scans: vec![("坏.pdf".into(), b"%PDF-1.4 half".to_vec())],
            ..both
        };
        assert!(cases::digitise(&clerk, id, worse).await.is_err());
        let first = collection::original(&clerk, &key, 1).await.unwrap().0;
        collection::set_aside(&clerk, &key, 1, first.rev, "不是证照")
            .await
            .unwrap();
        let detail = made(&clerk, &checker, &key, 2, &old).await;
        let data = &detail.version.data;
        assert_eq!(data.source_class, "B");
        assert_eq!(data.source_system, format!("办件{number}"));
        assert_eq!(detail.version.case_no, None, "no result of this case");

        refusals(&town, id, &material.unwrap(), &old).await;
        let of_case = collection::batches_of_case(&clerk, &number).await.unwrap();
        let mut states: Vec<_> = of_case.iter().map(|one| one.state.code()).collect();
        states.sort_unstable();
        let ended = [BatchState::Ended, BatchState::Taken].map(|one| one.code());
        assert_eq!(states, ended);
        let others = town.officer("sc_tancw").await;
        let hidden = collection::batches_of_case(&others, &number).await.unwrap();
        assert!(hidden.is_empty());

        // This item makes its licence by itself: there is no other result.
        let case = town.run_on(&case).await;
        assert_eq!(cases::digitisable(&case), [SourceClass::B]);
        let second = cases::digitise(&clerk, id, ask(SourceClass::C, Some(&new))).await;
        assert!(words(second.unwrap_err()).contains("已经生成"));
        town.close().await;
    }
}

/// What class C makes is the result of its case, under its number.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_on_paper_is_the_result_of_its_case() {
    for town in Town::each("2026-11-16T09:30").await {
        // An item whose result is a document on paper.
        let (_, case) = town.apply("CYD-YJS").await;
        let case = town.run_through(&case).await;
        assert_eq!(cases::digitisable(&case), [SourceClass::B, SourceClass::C]);
        let market = town.officer("sc_tancw").await;
        let paper = papers(1).remove(0);
        let mut ask = asked(&market, SourceClass::C, Some(&paper));
        (ask.type_code, ask.agency) = ("SPJYXKZ".into(), "YD_SCJG".into());
        let key = cases::digitise(&market, &case.case_id, ask).await.unwrap();
        let batch = collection::batch(&market, &key).await.unwrap();
        assert_eq!(batch.source_class, SourceClass::C);
        assert_eq!(batch.case_no.as_deref(), Some(case.number()));

        let clerk = town.officer("wj_liucz").await;
        let checker = town.officer("sj_yousq").await;
        let paper = papers(2).remove(1);
        let new = NewScan {
            type_code: "WSXKZ".into(),
            agency: "YD_WJJ".into(),
            source_system: "窗口".into(),
            of_case: Some(OfCase {
                case_no: case.number().into(),
                class: SourceClass::C,
            }),
            once: clerk.rng.key(),
        };
        let key = collection::begin_scan(&clerk, new).await.unwrap();
        let scan = jpeg(&paper.drawn());
        collection::add_scan(&clerk, &key, "新证.jpg", scan)
            .await
            .unwrap();
        let detail = made(&clerk, &checker, &key, 1, &paper).await;
        assert_eq!(detail.version.data.source_class, "C");
        assert_eq!(detail.version.case_no.as_deref(), Some(case.number()));
        town.close().await;
    }
}

/// Files that cannot be read leave no stack; nothing is taken of other cases, nor by who does not
/// handle this one or does not collect.
async fn refusals(town: &Town, id: &str, material: &str, paper: &Paper) {
    let clerk = town.officer("wj_liucz").await;
    let mut broken = asked(&clerk, SourceClass::B, None);
    broken.scans = vec![("坏.pdf".into(), b"%PDF-1.4 half".to_vec())];
    let refused = cases::digitise(&clerk, id, broken).await;
    assert!(words(refused.unwrap_err()).contains("坏.pdf"));

    let mut foreign = asked(&clerk, SourceClass::B, None);
    foreign.materials = vec![format!("{material}x")];
    let refused = cases::digitise(&clerk, id, foreign).await;
    assert!(matches!(refused, Err(CaseError::NotFound)), "{refused:?}");

    let market = town.officer("sc_tancw").await;
    let refused = cases::digitise(&market, id, asked(&market, SourceClass::B, Some(paper))).await;
    assert!(refused.is_err(), "another agency's case");
    let mut other = asked(&clerk, SourceClass::B, Some(paper));
    (other.type_code, other.agency) = ("SPJYXKZ".into(), "YD_SCJG".into());
    let refused = cases::digitise(&clerk, id, other).await;
    assert!(refused.is_err(), "another agency's licences");
}
