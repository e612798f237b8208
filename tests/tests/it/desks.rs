//! The flow at the desks: who works on what, until when, and what is written of it.

use cases::{Case, CaseError, CorrectionItem, Event, SignedOpinion, State, Suspend};
use flow::Step;
use jiff::SignedDuration;
use journeys::{Town, answers};
use kernel::PageRequest;
use serde_json::{Map, Value, json};
use store::{Ctx, Run, args};

const STEPS: &[&str] = &[
    "accept",
    "review",
    "site_check",
    "technical_review",
    "decide",
];

fn post(case: &Case, n: u32) -> String {
    format!("{}-P{n}", case.data.item_id)
}

fn agreed() -> SignedOpinion {
    SignedOpinion {
        agree: true,
        text: "符合条件".into(),
    }
}

/// The officer's task on the case; none where it is not on the list.
async fn task(officer: &Ctx, case: &Case) -> Option<cases::TaskView> {
    let page = PageRequest::new(1, 100);
    let rows = cases::my_tasks(officer, STEPS, page).await.unwrap().rows;
    let row = rows.into_iter().find(|r| r.case_id == case.case_id)?;
    Some(row.task.unwrap())
}

/// When the limit of an open post ends, Beijing time.
async fn due(town: &Town, case: &Case, n: u32) -> String {
    let detail = cases::detail(town.ctx(), &case.case_id).await.unwrap();
    let open = detail.tasks.iter().find(|t| t.post == post(case, n));
    open.unwrap().reading.unwrap().due.to_string()
}

/// Posts the case is at.
async fn open(town: &Town, case: &Case) -> Vec<String> {
    let detail = cases::detail(town.ctx(), &case.case_id).await.unwrap();
    detail.tasks.into_iter().map(|t| t.post).collect()
}

/// Submits an application with these answers and values.
async fn submit(town: &Town, item: &str, given: &Value, values: Map<String, Value>) -> Case {
    let me = town.person("c_c01").await;
    let draft = cases::start(&me, item).await.unwrap();
    let id = draft.case_id.as_str();
    cases::save_answers(&me, id, &answers(given)).await.unwrap();
    cases::save_values(&me, id, values).await.unwrap();
    town.upload_missing(&me, id).await;
    cases::submit(&me, id).await.unwrap().case
}

/// A shop that only sells: its answers lead round the site check.
async fn apply_for_sales(town: &Town) -> Case {
    let mut form = town.form("SPJYXK-XB");
    form["answers"]["business"] = json!("sales");
    let mut values = form["form_data"].as_object().cloned().unwrap();
    values.insert("business_type".into(), json!("食品销售经营者"));
    values.insert("business_items".into(), json!(["散装食品销售"]));
    submit(town, "SPJYXK-XB", &form["answers"], values).await
}

/// A building: documents and techniques are reviewed side by side.
async fn apply_for_building(town: &Town) -> Case {
    let given = json!({ "agent": "no", "tender": "no" });
    let values = json!({
        "project_code": "2026-990102-01", "project_name": "望湖楼", "site_address": "东湖路13号",
        "building_area": 900, "contract_price": 300, "contractor": "甲建筑公司",
        "supervisor_unit": "乙监理公司", "designer": "丙设计院", "start_date": "2026-12-01",
        "end_date": "2027-12-01", "delivery_way": "仅电子证照（文书）", "promise": true,
    });
    submit(town, "SGXK", &given, values.as_object().cloned().unwrap()).await
}

