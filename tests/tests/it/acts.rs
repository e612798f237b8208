//! What the scenarios do not show of a case's life: refusals, corrections online, fees, originals
//! that do not match, time that runs out, officers who have no business here.

use cases::{
    Case, CaseError, CorrectionItem, Decide, HandOver, Seen, SignedOpinion, State, Suspend,
};
use flow::Step;
use jiff::SignedDuration;
use journeys::{Town, complete_as};

async fn titles(town: &Town, id: &str) -> Vec<String> {
    let all = notices::list(town.ctx(), id).await.unwrap();
    all.into_iter().map(|n| n.title).collect()
}

/// How often the case's journal tells of a visit too many.
async fn exceeded(town: &Town, case: &Case) -> usize {
    let mut reader = town.ctx().db.reader();
    let events = journal::stream(&mut reader, &case.stream()).await.unwrap();
    let of_visits = |e: &&journal::StoredEvent| e.kind == "case.visits_exceeded";
    events.iter().filter(of_visits).count()
}

/// [D-04] The originals do not match: nothing is handed over, the licence is suspended, the credit
/// record notes it; restored when they are in order, void when the decision is withdrawn.
#[tokio::test(flavor = "multi_thread")]
async fn originals_that_do_not_match() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.clone();
        let done = town.run_through(&case).await;
        assert_eq!(done.state, State::Completed);
        let licence = done
            .data
            .result
            .as_ref()
            .unwrap()
            .licence_key
            .clone()
            .unwrap();
        let window = town.first(&done, Step::Deliver).await;
        let mut act = HandOver {
            collector: "韩𬭎".into(),
            originals_match: false,
            note: "布局图与原件不一致".into(),
        };
        let review = cases::hand_over(&window, (&id).into(), &act).await.unwrap();
        assert_eq!(review.state, State::ReReview);
        assert_eq!(
            exceeded(&town, &review).await,
            0,
            "the one visit of the mode"
        );
        let card = || async {
            let found = licences::detail(town.ctx(), &licence).await.unwrap();
            found.card.state
        };
        assert_eq!(card().await, licences::State::Suspended);
        let credit = registers::credit(town.ctx(), &done.private.applicant.id)
            .await
            .unwrap()
            .unwrap();
        let noted = credit["records"].as_array().unwrap().last().unwrap();
        let content = noted["content"].as_str().unwrap();
        assert!(content.contains(done.number()), "{content}");
        // Not to be handed over while it is looked into.
        act.originals_match = true;
        let early = cases::hand_over(&window, (&id).into(), &act).await;
        assert!(matches!(early, Err(CaseError::Illegal(_))), "{early:?}");

        let decider = town.officer("zj_buzp").await;
        let back = cases::originals_in_order(&decider, (&id).into(), "系排版差异，内容一致")
            .await
            .unwrap();
        assert_eq!(back.state, State::Completed);
        assert_eq!(card().await, licences::State::Valid);

        act.originals_match = false;
        let second = cases::hand_over(&window, (&id).into(), &act).await.unwrap();
        assert_eq!(second.data.visits, 2);
        assert_eq!(exceeded(&town, &second).await, 1, "one visit too many");
        let bare = cases::withdraw_decision(&decider, (&id).into(), "原件系伪造", "").await;
        assert!(matches!(bare, Err(CaseError::Input(..))), "needs its basis");
        let withdrawn = cases::withdraw_decision(
            &decider,
            (&id).into(),
            "原件系伪造",
            "《行政许可法》第六十九条",
        )
        .await
        .unwrap();
        assert_eq!(withdrawn.state, State::Decided);
        assert_eq!(card().await, licences::State::Void);
        let ended = complete_as(&decider, (&id).into()).await.unwrap();
        let result = ended.data.result.as_ref().unwrap();
        assert_eq!((result.kind, result.licence_key.as_ref()), (4, None));
        town.close().await;
    }
}

