//! `GET /cases`: the own cases.

use axum::Json;

use super::row::CaseRowView;
use crate::caller::Caller;
use crate::input::Params;
use crate::paging::{PageOf, PageQuery};
use crate::problem::Fail;

/// 我的办件 / Own cases, and those of the legal person acted for, newest first.
#[utoipa::path(
    get, path = "/cases", tag = "cases", operation_id = "my_cases", security(("token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of cases", body = PageOf<CaseRowView>))
)]
pub async fn mine(
    caller: Caller,
    Params(query): Params<PageQuery>,
) -> Result<Json<PageOf<CaseRowView>>, Fail> {
    let page = cases::my_cases(&caller.ctx, query.request()).await?;
    Ok(Json(PageOf::of(page, CaseRowView::from)))
}
