//! 批量导入: initial load with automatic checks and a report row by row [C-10].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use agencies::Directory;
use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::Deserialize;
use serde_json::Value;
use store::{Ctx, Tx};

use crate::catalogue_list::{self, CatalogueList, ListEntry, MainItem};
use crate::check;
use crate::error::ItemsError;
use crate::events::{self, CatalogueListChanged, LIST_STREAM, Told};
use crate::fault::{Fault, ImportReport, ImportRow, Outcome};
use crate::item::Item;
use crate::library::Library;
use crate::read::{self, Standing};
use crate::state::{Event, State, next};
use crate::table::{self, CurrentRow, StateRow, VersionRow};

/// One item as it is imported: the contents of a file of the implementation list.
#[derive(Clone, Debug, Deserialize)]
pub struct ItemFile {
    /// File name or row, for the report.
    pub label: String,
    pub content: Value,
}

/// The same content gives the same digest, however its keys were ordered or spaced.
fn digest(content: &Value) -> [u8; 32] {
    let mut out = String::new();
    canonical(content, &mut out);
    gm::sm3(out.as_bytes())
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (i, (key, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

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

/// What the rows of an import are checked against.
struct Against<'a> {
    directory: &'a Directory,
    entries: HashMap<String, ListEntry>,
    licence_types: Option<&'a BTreeSet<String>>,
}

/// Takes in items: each is checked by itself, against the catalogue list, the directory, the
/// licence types and its neighbours; with faults it is not taken in. A new item comes into use on
/// its effective date, at once if that has come. A changed one becomes a new version, and the
/// former one history at the same moment; one that is already so changes nothing.
///
/// `licence_types` are the short codes of the types there are; without them results and
/// substitutes are not looked up.
pub async fn import_items(
    ctx: &Ctx,
    files: &[ItemFile],
    licence_types: Option<&BTreeSet<String>>,
) -> Result<ImportReport, ItemsError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let directory = agencies::directory(ctx).await?;
    let mut entries = HashMap::new();
    for (code, _, _, content) in table::catalogue_entries(&mut ctx.db.reader()).await? {
        let entry = serde_json::from_str(&content).map_err(|e| ItemsError::Data(e.to_string()))?;
        entries.insert(code, entry);
    }
    let against = Against {
        directory: &directory,
        entries,
        licence_types,
    };
    let catalogue = crate::catalogue(ctx).await?;

    let mut read: Vec<Result<Item, Vec<Fault>>> = files
        .iter()
        .map(|f| read::read(f.content.clone(), Standing::draft()))
        .collect();
    for outcome in &mut read {
        if let Ok(item) = outcome {
            let mut faults = check::item(item);
            outside(item, &against, &mut faults);
            if !faults.is_empty() {
                *outcome = Err(faults);
            }
        }
    }
    twice(files, &mut read);
    parents(&mut read, &catalogue);

    let mut report = ImportReport::default();
    for (i, (file, outcome)) in files.iter().zip(read).enumerate() {
        let (outcome, faults) = match outcome {
            Ok(item) => take_in(ctx, file, &item).await?,
            Err(faults) => (Outcome::Rejected, faults),
        };
        report.rows.push(ImportRow {
            no: i + 1,
            label: file.label.clone(),
            name: read::item_name(&file.content).map(str::to_owned),
            outcome,
            faults,
        });
    }
    ctx.shared.get_or_make::<Library>().forget();
    Ok(report)
}

/// Directory, catalogue list and licence types.
fn outside(item: &Item, against: &Against<'_>, faults: &mut Vec<Fault>) {
    match against.directory.agency(&item.agency_code) {
        Some(agency) => {
            if agency.uscc != item.agency_uscc || agency.name != item.agency_name {
                faults.push(Fault::new(
                    "C-23/agency",
                    7,
                    "实施机构的名称或统一社会信用代码与机构目录不一致",
                    "Name or credit code of the agency differ from the directory",
                ));
            }
            if item.base_code.get(4..6) != Some(agency.department_code.as_str()) {
                faults.push(Fault::new(
                    "C-28/department",
                    2,
                    format!("基本编码第5、6位应为部门{}", agency.department_code),
                    format!(
                        "Digits 5 and 6 are the department {}",
                        agency.department_code
                    ),
                ));
            }
        }
        None => faults.push(Fault::new(
            "C-23/agency",
            7,
            format!("机构目录中没有{}", item.agency_code),
            format!("The directory has no agency {}", item.agency_code),
        )),
    }
    for org in &item.co_agencies {
        if against
            .directory
            .agency(&org.agency_code)
            .is_none_or(|a| a.uscc != org.uscc)
        {
            let (zh, en) = (
                "机构目录中没有这个联办机构",
                "The directory has no such co-agency",
            );
            faults.push(Fault::new("C-23/co_agency", 30, zh, en).at(&org.agency_code));
        }
    }
    if against.directory.region(&item.region).is_none() {
        let (zh, en) = ("行政区划不存在", "There is no such region");
        faults.push(Fault::new("C-24/region", None, zh, en).at(&item.region));
    }
    match against.entries.get(&item.base_code) {
        Some(entry) => catalogue_list::inherited(item, entry, faults),
        None => faults.push(Fault::new(
            "C-15/not_listed",
            2,
            "目录清单中没有这个基本编码",
            "The catalogue list has no such base code",
        )),
    }
    if let Some(types) = against.licence_types {
        let substitutes = item.materials.iter().filter_map(|m| {
            Some((
                m.material_code.as_str(),
                m.satisfied_by_licence_type.as_ref()?,
            ))
        });
        let result = item.result_licence_type.iter().map(|t| ("", t));
        for (place, code) in substitutes
            .chain(result)
            .filter(|(_, code)| !types.contains(*code))
        {
            let element = if place.is_empty() { 10 } else { 14 };
            let fault = Fault::new(
                "C-30/licence_type",
                element,
                format!("没有证照类型{code}"),
                format!("There is no licence type {code}"),
            );
            faults.push(fault.at(place));
        }
    }
}

/// The same item or code in two rows: the second is refused.
fn twice(files: &[ItemFile], read: &mut [Result<Item, Vec<Fault>>]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (i, outcome) in read.iter_mut().enumerate() {
        let Ok(item) = outcome else { continue };
        let mut faults = Vec::new();
        let handling = item.handling_items.iter().map(|h| &h.code);
        for code in [&item.item_id, &item.implementation_code]
            .into_iter()
            .chain(handling)
        {
            if let Some(&first) = seen.get(code) {
                let fault = Fault::new(
                    "C-10/twice",
                    3,
                    format!("编码与第{}行“{}”重复", first + 1, files[first].label),
                    format!("Row {} has the same code", first + 1),
                );
                faults.push(fault.at(code));
            }
            seen.entry(code.clone()).or_insert(i);
        }
        if !faults.is_empty() {
            *outcome = Err(faults);
        }
    }
}

/// Parents of several items are looked at when it is known which children are sound.
fn parents(read: &mut [Result<Item, Vec<Fault>>], catalogue: &crate::Catalogue) {
    let mut refused = Vec::new();
    for (i, outcome) in read.iter().enumerate() {
        let Ok(item) = outcome else { continue };
        let mut faults = Vec::new();
        let find = |id: &str| {
            let here = read
                .iter()
                .filter_map(|r| r.as_ref().ok())
                .find(|c| c.item_id == id);
            here.or_else(|| catalogue.by_id(id).map(|known| &**known))
        };
        check::children(item, find, &mut faults);
        if !faults.is_empty() {
            refused.push((i, faults));
        }
    }
    for (i, faults) in refused {
        read[i] = Err(faults);
    }
}

/// Everything that one row writes.
struct Work {
    item_id: String,
    implementation_code: String,
    version: u32,
    row: VersionRow,
    effective: Option<jiff::civil::Date>,
    codes: Vec<(String, &'static str)>,
    current: Option<CurrentRow>,
    publish: bool,
}

const OPINION: &str = "批量导入";

async fn take_in(
    ctx: &Ctx,
    file: &ItemFile,
    item: &Item,
) -> Result<(Outcome, Vec<Fault>), ItemsError> {
    let digest = digest(&file.content).to_vec();
    let mut reader = ctx.db.reader();
    let latest = table::latest(&mut reader, &item.item_id).await?;
    if let Some((version, same)) = &latest {
        if *same == digest {
            return Ok((Outcome::Unchanged { version: *version }, Vec::new()));
        }
    }
    let mut faults = Vec::new();
    let codes = codes_of(item);
    for (code, _) in &codes {
        let owner = table::owner_of(&mut reader, code).await?;
        if owner.is_some_and(|owner| owner != item.item_id) {
            let (zh, en) = ("编码已被另一事项使用", "Another item has this code");
            faults.push(Fault::new("C-23/unique", 3, zh, en).at(code));
        }
    }
    let current = table::current(&mut reader, &item.item_id).await?;
    if let Some(current) = current.as_ref().filter(|c| c.state != State::InUse) {
        faults.push(Fault::new(
            "C-46/state",
            None,
            format!("事项为“{}”，不能发布新版本", current.state.zh()),
            "The item is not in use, a new version cannot take effect",
        ));
    }
    if !faults.is_empty() {
        return Ok((Outcome::Rejected, faults));
    }
    let stated = file
        .content
        .pointer("/supplement/item_version")
        .and_then(Value::as_u64);
    let stated = stated.and_then(|v| u32::try_from(v).ok()).unwrap_or(1);
    let version = stated.max(latest.map_or(1, |(version, _)| version + 1));
    let today = kernel::time::beijing_date(ctx.now());
    let publish = item.planned_effective_date.is_none_or(|on| on <= today);
    let outcome = match &current {
        None => Outcome::Added { version },
        Some(current) => Outcome::Changed {
            version,
            replaces: publish.then_some(current.version),
        },
    };
    let work = Work {
        item_id: item.item_id.clone(),
        implementation_code: item.implementation_code.clone(),
        version,
        row: VersionRow {
            version,
            digest,
            content: file.content.to_string(),
        },
        effective: item.planned_effective_date,
        codes,
        current,
        publish,
    };
    write(ctx, work).await?;
    Ok((outcome, Vec::new()))
}

fn codes_of(item: &Item) -> Vec<(String, &'static str)> {
    let mut codes = vec![
        (item.item_id.clone(), "short"),
        (item.implementation_code.clone(), "implementation"),
    ];
    codes.extend(
        item.handling_items
            .iter()
            .map(|h| (h.code.clone(), "handling")),
    );
    codes
}

async fn write(ctx: &Ctx, work: Work) -> Result<(), ItemsError> {
    let (write_ctx, work) = (ctx.clone(), Arc::new(work));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (write_ctx.clone(), work.clone());
            Box::pin(async move { put(tx, &ctx, &work).await })
        })
        .await
}

