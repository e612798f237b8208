//! `GET /cases/{id}/materials/{entry}/file`: the file of a material.

use axum::response::Response;
use cases::Collected;
use kernel::Problem;

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 材料文件 / The file of a material, as it is shown: the stamped copy where there is one.
#[utoipa::path(
    get, path = "/cases/{id}/materials/{entry}/file", tag = "cases",
    operation_id = "material_file", security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("entry" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the material inside the case")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/ofd"),
        (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"))))
)]
pub async fn material_file(caller: Caller, Keys([id, entry]): Keys<2>) -> Result<Response, Fail> {
    // Read through its case only: whoever may not read the case gets no file of it.
    let detail = super::open(&caller.ctx, &id).await?;
    let found = detail.materials.iter().find(|m| m.entry == entry);
    let Some(Collected::File { file_key }) = found.map(|m| &m.collected) else {
        return Err(Problem::not_found("办件中没有这个文件", "The case has no such file").into());
    };
    let (card, bytes) = materials::read(&caller.ctx, file_key).await?;
    Ok(content::file(&card.name, card.kind.media_type(), bytes))
}
