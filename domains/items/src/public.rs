//! Public item interface for government sites and portals: list, detail, changes since a time
//! [C-19, R-05].

use jiff::{SignedDuration, Timestamp};
use kernel::{Page, PageRequest};
use serde::Serialize;
use store::Ctx;

use crate::error::ItemsError;
use crate::filter::Filter;
use crate::library::catalogue;
use crate::record::ItemRecord;
use crate::state::{Event, State};
use crate::table;

/// A change may be written a moment after the time it carries; who asks again from this long
/// before the last answer misses none.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);

/// Something that happened to an item in public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemChange {
    pub item_id: String,
    pub implementation_code: Option<String>,
    pub item_version: u32,
    /// `publish`, `suspend`, `resume`, `cancel`.
    pub event: Event,
    pub state: State,
    pub at: Timestamp,
}

/// What happened since a time.
#[derive(Clone, Debug, Serialize)]
pub struct ItemChanges {
    #[serde(flatten)]
    pub page: Page<ItemChange>,
    /// Ask from here next time. It lies a little before now, so that a change may come twice and
    /// none is missed.
    pub next_since: Timestamp,
}

/// Published items, page by page.
pub async fn public_list(
    ctx: &Ctx,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<ItemRecord>, ItemsError> {
    let list = catalogue(ctx).await?.list(filter, page);
    let rows = list.rows.iter().filter_map(|item| item.record()).collect();
    Ok(Page::new(rows, list.total, page))
}

/// One item by short, implementation or handling item code: in use, suspended or cancelled.
pub async fn public_item(ctx: &Ctx, code: &str) -> Result<ItemRecord, ItemsError> {
    let item = catalogue(ctx)
        .await?
        .find(code)
        .ok_or(ItemsError::NotFound)?;
    item.record().ok_or(ItemsError::NotFound)
}

/// What happened to items since a time, oldest first.
pub async fn changes_since(
    ctx: &Ctx,
    since: Timestamp,
    page: PageRequest,
) -> Result<ItemChanges, ItemsError> {
    let catalogue = catalogue(ctx).await?;
    let mut reader = ctx.db.reader();
    let total = table::count_public_steps(&mut reader, since).await?;
    let size = i64::from(page.size);
    let steps = table::public_steps(&mut reader, since, page.offset(), size).await?;
    let rows = steps
        .into_iter()
        .map(|step| ItemChange {
            implementation_code: catalogue
                .by_id(&step.item_id)
                .map(|item| item.implementation_code.clone()),
            item_id: step.item_id,
            item_version: step.version,
            event: step.event,
            state: step.state,
            at: step.at,
        })
        .collect();
    let before_now = ctx.now().checked_sub(OVERLAP).unwrap_or(since);
    Ok(ItemChanges {
        page: Page::new(rows, total, page),
        next_since: before_now.max(since),
    })
}
