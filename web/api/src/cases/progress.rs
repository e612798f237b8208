//! `POST /progress`: progress without login.

use axum::Json;
use cases::Proof;
use jiff::Timestamp;
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view_parts::ClockView;
use crate::caller::Anybody;
use crate::input::{Body, Short, Text};
use crate::problem::Fail;

/// The number with its proof, which is one of the two. It travels in the body, because addresses
/// are written into logs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressBody {
    /// 办件编号.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    case_no: Short,
    /// The token of the notice's QR code.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    token: Option<Short>,
    /// The last four characters of the applicant's identity number or 统一社会信用代码.
    #[schema(value_type = Option<String>, min_length = 4, max_length = 4)]
    last_four: Option<Text<4, 4>>,
}

/// 办理进度: no names, no opinions.
#[derive(Serialize, ToSchema)]
pub struct ProgressView {
    case_no: String,
    item_name: String,
    agency: String,
    state: &'static str,
    state_name: &'static str,
    clock: Option<ClockView>,
    /// When the applicant's time is over.
    deadline: Option<Timestamp>,
    /// Newest first.
    steps: Vec<ProgressStep>,
}

/// One step of the progress.
#[derive(Serialize, ToSchema)]
struct ProgressStep {
    name: String,
    at: Timestamp,
    agency: String,
}

/// 进度查询 / Progress for whoever holds number and proof. A wrong pair and an unknown number give the
/// same answer.
#[utoipa::path(
    post, path = "/progress", tag = "cases", operation_id = "case_progress",
    request_body = ProgressBody,
    responses((status = 200, description = "The progress", body = ProgressView))
)]
pub async fn progress(
    Anybody(ctx): Anybody,
    Body(body): Body<ProgressBody>,
) -> Result<Json<ProgressView>, Fail> {
    let proof = match (&body.token, &body.last_four) {
        (Some(token), None) => Proof::Token(token.as_str()),
        (None, Some(four)) => Proof::LastFour(four.as_str()),
        _ => {
            return Err(Problem::new(
                "proof_missing",
                422,
                "请提供token或last_four中的一项",
                "Give either token or last_four",
            )
            .into());
        }
    };
    let found = cases::progress(&ctx, body.case_no.as_str(), proof).await?;
    Ok(Json(ProgressView {
        case_no: found.case_no,
        item_name: found.item_name,
        agency: found.agency,
        state: found.state.code(),
        state_name: found.state.zh(),
        clock: found.reading.map(ClockView::of),
        deadline: found.deadline,
        steps: found
            .steps
            .into_iter()
            .map(|(name, at, agency)| ProgressStep { name, at, agency })
            .collect(),
    }))
}