async fn put(tx: &mut Tx<'_>, ctx: &Ctx, work: &Work) -> Result<(), ItemsError> {
    let now = ctx.now();
    table::insert_version(tx, &work.item_id, &work.row, now).await?;
    for (code, kind) in &work.codes {
        if !table::take_code(tx, code, kind, &work.item_id).await? {
            return Err(ItemsError::Stale);
        }
    }
    let told = Told {
        item_id: work.item_id.clone(),
        version: work.version,
        implementation_code: work.implementation_code.clone(),
        opinion: OPINION.to_owned(),
        other_version: None,
        successors: Vec::new(),
    };
    let mut state = None;
    for (seq, event) in [Event::Create, Event::Submit, Event::Approve]
        .into_iter()
        .enumerate()
    {
        let to = next(state, event)?;
        step(tx, ctx, &told, seq as i64 + 1, event, to, now).await?;
        state = Some(to);
    }
    if work.publish {
        publish(tx, ctx, &told, 4, state, work.current.as_ref(), now).await?;
    } else if let Some(on) = work.effective {
        table::put_pending(tx, &work.item_id, work.version, on).await?;
    }
    Ok(table::raise_revision(tx).await?)
}

/// One step of a version: a row of its life and an event.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    told: &Told,
    seq: i64,
    event: Event,
    state: State,
    at: Timestamp,
) -> Result<(), ItemsError> {
    let row = StateRow {
        item_id: told.item_id.clone(),
        version: told.version,
        seq,
        event,
        state,
        at,
        actor: ctx.actor.id.clone(),
        opinion: told.opinion.clone(),
    };
    table::insert_state(tx, &row).await?;
    Ok(events::tell(tx, ctx, event, told).await?)
}

