//! What an applicant answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

/// The answer to one question: one value, or the chosen values of a multiple choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Answer {
    One(String),
    Many(Vec<String>),
}

impl Answer {
    /// Empty text and an empty list say nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(value) => value.is_empty(),
            Self::Many(values) => values.is_empty(),
        }
    }

    /// The values given.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl From<&str> for Answer {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<&[&str]> for Answer {
    fn from(values: &[&str]) -> Self {
        Self::Many(values.iter().map(|value| (*value).to_owned()).collect())
    }
}

impl<'de> Deserialize<'de> for Answer {
    /// Text, a number (kept as its text), or a list of those.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let one = |value: Value| match value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(de::Error::custom(
                "an answer is text, a number, or a list of those",
            )),
        };
        match Value::deserialize(deserializer)? {
            Value::Array(values) => values
                .into_iter()
                .map(one)
                .collect::<Result<_, _>>()
                .map(Self::Many),
            value => one(value).map(Self::One),
        }
    }
}

/// 情形回答: question code to answer. An empty answer is kept as typed and counts as none; a JSON
/// null is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Answer>);

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = BTreeMap::<String, Option<Answer>>::deserialize(deserializer)?;
        Ok(all
            .into_iter()
            .filter_map(|(question, answer)| Some((question, answer?)))
            .collect())
    }
}

impl Answers {
    /// No answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to `question`, if it says anything.
    pub fn get(&self, question: &str) -> Option<&Answer> {
        self.0.get(question).filter(|answer| !answer.is_empty())
    }

    /// Sets or replaces an answer.
    pub fn set(&mut self, question: impl Into<String>, answer: impl Into<Answer>) {
        self.0.insert(question.into(), answer.into());
    }

    /// Everything answered, by question.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.0
            .iter()
            .filter(|(_, a)| !a.is_empty())
            .map(|(q, a)| (q.as_str(), a))
    }
}

impl<Q: Into<String>, A: Into<Answer>> FromIterator<(Q, A)> for Answers {
    fn from_iter<I: IntoIterator<Item = (Q, A)>>(answers: I) -> Self {
        Self(
            answers
                .into_iter()
                .map(|(question, answer)| (question.into(), answer.into()))
                .collect(),
        )
    }
}
