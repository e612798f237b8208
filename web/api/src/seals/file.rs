//! `GET /seals/{key}/files/{kind}`: a file of the application.

use axum::response::Response;
use kernel::Problem;
use seals::FileKind;

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 申请文件 / The document that orders the seal, or the picture as it was uploaded.
#[utoipa::path(
    get, path = "/seals/{key}/files/{kind}", tag = "seals", operation_id = "seal_file",
    security(("token" = [])),
    params(("key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "Key of the seal"),
           ("kind" = String, Path, pattern = "^(basis|picture)$", description = "Which file")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/ofd"),
        (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/bmp"))))
)]
pub async fn file(caller: Caller, Keys([key, kind]): Keys<2>) -> Result<Response, Fail> {
    let kind = FileKind::from_code(&kind)
        .ok_or_else(|| Problem::not_found("没有这个文件", "There is no such file"))?;
    let (found, bytes) = seals::file_of(&caller.ctx, &key, kind).await?;
    Ok(content::file(&found.name, found.media_type, bytes))
}
