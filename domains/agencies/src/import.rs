//! Taking in a directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::cache::Cache;
use crate::directory::{AGENCY, CALENDAR, HALL, REGION};
use crate::events::{DirectoryChanged, STREAM};
use crate::table::{self, Entry};
use crate::{AgenciesError, Agency, Directory, Hall, HallKind, Region};

/// What can be taken in at once: the contents of `regions.json`, `agencies.json` and `halls.json`.
/// Each list may be empty; entries that are not named stay as they are.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Import {
    #[serde(default)]
    pub regions: Vec<Region>,
    #[serde(default)]
    pub agencies: Vec<Agency>,
    #[serde(default)]
    pub halls: Vec<Hall>,
    /// Points of service; their kind is set on import.
    #[serde(default)]
    pub service_points: Vec<Hall>,
    /// As published; kept whole, read as [`calendar::Calendar`].
    #[serde(default)]
    pub calendars: Vec<serde_json::Value>,
}

/// How many entries an import added or changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub regions: u64,
    pub agencies: u64,
    pub halls: u64,
    pub calendars: u64,
}

/// Adds and replaces entries. What does not fit together is refused whole; what is already so
/// changes nothing and writes no event.
pub async fn import(ctx: &Ctx, import: Import) -> Result<Changes, AgenciesError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let wanted = wanted(import)?;
    let mut reader = ctx.db.reader();
    let revision = table::revision(&mut reader).await?;
    let mut all: BTreeMap<(String, String), Entry> = table::entries(&mut reader)
        .await?
        .into_iter()
        .map(|e| (key(&e), e))
        .collect();
    let mut changed = Vec::new();
    for entry in wanted {
        if all.get(&key(&entry)) != Some(&entry) {
            all.insert(key(&entry), entry.clone());
            changed.push(entry);
        }
    }
    if changed.is_empty() {
        return Ok(Changes::default());
    }
    let merged: Vec<Entry> = all.into_values().collect();
    Directory::build(revision + 1, &merged)?;
    let count = |kind: &str| changed.iter().filter(|e| e.kind == kind).count() as u64;
    let changes = Changes {
        regions: count(REGION),
        agencies: count(AGENCY),
        halls: count(HALL),
        calendars: count(CALENDAR),
    };
    write(ctx, revision, changed, changes).await?;
    ctx.shared.get_or_make::<Cache>().forget();
    Ok(changes)
}

async fn write(
    ctx: &Ctx,
    revision: i64,
    changed: Vec<Entry>,
    changes: Changes,
) -> Result<(), AgenciesError> {
    let (ctx, changed) = (ctx.clone(), Arc::new(changed));
    let db = ctx.db.clone();
    db.write(move |tx| {
        let (ctx, changed) = (ctx.clone(), changed.clone());
        Box::pin(async move {
            if !table::raise_revision(tx, revision).await? {
                return Err(store::StoreError::Conflict.into());
            }
            for entry in changed.iter() {
                table::put_entry(tx, entry).await?;
            }
            let event = DirectoryChanged {
                revision: revision + 1,
                regions: changes.regions,
                agencies: changes.agencies,
                halls: changes.halls,
                calendars: changes.calendars,
            };
            journal::append(tx, &ctx, STREAM, &event).await?;
            Ok(())
        })
    })
    .await
}

fn wanted(import: Import) -> Result<Vec<Entry>, AgenciesError> {
    let mut all = Vec::new();
    for region in &import.regions {
        all.push(entry(REGION, &region.code, region)?);
    }
    for agency in &import.agencies {
        all.push(entry(AGENCY, &agency.code, agency)?);
    }
    for hall in &import.halls {
        all.push(entry(HALL, &hall.code, hall)?);
    }
    for point in import.service_points {
        let point = Hall {
            kind: HallKind::ServicePoint,
            ..point
        };
        all.push(entry(HALL, &point.code, &point)?);
    }
    for calendar in &import.calendars {
        let id = calendar
            .get("calendar_id")
            .and_then(|v| v.as_str())
            .ok_or_else(|| {
                AgenciesError::invalid(
                    "calendar_id",
                    "日历没有编号",
                    "The calendar has no identifier",
                )
            })?;
        all.push(entry(CALENDAR, id, calendar)?);
    }
    Ok(all)
}

fn entry(kind: &str, code: &str, data: &impl Serialize) -> Result<Entry, AgenciesError> {
    let data = serde_json::to_string(data).map_err(|e| AgenciesError::Entry(e.to_string()))?;
    Ok(Entry {
        kind: kind.to_owned(),
        code: code.to_owned(),
        data,
    })
}

fn key(entry: &Entry) -> (String, String) {
    (entry.kind.clone(), entry.code.clone())
}
