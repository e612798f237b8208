//! `POST /verifications/file`: judging a file.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::VerdictView;
use crate::app::App;
use crate::caller::Anybody;
use crate::content::{self, UPLOAD_LIMIT};
use crate::problem::Fail;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(file))
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
}

/// The form with the file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read part by part")]
struct VerifyForm {
    /// OFD or PDF, at most 20 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// 文件核验 / Judges an OFD or PDF file: its seal, and what library and registers say of it. A file
/// that cannot be read is answered as not valid, with its reason.
#[utoipa::path(
    post, path = "/verifications/file", tag = "verify", operation_id = "verify_file",
    request_body(content = VerifyForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The verdict", body = VerdictView))
)]
pub async fn file(
    Anybody(ctx): Anybody,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Json<VerdictView>, Fail> {
    let sent = content::receive(content::multipart(parts)?, &[]).await?;
    let verification = licences::verify_file(&ctx, sent.bytes).await?;
    Ok(Json(VerdictView::of(verification)))
}
