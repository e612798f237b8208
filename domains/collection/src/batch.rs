//! 采集批次: what is known of a table of existing licences, and what may be done to it.

use std::collections::{BTreeMap, BTreeSet};

use agencies::Agency;
use cleaning::FIELD_NAMES;
use jiff::Timestamp;
use kernel::{Page, PageRequest, Permission, Target};
use licences::State;
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};
use tables::Mapping;

use crate::error::CollectionError;
use crate::events::{BatchMoved, stream};
use crate::{table, work};

kernel::codes! {
    /// Where a batch stands.
    BatchState {
        Scanning = "scanning", "扫描录入中", "being scanned";
        Uploaded = "uploaded", "待试清洗", "to be tried";
        Looked = "looked", "待入库", "to be taken in";
        Taken = "taken", "已入库", "taken in";
        Ended = "ended", "已结束", "ended";
    }
}

kernel::codes! {
    /// 数据来源 [H-20].
    SourceClass {
        A = "A", "证照录入", "typed from originals";
        B = "B", "申请材料电子化", "materials of applications";
        C = "C", "审批结果电子化", "results on paper";
        D = "D", "证照自动合成", "composed from approval data";
        E = "E", "整合其他证照库", "from another library";
    }
}

impl SourceClass {
    /// Whether a second person checks before sealing [H-23]. What comes as data from a system is
    /// checked by the rules.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::A | Self::B | Self::C)
    }
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    pub batch_key: String,
    /// The agency that collects.
    pub agency: String,
    pub region: String,
    pub state: BatchState,
    pub rev: i64,
    pub source_class: SourceClass,
    pub source_system: String,
    /// Staff user name, or `system` from the command line.
    pub collector: String,
    pub started_at: Timestamp,
    pub rows: u64,
    /// 办件编号 of the case that the originals came with.
    pub case_no: Option<String>,
    /// Sums of the trial, or of the taking in.
    pub summary: Option<Summary>,
    pub body: BatchBody,
}

/// What is encrypted of a batch.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BatchBody {
    pub file_name: String,
    pub headings: Vec<String>,
    /// The cells of the first row, by which people tell what a column is.
    #[serde(default)]
    pub first: Vec<String>,
    /// What the officer settled; the rest is found by name.
    pub given: Given,
    /// Why rows could not be read, as far as they are told.
    pub unreadable: Vec<String>,
    pub unreadable_rows: u64,
    /// Short code of the licence type whose originals are scanned; none for a table.
    #[serde(default)]
    pub scanned: Option<String>,
}

/// Columns and values that somebody named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Heading and what stands under it: a field's code, `face.` with a face field's code, or
    /// nothing to leave it out.
    pub columns: Vec<(String, String)>,
    /// Face fields that are the same in every row.
    pub constants: BTreeMap<String, String>,
}

/// What stands under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    Field(cleaning::Field),
    /// Code of a face field.
    Face(String),
    LeftOut,
}

/// The sums of a trial or of a taking in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub rows: u64,
    /// By code of the action.
    pub by_action: BTreeMap<String, u64>,
    /// By code of the rule: rows with at least one finding of it.
    pub by_rule: BTreeMap<String, u64>,
}

/// How many rows of one issuer are in a state.
#[derive(Clone, Debug)]
pub struct Count {
    /// Agency code; empty where the issuer is unknown.
    pub agency: String,
    pub state: State,
    /// Those that could not be made into a licence.
    pub problem: bool,
    pub n: u64,
}

impl Batch {
    /// Whose right to collect it asks for.
    pub fn target(&self) -> Target<'_> {
        target(&self.agency, &self.region)
    }
}

impl BatchBody {
    /// What stands under each heading: as it was settled, else by name, else a face field of that
    /// name.
    pub(crate) fn mapped(&self, faces: &BTreeMap<String, String>) -> Vec<Mapped> {
        let fields = |(_, code): &&(String, String)| !code.starts_with("face.");
        let settled: Vec<(String, String)> =
            self.given.columns.iter().filter(fields).cloned().collect();
        let mapping = Mapping::propose(&self.headings, FIELD_NAMES, &settled);
        let of = |(at, heading): (usize, &String)| {
            let given = self.given.columns.iter().find(|one| one.0 == *heading);
            if let Some(face) = given.and_then(|one| one.1.strip_prefix("face.")) {
                return Mapped::Face(face.to_owned());
            }
            match mapping
                .field(at)
                .and_then(|at| cleaning::Field::ALL.get(at))
            {
                Some(field) => Mapped::Field(*field),
                None if given.is_some() => Mapped::LeftOut,
                None => {
                    let code = faces.get(&tables::fold_heading(heading));
                    code.map_or(Mapped::LeftOut, |code| Mapped::Face(code.clone()))
                }
            }
        };
        self.headings.iter().enumerate().map(of).collect()
    }
}

