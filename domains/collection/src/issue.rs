//! 批量制证: checked rows become sealed licences. Composing and sealing happen outside any
//! transaction; one transaction makes some licences exist together with the rows they come from,
//! so that a row never has two and a killed process leaves none half made.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cleaning::Field;
use futures_util::{StreamExt, stream};
use jiff::civil::Date;
use kernel::{IdNumber, Permission, Problem};
use licences::{
    Collected, CollectedBy, Holder, LicenceError, LicenceEvent, Prepared, Source, State,
};
use store::Ctx;

use crate::batch::{Batch, SourceClass};
use crate::check::{codes, in_state};
use crate::clean::acting;
use crate::error::CollectionError;
use crate::row::{CollectedRow, replace};
use crate::runner::{Held, Step, finished};
use crate::{face, pieces, table};

/// Licences that become valid together, at most; begun with a few, so that a slow machine that is
/// often interrupted goes on all the same.
const AT_ONCE: i64 = 32;
const AT_FIRST: i64 = 2;
/// A piece that takes less may be larger the next time, one that takes longer is to be smaller.
const QUICK: Duration = Duration::from_millis(250);
/// Licences composed beside each other.
const BESIDE: usize = 6;

/// How many rows wait to be made by this actor.
pub(crate) async fn waiting(ctx: &Ctx, batch_key: &str) -> Result<u64, CollectionError> {
    in_state(ctx, batch_key, State::Checked, Permission::LicenceIssue).await
}

/// Makes all that wait, as the officer who ordered it; what stopped before is tried again.
pub(crate) async fn run(held: &mut Held) -> Result<(), CollectionError> {
    let ctx = held.ctx.clone();
    let officer = acting(&ctx, &held.work.ordered_by).await?;
    let mine = codes(&officer, Permission::LicenceIssue).await?;
    let batch = table::batch::load(&mut ctx.db.reader(), &ctx, &held.work.batch_key).await?;
    if held.work.place == 0 {
        again(&ctx, &batch.batch_key, &mine).await?;
    }
    let mut at_once = AT_FIRST;
    loop {
        let begun = Instant::now();
        let (key, place) = (&batch.batch_key, held.work.place);
        let mut reader = ctx.db.reader();
        let found = table::row::waiting(
            &mut reader,
            &ctx,
            key,
            (State::Checked, false),
            place,
            at_once,
        )
        .await?;
        let Some(last) = found.last() else {
            return finished(held).await;
        };
        let last = u64::from(last.row_no);
        let here = found.into_iter().filter(|row| mine.contains(&row.agency));
        let made: Vec<(CollectedRow, Result<Prepared, LicenceError>)> = stream::iter(here)
            .map(|row| async {
                let made = make(&officer, &batch, &row).await;
                (row, made)
            })
            .buffered(BESIDE)
            .collect()
            .await;
        settle(held, &officer, made, last).await?;
        at_once = match begun.elapsed() {
            took if took < QUICK => (at_once * 2).min(AT_ONCE),
            took if took > QUICK * 4 => (at_once / 2).max(AT_FIRST),
            _ => at_once,
        };
    }
}

/// Takes the marks off rows that stopped before, so that they are tried with the others.
async fn again(
    ctx: &Ctx,
    batch_key: &str,
    mine: &std::collections::HashSet<String>,
) -> Result<(), CollectionError> {
    let mut place = 0;
    loop {
        let mut reader = ctx.db.reader();
        let stuck = table::row::waiting(
            &mut reader,
            ctx,
            batch_key,
            (State::Checked, true),
            place,
            AT_ONCE * 20,
        )
        .await?;
        let Some(last) = stuck.last() else {
            return Ok(());
        };
        place = u64::from(last.row_no);
        let here = stuck.into_iter().filter(|row| mine.contains(&row.agency));
        let some: Vec<CollectedRow> = here.collect();
        let (inner, some) = (ctx.clone(), Arc::new(some));
        ctx.db
            .write(move |tx| {
                let (ctx, some) = (inner.clone(), some.clone());
                Box::pin(async move {
                    for was in some.iter() {
                        let mut now = was.clone();
                        now.problem = false;
                        replace(tx, &ctx, was, &now).await?;
                    }
                    Ok::<_, CollectionError>(())
                })
            })
            .await?;
    }
}

