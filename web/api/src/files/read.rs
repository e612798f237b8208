//! `GET /files/{file_key}`: the content of an own file.

use axum::response::Response;
use kernel::{Permission, Target};

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 文件内容 / The content of an own file, as it is shown: the stamped copy where there is one.
#[utoipa::path(
    get, path = "/files/{file_key}", tag = "files", operation_id = "read_file",
    security(("token" = [])),
    params(("file_key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the file")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/ofd"),
        (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"))))
)]
pub async fn read(caller: Caller, Keys([file_key]): Keys<1>) -> Result<Response, Fail> {
    // Officers read files through the case that uses them.
    let owner = caller.ctx.actor.owner();
    let target = Target {
        owner: Some(owner),
        ..Target::default()
    };
    caller
        .ctx
        .actor
        .require(Permission::MaterialOwn, &target)
        .map_err(materials::MaterialError::from)?;
    let (card, bytes) = materials::read(&caller.ctx, &file_key).await?;
    if card.owner != owner {
        return Err(materials::MaterialError::NotFound.into());
    }
    Ok(content::file(&card.name, card.kind.media_type(), bytes))
}
