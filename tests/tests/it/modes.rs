//! The three ways to apply online and the places of the fee.

use cases::{Case, CaseError, CorrectionItem, HandOver, State};
use flow::Step;
use items::{FeeStep, ItemFile, Mode};
use journeys::{Town, answers, complete_as};
use materials::{Group, Upload};
use serde_json::{Map, Value};
use store::Ctx;

async fn path(ctx: &Ctx, case: &Case) -> Vec<State> {
    let detail = cases::detail(ctx, &case.case_id).await.unwrap();
    let mut path: Vec<State> = detail.steps.iter().map(|s| s.open.to).collect();
    path.dedup();
    path
}

/// The officer finds a fault, and the applicant mends it online.
async fn corrected_online(town: &Town, me: &Ctx, case: &Case) -> Case {
    let clerk = town.first(case, Step::Accept).await;
    let id = case.case_id.as_str();
    let fault = CorrectionItem {
        material_code: None,
        name: "申请表".into(),
        what: "请核对联系电话".into(),
    };
    cases::ask_correction(&clerk, id.into(), vec![fault])
        .await
        .unwrap();
    let before = mine(me).await;
    let back = cases::resubmit(me, id.into()).await.unwrap();
    assert_eq!(
        (&back.case_id, back.number()),
        (&case.case_id, case.number())
    );
    assert_eq!(mine(me).await, before, "no new case");
    back
}

async fn mine(me: &Ctx) -> u64 {
    let page = kernel::PageRequest::default();
    cases::my_cases(me, page).await.unwrap().total
}

async fn collected(town: &Town, case: &Case) -> Case {
    let window = town.first(case, Step::Deliver).await;
    let act = HandOver {
        collector: case.private.applicant.name.clone(),
        originals_match: true,
        note: String::new(),
    };
    cases::hand_over(&window, (&case.case_id).into(), &act)
        .await
        .unwrap()
}

/// [D-01] Each mode with its visits and its way through: what fails is corrected online, pre-review
/// brings the originals before acceptance, verification at collection, fully online never.
/// [D-16] The corrected application is the same case, under the same number.
#[tokio::test(flavor = "multi_thread")]
async fn each_mode_has_its_visits_and_its_way() {
    use State as S;
    let ways: [(&str, Mode, u32, &[S]); 3] = [
        (
            "CJRZ",
            Mode::PreReview,
            2,
            &[
                S::Draft,
                S::Submitted,
                S::Correcting,
                S::Submitted,
                S::PreReviewed,
                S::TakenIn,
                S::Accepted,
                S::InReview,
                S::Decided,
                S::Completed,
                S::Delivered,
            ],
        ),
        (
            "PSXK",
            Mode::Verification,
            1,
            &[
                S::Draft,
                S::Submitted,
                S::Correcting,
                S::Submitted,
                S::Accepted,
                S::InReview,
                S::Decided,
                S::Completed,
                S::Delivered,
            ],
        ),
        (
            "YSZC",
            Mode::FullyOnline,
            0,
            &[
                S::Draft,
                S::Submitted,
                S::Accepted,
                S::InReview,
                S::Decided,
                S::Completed,
                S::Delivered,
            ],
        ),
    ];
    for town in Town::each("2026-11-16T09:30").await {
        for (code, mode, visits, states) in ways {
            let (me, mut case) = town.apply(code).await;
            let item = cases::detail(&me, &case.case_id).await.unwrap().item;
            let shown = item.guide().facts;
            assert_eq!((item.mode, shown.mode), (mode, mode), "{code}");
            assert_eq!((item.max_visits, shown.visits), (visits, visits), "{code}");
            if mode != Mode::FullyOnline {
                case = corrected_online(&town, &me, &case).await;
            }
            let mut done = town.run_through(&case).await;
            if done.state == S::Completed {
                done = collected(&town, &done).await;
            }
            assert_eq!(path(town.ctx(), &done).await, states, "{code}");
            assert_eq!(done.data.visits, visits, "{code}");
        }
        town.close().await;
    }
}

/// [D-03] Fully online takes nothing for which nobody vouches: a typed value needs the applicant's
/// promise, a picture of a licence that nobody has compared is not taken.
#[tokio::test(flavor = "multi_thread")]
async fn fully_online_takes_verified_data_only() {
    for town in Town::each("2026-11-16T09:30").await {
        let me = town.person("u_p38").await;
        let draft = cases::start(&me, "YSZC").await.unwrap();
        let id = draft.case_id.as_str();
        let form = town.form("YSZC");
        cases::save_answers(&me, id, &answers(&form["answers"]))
            .await
            .unwrap();
        let mut values = form["form_data"].as_object().cloned().unwrap();
        let promise = values.remove_entry("promise").unwrap();
        cases::save_values(&me, id, values).await.unwrap();
        town.upload_missing(&me, id).await;
        let bare = cases::submit(&me, id).await;
        let Err(CaseError::Form(errors)) = bare else {
            panic!("typed values without a promise: {bare:?}");
        };
        let fields: Vec<&str> = errors.iter().map(|(field, ..)| field.as_str()).collect();
        assert_eq!(fields, ["promise"]);
        cases::save_values(&me, id, Map::from_iter([promise]))
            .await
            .unwrap();

        let detail = cases::detail(&me, id).await.unwrap();
        let typed = detail
            .materials
            .iter()
            .find(|m| m.trust.as_deref() == Some("D"));
        let code = typed.expect("something self-made").material_code.clone();
        let picture = Upload {
            owner: me.actor.owner().to_owned(),
            name: "医师资格证书.png".into(),
            group: Group::Licence,
            bytes: journeys::drawing("医师资格证书", me.now()),
        };
        let picture = materials::upload(&me, picture).await.unwrap();
        assert_eq!(picture.trust, "C");
        let refused = match cases::attach_file(&me, id, &code, &picture.file_key).await {
            Ok(_) => cases::submit(&me, id).await.map(drop),
            Err(error) => Err(error),
        };
        assert!(matches!(refused, Err(CaseError::Rule(..))), "{refused:?}");
        let entry = format!("{code}/{}", picture.file_key);
        cases::detach(&me, id, &entry).await.unwrap();
        cases::submit(&me, id).await.unwrap();
        town.close().await;
    }
}

