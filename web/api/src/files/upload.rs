//! `POST /files`: a file into the user space.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::StatusCode;
use kernel::{Permission, Problem, Target};
use materials::{Group, Upload};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::FileView;
use crate::app::App;
use crate::caller::Caller;
use crate::content::{self, UPLOAD_LIMIT};
use crate::problem::Fail;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
}

/// The form of an upload.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read part by part")]
struct UploadForm {
    /// PDF, OFD, JPEG or PNG, at most 20 MB, told by content.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `licence`, `report` or `self_made`: decides the trust level.
    #[schema(pattern = "^(licence|report|self_made)$")]
    group: Option<String>,
}

/// 上传文件 / Puts a file into the own user space.
#[utoipa::path(
    post, path = "/files", tag = "files", operation_id = "upload_file", security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The file", body = FileView))
)]
pub async fn upload(
    caller: Caller,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<FileView>), Fail> {
    let owner = caller.ctx.actor.owner().to_owned();
    // Before the body is read: who may not store a file need not send one.
    let target = Target {
        owner: Some(&owner),
        ..Target::default()
    };
    caller
        .ctx
        .actor
        .require(Permission::MaterialOwn, &target)
        .map_err(materials::MaterialError::from)?;
    let sent = content::receive(content::multipart(parts)?, &["group"]).await?;
    let group = match sent.field("group") {
        None | Some("self_made") => Group::SelfMade,
        Some("licence") => Group::Licence,
        Some("report") => Group::Report,
        Some(_) => {
            return Err(Problem::new(
                "invalid_body",
                422,
                "没有这个分组",
                "There is no such group",
            )
            .at("group")
            .into());
        }
    };
    let upload = Upload {
        owner,
        name: sent.name,
        group,
        bytes: sent.bytes,
    };
    let card = materials::upload(&caller.ctx, upload).await?;
    Ok((StatusCode::CREATED, Json(card.into())))
}
