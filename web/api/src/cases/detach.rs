//! `DELETE /cases/{id}/materials/{entry}`: taking a material off again.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Problem;

use super::view::CaseView;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::{self, Seen};

/// 撤下材料 / Takes a material off a draft or a correction.
#[utoipa::path(
    delete, path = "/cases/{id}/materials/{entry}", tag = "cases",
    operation_id = "detach_material", security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("entry" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the material inside the case"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the case")),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn detach(
    caller: Caller,
    Keys([id, entry]): Keys<2>,
    seen: Seen,
) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let id = &detail.case.case_id;
    let detail = revision::unchanged(&caller.ctx, id, seen).await?;
    if !detail.materials.iter().any(|m| m.entry == entry) {
        return Err(
            Problem::not_found("办件中没有这份材料", "The case has no such material").into(),
        );
    }
    cases::detach(&caller.ctx, id, &entry)
        .await
        .map_err(revision::refused)?;
    super::shown(&caller.ctx, id, StatusCode::OK).await
}
