//! Random conditions and answers over a few questions of every kind.

use conditions::{Answer, Answers, Choice, Condition, Question, Questions};
use proptest::prelude::*;
use serde_json::{Value, json};

pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// `kind` is a single choice, `many` a multiple choice, `n` and `in` take anything (and `in` is a
/// word that CEL reserves).
pub fn questions() -> Questions {
    let question = |code: &str, options: &[&str], multiple| Question {
        code: code.into(),
        text: format!("{code}?"),
        options: options
            .iter()
            .map(|v| Choice {
                value: (*v).into(),
                label: format!("标{v}"),
            })
            .collect(),
        multiple,
    };
    Questions::new(vec![
        question("kind", &["a", "b", "冷 \"食\"\\"], false),
        question("many", &["a", "b", "c"], true),
        question("n", &[], false),
        question("in", &[], false),
    ])
}

const FREE: [&str; 12] = [
    "",
    "a",
    "5",
    "6",
    "-1",
    "5.0",
    "05",
    "2026-11-16",
    "2026-11-17",
    "2026",
    "5x",
    "2026-11-1",
];

fn option() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "冷 \"食\"\\", ""])
}

pub fn answers() -> impl Strategy<Value = Answers> {
    let free = || prop::option::of(prop::sample::select(FREE.to_vec()));
    let many = prop::option::of(prop::sample::subsequence(vec!["a", "b", "c"], 0..=3));
    (prop::option::of(option()), many, free(), free()).prop_map(|(kind, many, n, odd)| {
        let one = |v: Option<&str>| v.map(Answer::from);
        let many = many.map(|list| Answer::from(&list[..]));
        [
            ("kind", one(kind)),
            ("many", many),
            ("n", one(n)),
            ("in", one(odd)),
        ]
        .into_iter()
        .filter_map(|(q, a)| Some((q, a?)))
        .collect()
    })
}

fn test() -> impl Strategy<Value = Value> {
    let bounds = vec![
        json!(5),
        json!("5"),
        json!(5.5),
        json!(-3),
        json!("2026-11-16"),
        json!("2026-11-17"),
    ];
    let question = prop::sample::select(vec!["kind", "many", "n", "in"]);
    let text = || prop_oneof![option(), prop::sample::select(FREE.to_vec()), Just("c")];
    (
        question,
        0..6,
        text(),
        text(),
        prop::sample::select(bounds),
        any::<bool>(),
    )
        .prop_map(|(question, op, v, w, bound, yes)| {
            let (op, value) = match op {
                0 => ("eq", json!(v)),
                1 => ("ne", json!(v)),
                2 => ("in", json!([v, w])),
                3 => ("gt", bound),
                4 => ("lt", bound),
                _ => ("exists", json!(yes)),
            };
            json!({ "question": question, "op": op, "value": value })
        })
}

pub fn condition() -> impl Strategy<Value = Value> {
    test().prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            list.clone().prop_map(|list| json!({ "all": list })),
            list.prop_map(|list| json!({ "any": list })),
            inner.prop_map(|inner| json!({ "not": inner })),
        ]
    })
}

pub fn parse(condition: &Value) -> Condition {
    Condition::parse(condition).unwrap()
}