/// A residence permit with its fee at this place.
async fn place_fee(town: &Town, step: FeeStep) {
    let mut content: Value = town.city.read("items/JZZ-BL.json").unwrap();
    let step = serde_json::to_value(step).unwrap();
    content["supplement"]["fee_step"] = step.clone();
    for fee in content["elements"]["fee_standard"].as_array_mut().unwrap() {
        fee["step"] = step.clone();
    }
    let file = ItemFile {
        label: "JZZ-BL".into(),
        content,
    };
    let report = items::import_items(town.ctx(), &[file], None)
        .await
        .unwrap();
    assert_eq!(report.rejected().count(), 0, "{report:?}");
}

/// [D-64] The fee at each of its four places: the case waits there, and once it is paid goes on from
/// where it was; a case that is completed already keeps its completion time.
#[tokio::test(flavor = "multi_thread")]
async fn the_fee_stands_where_the_item_puts_it() {
    for town in Town::each("2026-11-23T09:00").await {
        let places = [
            (FeeStep::BeforeAcceptance, State::Submitted),
            (FeeStep::BeforeDecision, State::InReview),
            (FeeStep::AfterDecision, State::Decided),
            (FeeStep::BeforeHandOver, State::Completed),
        ];
        for (step, at) in places {
            place_fee(&town, step).await;
            let (me, case) = town.apply("JZZ-BL").await;
            let id = case.case_id.as_str();
            let clerk = town.first(&case, Step::Accept).await;
            if at != State::Submitted {
                let early = cases::request_fee(&clerk, id.into(), 2_000).await;
                assert!(matches!(early, Err(CaseError::Rule(..))), "{step:?}");
                town.accept(&case).await;
                town.review(&case).await;
            }
            if matches!(at, State::Decided | State::Completed) {
                town.decide(&case, true).await;
            }
            if at == State::Completed {
                town.complete(&case).await;
            }
            let before = town.case(id).await;
            assert_eq!(before.state, at, "{step:?}");
            unpaid_goes_no_further(&town, &before, step).await;

            let waiting = cases::request_fee(&clerk, id.into(), 2_000).await.unwrap();
            assert_eq!(waiting.state, State::AwaitingPayment, "{step:?}");
            let paid = cases::confirm_payment(&clerk, id.into(), "P20261123")
                .await
                .unwrap();
            let steps = cases::detail(&me, id).await.unwrap().steps;
            let back = steps.iter().find(|s| s.open.event == cases::Event::Paid);
            assert_eq!(back.unwrap().open.to, at, "{step:?}");
            assert_eq!(paid.data.completed_at, before.data.completed_at);
            if matches!(at, State::Submitted | State::InReview) {
                cases::withdraw(&me, id, "不再需要").await.unwrap();
            }
        }
        town.close().await;
    }
}

async fn unpaid_goes_no_further(town: &Town, case: &Case, step: FeeStep) {
    let id = case.case_id.as_str();
    let refused = match step {
        FeeStep::BeforeAcceptance => {
            let clerk = town.first(case, Step::Accept).await;
            town.pass_points(&clerk, id).await;
            cases::accept(&clerk, id.into(), "材料齐全").await
        }
        FeeStep::BeforeDecision => {
            let decider = town.first(case, Step::Decide).await;
            let decide = cases::Decide {
                approve: true,
                reason: "符合法定条件".into(),
                basis: String::new(),
            };
            cases::decide(&decider, id.into(), &decide).await
        }
        FeeStep::AfterDecision => {
            let officer = town.first(case, Step::Complete).await;
            complete_as(&officer, id.into()).await
        }
        FeeStep::BeforeHandOver => {
            let window = town.officer("ck_changmq").await;
            let act = HandOver {
                collector: case.private.applicant.name.clone(),
                originals_match: true,
                note: String::new(),
            };
            cases::hand_over(&window, id.into(), &act).await
        }
    };
    assert!(refused.is_err(), "{step:?}: {refused:?}");
}

/// A case that waits for a fee before the decision is withdrawn like any other; after the decision
/// it is too late.
#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_while_a_fee_is_open() {
    for town in Town::each("2026-11-23T09:00").await {
        place_fee(&town, FeeStep::BeforeAcceptance).await;
        let (me, case) = town.apply("JZZ-BL").await;
        let id = case.case_id.as_str();
        let clerk = town.first(&case, Step::Accept).await;
        let waiting = cases::request_fee(&clerk, id.into(), 2_000).await.unwrap();
        assert!(waiting.is_withdrawable());
        let ended = cases::withdraw(&me, id, "不再需要").await.unwrap();
        assert_eq!(ended.state, State::Withdrawn);

        place_fee(&town, FeeStep::AfterDecision).await;
        let (me, case) = town.apply("JZZ-BL").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        town.review(&case).await;
        town.decide(&case, true).await;
        let waiting = cases::request_fee(&clerk, id.into(), 2_000).await.unwrap();
        assert!(!waiting.is_withdrawable());
        let late = cases::withdraw(&me, id, "不再需要").await;
        assert!(matches!(late, Err(CaseError::Illegal(_))), "{late:?}");
        town.close().await;
    }
}
