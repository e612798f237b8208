//! The item library as a process holds it: the catalogue in use, and versions of open cases.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use kernel::{Permission, Target};
use store::Ctx;

use crate::catalogue::Catalogue;
use crate::error::ItemsError;
use crate::item::Item;
use crate::read::{self, Standing};
use crate::search;
use crate::state::Event;
use crate::table::{self, CurrentRow, StateRow};
use crate::uses::{DAYS, Uses};

/// A change by another process is seen after this.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The hot ranking is read anew after this.
const RANK_EVERY: Duration = Duration::from_secs(300);
/// Versions kept read. An item of a city has a few versions with open cases.
const VERSIONS: usize = 2_000;

#[derive(Clone)]
struct Held {
    looked: Option<Instant>,
    ranked: Instant,
    catalogue: Arc<Catalogue>,
}

/// What one process holds.
#[derive(Default)]
pub(crate) struct Library {
    held: RwLock<Option<Held>>,
    loading: tokio::sync::Mutex<()>,
    versions: RwLock<HashMap<(String, u32), Arc<Item>>>,
    pub(crate) uses: Uses,
}

impl Library {
    fn held(&self) -> Option<Held> {
        self.held.read().unwrap_or_else(|p| p.into_inner()).clone()
    }

    fn hold(&self, held: Held) {
        *self.held.write().unwrap_or_else(|p| p.into_inner()) = Some(held);
    }

    /// Makes the next reader look at the database, whatever the clock says.
    pub(crate) fn forget(&self) {
        if let Some(held) = &mut *self.held.write().unwrap_or_else(|p| p.into_inner()) {
            held.looked = None;
        }
    }
}

fn fresh(held: &Held) -> bool {
    held.looked.is_some_and(|at| at.elapsed() < LOOK_EVERY)
}

/// The catalogue of items, read once and shared. It is public. A change of this process is seen at
/// once, one of another process within a second [B-05].
pub async fn catalogue(ctx: &Ctx) -> Result<Arc<Catalogue>, ItemsError> {
    let library = ctx.shared.get_or_make::<Library>();
    if let Some(held) = library.held().filter(fresh) {
        return Ok(held.catalogue);
    }
    let _one = library.loading.lock().await;
    let held = library.held();
    if let Some(held) = held.clone().filter(fresh) {
        return Ok(held.catalogue);
    }
    // The revision is read first: what changes in between is read again next time.
    let looked = Instant::now();
    let revision = table::revision(&mut ctx.db.reader()).await?;
    let (catalogue, ranked) = match held {
        Some(held)
            if held.catalogue.revision() == revision && held.ranked.elapsed() < RANK_EVERY =>
        {
            (held.catalogue, held.ranked)
        }
        held => (
            load(ctx, revision, held.map(|h| h.catalogue)).await?,
            looked,
        ),
    };
    library.hold(Held {
        looked: Some(looked),
        ranked,
        catalogue: catalogue.clone(),
    });
    Ok(catalogue)
}

async fn load(
    ctx: &Ctx,
    revision: i64,
    before: Option<Arc<Catalogue>>,
) -> Result<Arc<Catalogue>, ItemsError> {
    let mut reader = ctx.db.reader();
    let (mut items, mut unread) = (Vec::new(), Vec::new());
    for row in table::all_current(&mut reader).await? {
        let known = before
            .as_ref()
            .and_then(|b| b.by_id(&row.item_id))
            .filter(|item| {
                item.version == row.version
                    && item.state == row.state
                    && item.successors == row.successors
            });
        match known {
            Some(item) => items.push(item.clone()),
            None => {
                let content = table::content(&mut reader, &row.item_id, row.version).await?;
                unread.push((row, content.unwrap_or_default()));
            }
        }
    }
    let today = kernel::time::beijing_date(ctx.now());
    let since = today.saturating_sub(jiff::Span::new().days(DAYS));
    let mut uses = HashMap::new();
    for (item_id, count) in table::uses_since(&mut reader, since).await? {
        *uses.entry(item_id).or_default() += count;
    }
    let unchanged = before.filter(|b| unread.is_empty() && b.all().count() == items.len());
    // Parsing and indexing take a while; other requests go on.
    let made = tokio::task::spawn_blocking(move || {
        items.extend(
            unread
                .into_iter()
                .filter_map(|(row, content)| read_current(&row, &content)),
        );
        let index = match unchanged {
            Some(before) => before.index().clone(),
            None => Arc::new(search::index(&items, &uses)?),
        };
        Ok::<_, ItemsError>(Catalogue::build(revision, items, uses, index))
    });
    let made = made.await.map_err(|e| ItemsError::Data(e.to_string()))?;
    Ok(Arc::new(made?))
}

