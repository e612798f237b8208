//! The demonstration items' flows are sound, and a fault put into one is found.

use calendar::{Limit, Unit};
use flow::{Method, Problem, Span, Step, WhoDecides, who_decides};
use serde_json::{Value, json};

use crate::{Item, item, items};

#[test]
fn every_demo_flow_is_valid() {
    let items = items();
    assert_eq!(items.len(), 29);
    for item in items {
        assert_eq!(
            item.flow.validate(&item.questions, item.promised),
            [],
            "{}",
            item.id
        );
        let declared = item.flow.longest_path_limit.unwrap();
        assert_eq!(item.flow.longest_path(), declared, "{}", item.id);
    }
}

/// The review rules of the items say who decides; the methods must say the same.
#[test]
fn decision_rules_follow_from_the_methods() {
    for item in items() {
        let decision = &item.raw["review_rules"]["decision"];
        let expected = match (&decision["rule"], &decision["collective"]) {
            (_, Value::Bool(true)) => WhoDecides::DeciderAfterCollectiveReview,
            (rule, _) if rule.as_str().unwrap().contains("即时决定") => WhoDecides::Reviewer,
            _ => WhoDecides::Decider,
        };
        assert_eq!(
            who_decides(&item.flow.methods, false),
            expected,
            "{}",
            item.id
        );
    }
}

fn faults(id: &str, change: impl FnOnce(&mut Item)) -> Vec<Problem> {
    let mut item = item(id);
    change(&mut item);
    item.flow.validate(&item.questions, item.promised)
}

fn flow_of(item: &mut Item, change: impl FnOnce(&mut Value)) {
    let mut raw = item.raw["elements"]["flow"].clone();
    change(&mut raw);
    item.flow = serde_json::from_value(raw).unwrap();
}

#[test]
fn faults_of_the_graph_are_found() {
    let name = |n: u32| format!("SPJYXK-XB-P{n}");
    let found = faults("SPJYXK-XB", |i| i.flow.start = "nowhere".into());
    assert_eq!(
        found,
        [Problem::UnknownStart {
            post: "nowhere".into()
        }]
    );
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[3].next[0].to = "nowhere".into()
    });
    assert_eq!(
        found,
        [Problem::UnknownTarget {
            post: name(4),
            to: "nowhere".into()
        }]
    );
    let found = faults("SPJYXK-XB", |i| i.flow.posts[1].code = name(1));
    assert!(found.contains(&Problem::DuplicatePost { post: name(1) }));
    let found = faults("SPJYXK-XB", |i| i.flow.posts[3].next[0].to = name(6));
    assert_eq!(found, [Problem::Unreachable { post: name(5) }]);
    let found = faults("SPJYXK-XB", |i| i.flow.posts[4].next[0].to = name(2));
    assert!(found.contains(&Problem::Cycle { post: name(2) }));
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[5].next = vec![flow::Route {
            when: None,
            to: name(1),
        }];
    });
    assert!(found.contains(&Problem::NoEnd));
    let found = faults("SPJYXK-XB", |i| i.flow.posts[4].step = Step::Deliver);
    assert!(found.contains(&Problem::EndIsDelivery { post: name(5) }));
    assert!(found.contains(&Problem::MissingStep {
        step: Step::Complete
    }));
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[1].next.pop();
    });
    assert!(found.contains(&Problem::DefaultRoute { post: name(2) }));
    let found = faults("SPJYXK-XB", |i| i.flow.posts[1].next[0].when = None);
    assert!(found.contains(&Problem::DefaultRoute { post: name(2) }));
}