/// [D-25] The workflow engine supports sequence, parallel branches, countersign, conditional routes
/// by situation, return to an earlier step, transfer, claim from a pool, and deadlines per step;
/// every act leaves a trace.
#[tokio::test(flavor = "multi_thread")]
async fn cases_flow_from_desk_to_desk() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("SPJYXK-XB").await;
        let id = case.case_id.as_str();
        let [lead, clerk] = [
            town.officer("sc_tancw").await,
            town.officer("ck_haosy").await,
        ];
        let reviewer = town.officer("sc_xinglc").await;
        let second = town.officer("sc_lujm").await;
        // Claim from a pool: one of three takes it, once, and the others see it no more.
        let p1 = post(&case, 1);
        assert!(task(&lead, &case).await.unwrap().claimable);
        let stranger = cases::claim(&reviewer, id.into(), &p1).await;
        assert!(
            matches!(stranger, Err(CaseError::Denied(_))),
            "{stranger:?}"
        );
        let claimed = cases::claim(&clerk, id.into(), &p1).await.unwrap();
        let again = cases::claim(&clerk, id.into(), &p1).await.unwrap();
        assert_eq!(again.rev, claimed.rev, "claimed once");
        assert!(task(&lead, &case).await.is_none());
        let late = cases::claim(&lead, id.into(), &p1).await;
        assert!(matches!(late, Err(CaseError::Post(_))), "{late:?}");
        let refused = cases::accept(&lead, id.into(), "齐全").await;
        assert!(matches!(refused, Err(CaseError::Post(_))), "{refused:?}");
        // Given back by its holder only, and claimed by the other.
        assert!(cases::release(&lead, id.into(), &p1).await.is_err());
        cases::release(&clerk, id.into(), &p1).await.unwrap();
        let twice = cases::release(&clerk, id.into(), &p1).await;
        assert!(matches!(twice, Err(CaseError::Rule("not_held", ..))));
        cases::claim(&lead, id.into(), &p1).await.unwrap();
        // Transfer: with a reason, to a colleague of the post.
        let unsaid = cases::transfer(&lead, id.into(), &p1, "ck_haosy", " ").await;
        assert!(matches!(
            unsaid,
            Err(CaseError::Input("reason_missing", ..))
        ));
        let wrong = cases::transfer(&lead, id.into(), &p1, "sc_xinglc", "外出").await;
        assert!(matches!(wrong, Err(CaseError::Rule("cannot_take", ..))));
        cases::transfer(&lead, id.into(), &p1, "ck_haosy", "外出核查")
            .await
            .unwrap();
        assert!(task(&lead, &case).await.is_none());
        let mine = task(&clerk, &case).await.unwrap();
        assert_eq!(mine.holder.as_deref(), Some("ck_haosy"));
        // A deadline per step: half a day from the submission, whoever holds it.
        assert_eq!(due(&town, &case, 1).await, "2026-11-16T14:00:00");
        assert!(!mine.reading.unwrap().overdue);
        town.set("2026-11-16T14:01");
        assert!(task(&clerk, &case).await.unwrap().reading.unwrap().overdue);
        town.pass_points(&clerk, id).await;
        cases::accept(&clerk, id.into(), "齐全").await.unwrap();
        // In sequence: the review, with a limit of its own.
        assert_eq!(open(&town, &case).await, [post(&case, 2)]);
        assert_eq!(due(&town, &case, 2).await, "2026-11-18T13:30:00");
        town.pass_points(&reviewer, id).await;
        cases::sign_opinion(&reviewer, id.into(), &agreed())
            .await
            .unwrap();
        // By situation: a kitchen is looked at, and two sign. One of them claims it and leads; the
        // other may sign all the same.
        assert_eq!(open(&town, &case).await, [post(&case, 3)]);
        cases::claim(&reviewer, id.into(), &post(&case, 3))
            .await
            .unwrap();
        cases::sign_opinion(&second, id.into(), &agreed())
            .await
            .unwrap();
        assert_eq!(
            open(&town, &case).await,
            [post(&case, 3)],
            "one signature of two"
        );
        // Returned to the review, whose time begins anew, and done again.
        town.set("2026-11-17T09:30");
        cases::return_step(&reviewer, id.into(), &post(&case, 2), "补充审查")
            .await
            .unwrap();
        assert_eq!(open(&town, &case).await, [post(&case, 2)]);
        assert_eq!(due(&town, &case, 2).await, "2026-11-19T13:30:00");
        cases::sign_opinion(&reviewer, id.into(), &agreed())
            .await
            .unwrap();
        for officer in [&reviewer, &second] {
            cases::sign_opinion(officer, id.into(), &agreed())
                .await
                .unwrap();
        }
        assert_eq!(open(&town, &case).await, [post(&case, 4)]);
        // Every act left its trace: what, by whom, at which post, to whom.
        let detail = cases::detail(town.ctx(), id).await.unwrap();
        let traces: Vec<_> = detail
            .steps
            .iter()
            .map(|s| (s.open.event, s.private.officer.as_str()))
            .collect();
        let wanted = [
            (Event::Claim, "ck_haosy"),
            (Event::Release, "ck_haosy"),
            (Event::Claim, "sc_tancw"),
            (Event::Transfer, "sc_tancw"),
            (Event::Accept, "ck_haosy"),
        ];
        assert_eq!(traces[2..7], wanted);
        let of = |event| detail.steps.iter().filter(move |s| s.open.event == event);
        assert_eq!(of(Event::ReviewOpinion).count(), 2);
        assert_eq!(of(Event::SiteCheckSign).count(), 3);
        assert_eq!(of(Event::ReturnStep).count(), 1);
        let handed = of(Event::Transfer).next().unwrap();
        assert!(
            handed
                .private
                .handed_to
                .as_ref()
                .unwrap()
                .contains(&clerk.actor.name)
        );
        assert_eq!(handed.private.opinion, "外出核查");
        assert_eq!(handed.open.post.as_ref(), Some(&p1));
        let mut reader = town.ctx().db.reader();
        let events = journal::stream(&mut reader, &case.stream()).await.unwrap();
        let moved = events.iter().filter(|e| e.kind == "case.moved").count();
        assert_eq!(moved, detail.steps.len(), "each step is in the journal");
        // The other way of the condition, and parallel branches.
        let shop = apply_for_sales(&town).await;
        town.accept(&shop).await;
        cases::sign_opinion(&reviewer, (&shop.case_id).into(), &agreed())
            .await
            .unwrap();
        assert_eq!(open(&town, &shop).await, [post(&shop, 4)]);
        let build = apply_for_building(&town).await;
        town.accept(&build).await;
        assert_eq!(
            open(&town, &build).await,
            [post(&build, 2), post(&build, 3)]
        );
        let documents = town.officer("zj_xiangjh").await;
        cases::sign_opinion(&documents, (&build.case_id).into(), &agreed())
            .await
            .unwrap();
        assert_eq!(
            open(&town, &build).await,
            [post(&build, 3)],
            "the join waits"
        );
        let technical = town.first(&build, Step::TechnicalReview).await;
        cases::sign_opinion(&technical, (&build.case_id).into(), &agreed())
            .await
            .unwrap();
        assert_eq!(open(&town, &build).await, [post(&build, 4)]);
        town.close().await;
    }
}

