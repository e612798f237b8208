//! `POST /cases/{id}/reveal`: a case with its personal data in full.

use axum::Json;

use super::view::CaseView;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// 查看完整信息 / The case with personal data in full. Every call is logged.
#[utoipa::path(
    post, path = "/cases/{id}/reveal", tag = "cases", operation_id = "reveal_case",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case")),
    responses((status = 200, description = "The case", body = CaseView))
)]
pub async fn reveal(caller: Caller, Keys([id]): Keys<1>) -> Result<Json<CaseView>, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let whole = cases::reveal(&caller.ctx, &detail.case.case_id).await?;
    Ok(Json(CaseView::of(&whole)))
}
