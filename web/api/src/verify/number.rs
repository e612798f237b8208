//! `POST /verifications/number`: verifying by number.

use axum::Json;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::VerdictView;
use crate::caller::Anybody;
use crate::input::{Body, Short, Text};
use crate::problem::Fail;

/// A licence's number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    licence_no: Short,
    /// The last four characters of the holder's number; asked for licences of persons.
    #[schema(value_type = Option<String>, min_length = 4, max_length = 4)]
    holder_ending: Option<Text<4, 4>>,
}

/// 编号核验 / Verifies a licence by its number. An unknown number and a missing proof are answered
/// alike.
#[utoipa::path(
    post, path = "/verifications/number", tag = "verify", operation_id = "verify_number",
    request_body = NumberBody,
    responses((status = 200, description = "The verdict", body = VerdictView))
)]
pub async fn number(
    Anybody(ctx): Anybody,
    Body(body): Body<NumberBody>,
) -> Result<Json<VerdictView>, Fail> {
    let ending = body.holder_ending.as_ref().map(Text::as_str);
    let found = licences::verify_number(&ctx, body.licence_no.as_str(), ending).await?;
    Ok(Json(VerdictView::of(found)))
}