#[test]
fn faults_of_branches_are_found() {
    let name = |n: u32| format!("SGXK-P{n}");
    let found = faults("SGXK", |i| i.flow.posts[3].join = None);
    assert_eq!(found, [Problem::MissingJoin { post: name(4) }]);
    let found = faults("SGXK", |i| i.flow.posts[4].join = Some(flow::Join::All));
    assert_eq!(found, [Problem::IdleJoin { post: name(5) }]);
    let found = faults("SGXK", |i| i.flow.posts[2].next[0].to = name(6));
    assert_eq!(
        found,
        [
            Problem::MissingJoin { post: name(6) },
            Problem::IdleJoin { post: name(4) }
        ]
    );
    let found = faults("SGXK", |i| {
        i.flow.posts[0].next.pop();
    });
    assert!(found.contains(&Problem::ParallelRoutes { post: name(1) }));
    let found = faults("SGXK", |i| {
        flow_of(i, |raw| {
            let mut end = raw["internal_posts"][5].clone();
            end["post_code"] = json!("SGXK-P7");
            raw["internal_posts"].as_array_mut().unwrap().push(end);
            raw["internal_posts"][2]["next"][0]["to"] = json!("SGXK-P7");
        });
    });
    assert!(found.contains(&Problem::SeveralEnds), "{found:?}");
    // Only some answers lead round the decision.
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[1].next[1].to = "SPJYXK-XB-P5".into()
    });
    assert_eq!(found, [Problem::MissingStep { step: Step::Decide }]);
}

#[test]
fn faults_of_people_conditions_and_methods_are_found() {
    let post = |n: u32| format!("SPJYXK-XB-P{n}");
    let found = faults("SPJYXK-XB", |i| i.flow.posts[2].countersign = 3);
    assert_eq!(found, [Problem::Countersign { post: post(3) }]);
    let found = faults("SPJYXK-XB", |i| i.flow.posts[2].countersign = 1);
    assert_eq!(found, [Problem::SiteCheckAlone { post: post(3) }]);
    let found = faults("SPJYXK-XB", |i| i.flow.posts[2].seals.officer = true);
    assert_eq!(found, [Problem::SealsNoDecision { post: post(3) }]);
    let together = |codes: &'static [&'static str]| {
        faults("SPJYXK-XB", |i| {
            i.flow.posts[3].seals.agencies = codes.iter().map(|code| (*code).into()).collect();
        })
    };
    assert_eq!(together(&["YD_XFJ", "YD_CGJ"]), []);
    for wrong in [&["YD_XFJ", "YD_XFJ"][..], &["", "YD_XFJ"], &["甲"; 8]] {
        assert_eq!(
            together(wrong),
            [Problem::SealingAgencies { post: post(4) }]
        );
    }
    let found = faults("SPJYXK-XB", |i| i.flow.posts[3].staff.clear());
    assert_eq!(found, [Problem::NoStaff { post: post(4) }]);
    let found = faults("SGXK", |i| {
        i.flow.posts[2].staff = i.flow.posts[1].staff.clone()
    });
    let shared = Problem::SharedStaff {
        review: "SGXK-P2".into(),
        technical: "SGXK-P3".into(),
    };
    assert_eq!(found, [shared]);
    let found = faults("SPJYXK-XB", |i| i.questions = Default::default());
    assert!(matches!(&found[..], [Problem::Condition { post, .. }] if *post == "SPJYXK-XB-P2"));
    let found = faults("SPJYXK-XB", |i| {
        i.flow.methods.retain(|m| *m != Method::SiteCheck)
    });
    assert_eq!(
        found,
        [Problem::MethodStep {
            method: Method::SiteCheck
        }]
    );
    let found = faults("YSZC", |i| i.flow.methods.push(Method::TechnicalReview));
    assert_eq!(
        found,
        [Problem::MethodStep {
            method: Method::TechnicalReview
        }]
    );
    let found = faults("YSZC", |i| i.flow.return_to.push(Step::SiteCheck));
    assert_eq!(
        found,
        [Problem::ReturnTo {
            step: Step::SiteCheck
        }]
    );
}