/// An item that does not read back is left out and reported: one bad row must not close the
/// portal.
fn read_current(row: &CurrentRow, content: &str) -> Option<Arc<Item>> {
    let standing = Standing {
        version: row.version,
        state: row.state,
        published_at: Some(row.since),
        successors: row.successors.clone(),
    };
    let content = serde_json::from_str(content).unwrap_or_default();
    match read::read(content, standing) {
        Ok(item) => Some(Arc::new(item)),
        Err(faults) => {
            let (item, version) = (&row.item_id, row.version);
            tracing::error!(%item, version, ?faults, "a stored item cannot be read");
            None
        }
    }
}

/// One version, for as long as cases are open on it [C-14]. Its state is that of the moment it was
/// first read.
pub async fn version(ctx: &Ctx, item_id: &str, version: u32) -> Result<Arc<Item>, ItemsError> {
    let library = ctx.shared.get_or_make::<Library>();
    let held = library.held();
    let current = held.as_ref().and_then(|h| h.catalogue.by_id(item_id));
    if let Some(item) = current.filter(|i| i.version == version) {
        return Ok(item.clone());
    }
    let key = (item_id.to_owned(), version);
    let known = library
        .versions
        .read()
        .unwrap_or_else(|p| p.into_inner())
        .get(&key)
        .cloned();
    if let Some(item) = known {
        return Ok(item);
    }
    let mut reader = ctx.db.reader();
    let content = table::content(&mut reader, item_id, version).await?;
    let content = content.ok_or(ItemsError::NotFound)?;
    let steps = table::states(&mut reader, item_id).await?;
    let mut own = steps.iter().filter(|step| step.version == version);
    let published_at = own
        .clone()
        .find(|s| s.event == Event::Publish)
        .map(|s| s.at);
    let state = own.next_back().ok_or(ItemsError::NotFound)?.state;
    let standing = Standing {
        version,
        state,
        published_at,
        successors: Vec::new(),
    };
    let content = serde_json::from_str(&content).map_err(|e| ItemsError::Data(e.to_string()))?;
    let item = read::read(content, standing)
        .map(Arc::new)
        .map_err(|faults| ItemsError::Content {
            item_id: item_id.to_owned(),
            version,
            faults,
        })?;
    let mut versions = library.versions.write().unwrap_or_else(|p| p.into_inner());
    if versions.len() >= VERSIONS {
        versions.clear();
    }
    versions.insert(key, item.clone());
    Ok(item)
}

/// Every step of all versions of an item: who did what, when and why [C-47]. Permission
/// [`Permission::ItemManage`] for its agency.
pub async fn history(ctx: &Ctx, item_id: &str) -> Result<Vec<StateRow>, ItemsError> {
    let item = catalogue(ctx).await?.by_id(item_id).cloned();
    let target = item.as_ref().map(|item| Target {
        region: Some(&item.region),
        agency: Some(&item.agency_code),
        item: Some(&item.item_id),
        ..Target::default()
    });
    ctx.actor
        .require(Permission::ItemManage, &target.unwrap_or_default())?;
    let steps = table::states(&mut ctx.db.reader(), item_id).await?;
    if steps.is_empty() {
        Err(ItemsError::NotFound)
    } else {
        Ok(steps)
    }
}
