//! 情形问题: what an item asks before it knows which materials and which flow apply.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Answer, AnswerError, Answers};

/// One question of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    #[serde(rename = "question_code")]
    pub code: String,
    /// The words put to the applicant.
    #[serde(rename = "question")]
    pub text: String,
    /// What can be chosen; empty for a number, a date or free text.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Several options may be chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
}

/// One option of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Question {
    /// Whether `value` can be an answer: an option, or anything where there are none.
    pub fn takes(&self, value: &str) -> bool {
        self.options.is_empty() || self.options.iter().any(|option| option.value == value)
    }

    /// The label of an option, or the value itself.
    pub fn label<'a>(&'a self, value: &'a str) -> &'a str {
        let option = self.options.iter().find(|option| option.value == value);
        option.map_or(value, |option| &option.label)
    }
}

/// All questions of an item, in the order they are put.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Questions(Vec<Question>);

impl Questions {
    /// Questions in order.
    pub fn new(questions: Vec<Question>) -> Self {
        Self(questions)
    }

    /// The question with this code.
    pub fn get(&self, code: &str) -> Option<&Question> {
        self.0.iter().find(|question| question.code == code)
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, Question> {
        self.0.iter()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answers in a posted page: fields named by question code, trimmed, empty ones left out.
    /// Other fields are not looked at.
    pub fn read(&self, posted: &HashMap<String, Vec<String>>) -> Answers {
        let given = |question: &Question| {
            let values = posted.get(&question.code)?.iter().map(|value| value.trim());
            let mut values: Vec<_> = values
                .filter(|v| !v.is_empty())
                .map(str::to_owned)
                .collect();
            let answer = match values.len() {
                0 => return None,
                1 if !question.multiple => Answer::One(values.remove(0)),
                _ => Answer::Many(values),
            };
            Some((question.code.clone(), answer))
        };
        self.0.iter().filter_map(given).collect()
    }

    /// Everything wrong with `answers`, in the order of the questions; nothing wrong means that
    /// every question has a possible answer.
    pub fn check(&self, answers: &Answers) -> Vec<AnswerError> {
        let mut errors = Vec::new();
        for question in &self.0 {
            let (code, text) = (question.code.clone(), question.text.clone());
            match answers.get(&code) {
                None => errors.push(AnswerError::Unanswered {
                    question: code,
                    text,
                }),
                Some(Answer::Many(_)) if !question.multiple => {
                    errors.push(AnswerError::OneOnly {
                        question: code,
                        text,
                    });
                }
                Some(answer) if !answer.values().iter().all(|value| question.takes(value)) => {
                    errors.push(AnswerError::NotAnOption {
                        question: code,
                        text,
                    });
                }
                Some(_) => {}
            }
        }
        let unknown = answers.iter().filter(|(code, _)| self.get(code).is_none());
        errors.extend(unknown.map(|(code, _)| AnswerError::UnknownQuestion {
            question: code.to_owned(),
        }));
        errors
    }
}

impl<'a> IntoIterator for &'a Questions {
    type Item = &'a Question;
    type IntoIter = std::slice::Iter<'a, Question>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
