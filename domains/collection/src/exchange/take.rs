//! Taking a batch: every record for itself, those of one row in the order in which they were written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use kernel::Problem;
use licences::LicenceError;
use store::Ctx;

use super::apply::{Case, Deed, write};
use super::event::{ExchangeTaken, stream as stream_of};
use super::record::{ExchangeBatch, ExchangeRecord};
use super::source::{ExchangeSource, exchange_source};
use super::table::{self, Stored, StoredBody};
use super::{Operation, Outcome};
use crate::batch::SourceClass;
use crate::error::{CollectionError, filled};
use crate::receipt;

/// What is answered to a batch [K-32].
#[derive(Clone, Debug)]
pub struct ExchangeAnswer {
    pub batch: TakenBatch,
    /// In the order of the batch.
    pub rows: Vec<RowAnswer>,
}

/// A batch that was taken.
#[derive(Clone, Debug)]
pub struct TakenBatch {
    pub batch_no: String,
    pub received_at: Timestamp,
    /// `api` or `file`.
    pub way: String,
    pub taken_by: String,
    /// Records by code of the outcome.
    pub counts: BTreeMap<String, u64>,
}

/// What became of one record.
#[derive(Clone, Debug)]
pub struct RowAnswer {
    pub row_id: String,
    pub outcome: Outcome,
    pub licence_key: Option<String>,
    /// Why it was refused, or is to be sent again.
    pub problem: Option<Problem>,
}

/// Records that are worked on beside each other.
const BESIDE: usize = 4;
/// How often a record is tried anew that others were in the way of.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(50);

/// Takes a batch that came by interface. Every record is answered for itself; the same batch sent
/// again gives the same outcomes and changes nothing.
pub async fn take_exchange(
    ctx: &Ctx,
    source_code: &str,
    batch: ExchangeBatch,
) -> Result<ExchangeAnswer, CollectionError> {
    take(ctx, source_code, batch, ("api", super::EXCHANGE_BATCH)).await
}

pub(super) async fn take(
    ctx: &Ctx,
    source_code: &str,
    batch: ExchangeBatch,
    (way, most): (&str, usize),
) -> Result<ExchangeAnswer, CollectionError> {
    let source = exchange_source(ctx, source_code).await?;
    if !source.active {
        return Err(CollectionError::Field("来源", "已停用".into()));
    }
    let batch_no = filled("批次号", &batch.batch_no, 60)?;
    if batch.records.is_empty() || batch.records.len() > most {
        let why = format!("每批1至{most}条");
        return Err(CollectionError::Field("记录", why));
    }
    let mut rows: BTreeMap<String, Vec<(usize, ExchangeRecord)>> = BTreeMap::new();
    for (at, record) in batch.records.into_iter().enumerate() {
        rows.entry(record.row_id.clone())
            .or_default()
            .push((at, record));
    }
    let (source, number) = (&source, batch_no.as_str());
    let answered = stream::iter(rows.into_values())
        .map(|mut of_row| async move {
            of_row.sort_by_key(|one| one.1.time);
            let mut answers = Vec::new();
            for (at, record) in of_row {
                answers.push((at, answer(ctx, source, number, record).await?));
            }
            Ok::<_, CollectionError>(answers)
        })
        .buffer_unordered(BESIDE)
        .collect::<Vec<_>>()
        .await;
    let mut rows = Vec::new();
    for some in answered {
        rows.extend(some?);
    }
    rows.sort_by_key(|one| one.0);
    let rows: Vec<RowAnswer> = rows.into_iter().map(|one| one.1).collect();
    let mut counts = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.outcome.code().to_owned()).or_default() += 1;
    }
    let batch = TakenBatch {
        batch_no,
        received_at: ctx.now(),
        way: way.to_owned(),
        taken_by: ctx.actor.id.clone(),
        counts,
    };
    note(ctx, source, &batch).await?;
    Ok(ExchangeAnswer { batch, rows })
}

async fn note(
    ctx: &Ctx,
    source: &ExchangeSource,
    batch: &TakenBatch,
) -> Result<(), CollectionError> {
    let work = Arc::new((source.clone(), batch.clone()));
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (source, batch) = &*work;
                table::put_batch(tx, &source.source_code, batch).await?;
                let event = ExchangeTaken {
                    source_code: source.source_code.clone(),
                    batch_no: batch.batch_no.clone(),
                    agency: source.agency.clone(),
                    way: batch.way.clone(),
                    counts: batch.counts.clone(),
                };
                journal::append(tx, &ctx, &stream_of(&source.source_code), &event).await?;
                Ok::<_, CollectionError>(())
            })
        })
        .await
}

/// The newest batches of a source.
pub async fn exchange_batches(
    ctx: &Ctx,
    source_code: &str,
) -> Result<Vec<TakenBatch>, CollectionError> {
    exchange_source(ctx, source_code).await?;
    table::batches(&mut ctx.db.reader(), source_code).await
}

