//! `GET /tasks`: what waits for the officer.

use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::CaseRowView;
use crate::caller::Caller;
use crate::input::{Params, Text};
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// Every step at which an officer has tasks.
const STEPS: [&str; 7] = [
    "accept",
    "review",
    "site_check",
    "technical_review",
    "decide",
    "complete",
    "deliver",
];

/// Which tasks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Only tasks of this step.
    #[param(
        value_type = Option<String>,
        pattern = "^(accept|review|site_check|technical_review|decide|complete|deliver)$"
    )]
    step: Option<Text<1, 20>>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// 待办 / The officer's open tasks, soonest due first.
#[utoipa::path(
    get, path = "/tasks", tag = "cases", operation_id = "my_tasks", security(("token" = [])),
    params(TaskQuery),
    responses((status = 200, description = "A page of cases", body = PageOf<CaseRowView>))
)]
pub async fn tasks(
    caller: Caller,
    Params(query): Params<TaskQuery>,
) -> Result<Json<PageOf<CaseRowView>>, Fail> {
    let steps: Vec<&str> = match &query.step {
        None => STEPS.to_vec(),
        Some(step) => vec![paging::one_of("step", step.as_str(), &STEPS)?],
    };
    let page = paging::request(query.page, query.size);
    let found = cases::my_tasks(&caller.ctx, &steps, page).await?;
    Ok(Json(PageOf::of(found, CaseRowView::from)))
}
