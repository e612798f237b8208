//! The exported expressions, evaluated by the `cel` crate, give the same results.

use cel::{Context, Program, Value};
use conditions::{Answer, Answers, Condition, Questions};
use proptest::prelude::*;
use serde_json::json;

use crate::strategy::{answers, condition, config, parse, questions};

/// What CEL makes of the exported condition.
pub fn evaluate(condition: &Condition, questions: &Questions, answers: &Answers) -> bool {
    let text = condition.to_cel(questions);
    let program = Program::compile(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let mut context = Context::default();
    let list = |values: &[String]| {
        values
            .iter()
            .map(|v| Value::from(v.clone()))
            .collect::<Vec<_>>()
    };
    let bound: std::collections::HashMap<String, Value> = answers
        .iter()
        .map(|(question, answer)| {
            let value = match answer {
                Answer::One(value) => Value::from(value.clone()),
                Answer::Many(values) => Value::from(list(values)),
            };
            (question.to_owned(), value)
        })
        .collect();
    context.add_variable_from_value("a", bound);
    match program.execute(&context) {
        Ok(Value::Bool(outcome)) => outcome,
        other => panic!("{text}: {other:?}"),
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn cel_agrees(c in condition(), a in answers()) {
        let c = parse(&c);
        prop_assert_eq!(evaluate(&c, &questions(), &a), c.holds(&a), "{}", c.to_cel(&questions()));
    }
}

#[test]
fn the_words_of_an_expression() {
    let cel = |value| parse(&value).to_cel(&questions());
    let test = |question, op, value| json!({ "question": question, "op": op, "value": value });
    assert_eq!(
        cel(test("kind", "eq", json!("a"))),
        r#"has(a.kind) && a.kind == "a""#
    );
    assert_eq!(
        cel(test("kind", "ne", json!("a"))),
        r#"!(has(a.kind) && a.kind == "a")"#
    );
    assert_eq!(
        cel(test("kind", "in", json!(["a", "b"]))),
        r#"has(a.kind) && a.kind in ["a", "b"]"#
    );
    assert_eq!(
        cel(test("many", "eq", json!("a"))),
        r#"has(a.many) && "a" in a.many"#
    );
    assert_eq!(cel(test("n", "exists", json!(false))), "!(has(a.n))");
    assert_eq!(cel(test("in", "exists", json!(true))), r#""in" in a"#);
    assert_eq!(cel(json!({ "all": [] })), "true");
    let both = json!({ "any": [test("kind", "eq", json!("a")), { "not": test("n", "exists", json!(true)) }] });
    assert_eq!(
        cel(both),
        r#"(has(a.kind) && a.kind == "a") || !(has(a.n))"#
    );
}
