//! A condition as an expression of the Common Expression Language.

use crate::{Bound, Condition, Questions, Test};

/// Words CEL keeps for itself; a question named like one is reached by index.
const RESERVED: [&str; 24] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "super",
    "switch",
    "this",
    "true",
    "typeof",
    "var",
    "void",
];
const NUMBER: &str = r"^[+-]?[0-9]+([.][0-9]+)?$";
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

impl Condition {
    /// The condition in CEL over a map `a` that holds the answered questions: text for one value,
    /// a list of texts for a multiple choice. It gives what [`Condition::holds`] gives.
    pub fn to_cel(&self, questions: &Questions) -> String {
        match self {
            Self::All(list) => joined(list, questions, " && ", "true"),
            Self::Any(list) => joined(list, questions, " || ", "false"),
            Self::Not(inner) => format!("!({})", inner.to_cel(questions)),
            Self::Answer { question, test } => {
                let multiple = questions.get(question).is_some_and(|q| q.multiple);
                test.to_cel(question, multiple)
            }
        }
    }
}

fn joined(list: &[Condition], questions: &Questions, with: &str, empty: &str) -> String {
    let part = |condition: &Condition| {
        let text = condition.to_cel(questions);
        let alone = list.len() == 1 || matches!(condition, Condition::Not(_));
        if alone { text } else { format!("({text})") }
    };
    match list {
        [] => empty.to_owned(),
        _ => list.iter().map(part).collect::<Vec<_>>().join(with),
    }
}

impl Test {
    fn to_cel(&self, question: &str, multiple: bool) -> String {
        let (has, a) = if is_identifier(question) {
            (format!("has(a.{question})"), format!("a.{question}"))
        } else {
            (
                format!("{} in a", quoted(question)),
                format!("a[{}]", quoted(question)),
            )
        };
        let eq = |value: &str| match multiple {
            true => format!("{has} && {} in {a}", quoted(value)),
            false => format!("{has} && {a} == {}", quoted(value)),
        };
        let order = |bound: &Bound, sign: &str| match bound {
            _ if multiple => "false".to_owned(),
            Bound::Number(number, _) => {
                let shape = quoted(NUMBER);
                format!("{has} && {a}.matches({shape}) && double({a}) {sign} {number:?}")
            }
            Bound::Date(date) => {
                let shape = quoted(DATE);
                format!(
                    "{has} && {a}.matches({shape}) && {a} {sign} {}",
                    quoted(date)
                )
            }
        };
        match self {
            Self::Eq(value) => eq(value),
            Self::Ne(value) => format!("!({})", eq(value)),
            Self::In(values) => {
                let list = values
                    .iter()
                    .map(|v| quoted(v))
                    .collect::<Vec<_>>()
                    .join(", ");
                match multiple {
                    true => format!("{has} && {a}.exists(x, x in [{list}])"),
                    false => format!("{has} && {a} in [{list}]"),
                }
            }
            Self::Gt(bound) => order(bound, ">"),
            Self::Lt(bound) => order(bound, "<"),
            Self::Exists(true) => has,
            Self::Exists(false) => format!("!({has})"),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let word =
        |(i, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || i > 0 && c.is_ascii_digit();
    !name.is_empty() && name.chars().enumerate().all(word) && !RESERVED.contains(&name)
}

/// A JSON string is a CEL string: the escapes it uses mean the same in both.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
