//! `GET /cases/{id}`: one case.

use axum::http::StatusCode;
use axum::response::Response;

use super::view::CaseView;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// 办件详情 / One case, for its owner and for staff in whose scope it lies. Others learn nothing, not
/// even that it exists.
#[utoipa::path(
    get, path = "/cases/{id}", tag = "cases", operation_id = "read_case",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case")),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn read(caller: Caller, Keys([id]): Keys<1>) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    Ok(super::answer(&detail, StatusCode::OK))
}