/// [D-07] A submitted application is provisionally accepted, then more is asked of the applicant.
/// [D-63] The mark of provisional acceptance starts no clock, is kept through a correction and ends
/// with acceptance or refusal.
#[tokio::test(flavor = "multi_thread")]
async fn provisionally_accepted() {
    for town in Town::each("2026-11-16T09:30").await {
        let (me, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        let clerk = town.first(&case, Step::Accept).await;
        let marked = cases::accept_provisionally(&clerk, id.into())
            .await
            .unwrap();
        assert_eq!(marked.state, State::Submitted);
        assert!(marked.data.clock.is_none());
        let seen = cases::detail(&me, id).await.unwrap();
        let mark = seen.case.data.provisional.clone().expect("seen by all");
        assert_eq!((mark.by, mark.at), (clerk.actor.id.clone(), clerk.now()));
        let form = CorrectionItem {
            material_code: None,
            name: "申请表".into(),
            what: "请补充联系电话".into(),
        };
        let asked = cases::ask_correction(&clerk, id.into(), vec![form])
            .await
            .unwrap();
        assert_eq!(asked.state, State::Correcting);
        assert!(asked.data.provisional.is_some());
        let back = cases::resubmit(&me, id.into()).await.unwrap();
        assert_eq!(back.state, State::Submitted);
        assert!(back.data.provisional.is_some() && back.data.clock.is_none());
        let accepted = town.accept(&back).await;
        assert!(accepted.data.provisional.is_none() && accepted.data.clock.is_some());

        let (_, other) = town.apply("CJRZ").await;
        let clerk = town.first(&other, Step::Accept).await;
        let id = other.case_id.as_str();
        cases::accept_provisionally(&clerk, id.into())
            .await
            .unwrap();
        let refusal = cases::Refusal {
            reason: "不属于本机关职权范围".into(),
            basis: "《行政许可法》第三十二条".into(),
        };
        let refused = cases::refuse(&clerk, id.into(), &refusal).await.unwrap();
        assert!(refused.data.provisional.is_none() && refused.data.clock.is_none());
        town.close().await;
    }
}

/// Part of D-64: the fee after the decision stops the clock and stands before completion;
/// the same receipt confirmed twice has one effect.
#[tokio::test(flavor = "multi_thread")]
async fn a_fee_after_the_decision() {
    for town in Town::each("2026-11-23T09:00").await {
        let (_, case) = town.apply("JZZ-BL").await;
        let id = case.case_id.as_str();
        let clerk = town.first(&case, Step::Accept).await;
        let early = cases::request_fee(&clerk, id.into(), 2_000).await;
        assert!(
            matches!(early, Err(CaseError::Rule(..))),
            "not at this step"
        );
        town.accept(&case).await;
        town.review(&case).await;
        let decided = town.decide(&case, true).await;
        let officer = town.first(&decided, Step::Complete).await;
        let unpaid = complete_as(&officer, id.into()).await;
        assert!(matches!(unpaid, Err(CaseError::Rule(..))), "fee first");
        let none = cases::request_fee(&clerk, id.into(), 0).await;
        assert!(matches!(none, Err(CaseError::Input(..))));
        let waiting = cases::request_fee(&clerk, id.into(), 2_000).await.unwrap();
        assert_eq!(waiting.state, State::AwaitingPayment);
        assert!(waiting.data.clock.as_ref().unwrap().is_paused());
        let paid = cases::confirm_payment(&clerk, id.into(), "P20261123")
            .await
            .unwrap();
        assert_eq!(paid.state, State::Decided);
        let again = cases::confirm_payment(&clerk, id.into(), "P20261123")
            .await
            .unwrap();
        assert_eq!(again.rev, paid.rev, "the second notice changes nothing");
        town.complete(&paid).await;
        assert!(titles(&town, id).await.contains(&"缴费通知单".to_owned()));
        town.close().await;
    }
}

/// [D-32] A running case is ended with a stated reason, and the applicant gets the paper.
#[tokio::test(flavor = "multi_thread")]
async fn aborted_with_a_reason() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        let decider = town.officer("zj_buzp").await;
        let bare = cases::abort(&decider, id.into(), " ").await;
        assert!(matches!(bare, Err(CaseError::Input(..))));
        let ended = cases::abort(&decider, id.into(), "申请人已注销")
            .await
            .unwrap();
        assert_eq!(ended.state, State::Aborted);
        assert_eq!(ended.data.result.as_ref().unwrap().kind, 6);
        assert!(
            titles(&town, id)
                .await
                .contains(&"终止办理告知书".to_owned())
        );
        town.drain().await;
        let clerk = town.officer("zj_xiangjh").await;
        let late = cases::mark_points(&clerk, id.into(), Vec::new()).await;
        assert!(late.is_err(), "an ended case has no open post");
        town.close().await;
    }
}

