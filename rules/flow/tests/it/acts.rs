//! Each rule of acting, on the flows of the demonstration items.

use conditions::Answers;
use flow::{Effect, FlowError, NotAllowed, Officer, Opinion, State};

use crate::{Item, item, opened};

/// Follows a flow and remembers where it stands.
struct Run {
    item: Item,
    state: State,
}

impl Run {
    fn new(id: &str, answers: &[(&str, &str)]) -> Self {
        let item = item(id);
        let answers: Answers = answers.iter().copied().collect();
        let (state, effects) = item.flow.start(answers).unwrap();
        assert_eq!(opened(&effects), [item.flow.start.as_str()]);
        Self { item, state }
    }

    fn post(&self, n: u32) -> String {
        format!("{}-P{n}", self.item.id)
    }

    fn keep(&mut self, outcome: Result<(State, Vec<Effect>), FlowError>) -> Vec<Effect> {
        let (state, effects) = outcome.unwrap();
        self.state = state;
        effects
    }

    fn complete(&mut self, n: u32, who: &str) -> Vec<Effect> {
        self.keep(self.item.flow.complete(&self.state, &self.post(n), who))
    }

    fn sign(&mut self, n: u32, who: &str) -> Vec<Effect> {
        self.keep(
            self.item
                .flow
                .sign(&self.state, &self.post(n), who, Opinion::Agree),
        )
    }

    fn refused(&self, n: u32, who: &str) -> FlowError {
        self.item
            .flow
            .complete(&self.state, &self.post(n), who)
            .unwrap_err()
    }

    fn at(&self) -> Vec<&str> {
        self.state.tasks().map(|(post, _)| post).collect()
    }
}

const CATERING: [(&str, &str); 2] = [("business", "catering"), ("cold", "no")];

/// A food licence up to the site check.
fn before_site_check() -> Run {
    let mut run = Run::new("SPJYXK-XB", &CATERING);
    run.complete(1, "ck_haosy");
    run.complete(2, "sc_xinglc");
    assert_eq!(run.at(), [run.post(3)]);
    run
}

#[test]
fn conditions_choose_the_way() {
    let mut run = Run::new("SPJYXK-XB", &[("business", "sales"), ("cold", "no")]);
    run.complete(1, "ck_haosy");
    let effects = run.complete(2, "sc_xinglc");
    assert_eq!(
        opened(&effects),
        ["SPJYXK-XB-P4"],
        "no site check for sales"
    );
    before_site_check();
}

#[test]
fn one_signature_is_not_enough_for_two() {
    let mut run = before_site_check();
    let name = "现场核查岗（两人以上）".to_owned();
    let missing = |have| FlowError::MissingSignatures {
        post: name.clone(),
        have,
        need: 2,
    };
    assert_eq!(run.refused(3, "sc_xinglc"), missing(0));
    let effects = run.sign(3, "sc_xinglc");
    assert!(matches!(
        &effects[..],
        [Effect::Signed {
            have: 1,
            need: 2,
            ..
        }]
    ));
    assert_eq!(run.refused(3, "sc_xinglc"), missing(1));
    let again = run
        .item
        .flow
        .sign(&run.state, &run.post(3), "sc_xinglc", Opinion::Disagree);
    let twice = FlowError::AlreadySigned {
        post: name.clone(),
        who: "sc_xinglc".into(),
    };
    assert_eq!(again.unwrap_err(), twice);
    let other = run
        .item
        .flow
        .sign(&run.state, &run.post(3), "sc_jiangby", Opinion::Agree);
    let stranger = FlowError::NotListed {
        post: name,
        who: "sc_jiangby".into(),
    };
    assert_eq!(other.unwrap_err(), stranger);
    run.sign(3, "sc_lujm");
    run.complete(3, "sc_xinglc");
    let done = run.state.done().last().unwrap();
    assert_eq!((done.by.as_str(), done.signatures.len()), ("sc_xinglc", 2));
}

