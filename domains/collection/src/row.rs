//! One collected row: shown, completed and discarded by people.

use std::collections::BTreeMap;
use std::sync::Arc;

use cleaning::{Action, Field, Finding, StockRow, Verdict};
use jiff::Timestamp;
use kernel::{Page, PageRequest, Permission};
use licences::{LicenceEvent, State};
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::batch::{Batch, BatchState, SourceClass, batch, may_collect, sees, target};
use crate::error::{CollectionError, filled};
use crate::events::{RowMoved, stream};
use crate::{face, pieces, table};

/// A row of a batch after cleaning. Its state is that of H-47.
#[derive(Clone, Debug)]
pub struct CollectedRow {
    pub batch_key: String,
    /// Its place in the file, from 1.
    pub row_no: u32,
    pub rev: i64,
    pub state: State,
    /// What cleaning did with it.
    pub action: Action,
    /// Agency code of the issuer; empty where it is unknown.
    pub agency: String,
    /// It could not be made into a licence; the body says why.
    pub problem: bool,
    /// Who completed it.
    pub editor: Option<String>,
    pub checker: Option<String>,
    pub checked_at: Option<Timestamp>,
    /// The licence that was made of it.
    pub licence_key: Option<String>,
    pub body: RowBody,
}

/// What is encrypted of a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RowBody {
    /// In the order of [`Field::ALL`], after all corrections.
    pub cells: Vec<String>,
    pub findings: Vec<Finding>,
    /// Face fields from columns of their own, constants, or typed.
    pub face: BTreeMap<String, String>,
    /// Why it could not be made into a licence, or why somebody discarded it.
    #[serde(default)]
    pub problem: String,
}

impl CollectedRow {
    pub fn get(&self, field: Field) -> &str {
        self.body.cells.get(field.at()).map_or("", String::as_str)
    }

    /// 来源类别: the row's own where it names one, else its batch's.
    pub(crate) fn source_class(&self, batch: &Batch) -> SourceClass {
        let own = SourceClass::from_code(self.get(Field::SourceClass).trim());
        own.unwrap_or(batch.source_class)
    }

    /// Whether a second person checks it: its batch or the row itself says that it was typed from
    /// an original [H-23].
    pub(crate) fn needs_person(&self, batch: &Batch) -> bool {
        batch.source_class.needs_person() || self.source_class(batch).needs_person()
    }

    /// The verdict of cleaning, as it was.
    pub(crate) fn verdict(&self) -> Verdict {
        let row = StockRow::new(self.row_no, self.body.cells.clone());
        Verdict {
            number: self.row_no,
            label: row.label(),
            action: self.action,
            findings: self.body.findings.clone(),
            row,
        }
    }
}

/// A field of the face as it will be.
#[derive(Clone, Debug)]
pub struct FaceValue {
    pub code: String,
    pub name: String,
    pub required: bool,
    pub value: String,
    /// Issuing fills it: number, issuer, dates.
    pub fixed: bool,
}

/// Which rows are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowQuery {
    pub state: Option<State>,
    pub action: Option<Action>,
    /// Those that could not be made into a licence.
    pub problem: bool,
}

/// Rows of a batch that the actor sees, in the order of the file.
pub async fn rows(
    ctx: &Ctx,
    batch_key: &str,
    query: RowQuery,
    page: PageRequest,
) -> Result<Page<CollectedRow>, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let mine = sees(ctx, &batch).await?;
    let mine = mine.map(|mine| mine.into_iter().collect::<Vec<_>>());
    let mut reader = ctx.db.reader();
    let of = (batch_key, mine.as_deref());
    let (rows, total) = table::row::page(&mut reader, ctx, of, query, page).await?;
    Ok(Page::new(rows, total, page))
}

/// One row with its face as it will be.
pub async fn row(
    ctx: &Ctx,
    batch_key: &str,
    row_no: u32,
) -> Result<(CollectedRow, Vec<FaceValue>), CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let mine = sees(ctx, &batch).await?;
    let row = table::row::load(&mut ctx.db.reader(), ctx, batch_key, row_no).await?;
    if mine.is_some_and(|mine| !mine.contains(&row.agency)) {
        return Err(CollectionError::NotFound);
    }
    let face = face::shown(ctx, &row).await?;
    Ok((row, face))
}

/// What somebody types into a row.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// By code of the face field; empty takes back what was typed.
    pub face: BTreeMap<String, String>,
    /// A photo (JPEG or PNG) in place of the register's.
    pub photo: Option<Vec<u8>>,
}