/// Brings an approved version into use; the version in use becomes history at the same moment.
pub(crate) async fn publish(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    told: &Told,
    seq: i64,
    state: Option<State>,
    current: Option<&CurrentRow>,
    at: Timestamp,
) -> Result<(), ItemsError> {
    let to = next(state, Event::Publish)?;
    if let Some(old) = current {
        let former = next(Some(old.state), Event::Supersede)?;
        let last = table::last_state(tx, &old.item_id, old.version).await?;
        let old_told = Told {
            version: old.version,
            other_version: Some(told.version),
            ..told.clone()
        };
        let seq = last.map_or(1, |row| row.seq + 1);
        step(tx, ctx, &old_told, seq, Event::Supersede, former, at).await?;
    }
    let told = Told {
        other_version: current.map(|old| old.version),
        ..told.clone()
    };
    step(tx, ctx, &told, seq, Event::Publish, to, at).await?;
    let row = CurrentRow {
        item_id: told.item_id.clone(),
        version: told.version,
        state: to,
        since: at,
        successors: Vec::new(),
        rev: 0,
    };
    if !table::put_current(tx, &row, current.map(|old| old.rev)).await? {
        return Err(ItemsError::Stale);
    }
    Ok(table::drop_pending(tx, &told.item_id, told.version).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_keys_does_not_make_a_difference() {
        let a: Value =
            serde_json::from_str(r#"{"b": [1, {"y": 2, "x": "一"}], "a": null}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a":null,"b":[1,{"x":"一","y":2}]}"#).unwrap();
        assert_eq!(digest(&a), digest(&b));
        assert_ne!(
            digest(&a),
            digest(&json!({"a": null, "b": [1, {"x": "一", "y": 3}]}))
        );
        assert_ne!(digest(&json!(["ab"])), digest(&json!(["a", "b"])));
    }
}
