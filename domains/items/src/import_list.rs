//! Taking in the catalogue list [C-10].

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kernel::{Permission, Target};
use serde_json::Value;
use store::Ctx;

use crate::catalogue_list::{self, CatalogueList, ListEntry, MainItem};
use crate::digest::digest;
use crate::error::ItemsError;
use crate::events::{CatalogueListChanged, LIST_STREAM};
use crate::fault::{ImportReport, ImportRow, Outcome};
use crate::table::{self, VersionRow};

/// Takes in a catalogue list. Entries with faults are not taken in; entries that are already so
/// change nothing.
pub async fn import_catalogue_list(
    ctx: &Ctx,
    list: &CatalogueList,
) -> Result<ImportReport, ItemsError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let known: HashMap<String, (u32, Vec<u8>)> = table::catalogue_entries(&mut ctx.db.reader())
        .await?
        .into_iter()
        .map(|(code, version, digest, _)| (code, (version, digest)))
        .collect();
    let mut report = ImportReport::default();
    let mut seen = BTreeSet::new();
    let mut rows: Vec<(String, VersionRow)> = Vec::new();
    for (i, (main, entry)) in list.entries().enumerate() {
        let faults = catalogue_list::check(main, entry, &mut seen);
        let outcome = if faults.is_empty() {
            let (row, outcome) = entry_row(main, entry, known.get(&entry.base_code))?;
            rows.extend(row.map(|row| (entry.base_code.clone(), row)));
            outcome
        } else {
            Outcome::Rejected
        };
        report.rows.push(ImportRow {
            no: i + 1,
            label: entry.base_code.clone(),
            name: Some(entry.item_name.clone()),
            outcome,
            faults,
        });
    }
    if !rows.is_empty() {
        write_list(ctx, list.version.clone(), rows).await?;
    }
    Ok(report)
}

fn entry_row(
    main: &MainItem,
    entry: &ListEntry,
    known: Option<&(u32, Vec<u8>)>,
) -> Result<(Option<VersionRow>, Outcome), ItemsError> {
    let data = |e: serde_json::Error| ItemsError::Data(e.to_string());
    let mut content = serde_json::to_value(entry).map_err(data)?;
    content["main_item_name"] = Value::from(main.main_item_name.as_str());
    content["main_base_code"] = Value::from(main.main_base_code.as_str());
    let digest = digest(&content);
    let (version, outcome) = match known {
        Some((version, same)) if *same == digest => {
            return Ok((None, Outcome::Unchanged { version: *version }));
        }
        Some((version, _)) => (
            version + 1,
            Outcome::Changed {
                version: version + 1,
                replaces: Some(*version),
            },
        ),
        None => (1, Outcome::Added { version: 1 }),
    };
    let row = VersionRow {
        version,
        digest: digest.to_vec(),
        content: content.to_string(),
    };
    Ok((Some(row), outcome))
}

async fn write_list(
    ctx: &Ctx,
    list_version: String,
    rows: Vec<(String, VersionRow)>,
) -> Result<(), ItemsError> {
    let event = CatalogueListChanged {
        list_version,
        base_codes: rows.iter().map(|(code, _)| code.clone()).collect(),
    };
    let (write_ctx, work) = (ctx.clone(), Arc::new((rows, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (write_ctx.clone(), work.clone());
            Box::pin(async move {
                let (rows, event) = &*work;
                for (code, row) in rows {
                    table::insert_catalogue_entry(tx, code, row, ctx.now()).await?;
                }
                table::raise_revision(tx).await?;
                journal::append(tx, &ctx, LIST_STREAM, event).await?;
                Ok::<_, ItemsError>(())
            })
        })
        .await
}