/// The clock of a post stands as the case's does, an extension is one of the post too, and nothing
/// but coming to the post begins it.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_a_post_follows_the_case() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        let reviewer = town.officer("zj_xiangjh").await;
        let before = task(&reviewer, &case).await.unwrap();
        assert_eq!(due(&town, &case, 2).await, "2026-11-19T17:00:00");
        // Days at whose end a special procedure runs do not count.
        let suspend = Suspend {
            procedure: "水质采样检测".into(),
            reason: "送检".into(),
        };
        cases::suspend(&reviewer, id.into(), &suspend)
            .await
            .unwrap();
        let standing = task(&reviewer, &case).await.unwrap().reading.unwrap();
        assert_eq!(standing.state, calendar::RunState::Paused);
        town.set("2026-11-18T09:30");
        cases::resume(&reviewer, id.into(), "合格").await.unwrap();
        assert_eq!(due(&town, &case, 2).await, "2026-11-20T17:00:00");
        // An extension is the post's, too.
        let decider = town.officer("zj_buzp").await;
        cases::extend(&decider, id.into(), 1, "情况复杂")
            .await
            .unwrap();
        assert_eq!(due(&town, &case, 2).await, "2026-11-23T17:00:00");
        let after = task(&reviewer, &case).await.unwrap();
        assert_eq!(after.opened_at, before.opened_at);
        // A correction in review stops it as well.
        let asked = vec![CorrectionItem {
            material_code: None,
            name: "申请表".into(),
            what: "请补充".into(),
        }];
        let waiting = cases::ask_correction(&reviewer, id.into(), asked)
            .await
            .unwrap();
        assert_eq!(waiting.state, State::CorrectingInReview);
        let standing = task(&reviewer, &case).await.unwrap().reading.unwrap();
        assert_eq!(standing.state, calendar::RunState::Paused);
        town.close().await;
    }
}

/// Reminding the applicant is no act of the officer: since when the task waits stays as it is, in
/// the list and in the table under it. Claiming it afterwards reminds nobody again.
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_moves_no_task() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("CJRZ").await;
        let clerk = town.first(&case, Step::Accept).await;
        cases::pass_pre_review(&clerk, (&case.case_id).into(), "齐全")
            .await
            .unwrap();
        let waits_since = async || {
            let sql = "SELECT opened_at, due_at FROM case_task WHERE case_id = ? AND username = ?";
            let args = args![case.case_id.as_str(), clerk.actor.id.as_str()];
            let row = town
                .ctx()
                .db
                .reader()
                .row(sql, args)
                .await
                .unwrap()
                .unwrap();
            let (at, due): (jiff::Timestamp, Option<jiff::Timestamp>) =
                (row.get(0).unwrap(), row.get(1).unwrap());
            assert!(due.is_some());
            (at, task(&clerk, &case).await.unwrap().opened_at)
        };
        let before = waits_since().await;
        assert_eq!(before.1, Some(before.0));
        town.clock.advance(SignedDuration::from_hours(24 * 27));
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 1);
        assert_eq!(waits_since().await, before);
        cases::claim(&clerk, (&case.case_id).into(), &post(&case, 1))
            .await
            .unwrap();
        assert_eq!(waits_since().await, before);
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 0, "told once");
        town.close().await;
    }
}
