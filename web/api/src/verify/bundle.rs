//! `POST /verifications/bundle`: what is needed to verify a file offline.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::response::Response;
use kernel::Problem;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Anybody;
use crate::content::{self, UPLOAD_LIMIT};
use crate::problem::Fail;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(bundle))
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
}

/// The form with the file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read part by part")]
struct BundleForm {
    /// OFD or PDF, at most 20 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// 离线核验包 / Verifies a file and packs it with certificates, revocation lists and sealed report, to
/// be verified without a network. Refused with the reason when the file is not valid.
#[utoipa::path(
    post, path = "/verifications/bundle", tag = "verify", operation_id = "make_bundle",
    request_body(content = BundleForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The bundle", content((Vec<u8> = "application/zip"))))
)]
pub async fn bundle(
    Anybody(ctx): Anybody,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Fail> {
    let sent = content::receive(content::multipart(parts)?, &[]).await?;
    let (verification, packed) = licences::bundle(&ctx, sent.bytes).await?;
    let packed = packed.ok_or_else(|| {
        let reason = verification.failure().and_then(|f| f.reason);
        let words = reason.map_or(("", ""), |r| (r.zh(), r.en()));
        Problem::new(
            "not_valid",
            422,
            format!("文件核验未通过：{}", words.0),
            format!("The file is not valid: {}", words.1),
        )
    })?;
    let name = format!("离线核验包-{}.zip", verification.number);
    Ok(content::file(&name, "application/zip", packed))
}