async fn make(ctx: &Ctx, batch: &Batch, row: &CollectedRow) -> Result<Prepared, LicenceError> {
    let text = |field: Field| row.get(field).trim();
    let other = |error: CollectionError| LicenceError::Other(error.into());
    let day = |field: Field| -> Result<Option<Date>, LicenceError> {
        let text = text(field);
        if text.is_empty() || text == "长期" {
            return Ok(None);
        }
        let wrong = |_| LicenceError::Field(field.zh().into(), "不是日期".into());
        text.parse().map(Some).map_err(wrong)
    };
    let kind = licences::licence_type(ctx, text(Field::LicenceType)).await?;
    let missing = |what: &str| LicenceError::Field(what.into(), "没有采集".into());
    let id = text(Field::HolderId);
    let photo = match &kind.photo {
        Some(_) => photo(ctx, row, id).await.map_err(other)?,
        None => None,
    };
    let region = match text(Field::Region) {
        "" => batch.region.as_str(),
        own => own,
    };
    let collected = Collected {
        face: face::composed(ctx, &kind, row).await.map_err(other)?,
        type_code: kind.type_short_code.clone(),
        issuer: row.agency.clone(),
        region: region.to_owned(),
        licence_no: Some(text(Field::LicenceNo).to_owned())
            .filter(|no| !no.is_empty())
            .ok_or_else(|| missing("证照编号"))?,
        holder: Holder {
            account: None,
            name: text(Field::Holder).to_owned(),
            id: id.to_owned(),
            id_type: kind.holder_id_type.clone(),
        },
        issue_date: day(Field::IssueDate)?.ok_or_else(|| missing("颁发日期"))?,
        valid_from: day(Field::ValidFrom)?,
        valid_to: day(Field::ValidTo)?,
        photo,
        // A result on paper is the result of its case; what an applicant brought is not.
        case_no: batch
            .case_no
            .clone()
            .filter(|_| batch.source_class == SourceClass::C),
        source: Source {
            class: row.source_class(batch).code().to_owned(),
            system: text(Field::SourceSystem).to_owned(),
            collected: Some(CollectedBy {
                batch: batch.batch_key.clone(),
                collector: row
                    .editor
                    .clone()
                    .unwrap_or_else(|| batch.collector.clone()),
                collected_at: batch.started_at,
                checker: row.checker.clone(),
                checked_at: row.checked_at,
            }),
        },
        renews: None,
    };
    licences::prepare_collected(ctx, &collected).await
}

/// The photo that was added, else the register's.
async fn photo(
    ctx: &Ctx,
    row: &CollectedRow,
    id: &str,
) -> Result<Option<Vec<u8>>, CollectionError> {
    let mut reader = ctx.db.reader();
    if let Some(blob) = table::row::photo(&mut reader, &row.batch_key, row.row_no).await? {
        return Ok(Some(pieces::blobs(ctx)?.get(ctx, &blob).await?));
    }
    register_photo(ctx, id).await
}

/// The photo of the population register, where it has one.
pub(crate) async fn register_photo(
    ctx: &Ctx,
    id: &str,
) -> Result<Option<Vec<u8>>, CollectionError> {
    let Ok(id) = IdNumber::resident(id) else {
        return Ok(None);
    };
    let found = registers::photo(&ctx.as_system(), &id).await;
    found.map_err(CollectionError::other)
}

