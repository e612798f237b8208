//! What the language says, what it refuses, and its laws.

use std::collections::HashMap;

use conditions::{Answer, AnswerError, Answers, Condition, ConditionError, Questions};
use proptest::prelude::*;
use serde_json::json;

use crate::reference;
use crate::strategy::{answers, condition, config, parse, questions};

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn equals_the_reference(c in condition(), a in answers()) {
        let raw = serde_json::to_value(&a).unwrap();
        prop_assert_eq!(parse(&c).holds(&a), reference::holds(&c, &raw), "{} {}", c, raw);
    }

    #[test]
    fn ne_is_always_the_opposite_of_eq(
        question in "kind|many|n|in|other", value in "[abc5]?", a in answers(),
    ) {
        let test = |op| parse(&json!({ "question": question, "op": op, "value": value })).holds(&a);
        prop_assert_ne!(test("eq"), test("ne"));
    }

    #[test]
    fn reads_what_it_writes(c in condition()) {
        let read = parse(&c);
        prop_assert_eq!(read.to_json(), c.clone());
        let text = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(serde_json::from_str::<Condition>(&text).unwrap(), read);
    }

    /// Whatever a condition gives for any answers, it gives for one of the cases: nothing that
    /// makes a difference is left out.
    #[test]
    fn cases_cover_every_outcome(
        c in prop::collection::vec(condition(), 1..3), a in answers(),
    ) {
        let (questions, read): (_, Vec<_>) = (questions(), c.iter().map(parse).collect());
        // Answers that no page can give are not among the cases.
        prop_assume!(questions.check(&a).iter().all(|e| matches!(e, AnswerError::Unanswered { .. })));
        let outcome = |a: &Answers| read.iter().map(|c| c.holds(a)).collect::<Vec<_>>();
        let cases = questions.cases(&read.iter().collect::<Vec<_>>(), 1_000_000).unwrap();
        prop_assert!(cases.iter().any(|case| outcome(case) == outcome(&a)));
    }
}

#[test]
fn comparisons_by_hand() {
    let holds = |op: &str, value, answer: &str| {
        let condition = parse(&json!({ "question": "q", "op": op, "value": value }));
        condition.holds(&[("q", answer)].into_iter().collect())
    };
    assert!(holds("gt", json!(5), "6"));
    assert!(holds("gt", json!("5"), "10"), "as numbers, not as text");
    assert!(!holds("gt", json!(5), "5.0"));
    assert!(holds("lt", json!(5), "-4.9"));
    assert!(!holds("gt", json!(5), "many") && !holds("lt", json!(5), "many"));
    assert!(!holds("gt", json!(5), "inf") && !holds("gt", json!(5), "1e9"));
    assert!(holds("gt", json!("2026-11-16"), "2026-11-17"));
    assert!(!holds("gt", json!("2026-11-16"), "20261117"));
    assert!(!holds("eq", json!("Yes"), "yes"), "letter by letter");
    let none = Answers::new();
    for (op, value, want) in [
        ("eq", json!("a"), false),
        ("ne", json!("a"), true),
        ("in", json!(["a"]), false),
        ("gt", json!(0), false),
        ("lt", json!(0), false),
        ("exists", json!(true), false),
        ("exists", json!(false), true),
    ] {
        let condition = parse(&json!({ "question": "q", "op": op, "value": value }));
        assert_eq!(condition.holds(&none), want, "{op} without an answer");
        let empty = [("q", Answer::One(String::new()))].into_iter().collect();
        assert_eq!(condition.holds(&empty), want, "{op} of empty text");
        let empty = [("q", Answer::Many(Vec::new()))].into_iter().collect();
        assert_eq!(condition.holds(&empty), want, "{op} of an empty list");
    }
    assert!(Condition::always().holds(&none));
}

