//! Whether a condition holds.

use std::cmp::Ordering;

use crate::condition::{is_date, number};
use crate::{Answer, Answers, Bound, Condition, Test};

impl Condition {
    /// Whether it holds for these answers. A question nobody answered is as good as empty.
    pub fn holds(&self, answers: &Answers) -> bool {
        match self {
            Self::All(list) => list.iter().all(|condition| condition.holds(answers)),
            Self::Any(list) => list.iter().any(|condition| condition.holds(answers)),
            Self::Not(inner) => !inner.holds(answers),
            Self::Answer { question, test } => test.holds(answers.get(question)),
        }
    }
}

impl Test {
    fn holds(&self, answer: Option<&Answer>) -> bool {
        let values = answer.map_or(&[][..], Answer::values);
        match self {
            Self::Eq(value) => values.contains(value),
            Self::Ne(value) => !values.contains(value),
            Self::In(list) => values.iter().any(|value| list.contains(value)),
            Self::Gt(bound) => bound.compare(answer) == Some(Ordering::Greater),
            Self::Lt(bound) => bound.compare(answer) == Some(Ordering::Less),
            Self::Exists(wanted) => answer.is_some() == *wanted,
        }
    }
}

impl Bound {
    /// How the answer stands to the bound; `None` where they cannot be compared.
    fn compare(&self, answer: Option<&Answer>) -> Option<Ordering> {
        let Some(Answer::One(text)) = answer else {
            return None;
        };
        match self {
            Self::Number(bound, _) => number(text)?.partial_cmp(bound),
            Self::Date(bound) => is_date(text).then(|| text.cmp(bound)),
        }
    }
}
