//! SQL of works.

use jiff::Timestamp;
use store::{Row, Run, args};

use crate::error::CollectionError;
use crate::runner::Step;
use crate::work::{Work, WorkKind, WorkState};

const COLUMNS: &str = "work_key, batch_key, kind, state, ordered_by, started_at, ended_at, place, \
                       done, failed, total, note";

fn read(row: &Row) -> Result<Work, CollectionError> {
    let (kind, state): (String, String) = (row.get(2)?, row.get(3)?);
    let number = |at: usize| -> Result<u64, CollectionError> {
        let n: i64 = row.get(at)?;
        Ok(n.unsigned_abs())
    };
    Ok(Work {
        work_key: row.get(0)?,
        batch_key: row.get(1)?,
        kind: WorkKind::from_code(&kind).ok_or(CollectionError::Data(kind))?,
        state: WorkState::from_code(&state).ok_or(CollectionError::Data(state))?,
        ordered_by: row.get(4)?,
        started_at: row.get(5)?,
        ended_at: row.get(6)?,
        place: number(7)?,
        done: number(8)?,
        failed: number(9)?,
        total: number(10)?,
        note: row.get(11)?,
    })
}

pub(crate) async fn insert(run: &mut impl Run, w: &Work) -> Result<(), CollectionError> {
    let sql = "SELECT count(*) FROM collection_work WHERE batch_key = ?";
    let before = run.count(sql, args![w.batch_key.as_str()]).await?;
    let sql = "INSERT INTO collection_work (work_key, batch_key, nth, kind, state, ordered_by, \
               started_at, place, done, failed, total, note) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = args![
        w.work_key.as_str(),
        w.batch_key.as_str(),
        before.cast_signed() + 1,
        w.kind.code(),
        w.state.code(),
        w.ordered_by.as_str(),
        w.started_at,
        w.place.cast_signed(),
        w.done.cast_signed(),
        w.failed.cast_signed(),
        w.total.cast_signed(),
        w.note.as_str()
    ];
    run.exec(sql, values).await?;
    Ok(())
}

pub(crate) async fn load(run: &mut impl Run, key: &str) -> Result<Option<Work>, CollectionError> {
    let sql = format!("SELECT {COLUMNS} FROM collection_work WHERE work_key = ?");
    let row = run.row(&sql, args![key]).await?;
    row.as_ref().map(read).transpose()
}

/// The work of a batch that runs or is paused.
pub(crate) async fn open(
    run: &mut impl Run,
    batch_key: &str,
) -> Result<Option<Work>, CollectionError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_work WHERE batch_key = ? \
         AND state IN ('running', 'paused')"
    );
    let row = run.row(&sql, args![batch_key]).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn of_batch(
    run: &mut impl Run,
    batch_key: &str,
) -> Result<Vec<Work>, CollectionError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_work WHERE batch_key = ? \
         ORDER BY nth DESC LIMIT 50"
    );
    let rows = run.rows(&sql, args![batch_key]).await?;
    rows.iter().map(read).collect()
}

/// Keys of all works that run.
pub(crate) async fn running(run: &mut impl Run) -> Result<Vec<String>, CollectionError> {
    let sql = "SELECT work_key FROM collection_work WHERE state = 'running' \
               ORDER BY work_key LIMIT 100";
    let rows = run.rows(sql, args![]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Takes a running work that nobody holds.
pub(crate) async fn hold(
    run: &mut impl Run,
    key: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, CollectionError> {
    let sql = "UPDATE collection_work SET holder = ?, held_until = ? WHERE work_key = ? \
               AND state = 'running' AND (held_until IS NULL OR held_until < ?)";
    Ok(run.exec(sql, args![holder, until, key, now]).await? == 1)
}

/// Moves a work from the place its holder knows.
pub(crate) async fn step(
    run: &mut impl Run,
    (key, holder, from): (&str, &str, u64),
    step: Step,
    until: Timestamp,
) -> Result<bool, CollectionError> {
    let sql = "UPDATE collection_work SET place = ?, done = done + ?, failed = failed + ?, \
               held_until = ? WHERE work_key = ? AND state = 'running' AND holder = ? \
               AND place = ?";
    let values = args![
        step.place.cast_signed(),
        step.done.cast_signed(),
        step.failed.cast_signed(),
        until,
        key,
        holder,
        from.cast_signed()
    ];
    Ok(run.exec(sql, values).await? == 1)
}

/// Changes the state and lets go of the work.
pub(crate) async fn set_state(
    run: &mut impl Run,
    key: &str,
    from: WorkState,
    to: WorkState,
    note: &str,
    ended: Option<Timestamp>,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_work SET state = ?, note = ?, ended_at = ?, holder = NULL, \
               held_until = NULL WHERE work_key = ? AND state = ?";
    let values = args![to.code(), note, ended, key, from.code()];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Interrupted),
    }
}
