//! `POST /items/{code}/materials`: what somebody with these answers needs.

use std::collections::BTreeMap;

use axum::Json;
use conditions::{Answer, Answers};
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guide::find;
use super::view::MaterialView;
use crate::caller::Anybody;
use crate::input::{Body, Short};
use crate::key::Keys;
use crate::problem::Fail;

/// A value of an answer.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 100)]
pub struct AnswerText(Short);

impl AnswerText {
    fn into_string(self) -> String {
        self.0.into_string()
    }
}

/// An answer: a value, or the chosen values of a multiple choice.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum AnswerBody {
    One(AnswerText),
    Many(Vec<AnswerText>),
}

impl AnswerBody {
    /// The values given.
    pub fn values(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value.into_string()],
            Self::Many(values) => values.into_iter().map(AnswerText::into_string).collect(),
        }
    }
}

/// Answers to the situation questions, by question code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersBody {
    pub answers: BTreeMap<String, AnswerBody>,
}

impl AnswersBody {
    /// As the rules read them.
    fn read(self) -> Answers {
        let read = |(question, answer): (String, AnswerBody)| {
            let answer = match answer {
                AnswerBody::One(value) => Answer::One(value.into_string()),
                many => Answer::Many(many.values()),
            };
            (question, answer)
        };
        self.answers.into_iter().map(read).collect()
    }
}

/// What is needed.
#[derive(Serialize, ToSchema)]
pub struct Needed {
    /// Handling item that the answers lead to.
    handling_item_code: Option<String>,
    handling_item_name: Option<String>,
    /// Situations that hold, in words.
    situations: Vec<String>,
    materials: Vec<MaterialView>,
}

/// 情形材料 / The materials that these answers ask for.
#[utoipa::path(
    post, path = "/items/{code}/materials", tag = "items", operation_id = "item_materials",
    params(("code" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Short or implementation code")),
    request_body = AnswersBody,
    responses((status = 200, description = "The materials", body = Needed))
)]
pub async fn needed(
    Anybody(ctx): Anybody,
    Keys([code]): Keys<1>,
    Body(body): Body<AnswersBody>,
) -> Result<Json<Needed>, Fail> {
    let item = find(&ctx, &code).await?;
    let answers = body.read();
    if let Some(error) = item.questions.check(&answers).into_iter().next() {
        let words = error.to_string();
        let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
        return Err(Problem::new("answers", 422, zh, en).at("answers").into());
    }
    let handling = item.handling_item(&answers);
    Ok(Json(Needed {
        handling_item_code: handling.map(|h| h.code.clone()),
        handling_item_name: handling.map(|h| h.name.clone()),
        situations: item
            .situations_for(&answers)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        materials: item
            .materials_for(&answers)
            .into_iter()
            .map(|need| MaterialView::of(&need.material, need.required, need.situations))
            .collect(),
    }))
}