/// Completes the face of a row that was not made yet. Whoever does so collects: another person
/// checks it, again where it was checked.
pub async fn edit_row(
    ctx: &Ctx,
    batch_key: &str,
    row_no: u32,
    edit: Edit,
) -> Result<(), CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    let was = table::row::load(&mut reader, ctx, batch_key, row_no).await?;
    may_edit(ctx, &batch, &was)?;
    if !matches!(was.state, State::Collected | State::Checked) {
        return Err(CollectionError::WrongState);
    }
    let kind = licences::licence_type(ctx, was.get(Field::LicenceType)).await?;
    let mut now = was.clone();
    for (code, value) in &edit.face {
        let field = kind.face_fields.iter().find(|f| f.field_code == *code);
        let field = field.filter(|f| !kind.fills_itself(&f.field_code));
        let field = field.ok_or(CollectionError::NotFound)?;
        let value = value.trim();
        if value.chars().count() > field.length {
            let why = format!("“{}”最多{}字", field.field_name, field.length);
            return Err(CollectionError::Field("照面信息", why));
        }
        match value.is_empty() {
            true => now.body.face.remove(code),
            false => now.body.face.insert(code.clone(), value.to_owned()),
        };
    }
    let photo = match &edit.photo {
        Some(bytes) => {
            licences::check_photo(&kind, bytes)?;
            Some(pieces::blobs(ctx)?.put(ctx, bytes.clone()).await?.name)
        }
        None => None,
    };
    now.editor = Some(ctx.actor.id.clone());
    now.problem = false;
    now.body.problem.clear();
    // It is collected anew: what a person typed another person checks, whatever the source.
    if was.state == State::Checked {
        now.state = licences::next(None, LicenceEvent::Collect)?;
    }
    (now.checker, now.checked_at) = (None, None);
    let fields = edit.face.keys().cloned().collect();
    change(ctx, was, now, photo, "edited", fields, "").await
}

/// Collectors complete their batch, officers the licences of their agency.
fn may_edit(ctx: &Ctx, batch: &Batch, row: &CollectedRow) -> Result<(), CollectionError> {
    may_collect(ctx, batch).or_else(|_| {
        let target = target(&row.agency, &batch.region);
        Ok(ctx.actor.require(Permission::LicenceCollect, &target)?)
    })
}

/// Takes a row out for a reason: it is not what its original says, or there is none.
pub async fn discard_row(
    ctx: &Ctx,
    batch_key: &str,
    row_no: u32,
    reason: &str,
) -> Result<(), CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    let was = table::row::load(&mut reader, ctx, batch_key, row_no).await?;
    let checks = target(&was.agency, &batch.region);
    if ctx
        .actor
        .require(Permission::LicenceCheck, &checks)
        .is_err()
    {
        may_edit(ctx, &batch, &was)?;
    }
    let reason = &filled("理由", reason, 500)?;
    let mut now = was.clone();
    now.state = licences::next(Some(was.state), LicenceEvent::Discard)?;
    now.action = Action::Drop;
    now.body.problem = reason.to_owned();
    change(ctx, was, now, None, "discarded", Vec::new(), reason).await
}

/// Writes what a person did to a row, if it is still what that person saw.
pub(crate) async fn change(
    ctx: &Ctx,
    was: CollectedRow,
    now: CollectedRow,
    photo: Option<String>,
    what: &'static str,
    fields: Vec<String>,
    reason: &str,
) -> Result<(), CollectionError> {
    let event = RowMoved {
        batch_key: now.batch_key.clone(),
        row_no: now.row_no,
        what: what.to_owned(),
        fields,
        reason: reason.to_owned(),
    };
    let (inner, work) = (ctx.clone(), Arc::new((was, now, photo, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (was, now, photo, event) = &*work;
                // Half a batch is no base for checking, and to one that ended nothing is done.
                let batch = table::batch::load(tx, &ctx, &now.batch_key).await?;
                if batch.state != BatchState::Taken {
                    return Err(CollectionError::WrongState);
                }
                replace(tx, &ctx, was, now).await?;
                if let Some(photo) = photo {
                    table::row::put_photo(tx, &now.batch_key, now.row_no, photo).await?;
                }
                journal::append(tx, &ctx, &stream(&now.batch_key), event).await?;
                Ok(())
            })
        })
        .await
}

/// Replaces a row and moves its count.
pub(crate) async fn replace(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    was: &CollectedRow,
    now: &CollectedRow,
) -> Result<(), CollectionError> {
    table::row::update(tx, ctx, was, now).await?;
    let of = |row: &CollectedRow| (row.state, row.problem);
    if of(was) != of(now) {
        let key = &now.batch_key;
        let at = (was.agency.as_str(), was.state, was.problem);
        table::batch::count(tx, key, at, -1).await?;
        let at = (now.agency.as_str(), now.state, now.problem);
        table::batch::count(tx, key, at, 1).await?;
    }
    Ok(())
}