/// [C-42] Who decides must be who the methods ask for.
#[test]
fn faults_of_the_decision_are_found() {
    let post = |n: u32| format!("SPJYXK-XB-P{n}");
    // After a site check the reviewer cannot decide.
    let found = faults("SPJYXK-XB", |i| i.flow.posts[3].role = "reviewer".into());
    assert_eq!(found, [Problem::DeciderNeeded { post: post(4) }]);
    // What is decided on the spot waits for no second signature.
    let two = |i: &mut Item| {
        let decide = i.flow.posts.iter_mut().find(|p| p.step == Step::Decide);
        let decide = decide.unwrap();
        decide.staff = vec!["a".into(), "b".into()];
        decide.countersign = 2;
    };
    assert!(matches!(
        &faults("YSZC", two)[..],
        [Problem::OnTheSpot { .. }]
    ));
    assert_eq!(faults("SPJYXK-XB", two), []);
    // A test that shows technical standards leaves it to the reviewer; the item has to say so.
    let tested = |shown: bool| {
        move |i: &mut Item| {
            i.flow.methods.push(Method::Testing);
            i.flow.standards_shown = shown;
            two(i);
        }
    };
    assert!(matches!(
        &faults("YSZC", tested(true))[..],
        [Problem::OnTheSpot { .. }]
    ));
    assert_eq!(faults("YSZC", tested(false)), []);
    // Reviewed only after the decision; and a branch that joins a reviewed one.
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[1].step = Step::Decide;
        i.flow.posts[3].step = Step::Review;
    });
    assert!(found.contains(&Problem::DecidedUnreviewed { post: post(2) }));
    let found = faults("SGXK", |i| i.flow.posts[1].step = Step::Accept);
    let unreviewed = |p: &Problem| matches!(p, Problem::DecidedUnreviewed { .. });
    assert!(!found.iter().any(unreviewed), "{found:?}");
}

/// [C-40] Business flow details every internal post: post name, duty, time limit; the sum of post
/// limits on the longest path may not exceed the promised limit.
#[test]
fn posts_are_detailed_and_stay_within_the_promise() {
    for key in ["post_name", "duty", "limit_value"] {
        let mut raw = item("SPJYXK-XB").raw["elements"]["flow"].clone();
        raw["internal_posts"][1]
            .as_object_mut()
            .unwrap()
            .remove(key);
        assert!(
            serde_json::from_value::<flow::Definition>(raw).is_err(),
            "{key}"
        );
    }
    let found = faults("SPJYXK-XB", |i| i.flow.posts[1].duty.clear());
    assert_eq!(
        found,
        [Problem::NoDuty {
            post: "SPJYXK-XB-P2".into()
        }]
    );
    let (sum, promised) = (Span::whole(5), Span::whole(4));
    let found = faults("SPJYXK-XB", |i| {
        i.promised = Limit::new(4, Unit::WorkingDay)
    });
    assert_eq!(found, [Problem::OverPromised { sum, promised }]);
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[1].limit = Span::hundredths(160)
    });
    let sum = Span::hundredths(510);
    let (promised, declared) = (Span::whole(5), Span::whole(5));
    let over = Problem::OverPromised { sum, promised };
    assert_eq!(found, [over, Problem::Declared { sum, declared }]);
    // Parallel branches take as long as the longer one.
    let found = faults("SGXK", |i| i.flow.posts[2].limit = Span::hundredths(150));
    let (sum, declared) = (Span::hundredths(350), Span::whole(3));
    let promised = Span::whole(3);
    let over = Problem::OverPromised { sum, promised };
    assert_eq!(found, [over, Problem::Declared { sum, declared }]);
    let found = faults("SPJYXK-XB", |i| {
        i.flow.posts[1].limit_unit = Unit::NaturalDay
    });
    assert_eq!(
        found,
        [Problem::LimitUnit {
            post: "SPJYXK-XB-P2".into()
        }]
    );
}

#[test]
fn limits_are_read_exactly() {
    let read = |value: Value| serde_json::from_value::<Span>(value);
    assert_eq!(read(json!(11.5)).unwrap(), Span::hundredths(1150));
    assert_eq!(read(json!(0)).unwrap(), Span::default());
    assert_eq!(read(json!(0.25)).unwrap().to_string(), "0.25");
    assert_eq!(
        read(json!(1.5)).unwrap().words(Unit::WorkingDay),
        "1.5个工作日"
    );
    assert_eq!(Span::hundredths(105).to_string(), "1.05");
    for bad in [json!(-1), json!(0.333), json!(1e30), json!("1")] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
}