#[test]
fn tasks_are_claimed_given_back_and_handed_over() {
    let mut run = Run::new("SPJYXK-XB", &CATERING);
    run.complete(1, "ck_haosy");
    let post = run.post(2);
    let assigned = run
        .item
        .flow
        .transfer(&run.state, &post, "sc_xinglc", "sc_tancw");
    let effects = run.keep(assigned);
    assert!(
        matches!(&effects[..], [Effect::Transferred { from: None, to, by, .. }]
        if to == "sc_xinglc" && by == "sc_tancw")
    );
    let held = |holder: &str| FlowError::HeldBy {
        post: "书面审查岗".into(),
        holder: holder.into(),
    };
    assert_eq!(run.refused(2, "sc_lujm"), held("sc_xinglc"));
    let claim = run.item.flow.claim(&run.state, &post, "sc_lujm");
    assert_eq!(claim.unwrap_err(), held("sc_xinglc"));
    assert_eq!(
        run.item
            .flow
            .claim(&run.state, &post, "sc_xinglc")
            .unwrap()
            .1,
        []
    );
    run.keep(run.item.flow.release(&run.state, &post, "sc_xinglc"));
    let release = run
        .item
        .flow
        .release(&run.state, &post, "sc_xinglc")
        .unwrap_err();
    let not_held = FlowError::NotHeld {
        post: "书面审查岗".into(),
        who: "sc_xinglc".into(),
    };
    assert_eq!(release, not_held);
    run.keep(run.item.flow.claim(&run.state, &post, "sc_lujm"));
    assert_eq!(
        run.state.task(&post).unwrap().holder.as_deref(),
        Some("sc_lujm")
    );
    let stranger = run
        .item
        .flow
        .transfer(&run.state, &post, "ck_haosy", "sc_tancw");
    assert!(matches!(stranger, Err(FlowError::NotListed { .. })));
    run.keep(
        run.item
            .flow
            .transfer(&run.state, &post, "sc_xinglc", "sc_lujm"),
    );
    run.complete(2, "sc_xinglc");
}

#[test]
fn who_signed_submits() {
    let mut run = Run::new("SPJYXK-XB", &CATERING);
    run.complete(1, "ck_haosy");
    run.sign(2, "sc_xinglc");
    let other = FlowError::NotASigner {
        post: "书面审查岗".into(),
        who: "sc_lujm".into(),
    };
    assert_eq!(run.refused(2, "sc_lujm"), other);
    run.complete(2, "sc_xinglc");
    let gone = FlowError::NotActive {
        post: "书面审查岗".into(),
    };
    assert_eq!(run.refused(2, "sc_xinglc"), gone);
    assert_eq!(
        run.refused(9, "x"),
        FlowError::UnknownPost { post: run.post(9) }
    );
}

#[test]
fn parallel_branches_meet_at_the_join() {
    for order in [[2, 3], [3, 2]] {
        let mut run = Run::new("SGXK", &[]);
        let effects = run.complete(1, "zj_xiangjh");
        assert_eq!(opened(&effects), ["SGXK-P2", "SGXK-P3"]);
        let who = |n| if n == 2 { "zj_xiangjh" } else { "zj_chimy" };
        let effects = run.complete(order[0], who(order[0]));
        assert_eq!(opened(&effects), [""; 0], "the join waits");
        assert_eq!(run.state.waiting().count(), 1);
        assert_eq!(run.at(), [run.post(order[1])]);
        let effects = run.complete(order[1], who(order[1]));
        assert_eq!(opened(&effects), ["SGXK-P4"]);
        assert_eq!(run.state.waiting().count(), 0);
    }
}

#[test]
fn a_branch_that_was_not_started_is_not_waited_for() {
    let mut run = Run::new("YPLS", &[("otc", "yes")]);
    assert_eq!(opened(&run.complete(1, "sj_miaozr")), ["YPLS-P2"]);
    assert_eq!(opened(&run.complete(2, "sj_miaozr")), ["YPLS-P5"]);
    let mut run = Run::new("YPLS", &[("otc", "no")]);
    assert_eq!(
        opened(&run.complete(1, "sj_miaozr")),
        ["YPLS-P2", "YPLS-P3"]
    );
    assert_eq!(opened(&run.complete(2, "sj_miaozr")), [""; 0]);
    assert_eq!(opened(&run.complete(3, "sj_juzy")), ["YPLS-P4"]);
}

#[test]
fn document_and_technical_review_are_by_different_people() {
    let mut run = Run::new("SGXK", &[]);
    run.item.flow.posts[2].staff.push("zj_xiangjh".into());
    run.complete(1, "zj_xiangjh");
    run.sign(2, "zj_xiangjh");
    let same = FlowError::SamePerson {
        who: "zj_xiangjh".into(),
        other: "书面审查岗".into(),
    };
    assert_eq!(
        run.refused(3, "zj_xiangjh"),
        same,
        "while the other review is open"
    );
    run.complete(2, "zj_xiangjh");
    assert_eq!(run.refused(3, "zj_xiangjh"), same, "and after it is done");
    run.complete(3, "zj_chimy");
}