#[test]
fn malformed_conditions_are_refused_with_their_place() {
    let place = |value| match Condition::parse(&value).unwrap_err() {
        ConditionError::Shape { at, .. } | ConditionError::UnknownOp { at, .. } => at,
        other => panic!("{other}"),
    };
    let good = json!({ "question": "q", "op": "eq", "value": "a" });
    let test = |op, value| json!({ "question": "q", "op": op, "value": value });
    assert_eq!(place(json!(null)), "");
    assert_eq!(place(json!({ "all": [], "any": [] })), "");
    assert_eq!(place(json!({ "all": [good, null] })), "“all[1]”");
    assert_eq!(
        place(json!({ "any": [{ "not": { "all": 3 } }] })),
        "“any[0].not”"
    );
    assert_eq!(
        place(json!({ "not": { "question": "q", "op": "eq" } })),
        "“not”"
    );
    assert_eq!(
        place(json!({ "question": "q", "op": "eq", "value": "a", "x": 1 })),
        ""
    );
    for bad in [
        test("eq", json!(5)),
        test("ne", json!(["a"])),
        test("in", json!([])),
        test("in", json!("a")),
        test("gt", json!("soon")),
        test("lt", json!(true)),
        test("exists", json!("yes")),
        json!("q == a"),
    ] {
        assert!(
            matches!(Condition::parse(&bad), Err(ConditionError::Shape { .. })),
            "{bad}"
        );
    }
    let unknown = Condition::parse(&test("like", json!("a"))).unwrap_err();
    assert_eq!(
        unknown,
        ConditionError::UnknownOp {
            at: String::new(),
            op: "like".into()
        }
    );
}

#[test]
fn conditions_are_checked_against_the_questions() {
    let check = |question: &str, op: &str, value| {
        let value = json!({ "all": [{ "question": question, "op": op, "value": value }] });
        Condition::parse_for(&value, &questions()).err()
    };
    assert_eq!(check("kind", "eq", json!("a")), None);
    assert_eq!(check("n", "eq", json!("anything")), None);
    assert_eq!(check("n", "gt", json!(7)), None);
    let unknown = ConditionError::UnknownQuestion {
        question: "kinds".into(),
    };
    assert_eq!(check("kinds", "exists", json!(true)), Some(unknown));
    let value = |question: &str, value: &str| {
        Some(ConditionError::UnknownValue {
            question: question.into(),
            value: value.into(),
        })
    };
    assert_eq!(check("kind", "ne", json!("c")), value("kind", "c"));
    assert_eq!(check("many", "in", json!(["a", "z"])), value("many", "z"));
}

#[test]
fn answers_come_from_pages_and_are_checked() {
    let posted = [
        ("kind", vec![" a "]),
        ("many", vec!["a", "", "b"]),
        ("n", vec!["  "]),
        ("csrf", vec!["x"]),
    ];
    let posted: HashMap<String, Vec<String>> = posted
        .into_iter()
        .map(|(q, v)| (q.to_owned(), v.into_iter().map(str::to_owned).collect()))
        .collect();
    let answers = questions().read(&posted);
    assert_eq!(
        serde_json::to_value(&answers).unwrap(),
        json!({ "kind": "a", "many": ["a", "b"] })
    );
    let wrong: Answers = serde_json::from_value(
        json!({ "kind": ["a", "b"], "many": ["z"], "n": 4, "x": "y", "in": null }),
    )
    .unwrap();
    assert_eq!(wrong.get("n"), Some(&Answer::from("4")));
    let errors = questions().check(&wrong);
    let unknown = AnswerError::UnknownQuestion {
        question: "x".into(),
    };
    let text = |code: &str| (code.to_owned(), format!("{code}?"));
    let of = |make: fn((String, String)) -> AnswerError, code| make(text(code));
    assert_eq!(
        errors,
        [
            of(
                |(question, text)| AnswerError::OneOnly { question, text },
                "kind"
            ),
            of(
                |(question, text)| AnswerError::NotAnOption { question, text },
                "many"
            ),
            of(
                |(question, text)| AnswerError::Unanswered { question, text },
                "in"
            ),
            unknown,
        ]
    );
    assert!(serde_json::from_value::<Answers>(json!({ "kind": true })).is_err());
    assert!(Questions::default().check(&Answers::new()).is_empty());
}

#[test]
fn too_many_cases_are_not_listed() {
    let wide = parse(&json!({ "all": [
        { "question": "kind", "op": "eq", "value": "a" },
        { "question": "many", "op": "eq", "value": "a" },
    ] }));
    assert_eq!(
        questions().cases(&[&wide], 16).map(|cases| cases.len()),
        Some(16)
    );
    assert_eq!(questions().cases(&[&wide], 15), None);
}

/// Equal numbers may be different texts: a condition can tell `5.0` from `5`.
#[test]
fn cases_know_a_second_spelling_of_a_number() {
    let test = |op: &str, value| parse(&json!({ "question": "n", "op": op, "value": value }));
    let tests = [
        test("eq", json!("5")),
        test("gt", json!(5)),
        test("lt", json!(5)),
    ];
    let cases = questions().cases(&tests.each_ref(), 100).unwrap();
    let spelled = cases.iter().filter(|case| {
        case.get("n")
            .is_some_and(|a| a.values()[0].parse::<f64>() == Ok(5.0))
    });
    assert!(spelled.count() > 1, "5 and another way to write it");
}
