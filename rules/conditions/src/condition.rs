//! The condition language: its shapes, read and written.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value, json};

use crate::{ConditionError, Questions};

/// 条件: a test of one answer, or a combination of conditions.
///
/// JSON shapes: `{"all": […]}`, `{"any": […]}`, `{"not": …}` and
/// `{"question": q, "op": o, "value": v}` with the operators of [`Test`].
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every one holds; an empty list holds.
    All(Vec<Condition>),
    /// At least one holds; an empty list does not.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test of the answer to `question`.
    Answer { question: String, test: Test },
}

/// A test of one answer. Text is compared letter by letter.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Answered and equal; of a multiple choice, contained.
    Eq(String),
    /// The opposite of `Eq`, so it holds without an answer.
    Ne(String),
    /// Answered and one of these; of a multiple choice, at least one of them chosen.
    In(Vec<String>),
    /// Answered and strictly greater, see [`Bound`]. Never holds of a multiple choice.
    Gt(Bound),
    /// Answered and strictly less.
    Lt(Bound),
    /// Answered, or with `false` not answered.
    Exists(bool),
}

/// What `gt` and `lt` compare with. An answer of the other kind makes neither hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// A number, or text that is one: an optional sign, digits, an optional fraction. Keeps the
    /// JSON value as written.
    Number(f64, Value),
    /// A date written `YYYY-MM-DD`.
    Date(String),
}

impl Condition {
    /// Holds for every answer.
    pub const fn always() -> Self {
        Self::All(Vec::new())
    }

    /// Reads a condition; nothing is known of the questions yet.
    pub fn parse(value: &Value) -> Result<Self, ConditionError> {
        parse(value, &mut String::new())
    }

    /// Reads a condition and checks it against the questions of its item.
    pub fn parse_for(value: &Value, questions: &Questions) -> Result<Self, ConditionError> {
        let condition = Self::parse(value)?;
        condition.check(questions)?;
        Ok(condition)
    }

    /// Whether every question exists and every value it is compared with is one of its options.
    pub fn check(&self, questions: &Questions) -> Result<(), ConditionError> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().try_for_each(|c| c.check(questions)),
            Self::Not(inner) => inner.check(questions),
            Self::Answer { question, test } => {
                let known =
                    questions
                        .get(question)
                        .ok_or_else(|| ConditionError::UnknownQuestion {
                            question: question.clone(),
                        })?;
                let values = match test {
                    Test::Eq(value) | Test::Ne(value) => std::slice::from_ref(value),
                    Test::In(values) => values,
                    Test::Gt(_) | Test::Lt(_) | Test::Exists(_) => &[],
                };
                match values.iter().find(|value| !known.takes(value)) {
                    Some(value) => Err(ConditionError::UnknownValue {
                        question: question.clone(),
                        value: value.clone(),
                    }),
                    None => Ok(()),
                }
            }
        }
    }

    /// Calls `visit` with every test, in order.
    pub fn each_test<'a>(&'a self, visit: &mut impl FnMut(&'a str, &'a Test)) {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|c| c.each_test(visit)),
            Self::Not(inner) => inner.each_test(visit),
            Self::Answer { question, test } => visit(question, test),
        }
    }

    /// The JSON it was read from, in the language's own shape.
    pub fn to_json(&self) -> Value {
        let list = |list: &[Self]| list.iter().map(Self::to_json).collect::<Vec<_>>();
        match self {
            Self::All(all) => json!({ "all": list(all) }),
            Self::Any(any) => json!({ "any": list(any) }),
            Self::Not(inner) => json!({ "not": inner.to_json() }),
            Self::Answer { question, test } => {
                let (op, value) = match test {
                    Test::Eq(value) => ("eq", json!(value)),
                    Test::Ne(value) => ("ne", json!(value)),
                    Test::In(values) => ("in", json!(values)),
                    Test::Gt(bound) => ("gt", bound.to_json()),
                    Test::Lt(bound) => ("lt", bound.to_json()),
                    Test::Exists(value) => ("exists", json!(value)),
                };
                json!({ "question": question, "op": op, "value": value })
            }
        }
    }
}

