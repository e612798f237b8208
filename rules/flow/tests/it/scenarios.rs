//! The demonstration scenarios, act by act.

use std::collections::BTreeMap;

use flow::{FlowError, Officer, Opinion, State};
use serde_json::Value;

use crate::{Item, item, load};

struct Case {
    item: Item,
    state: State,
    immediate: bool,
    /// Children of a parallel approval are accepted with their parent.
    child: bool,
}

fn cases(expected: &Value, scenario: u64) -> BTreeMap<String, Case> {
    let of_scenario = expected["cases"].as_array().unwrap().iter();
    let of_scenario = of_scenario.filter(|case| case["scenario"] == scenario);
    let open = |case: &Value| {
        let item = item(case["item_id"].as_str().unwrap());
        let answers = serde_json::from_value(case["answers"].clone()).unwrap();
        let (state, _) = item.flow.start(answers).unwrap();
        let immediate = item.promised.is_immediate();
        let child = case["channel_mode"] == "child";
        (
            case["case"].as_str().unwrap().to_owned(),
            Case {
                item,
                state,
                immediate,
                child,
            },
        )
    };
    of_scenario.map(open).collect()
}

fn roles(person: &Value, key: &str) -> Vec<String> {
    serde_json::from_value(person[key].clone()).unwrap()
}

fn run(scenario: u64) -> BTreeMap<String, Case> {
    let expected = load("scenarios_expected.json");
    let staff = load("staff.json");
    let mut cases = cases(&expected, scenario);
    for case in cases.values_mut().filter(|case| case.child) {
        let first = case.item.flow.posts[0].clone();
        case.state = case
            .item
            .flow
            .complete(&case.state, &first.code, &first.staff[0])
            .unwrap()
            .0;
    }
    let steps = expected["steps"].as_array().unwrap().iter();
    for step in steps.filter(|step| step["scenario"] == scenario) {
        let acts = step["acts"].as_array().unwrap();
        for (i, act) in acts.iter().enumerate() {
            let Some(post) = act["post_code"].as_str() else {
                continue;
            };
            let (who, event) = (
                act["actor"].as_str().unwrap(),
                act["event"].as_str().unwrap(),
            );
            let place = format!(
                "scenario {scenario} step {}: {event} at {post}",
                step["step"]
            );
            let case = cases.get_mut(act["case"].as_str().unwrap()).unwrap();
            let flow = &case.item.flow;

            let person = staff["staff"].as_array().unwrap().iter();
            let person = person
                .clone()
                .find(|person| person["username"] == who)
                .unwrap();
            let (all, spot) = (roles(person, "roles"), roles(person, "on_spot_roles"));
            let officer = Officer {
                username: who,
                roles: &all,
                on_spot_roles: &spot,
            };
            let allowed = flow.post(post).unwrap().may_act(officer, case.immediate);
            assert_eq!(allowed, Ok(()), "{place}");

            let sign = |state: &State| {
                flow.sign(state, post, who, Opinion::Agree)
                    .unwrap_or_else(|e| panic!("{place}: {e}"))
                    .0
            };
            let complete = |state: &State| {
                flow.complete(state, post, who)
                    .unwrap_or_else(|e| panic!("{place}: {e}"))
                    .0
            };
            let more = acts[i + 1..]
                .iter()
                .any(|a| a["post_code"] == post && a["event"] == event);
            match event {
                // Before acceptance the case stays at the accepting post.
                "intake" | "ask_correction" | "resubmit" | "pre_review_pass" | "refuse" => {
                    assert!(case.state.task(post).is_some(), "{place}");
                }
                // Stops concern the clock, not the flow.
                "suspend" | "resume" | "ask_correction_in_review" => {}
                "assign" => {
                    let (next, _) = case.state.tasks().next().unwrap();
                    let to = flow.post(next).unwrap().staff[0].clone();
                    case.state = flow.transfer(&case.state, next, &to, who).unwrap().0;
                }
                "review_opinion" | "decide_approve" => case.state = complete(&sign(&case.state)),
                "site_check_sign" => {
                    let first = case.state.task(post).unwrap().signatures.is_empty();
                    case.state = sign(&case.state);
                    if first {
                        let alone = flow.complete(&case.state, post, who);
                        assert!(
                            matches!(alone, Err(FlowError::MissingSignatures { .. })),
                            "{place}"
                        );
                    }
                    if !more {
                        case.state = complete(&case.state);
                    }
                }
                "accept" | "complete" | "ship" | "hand_over" => case.state = complete(&case.state),
                other => panic!("{place}: {other}"),
            }
        }
    }
    cases
}

fn path(case: &Case) -> Vec<&str> {
    case.state
        .done()
        .iter()
        .map(|done| done.post.rsplit('-').next().unwrap())
        .collect()
}

fn only(mut cases: BTreeMap<String, Case>) -> Case {
    assert_eq!(cases.len(), 1);
    cases.pop_first().unwrap().1
}

#[test]
fn scenario_1_fully_online() {
    let case = only(run(1));
    assert_eq!(path(&case), ["P1", "P2", "P3", "P4"]);
    // The electronic result is delivered by the system, so the delivery post is left over.
    assert_eq!(
        case.state.tasks().map(|(post, _)| post).collect::<Vec<_>>(),
        ["YSZC-P5"]
    );
}

#[test]
fn scenario_2_site_check_by_two() {
    let case = only(run(2));
    assert_eq!(path(&case), ["P1", "P2", "P3", "P4", "P5", "P6"]);
    assert!(case.state.is_finished());
    assert_eq!(case.state.done()[2].signatures.len(), 2);
}

#[test]
fn scenario_3_one_officer_at_every_post() {
    let case = only(run(3));
    assert_eq!(path(&case), ["P1", "P2", "P3", "P4", "P5"]);
    assert!(case.state.is_finished());
}

#[test]
fn scenario_5_suspended_between_posts() {
    let case = only(run(5));
    assert_eq!(path(&case), ["P1", "P2", "P3", "P4", "P5", "P6"]);
    assert!(case.state.is_finished());
}

#[test]
fn scenario_6_refused_at_acceptance() {
    let case = only(run(6));
    assert_eq!(path(&case), [""; 0]);
    assert!(case.state.task("JZZ-SL-P1").is_some());
}

#[test]
fn scenarios_4_7_and_8() {
    assert!(only(run(4)).state.is_finished());
    let cases = run(7);
    assert_eq!(cases.len(), 5);
    let parent = &cases["办件7（父件）"];
    assert!(parent.state.is_finished());
    assert_eq!(
        parent.state.done()[2].signatures.len(),
        4,
        "one signer of each agency"
    );
    assert_eq!(
        path(&cases["办件7-2"]),
        ["P1", "P2", "P4", "P5"],
        "a shop sign needs no visit"
    );
    let cases = run(8);
    assert_eq!(path(&cases["办件8-2"]), ["P1", "P2", "P3", "P4", "P5"]);
}