/// Names of face fields, as headings are compared, and their codes. A name that two types give to
/// different fields means neither.
pub(crate) async fn face_names(ctx: &Ctx) -> Result<BTreeMap<String, String>, CollectionError> {
    let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
    for kind in licences::licence_types(ctx).await? {
        for field in &kind.face_fields {
            let name = tables::fold_heading(&field.field_name);
            let code = Some(field.field_code.clone());
            let known = names.entry(name).or_insert_with(|| code.clone());
            if *known != code {
                *known = None;
            }
        }
    }
    let settled = names.into_iter();
    Ok(settled
        .filter_map(|(name, code)| Some((name, code?)))
        .collect())
}

pub(crate) fn target<'a>(agency: &'a str, region: &'a str) -> Target<'a> {
    Target {
        agency: Some(agency),
        region: Some(region),
        ..Target::default()
    }
}

fn of_agency(agency: &Agency) -> Target<'_> {
    target(&agency.code, &agency.region_code)
}

/// Agencies for which the actor may do this.
pub(crate) async fn agencies_for(
    ctx: &Ctx,
    permission: Permission,
) -> Result<Vec<Agency>, CollectionError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let all = directory.agencies().iter();
    Ok(all
        .filter(|agency| ctx.actor.require(permission, &of_agency(agency)).is_ok())
        .cloned()
        .collect())
}

/// Agencies for which the actor may begin a batch.
pub async fn collecting_agencies(ctx: &Ctx) -> Result<Vec<Agency>, CollectionError> {
    agencies_for(ctx, Permission::LicenceCollect).await
}

/// Agencies for which the actor makes licences.
pub async fn issuing_agencies(ctx: &Ctx) -> Result<Vec<Agency>, CollectionError> {
    agencies_for(ctx, Permission::LicenceIssue).await
}

/// Whoever collects, checks or makes licences of an agency sees the batches that hold any.
pub(crate) fn may_see(
    ctx: &Ctx,
    batch: &Batch,
    counts: &[Count],
    directory: &agencies::Directory,
) -> Result<(), CollectionError> {
    if may_collect(ctx, batch).is_ok() {
        return Ok(());
    }
    let mine = |agency: &Agency| {
        [Permission::LicenceCheck, Permission::LicenceIssue]
            .into_iter()
            .any(|p| ctx.actor.require(p, &of_agency(agency)).is_ok())
    };
    let issuers = counts.iter().map(|count| count.agency.as_str());
    match issuers.filter_map(|code| directory.agency(code)).any(mine) {
        true => Ok(()),
        false => Err(CollectionError::NotFound),
    }
}

pub(crate) fn may_collect(ctx: &Ctx, batch: &Batch) -> Result<(), CollectionError> {
    Ok(ctx
        .actor
        .require(Permission::LicenceCollect, &batch.target())?)
}

/// One batch, for those who have to do with it.
pub async fn batch(ctx: &Ctx, batch_key: &str) -> Result<Batch, CollectionError> {
    let mut reader = ctx.db.reader();
    let batch = table::batch::load(&mut reader, ctx, batch_key).await?;
    let counts = table::batch::counts(&mut reader, batch_key).await?;
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    may_see(ctx, &batch, &counts, &directory)?;
    Ok(batch)
}

/// The issuers whose rows the actor sees in a batch: those for whom the actor checks or makes
/// licences; none stands for all, for those who collect it.
pub(crate) async fn sees(
    ctx: &Ctx,
    batch: &Batch,
) -> Result<Option<BTreeSet<String>>, CollectionError> {
    if may_collect(ctx, batch).is_ok() {
        return Ok(None);
    }
    let mut mine = BTreeSet::new();
    for permission in [Permission::LicenceCheck, Permission::LicenceIssue] {
        let all = agencies_for(ctx, permission).await?;
        mine.extend(all.into_iter().map(|agency| agency.code));
    }
    Ok(Some(mine))
}

/// How many rows of a batch are where, as far as the actor sees them.
pub async fn counts(ctx: &Ctx, batch_key: &str) -> Result<Vec<Count>, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let mine = sees(ctx, &batch).await?;
    let mut all = table::batch::counts(&mut ctx.db.reader(), batch_key).await?;
    all.retain(|count| {
        mine.as_ref()
            .is_none_or(|mine| mine.contains(&count.agency))
    });
    Ok(all)
}

/// What stands under each heading of a batch, for those who collect it.
pub async fn mapped(ctx: &Ctx, batch: &Batch) -> Result<Vec<Mapped>, CollectionError> {
    may_collect(ctx, batch)?;
    Ok(batch.body.mapped(&face_names(ctx).await?))
}

