//! `POST /verifications/token`: verifying by the token of a QR code.

use axum::Json;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::VerdictView;
use crate::caller::Anybody;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// The token: the last part of the address in the QR code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    token: Short,
}

/// 二维码核验 / Verifies a licence by the token of its QR code.
#[utoipa::path(
    post, path = "/verifications/token", tag = "verify", operation_id = "verify_token",
    request_body = TokenBody,
    responses((status = 200, description = "The verdict", body = VerdictView))
)]
pub async fn token(
    Anybody(ctx): Anybody,
    Body(body): Body<TokenBody>,
) -> Result<Json<VerdictView>, Fail> {
    let found = licences::verify_token(&ctx, body.token.as_str()).await?;
    Ok(Json(VerdictView::of(found)))
}