impl Bound {
    fn parse(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(number.as_f64()?, value.clone())),
            Value::String(text) if is_date(text) => Some(Self::Date(text.clone())),
            Value::String(text) => Some(Self::Number(number(text)?, value.clone())),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Number(_, written) => written.clone(),
            Self::Date(date) => json!(date),
        }
    }
}

/// `-12`, `3.50`: an optional sign, digits, an optional fraction.
pub(crate) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (all(whole) && all(fraction))
        .then(|| text.parse().ok())
        .flatten()
}

/// `YYYY-MM-DD` by shape alone: comparing such texts compares the dates.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        })
}

fn parse(value: &Value, at: &mut String) -> Result<Condition, ConditionError> {
    let Value::Object(object) = value else {
        return Err(shape(at, "不是对象 / not an object"));
    };
    for key in ["all", "any", "not"] {
        let Some(inner) = object.get(key) else {
            continue;
        };
        if object.len() > 1 {
            return Err(shape(
                at,
                "一个对象只有一个组合键 / a combination has one key only",
            ));
        }
        if key == "not" {
            return Ok(Condition::Not(Box::new(below(at, "not", inner)?)));
        }
        let Value::Array(list) = inner else {
            return Err(shape(at, "应为列表 / not a list"));
        };
        let list = list.iter().enumerate();
        let list = list.map(|(i, inner)| below(at, &format!("{key}[{i}]"), inner));
        let list = list.collect::<Result<_, _>>()?;
        return Ok(if key == "all" {
            Condition::All(list)
        } else {
            Condition::Any(list)
        });
    }
    test(object, at)
}

fn below(at: &mut String, step: &str, inner: &Value) -> Result<Condition, ConditionError> {
    let length = at.len();
    if length > 0 {
        at.push('.');
    }
    at.push_str(step);
    let condition = parse(inner, at);
    at.truncate(length);
    condition
}

fn test(object: &Map<String, Value>, at: &str) -> Result<Condition, ConditionError> {
    let (Some(Value::String(question)), Some(Value::String(op)), Some(value), 3) = (
        object.get("question"),
        object.get("op"),
        object.get("value"),
        object.len(),
    ) else {
        return Err(shape(
            at,
            "应有question、op、value三个键 / needs question, op and value",
        ));
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let bad = |what: &str| shape(at, what);
    let (one, many) = (
        "取值应为文本 / value is not text",
        "取值应为非空文本列表 / value is no list of texts",
    );
    let bound = || {
        Bound::parse(value)
            .ok_or_else(|| bad("取值应为数或YYYY-MM-DD / value is no number or date"))
    };
    let test = match op.as_str() {
        "eq" => Test::Eq(text(value).ok_or_else(|| bad(one))?),
        "ne" => Test::Ne(text(value).ok_or_else(|| bad(one))?),
        "in" => {
            let values = value.as_array().filter(|list| !list.is_empty());
            let values = values.and_then(|list| list.iter().map(text).collect::<Option<_>>());
            Test::In(values.ok_or_else(|| bad(many))?)
        }
        "gt" => Test::Gt(bound()?),
        "lt" => Test::Lt(bound()?),
        "exists" => Test::Exists(
            value
                .as_bool()
                .ok_or_else(|| bad("取值应为真假 / value is no boolean"))?,
        ),
        _ => {
            return Err(ConditionError::UnknownOp {
                at: place(at),
                op: op.clone(),
            });
        }
    };
    Ok(Condition::Answer {
        question: question.clone(),
        test,
    })
}

fn shape(at: &str, what: &str) -> ConditionError {
    ConditionError::Shape {
        at: place(at),
        what: what.to_owned(),
    }
}

fn place(at: &str) -> String {
    if at.is_empty() {
        String::new()
    } else {
        format!("“{at}”")
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
