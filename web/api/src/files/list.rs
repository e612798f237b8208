//! `GET /files`: the own files.

use axum::Json;

use super::FileView;
use crate::caller::Caller;
use crate::input::Params;
use crate::paging::{PageOf, PageQuery};
use crate::problem::Fail;

/// 我的文件 / The files of the own user space, newest first.
#[utoipa::path(
    get, path = "/files", tag = "files", operation_id = "my_files", security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of files", body = PageOf<FileView>))
)]
pub async fn list(
    caller: Caller,
    Params(query): Params<PageQuery>,
) -> Result<Json<PageOf<FileView>>, Fail> {
    let found = materials::files(&caller.ctx, query.request()).await?;
    Ok(Json(PageOf::of(found, FileView::from)))
}
