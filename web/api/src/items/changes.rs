//! `GET /item-changes`: what happened to items since a time [C-19].

use axum::Json;
use items::ItemChange;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Anybody;
use crate::input::Params;
use crate::paging;
use crate::problem::Fail;

/// Since when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// `next_since` of the last answer; the beginning, when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// Something that happened to an item in public.
#[derive(Serialize, ToSchema)]
struct ChangeView {
    item_id: String,
    implementation_code: Option<String>,
    item_version: u32,
    /// `publish`, `suspend`, `resume`, `cancel`.
    event: &'static str,
    state: &'static str,
    at: Timestamp,
}

impl From<ItemChange> for ChangeView {
    fn from(c: ItemChange) -> Self {
        Self {
            item_id: c.item_id,
            implementation_code: c.implementation_code,
            item_version: c.item_version,
            event: c.event.code(),
            state: c.state.code(),
            at: c.at,
        }
    }
}

/// What happened since.
#[derive(Serialize, ToSchema)]
pub struct Changes {
    rows: Vec<ChangeView>,
    total: u64,
    page: u32,
    size: u32,
    /// Ask from here next time; a change may come twice, none is missed.
    next_since: Timestamp,
}

/// 事项变更 / What happened to items since a time, oldest first.
#[utoipa::path(
    get, path = "/item-changes", tag = "items", operation_id = "item_changes",
    params(ChangesQuery),
    responses((status = 200, description = "The changes", body = Changes))
)]
pub async fn changes(
    Anybody(ctx): Anybody,
    Params(query): Params<ChangesQuery>,
) -> Result<Json<Changes>, Fail> {
    let since = query.since.unwrap_or(Timestamp::UNIX_EPOCH);
    let page = paging::request(query.page, query.size);
    let found = items::changes_since(&ctx, since, page).await?;
    Ok(Json(Changes {
        total: found.page.total,
        page: found.page.page,
        size: found.page.size,
        rows: found.page.rows.into_iter().map(ChangeView::from).collect(),
        next_since: found.next_since,
    }))
}
