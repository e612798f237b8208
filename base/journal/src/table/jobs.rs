//! Jobs, schedules, and what is parked for a person.

use jiff::Timestamp;
use store::{Run, StoreError, args};

pub(crate) async fn insert_job(
    run: &mut impl Run,
    id: &str,
    kind: &str,
    payload: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO job (id, kind, payload, state, tries, next_at) \
               VALUES (?, ?, ?, 'waiting', 0, ?)";
    run.queue(sql, args![id, kind, payload, at]).await
}

/// A job that is due.
#[derive(Clone)]
pub(crate) struct DueJob {
    pub id: String,
    pub kind: String,
    pub payload: String,
    pub tries: i64,
    pub seen: String,
}

pub(crate) async fn due_jobs(
    run: &mut impl Run,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DueJob>, StoreError> {
    let sql = "SELECT id, kind, payload, tries, next_at FROM job \
               WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT ?";
    run.rows(sql, args![now, limit])
        .await?
        .iter()
        .map(|r| {
            Ok(DueJob {
                id: r.get(0)?,
                kind: r.get(1)?,
                payload: r.get(2)?,
                tries: r.get(3)?,
                seen: r.get(4)?,
            })
        })
        .collect()
}

/// Takes jobs until `until`; gives those that nobody else has.
pub(crate) async fn lease_jobs(
    run: &mut impl Run,
    due: &[DueJob],
    until: Timestamp,
) -> Result<Vec<DueJob>, StoreError> {
    let sql = format!(
        "UPDATE job SET tries = tries + 1, next_at = ? WHERE state = 'waiting' \
         AND (id, next_at) IN (VALUES {}) RETURNING id",
        store::marks(due.len(), 2)
    );
    let mut values = args![until];
    for job in due {
        values.extend(args![job.id.as_str(), job.seen.as_str()]);
    }
    let mut mine = std::collections::HashSet::new();
    for row in run.rows(&sql, values).await? {
        mine.insert(row.get::<String>(0)?);
    }
    let taken = |job: &&DueJob| mine.contains(&job.id);
    Ok(due.iter().filter(taken).cloned().collect())
}

pub(crate) async fn delete_job(run: &mut impl Run, id: &str) -> Result<u64, StoreError> {
    run.exec("DELETE FROM job WHERE id = ?", args![id]).await
}

pub(crate) async fn fail_job(
    run: &mut impl Run,
    id: &str,
    state: &str,
    next: Timestamp,
    error: &str,
) -> Result<u64, StoreError> {
    let sql = "UPDATE job SET state = ?, next_at = ?, error = ? WHERE id = ?";
    run.exec(sql, args![state, next, error, id]).await
}

/// Moves a schedule forward; false when another process did, or it is not due.
pub(crate) async fn take_schedule(
    run: &mut impl Run,
    name: &str,
    now: Timestamp,
    next: Timestamp,
) -> Result<bool, StoreError> {
    let known = run
        .row("SELECT next_at FROM schedule WHERE name = ?", args![name])
        .await?;
    match known {
        None => {
            let sql = "INSERT INTO schedule (name, next_at) VALUES (?, ?) \
                ON CONFLICT (name) DO NOTHING";
            Ok(run.exec(sql, args![name, next]).await? == 1)
        }
        Some(row) => {
            let seen: String = row.get(0)?;
            if seen > kernel::time::stamp(now) {
                return Ok(false);
            }
            let sql = "UPDATE schedule SET next_at = ? WHERE name = ? AND next_at = ?";
            Ok(run.exec(sql, args![next, name, seen]).await? == 1)
        }
    }
}

pub(crate) async fn parked(
    run: &mut impl Run,
) -> Result<Vec<(String, String, i64, String)>, StoreError> {
    let sql = "SELECT subscriber, stream, seq, coalesce(error, '') FROM delivery \
               WHERE state = 'parked' UNION ALL \
               SELECT kind, id, tries, coalesce(error, '') FROM job WHERE state = 'parked'";
    run.rows(sql, args![])
        .await?
        .iter()
        .map(|r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .collect()
}

/// A look without a lock, so that an idle worker does not write.
pub(crate) async fn schedule_due(
    run: &mut impl Run,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match run
        .row("SELECT next_at FROM schedule WHERE name = ?", args![name])
        .await?
    {
        Some(row) => Ok(row.get::<String>(0)? <= kernel::time::stamp(now)),
        None => Ok(true),
    }
}