#[test]
fn a_return_undoes_what_lies_behind_its_target() {
    let mut run = before_site_check();
    run.sign(3, "sc_xinglc");
    let back = |run: &Run, from: u32, to: u32, who: &str| {
        run.item
            .flow
            .return_to(&run.state, &run.post(from), &run.post(to), who)
    };
    let own = back(&run, 3, 3, "sc_xinglc");
    assert!(
        matches!(own, Err(FlowError::CannotReturn { .. })),
        "not to itself"
    );
    let ahead = back(&run, 3, 4, "sc_xinglc");
    assert!(
        matches!(ahead, Err(FlowError::CannotReturn { .. })),
        "not forward"
    );
    let effects = run.keep(back(&run, 3, 2, "sc_xinglc"));
    assert_eq!(
        effects[1..],
        [
            Effect::Closed { post: run.post(3) },
            Effect::Opened {
                post: run.post(2),
                step: flow::Step::Review,
                round: 2
            },
        ]
    );
    assert_eq!(
        (run.at(), run.state.done().len()),
        (vec!["SPJYXK-XB-P2"], 1)
    );
    run.complete(2, "sc_lujm");
    assert_eq!(
        run.state.task(&run.post(3)).unwrap().signatures,
        [],
        "signed again from scratch"
    );
    assert_eq!(run.state.round(&run.post(3)), 2);
    run.sign(3, "sc_xinglc");
    run.sign(3, "sc_lujm");
    run.complete(3, "sc_lujm");
    run.complete(4, "sc_jiangby");
    let late = back(&run, 5, 2, "sc_zhudf");
    assert_eq!(late.unwrap_err(), FlowError::AfterDecision);
}

#[test]
fn a_return_leaves_other_branches_alone() {
    let mut run = Run::new("SGXK", &[]);
    run.complete(1, "zj_xiangjh");
    run.complete(2, "zj_xiangjh");
    run.complete(3, "zj_chimy");
    let (from, to) = (run.post(4), run.post(2));
    run.keep(run.item.flow.return_to(&run.state, &from, &to, "zj_buzp"));
    assert_eq!(run.at(), ["SGXK-P2"]);
    assert!(run.state.is_done("SGXK-P3"), "the technical review stands");
    assert_eq!(
        opened(&run.complete(2, "zj_xiangjh")),
        ["SGXK-P4"],
        "nothing else to wait for"
    );
    // Back to acceptance everything is done again.
    let (from, to) = (run.post(4), run.post(1));
    run.keep(run.item.flow.return_to(&run.state, &from, &to, "zj_buzp"));
    assert_eq!((run.at(), run.state.done().len()), (vec!["SGXK-P1"], 0));
    // From one branch to before the fork: the other branch and its arrival go too.
    run.complete(1, "zj_xiangjh");
    run.complete(2, "zj_xiangjh");
    assert_eq!(run.state.waiting().count(), 1);
    let (from, to) = (run.post(3), run.post(1));
    run.keep(run.item.flow.return_to(&run.state, &from, &to, "zj_chimy"));
    assert_eq!(
        (run.at(), run.state.waiting().count()),
        (vec!["SGXK-P1"], 0)
    );
}

#[test]
fn the_state_survives_writing_and_reading() {
    let mut run = before_site_check();
    run.sign(3, "sc_lujm");
    let text = serde_json::to_string(&run.state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), run.state);
}

#[test]
fn who_may_act() {
    let food = item("SPJYXK-XB").flow;
    let spot = item("SPJYXK-BF").flow;
    let roles = |list: &[&str]| list.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>();
    let all = roles(&["acceptor", "reviewer", "decider", "licence_officer"]);
    let kept = roles(&["reviewer", "decider", "licence_officer"]);
    let tan = Officer {
        username: "sc_tancw",
        roles: &all,
        on_spot_roles: &kept,
    };
    assert_eq!(food.posts[0].may_act(tan, false), Ok(()));
    assert_eq!(spot.posts[2].may_act(tan, true), Ok(()));
    let kept = Err(NotAllowed::OnSpotOnly {
        role: "decider".into(),
    });
    assert_eq!(spot.posts[2].may_act(tan, false), kept);
    let not_listed = Err(NotAllowed::NotListed {
        post: "书面审查岗".into(),
    });
    assert_eq!(
        food.posts[1].may_act(tan, true),
        not_listed,
        "the role alone does not suffice"
    );
    let one = roles(&["reviewer"]);
    let xing = Officer {
        username: "sc_xinglc",
        roles: &one,
        on_spot_roles: &[],
    };
    assert_eq!(food.posts[1].may_act(xing, false), Ok(()));
    let without = Officer {
        roles: &all[..1],
        ..xing
    };
    let no_role = Err(NotAllowed::NoRole {
        post: "书面审查岗".into(),
        role: "reviewer".into(),
    });
    assert_eq!(
        food.posts[1].may_act(without, false),
        no_role,
        "the list alone does not either"
    );
}
