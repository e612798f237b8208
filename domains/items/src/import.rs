//! 批量导入: items with automatic checks and a report row by row [C-10].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use agencies::Directory;
use kernel::{Permission, Target};
use serde::Deserialize;
use serde_json::Value;
use store::{Ctx, Tx};

use crate::catalogue_list::{self, ListEntry};
use crate::check;
use crate::digest::digest;
use crate::error::ItemsError;
use crate::events::Told;
use crate::fault::{Fault, ImportReport, ImportRow, Outcome};
use crate::item::Item;
use crate::library::Library;
use crate::life::{publish, step};
use crate::read::{self, Standing};
use crate::state::{Event, State, next};
use crate::table::{self, CurrentRow, VersionRow};

/// One item as it is imported: the contents of a file of the implementation list.
#[derive(Clone, Debug, Deserialize)]
pub struct ItemFile {
    /// File name or row, for the report.
    pub label: String,
    pub content: Value,
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
    if let Some((version, same)) = &latest
        && *same == digest
    {
        return Ok((Outcome::Unchanged { version: *version }, Vec::new()));
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