/// What waits for the applicant ends when the applicant's time is over, by the timer, and the
/// applicant is told three days before.
#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out() {
    for town in Town::each("2026-11-16T09:30").await {
        let form = |what: &str| {
            vec![CorrectionItem {
                material_code: None,
                name: "申请表".into(),
                what: what.into(),
            }]
        };
        let (_, corrected) = town.apply("PSXK").await;
        let clerk = town.first(&corrected, Step::Accept).await;
        let id = corrected.case_id.as_str();
        cases::ask_correction(&clerk, id.into(), form("请补充"))
            .await
            .unwrap();
        let (_, reviewed) = town.apply("CJRZ").await;
        let clerk = town.first(&reviewed, Step::Accept).await;
        cases::pass_pre_review(&clerk, (&reviewed.case_id).into(), "齐全")
            .await
            .unwrap();
        let me = town.person("u_p38").await;
        let draft = cases::start(&me, "YSZC").await.unwrap();

        town.clock.advance(SignedDuration::from_hours(24 * 27 - 1));
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 0, "not yet");
        town.clock.advance(SignedDuration::from_hours(1));
        // Three days before, the applicant is told once; a draft is nobody's business.
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 2);
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 0);
        for id in [id, &reviewed.case_id] {
            let detail = cases::detail(town.ctx(), id).await.unwrap();
            let told = detail.steps.last().unwrap().open.event;
            assert_eq!(told, cases::Event::Remind);
            assert!(detail.case.deadline.is_some(), "the time stays as it is");
        }
        town.clock.advance(SignedDuration::from_hours(24 * 3 - 1));
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 0, "not yet");
        town.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 3);
        assert_eq!(cases::run_timers(town.ctx()).await.unwrap(), 0, "once");
        for id in [id, &reviewed.case_id, &draft.case_id] {
            assert_eq!(town.case(id).await.state, State::Withdrawn);
        }
        let paper = "撤回申请告知书".to_owned();
        assert!(titles(&town, id).await.contains(&paper));
        assert!(!titles(&town, &draft.case_id).await.contains(&paper));
        town.close().await;
    }
}

/// The applicant withdraws; afterwards nobody can act.
#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_by_the_applicant() {
    for town in Town::each("2026-11-16T09:30").await {
        let (me, case) = town.apply("YSZC").await;
        let id = case.case_id.as_str();
        let stranger = town.person("u_p25").await;
        assert!(cases::withdraw(&stranger, id, "不是我的").await.is_err());
        assert!(cases::detail(&stranger, id).await.is_err());
        let officer = town.officer("ww_shaops").await;
        town.accept(&case).await;
        let ended = cases::withdraw(&me, id, "不再需要").await.unwrap();
        assert_eq!(ended.state, State::Withdrawn);
        assert!(ended.data.clock.as_ref().unwrap().is_ended());
        let opinion = SignedOpinion {
            agree: true,
            text: "同意".into(),
        };
        let late = cases::sign_opinion(&officer, id.into(), &opinion).await;
        assert!(late.is_err());
        let twice = cases::withdraw(&me, id, "再撤一次").await;
        assert!(matches!(twice, Err(CaseError::Illegal(_))));
        town.close().await;
    }
}

/// Part of D-31 and D-34: an approved extension moves the due date, and extensions
/// together stay within what the law allows.
#[tokio::test(flavor = "multi_thread")]
async fn extended_within_the_law() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        let before = cases::detail(town.ctx(), id)
            .await
            .unwrap()
            .reading
            .unwrap();
        let decider = town.officer("zj_buzp").await;
        assert!(cases::extend(&decider, id.into(), 0, "重大").await.is_err());
        assert!(cases::extend(&decider, id.into(), 2, " ").await.is_err());
        let seen = town.case(id).await;
        cases::extend(&decider, Seen::case(&seen), 2, "案情复杂")
            .await
            .unwrap();
        // The second click of the same page.
        let twice = cases::extend(&decider, Seen::case(&seen), 2, "案情复杂").await;
        assert!(matches!(twice, Err(CaseError::Stale)), "{twice:?}");
        let after = cases::detail(town.ctx(), id)
            .await
            .unwrap()
            .reading
            .unwrap();
        assert_eq!(after.total, before.total + 2);
        assert!(after.due > before.due);
        let endless = cases::extend(&decider, id.into(), 365, "再延").await;
        assert!(matches!(endless, Err(CaseError::Rule(..))));
        town.close().await;
    }
}

/// [D-08] Staff act only on what is theirs: another agency's officer, an officer of another post,
/// and a resident are refused, and the case stays as it was.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_acts_on_what_is_not_theirs() {
    for town in Town::each("2026-11-16T09:30").await {
        let (me, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        let outsider = town.officer("ww_shaops").await;
        let window = town.officer("ck_changmq").await;
        for nobody in [&outsider, &window, &me, &town.visitor()] {
            let act = cases::accept(nobody, id.into(), "受理").await;
            assert!(act.is_err(), "{}", nobody.actor.id);
            let decide = Decide {
                approve: true,
                reason: "同意".into(),
                basis: String::new(),
            };
            assert!(cases::decide(nobody, id.into(), &decide).await.is_err());
        }
        let after = town.case(id).await;
        assert_eq!((after.state, after.rev), (State::Submitted, case.rev));
        town.close().await;
    }
}

