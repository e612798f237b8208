//! `POST /cases/{id}/submit`: handing the application in.

use axum::http::StatusCode;
use axum::response::Response;

use super::view::CaseView;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision;

/// 提交 / Submits a draft. Everything is checked, the case gets its number, the receipt is made.
/// Sent twice, the second finds what the first has made.
#[utoipa::path(
    post, path = "/cases/{id}/submit", tag = "cases", operation_id = "submit_case",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    responses((status = 200, description = "The case with its number", body = CaseView,
        headers(("ETag" = String, description = "The revision"))))
)]
pub async fn submit(caller: Caller, Keys([id]): Keys<1>) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let done = cases::submit(&caller.ctx, &detail.case.case_id)
        .await
        .map_err(revision::refused)?;
    super::shown(&caller.ctx, &done.case.case_id, StatusCode::OK).await
}
