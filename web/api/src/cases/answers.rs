//! `PUT /cases/{id}/answers`: the answers to the situation questions.

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Problem;

use super::view::CaseView;
use crate::caller::Caller;
use crate::input::Body;
use crate::items::AnswersBody;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::{self, Seen};

/// 情形回答 / Saves all answers; the material list follows at once.
#[utoipa::path(
    put, path = "/cases/{id}/answers", tag = "cases", operation_id = "answer_questions",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the case")),
    request_body = AnswersBody,
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn answers(
    caller: Caller,
    Keys([id]): Keys<1>,
    seen: Seen,
    Body(body): Body<AnswersBody>,
) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let case_id = &detail.case.case_id;
    let detail = revision::unchanged(&caller.ctx, case_id, seen).await?;
    let unknown = body
        .answers
        .keys()
        .find(|code| detail.item.questions.get(code).is_none());
    if let Some(code) = unknown {
        return Err(Problem::new(
            "answers",
            422,
            format!("本事项没有问题“{code}”"),
            format!("The item has no question {code}"),
        )
        .at(code.clone())
        .into());
    }
    let posted: HashMap<String, Vec<String>> = body
        .answers
        .into_iter()
        .map(|(question, answer)| (question, answer.values()))
        .collect();
    cases::save_answers(&caller.ctx, case_id, &posted)
        .await
        .map_err(revision::refused)?;
    super::shown(&caller.ctx, case_id, StatusCode::OK).await
}