/// Takes one record, tries again what others were in the way of, and puts what fails into words.
async fn answer(
    ctx: &Ctx,
    source: &ExchangeSource,
    batch_no: &str,
    record: ExchangeRecord,
) -> Result<RowAnswer, CollectionError> {
    let mut tried = 1;
    loop {
        let error = match one(ctx, source, batch_no, &record).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        // Of two who make the same number at once one finds it taken, and then finds the licence.
        let taken = matches!(&error, CollectionError::Licence(LicenceError::NumberTaken));
        let stale = matches!(&error, CollectionError::Licence(LicenceError::Stale));
        if !(error.passes() || error.is_ours() || taken || stale) {
            return refuse(ctx, source, batch_no, &record, error).await;
        }
        // What is broken here is not the record's fault.
        if tried == TRIES || error.is_ours() {
            return Ok(RowAnswer {
                row_id: record.row_id,
                outcome: Outcome::Busy,
                licence_key: None,
                problem: Some(error.into()),
            });
        }
        tokio::time::sleep(PAUSE * tried).await;
        tried += 1;
    }
}

/// The record as it will be remembered, before anything became of it.
fn fresh(
    ctx: &Ctx,
    source: &ExchangeSource,
    batch_no: &str,
    record: &ExchangeRecord,
) -> Result<Stored, CollectionError> {
    let row = format!("{}/{}", source.source_code, record.row_id);
    let content = serde_json::to_string(record)?;
    Ok(Stored {
        record_key: ctx.rng.key(),
        source_code: source.source_code.clone(),
        row_digest: ctx.lookup("collection_exchange_row", &row),
        told_at: record.time,
        content: ctx.lookup("collection_exchange_content", &content),
        outcome: Outcome::Refused,
        licence_key: None,
        batch_no: batch_no.to_owned(),
        received_at: ctx.now(),
        rev: 1,
        body: StoredBody {
            row_id: record.row_id.clone(),
            operation: record.operation.clone(),
            ..StoredBody::default()
        },
    })
}

async fn one(
    ctx: &Ctx,
    source: &ExchangeSource,
    batch_no: &str,
    record: &ExchangeRecord,
) -> Result<RowAnswer, CollectionError> {
    let operation = record.check()?;
    let mut stored = fresh(ctx, source, batch_no, record)?;
    let mut reader = ctx.db.reader();
    let code = &source.source_code;
    let former = table::of_row(&mut reader, ctx, code, &stored.row_digest).await?;
    let told = |outcome: Outcome, licence_key: Option<String>| RowAnswer {
        row_id: record.row_id.clone(),
        outcome,
        licence_key,
        problem: None,
    };
    if let Some(former) = &former {
        if record.time < former.told_at {
            return Ok(told(Outcome::Late, former.licence_key.clone()));
        }
        // What was refused may be taken by now: a type was added, an agency corrected.
        let again = record.time == former.told_at && stored.content == former.content;
        if again && former.outcome != Outcome::Refused {
            return Ok(told(former.outcome, former.licence_key.clone()));
        }
        stored.record_key.clone_from(&former.record_key);
    }
    let known = former.as_ref().and_then(|one| one.licence_key.as_deref());
    let case = Case {
        source,
        operation,
        licence: record.licence.as_ref(),
        licence_key: known,
        batch_no,
        rule: source.rule,
    };
    let verdict = case.verdict(ctx).await?;
    stored.outcome = verdict.outcome;
    stored.licence_key.clone_from(&verdict.licence_key);
    if verdict.outcome == Outcome::Waits {
        stored.body.licence.clone_from(&record.licence);
    }
    if matches!(verdict.outcome, Outcome::Waits | Outcome::Kept) {
        stored.body.differences = verdict.differences;
    }
    let seen = former.map(|one| one.rev);
    write(ctx, stored, seen, verdict.deed, None).await?;
    Ok(told(verdict.outcome, verdict.licence_key))
}

/// Remembers a record that was refused, and alerts the agency [H-40].
async fn refuse(
    ctx: &Ctx,
    source: &ExchangeSource,
    batch_no: &str,
    record: &ExchangeRecord,
    why: CollectionError,
) -> Result<RowAnswer, CollectionError> {
    let approval = record
        .licence
        .as_ref()
        .and_then(|one| one.approval(source).ok());
    if let Some(approval) = approval {
        receipt::refused(ctx, &approval, SourceClass::E, &why).await?;
    }
    let problem: Problem = why.into();
    let mut stored = fresh(ctx, source, batch_no, record)?;
    let mut reader = ctx.db.reader();
    let former = table::of_row(&mut reader, ctx, &source.source_code, &stored.row_digest).await?;
    stored.body.why = Some((problem.zh.to_string(), problem.en.to_string()));
    stored.body.licence.clone_from(&record.licence);
    // The photo is the sender's to keep.
    if let Some(licence) = &mut stored.body.licence {
        licence.photo = None;
    }
    let seen = former.map(|one| {
        // What it led to before stays as it is.
        stored.record_key = one.record_key;
        stored.licence_key = one.licence_key;
        one.rev
    });
    let answer = RowAnswer {
        row_id: record.row_id.clone(),
        outcome: Outcome::Refused,
        licence_key: stored.licence_key.clone(),
        problem: Some(problem),
    };
    // A row id or an operation that makes no sense is not worth remembering.
    let sound = record.check().is_ok();
    if sound {
        match write(ctx, stored, seen, Deed::Nothing, None).await {
            // Another word of the row arrived meanwhile: that one counts.
            Ok(()) | Err(CollectionError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(answer)
}

/// For those who settle: the operation of a remembered record.
pub(super) fn operation_of(stored: &Stored) -> Result<Operation, CollectionError> {
    Operation::from_code(&stored.body.operation)
        .ok_or_else(|| CollectionError::Data(stored.body.operation.clone()))
}
