//! `DELETE /files/{file_key}`: an own file out of the space.

use axum::http::StatusCode;

use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// 删除文件 / Deletes an own file. Cases that use it keep it, new ones cannot.
#[utoipa::path(
    delete, path = "/files/{file_key}", tag = "files", operation_id = "delete_file",
    security(("token" = [])),
    params(("file_key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the file")),
    responses((status = 204, description = "Deleted"))
)]
pub async fn delete(caller: Caller, Keys([file_key]): Keys<1>) -> Result<StatusCode, Fail> {
    materials::delete(&caller.ctx, &file_key).await?;
    Ok(StatusCode::NO_CONTENT)
}