/// Batches that the actor has to do with, newest first.
pub async fn batches(ctx: &Ctx, page: PageRequest) -> Result<Page<Batch>, CollectionError> {
    let may = [
        Permission::LicenceCollect,
        Permission::LicenceCheck,
        Permission::LicenceIssue,
    ];
    if may.iter().all(|p| ctx.actor.scopes(*p).is_empty()) {
        return Err(kernel::Denied(Permission::LicenceCollect).into());
    }
    let mut seen = Vec::new();
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let mut reader = ctx.db.reader();
    // Batches are few: a city has hundreds in all its years.
    for key in table::batch::newest(&mut reader).await? {
        let counts = table::batch::counts(&mut reader, &key).await?;
        let one = table::batch::load(&mut reader, ctx, &key).await?;
        if may_see(ctx, &one, &counts, &directory).is_ok() {
            seen.push(one);
        }
    }
    let total = seen.len() as u64;
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let rows = seen.into_iter().skip(skip).take(page.size as usize);
    Ok(Page::new(rows.collect(), total, page))
}

/// Settles columns and constants; what was tried before is to be tried again.
pub async fn map(
    ctx: &Ctx,
    batch_key: &str,
    seen: i64,
    given: Given,
) -> Result<(), CollectionError> {
    let mut batch = batch(ctx, batch_key).await?;
    may_collect(ctx, &batch)?;
    // What the columns of a stack are follows from its licence type.
    let settled = batch.scanned_type().is_some();
    if settled || !matches!(batch.state, BatchState::Uploaded | BatchState::Looked) {
        return Err(CollectionError::WrongState);
    }
    check_given(ctx, &batch.body.headings, &given).await?;
    batch.body.given = given;
    batch.state = BatchState::Uploaded;
    batch.summary = None;
    change(ctx, batch, seen, "mapped").await
}

pub(crate) async fn check_given(
    ctx: &Ctx,
    headings: &[String],
    given: &Given,
) -> Result<(), CollectionError> {
    let wrong = |why: String| Err(CollectionError::Field("栏目对应", why));
    let kinds = licences::licence_types(ctx).await?;
    let face = |code: &str| {
        let fields = kinds.iter().flat_map(|kind| &kind.face_fields);
        fields.into_iter().any(|field| field.field_code == code)
    };
    let mut taken = std::collections::HashSet::new();
    for (heading, code) in &given.columns {
        if !headings.contains(heading) {
            return wrong(format!("文件中没有“{heading}”一栏"));
        }
        let known = match code.strip_prefix("face.") {
            Some(code) => face(code),
            None => code.is_empty() || cleaning::Field::from_code(code).is_some(),
        };
        if !known {
            return wrong(format!("没有“{code}”这个字段"));
        }
        if !code.is_empty() && !taken.insert(code) {
            return wrong(format!("“{heading}”与另一栏对应同一个字段"));
        }
    }
    for (code, value) in &given.constants {
        if !face(code) {
            return wrong(format!("没有“{code}”这个照面字段"));
        }
        if value.chars().count() > 500 {
            return wrong("统一填写的内容最多500字".into());
        }
    }
    Ok(())
}

/// Ends a batch: nothing more is done to it. Licences made of it stay.
pub async fn end_batch(ctx: &Ctx, batch_key: &str, seen: i64) -> Result<(), CollectionError> {
    let mut batch = batch(ctx, batch_key).await?;
    may_collect(ctx, &batch)?;
    if batch.state == BatchState::Ended {
        return Err(CollectionError::WrongState);
    }
    batch.state = BatchState::Ended;
    change(ctx, batch, seen, "ended").await
}

/// What was collected with a case, newest first, as far as the actor may collect it.
pub async fn batches_of_case(ctx: &Ctx, case_no: &str) -> Result<Vec<Batch>, CollectionError> {
    let all = table::batch::of_case(&mut ctx.db.reader(), ctx, case_no).await?;
    let mine = |one: &Batch| may_collect(ctx, one).is_ok();
    Ok(all.into_iter().filter(mine).collect())
}

/// Writes a batch under the revision that was seen, if nothing is being done to it.
async fn change(
    ctx: &Ctx,
    batch: Batch,
    seen: i64,
    what: &'static str,
) -> Result<(), CollectionError> {
    let (inner, batch) = (ctx.clone(), std::sync::Arc::new(batch));
    ctx.db
        .write(move |tx| {
            let (ctx, batch) = (inner.clone(), batch.clone());
            Box::pin(async move {
                work::require_idle(tx, &batch.batch_key).await?;
                table::batch::update(tx, &ctx, &batch, seen).await?;
                moved(tx, &ctx, &batch, what, 0, 0).await
            })
        })
        .await
}

pub(crate) async fn moved(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    batch: &Batch,
    what: &str,
    done: u64,
    failed: u64,
) -> Result<(), CollectionError> {
    let event = BatchMoved {
        batch_key: batch.batch_key.clone(),
        agency: batch.agency.clone(),
        what: what.to_owned(),
        rows: batch.rows,
        done,
        failed,
        duplicates: batch.summary.as_ref().map_or(0, Summary::duplicates),
        source_class: batch.source_class.code().to_owned(),
    };
    journal::append(tx, ctx, &stream(&batch.batch_key), &event).await?;
    Ok(())
}