/// A rejection ends with its decision on paper, with reason and basis, and no licence.
#[tokio::test(flavor = "multi_thread")]
async fn rejected() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        town.review(&case).await;
        let decider = town.first(&case, Step::Decide).await;
        let bare = Decide {
            approve: false,
            reason: "不符合条件".into(),
            basis: " ".into(),
        };
        let refused = cases::decide(&decider, id.into(), &bare).await;
        assert!(matches!(refused, Err(CaseError::Input(..))), "basis first");
        let decided = town.decide(&case, false).await;
        assert_eq!(decided.state, State::Decided);
        let ended = town.complete(&decided).await;
        let result = ended.data.result.as_ref().unwrap();
        assert_eq!((result.kind, result.licence_key.as_ref()), (4, None));
        let papers = titles(&town, id).await;
        assert!(papers.iter().any(|t| t.contains("不予")), "{papers:?}");
        town.close().await;
    }
}

/// Part of D-30: only a procedure of the item that is set as excluded from the limit
/// stops the clock.
#[tokio::test(flavor = "multi_thread")]
async fn only_excluded_procedures_stop_the_clock() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        town.accept(&case).await;
        let decider = town.officer("zj_buzp").await;
        for name in ["延长审批期限", "没有这种程序"] {
            let suspend = Suspend {
                procedure: name.into(),
                reason: "需要".into(),
            };
            let refused = cases::suspend(&decider, id.into(), &suspend).await;
            assert!(matches!(refused, Err(CaseError::Rule(..))), "{refused:?}");
        }
        assert_eq!(town.case(id).await.state, State::InReview);
        town.close().await;
    }
}

/// A name that no font can draw is told to the officer before anything is written.
#[tokio::test(flavor = "multi_thread")]
async fn undrawable_words_are_refused_before_the_act() {
    for town in Town::each("2026-11-16T09:30").await {
        let (_, case) = town.apply("PSXK").await;
        let id = case.case_id.as_str();
        let clerk = town.first(&case, Step::Accept).await;
        let refusal = cases::Refusal {
            reason: "不予受理\u{31350}".into(),
            basis: "《行政许可法》".into(),
        };
        let refused = cases::refuse(&clerk, id.into(), &refusal).await;
        assert!(matches!(refused, Err(CaseError::Other(_))), "{refused:?}");
        assert_eq!(town.case(id).await.rev, case.rev);
        town.close().await;
    }
}

/// Who may act for a company in one item only applies for that item, cites the company's licence
/// for it, and sees nothing of its other cases and licences.
#[tokio::test(flavor = "multi_thread")]
async fn a_delegate_for_one_item() {
    use kernel::{Grant, Permission, Scope};
    for town in Town::each("2026-11-16T09:30").await {
        let (owner, other) = town.apply("PSXK").await;
        let mut actor = owner.actor.as_ref().clone();
        actor.grants.clear();
        for permission in [
            Permission::CaseApply,
            Permission::CaseReadOwn,
            Permission::LicenceOwn,
        ] {
            let scope = Scope::OwnItem("SPJYXK-XB".into());
            actor.grants.push(Grant { permission, scope });
        }
        let limited = town.ctx().with_actor(actor);
        let page = kernel::PageRequest::default;
        assert_eq!(cases::my_cases(&limited, page()).await.unwrap().total, 0);
        assert!(cases::detail(&limited, &other.case_id).await.is_err());
        assert!(
            cases::withdraw(&limited, &other.case_id, "不办了")
                .await
                .is_err()
        );
        assert!(cases::start(&limited, "PSXK").await.is_err());
        let everything = licences::wallet(&owner, owner.actor.owner()).await.unwrap();
        assert!(!everything.is_empty());
        let seen = licences::wallet(&limited, owner.actor.owner())
            .await
            .unwrap();
        assert!(seen.is_empty());
        let draft = cases::start(&limited, "SPJYXK-XB").await.unwrap();
        let held = cases::applicant_licences(&limited, &draft.case_id)
            .await
            .unwrap();
        assert_eq!(held.len(), everything.len());
        assert_eq!(cases::my_cases(&limited, page()).await.unwrap().total, 1);
        town.close().await;
    }
}
