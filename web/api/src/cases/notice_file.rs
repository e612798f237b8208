//! `GET /notices/{doc_id}/{format}`: the file of a document.

use axum::response::Response;
use kernel::Problem;
use notices::Format;

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 文书文件 / The file of a document: sealed OFD or PDF, or a picture of its first page.
#[utoipa::path(
    get, path = "/notices/{doc_id}/{format}", tag = "cases", operation_id = "notice_file",
    security(("token" = [])),
    params(("doc_id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the document"),
           ("format" = String, Path, pattern = "^(ofd|pdf|png)$", description = "Format")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/ofd"), (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"))))
)]
pub async fn notice_file(
    caller: Caller,
    Keys([doc_id, format]): Keys<2>,
) -> Result<Response, Fail> {
    let format = Format::from_code(&format)
        .ok_or_else(|| Problem::not_found("没有这种格式", "There is no such format"))?;
    let file = notices::file(&caller.ctx, &doc_id, format).await?;
    Ok(content::file(&file.name, file.media_type, file.bytes))
}
