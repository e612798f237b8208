//! `GET /licences/{licence_key}/files/{format}`: a file of a licence.

use axum::response::Response;
use kernel::Problem;
use licences::Format;

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 证照文件 / The sealed OFD or PDF of the current version, or its thumbnail.
#[utoipa::path(
    get, path = "/licences/{licence_key}/files/{format}", tag = "licences",
    operation_id = "licence_file", security(("token" = [])),
    params(("licence_key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the licence"),
           ("format" = String, Path, pattern = "^(ofd|pdf|png)$", description = "Format")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/ofd"), (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"))))
)]
pub async fn file(caller: Caller, Keys([key, format]): Keys<2>) -> Result<Response, Fail> {
    let format = Format::from_code(&format)
        .ok_or_else(|| Problem::not_found("没有这种格式", "There is no such format"))?;
    let bytes = licences::file(&caller.ctx, &key, format).await?;
    let name = format!("licence.{}", format.code());
    Ok(content::file(&name, format.media_type(), bytes))
}
