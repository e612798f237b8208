//! 入库: the rows of a batch are cleaned and kept, a thousand in one transaction with the place of
//! the work: each row is here once, whenever the process dies.

use std::collections::BTreeMap;
use std::sync::Arc;

use licences::{LicenceEvent, State};
use store::{Ctx, Tx};

use crate::batch::{Batch, BatchState, Summary};
use crate::clean::{Cleaned, Cleaning, Taker};
use crate::error::CollectionError;
use crate::row::{CollectedRow, RowBody};
use crate::runner::{Held, Step, Stepping, finish};
use crate::table;

/// Keeps the rows.
struct Keeping {
    batch: Arc<Batch>,
}

impl Taker for Keeping {
    async fn take(
        &mut self,
        held: &mut Held,
        rows: Vec<Cleaned>,
        place: u64,
    ) -> Result<(), CollectionError> {
        keep(held, rows, place, self.batch.clone()).await
    }
}

pub(crate) async fn run(held: &mut Held) -> Result<(), CollectionError> {
    let from = held.work.place;
    let cleaning = Cleaning::of(held).await?;
    let mut reader = held.ctx.db.reader();
    let batch = table::batch::load(&mut reader, &held.ctx, &held.work.batch_key).await?;
    let mut keeping = Keeping {
        batch: Arc::new(batch),
    };
    cleaning.run(held, false, from, &mut keeping).await?;
    let (inner, work) = (held.ctx.clone(), Arc::new(held.work.clone()));
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let mut batch = table::batch::load(tx, &ctx, &work.batch_key).await?;
                batch.state = BatchState::Taken;
                let seen = batch.rev;
                table::batch::update(tx, &ctx, &batch, seen).await?;
                finish(tx, &ctx, &work).await
            })
        })
        .await
}

/// What one piece writes.
struct Kept {
    batch_key: String,
    rows: Vec<(CollectedRow, Vec<u8>)>,
    counts: BTreeMap<(String, &'static str), (State, i64)>,
    summary: Summary,
    stepping: Stepping,
}

async fn keep(
    held: &mut Held,
    cleaned: Vec<Cleaned>,
    place: u64,
    batch: Arc<Batch>,
) -> Result<(), CollectionError> {
    let ctx = held.ctx.clone();
    let n = cleaned.len() as u64;
    let kept = tokio::task::spawn_blocking(move || -> Result<_, CollectionError> {
        let mut rows = Vec::with_capacity(cleaned.len());
        let mut counts = BTreeMap::new();
        let mut summary = Summary::default();
        for one in cleaned {
            summary.add(&one.verdict);
            let row = row(&batch, one)?;
            let at = (row.agency.clone(), row.state.code());
            counts.entry(at).or_insert((row.state, 0)).1 += 1;
            let body = table::row::sealed(&ctx, &row)?;
            rows.push((row, body));
        }
        Ok((rows, counts, summary))
    });
    let (rows, counts, summary) = kept.await.map_err(CollectionError::data)??;
    let failed = rows.iter().filter(|one| one.0.state == State::Discarded);
    let step = Step {
        place,
        done: n,
        failed: failed.count() as u64,
    };
    let kept = Kept {
        batch_key: held.work.batch_key.clone(),
        rows,
        counts,
        summary,
        stepping: held.stepping(step),
    };
    let (inner, kept) = (held.ctx.clone(), Arc::new(kept));
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, kept) = (inner.clone(), kept.clone());
            Box::pin(async move { write(tx, &ctx, &kept).await })
        })
        .await?;
    held.stepped(step);
    Ok(())
}

async fn write(tx: &mut Tx<'_>, ctx: &Ctx, kept: &Kept) -> Result<(), CollectionError> {
    // First, so that a piece that is no longer ours writes nothing.
    kept.stepping.write(tx, ctx).await?;
    table::row::insert_all(tx, &kept.rows).await?;
    for ((agency, _), (state, n)) in &kept.counts {
        let at = (agency.as_str(), *state, false);
        table::batch::count(tx, &kept.batch_key, at, *n).await?;
    }
    // The trial's sums give way to what was really taken in.
    let mut batch = table::batch::load(tx, ctx, &kept.batch_key).await?;
    let begun = kept.stepping.is_first();
    let mut sums = batch.summary.take().filter(|_| !begun).unwrap_or_default();
    sums.merge(&kept.summary);
    batch.summary = Some(sums);
    let seen = batch.rev;
    table::batch::update(tx, ctx, &batch, seen).await
}

fn row(batch: &Batch, one: Cleaned) -> Result<CollectedRow, CollectionError> {
    let verdict = one.verdict;
    let collected = licences::next(None, LicenceEvent::Collect)?;
    let mut row = CollectedRow {
        batch_key: batch.batch_key.clone(),
        row_no: verdict.number,
        rev: 1,
        state: collected,
        action: verdict.action,
        agency: one.agency,
        problem: false,
        editor: one.typist,
        checker: None,
        checked_at: None,
        licence_key: None,
        body: RowBody {
            cells: verdict.row.cells().to_vec(),
            findings: verdict.findings,
            face: one.face,
            problem: String::new(),
        },
    };
    if !row.action.stays() {
        row.state = licences::next(Some(collected), LicenceEvent::Discard)?;
    } else if !row.needs_person(batch) {
        row.state = licences::next(Some(collected), LicenceEvent::Check)?;
    }
    Ok(row)
}

impl Summary {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        for (sums, more) in [
            (&mut self.by_action, &other.by_action),
            (&mut self.by_rule, &other.by_rule),
        ] {
            for (code, n) in more {
                *sums.entry(code.clone()).or_default() += n;
            }
        }
    }
}
