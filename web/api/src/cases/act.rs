//! `POST /cases/{id}/acts`: everything that moves a submitted case.

use axum::http::StatusCode;
use axum::response::Response;

use super::acts::Act;
use super::view::CaseView;
use crate::caller::Caller;
use crate::input::Body;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::{self, Seen};

/// 办理 / Does an act on a case. Who may do it follows from role, scope and the item's flow; what may
/// be done now follows from the table of states.
#[utoipa::path(
    post, path = "/cases/{id}/acts", tag = "cases", operation_id = "act_on_case",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the case"),
           ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = Act,
    responses((status = 200, description = "The case afterwards", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn act(
    caller: Caller,
    Keys([id]): Keys<1>,
    seen: Seen,
    Body(act): Body<Act>,
) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let detail = revision::unchanged(&caller.ctx, &detail.case.case_id, seen).await?;
    act.run(&caller.ctx, &detail)
        .await
        .map_err(revision::refused)?;
    super::shown(&caller.ctx, &detail.case.case_id, StatusCode::OK).await
}