/// Whether a failure is the row's own; else it would stop every other row too.
fn of_row(error: &LicenceError) -> bool {
    matches!(
        error,
        LicenceError::Field(..)
            | LicenceError::Paper(_)
            | LicenceError::Numbering(_)
            | LicenceError::NumberTaken
            | LicenceError::UnknownType(_)
            | LicenceError::NotFound
    )
}

/// What one transaction writes: licences with their rows, rows that stopped with the reason.
#[derive(Clone, Default)]
struct Piece {
    ready: Vec<(CollectedRow, Prepared)>,
    stopped: Vec<(CollectedRow, String)>,
}

/// Makes the licences of one piece exist; where one of them cannot, each by itself.
async fn settle(
    held: &mut Held,
    officer: &Ctx,
    made: Vec<(CollectedRow, Result<Prepared, LicenceError>)>,
    last: u64,
) -> Result<(), CollectionError> {
    let mut all = Piece::default();
    let mut broken = None;
    for (row, made) in made {
        match made {
            Ok(prepared) => all.ready.push((row, prepared)),
            Err(error) if of_row(&error) => all.stopped.push((row, said(error))),
            Err(error) => broken = Some(error),
        }
    }
    if let Some(error) = broken {
        abandon(officer, &all.ready).await?;
        return Err(error.into());
    }
    let step = Step {
        place: last,
        done: all.ready.len() as u64,
        failed: all.stopped.len() as u64,
    };
    match write(held, officer, all.clone(), step).await {
        Ok(()) => return Ok(()),
        // A number that came in meanwhile, or a row that somebody is at.
        Err(CollectionError::Licence(error)) if of_row(&error) => {}
        Err(CollectionError::Stale) => {}
        Err(error) => {
            abandon(officer, &all.ready).await?;
            return Err(error);
        }
    }
    let mut rest = Piece {
        stopped: all.stopped,
        ..Piece::default()
    };
    for one in all.ready {
        let step = Step {
            place: held.work.place,
            done: 1,
            failed: 0,
        };
        let single = Piece {
            ready: vec![one.clone()],
            ..Piece::default()
        };
        let Err(error) = write(held, officer, single, step).await else {
            continue;
        };
        abandon(officer, std::slice::from_ref(&one)).await?;
        match error {
            CollectionError::Licence(error) if of_row(&error) => {
                rest.stopped.push((one.0, said(error)));
            }
            // It waits as it is now for the next time.
            CollectionError::Stale => {}
            error => return Err(error),
        }
    }
    let step = Step {
        place: last,
        done: 0,
        failed: rest.stopped.len() as u64,
    };
    write(held, officer, rest, step).await
}

fn said(error: LicenceError) -> String {
    let problem: Problem = error.into();
    problem.zh
}

async fn abandon(officer: &Ctx, ready: &[(CollectedRow, Prepared)]) -> Result<(), CollectionError> {
    for (_, prepared) in ready {
        licences::abandon(officer, prepared).await?;
    }
    Ok(())
}

async fn write(
    held: &mut Held,
    officer: &Ctx,
    piece: Piece,
    step: Step,
) -> Result<(), CollectionError> {
    let work = Arc::new((piece, held.stepping(step)));
    let inner = officer.clone();
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (piece, stepping) = &*work;
                stepping.write(tx, &ctx).await?;
                for (was, prepared) in &piece.ready {
                    let mut now = was.clone();
                    now.state = licences::next(Some(was.state), LicenceEvent::Encapsulate)?;
                    now.licence_key = Some(prepared.licence_key.clone());
                    replace(tx, &ctx, was, &now).await?;
                    licences::commit(tx, &ctx, prepared).await?;
                }
                for (was, why) in &piece.stopped {
                    let mut now = was.clone();
                    now.problem = true;
                    now.body.problem = why.clone();
                    replace(tx, &ctx, was, &now).await?;
                }
                Ok::<_, CollectionError>(())
            })
        })
        .await?;
    held.stepped(step);
    Ok(())
}
