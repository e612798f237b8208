//! Every SQL statement of the journal.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::event::StoredEvent;
use crate::hash::Canonical;

const EVENT: &str = "stream, seq, id, at, kind, version, actor, payload, detail, prev_hash, hash";

/// An event with its place in the chain.
pub(crate) struct Chained {
    pub stream: String,
    pub seq: i64,
    pub id: String,
    pub at: String,
    pub kind: String,
    pub version: u32,
    pub actor: String,
    pub payload: String,
    pub detail: Option<Vec<u8>>,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Chained {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            stream: row.get(0)?,
            seq: row.get(1)?,
            id: row.get(2)?,
            at: row.get(3)?,
            kind: row.get(4)?,
            version: row.get(5)?,
            actor: row.get(6)?,
            payload: row.get(7)?,
            detail: row.get(8)?,
            prev_hash: row.get(9)?,
            hash: row.get(10)?,
        })
    }

    pub fn canonical(&self) -> Canonical<'_> {
        Canonical {
            stream: &self.stream,
            seq: self.seq,
            id: &self.id,
            at: &self.at,
            kind: &self.kind,
            version: self.version,
            actor: &self.actor,
            payload: &self.payload,
            detail: self.detail.as_deref(),
        }
    }

    pub fn stored(self) -> Result<StoredEvent, StoreError> {
        let bad = |e: serde_json::Error| StoreError::Column(6, e.to_string());
        Ok(StoredEvent {
            at: kernel::time::parse_stamp(&self.at)
                .map_err(|e| StoreError::Column(3, e.to_string()))?,
            actor: serde_json::from_str(&self.actor).map_err(bad)?,
            payload: serde_json::from_str(&self.payload).map_err(bad)?,
            stream: self.stream,
            seq: self.seq,
            id: self.id,
            kind: self.kind,
            version: self.version,
            detail: self.detail,
        })
    }
}

pub(crate) async fn head(
    run: &mut impl Run,
    stream: &str,
) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let sql = "SELECT seq, hash FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1";
    match run.row(sql, args![stream]).await? {
        Some(row) => Ok(Some((row.get(0)?, row.get(1)?))),
        None => Ok(None),
    }
}

pub(crate) async fn insert_event(
    run: &mut impl Run,
    e: &Canonical<'_>,
    previous: &[u8],
    hash: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO event (stream, seq, id, at, kind, version, actor, payload, detail, \
               prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let detail = e.detail.map(<[u8]>::to_vec);
    let args = args![
        e.stream, e.seq, e.id, e.at, e.kind, e.version, e.actor, e.payload, detail, previous, hash
    ];
    run.queue(sql, args).await
}

pub(crate) async fn insert_pending(
    run: &mut impl Run,
    stream: &str,
    seq: i64,
    kind: &str,
    hash: &[u8],
    at: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO event_pending (stream, seq, kind, hash, at) VALUES (?, ?, ?, ?, ?)";
    run.queue(sql, args![stream, seq, kind, hash, at]).await
}

/// An event that waits for its batch.
pub(crate) struct Pending {
    pub stream: String,
    pub seq: i64,
    pub kind: String,
    pub hash: Vec<u8>,
    pub at: Timestamp,
}

pub(crate) async fn pending(run: &mut impl Run, limit: i64) -> Result<Vec<Pending>, StoreError> {
    let sql = "SELECT stream, seq, kind, hash, at FROM event_pending ORDER BY stream, seq LIMIT ?";
    run.rows(sql, args![limit])
        .await?
        .iter()
        .map(|row| {
            Ok(Pending {
                stream: row.get(0)?,
                seq: row.get(1)?,
                kind: row.get(2)?,
                hash: row.get(3)?,
                at: row.get(4)?,
            })
        })
        .collect()
}

/// Rows that one statement writes.
pub(crate) const ROWS: usize = 50;

/// Removes gathered events from those that wait; gives how many were still there.
pub(crate) async fn delete_pending(
    run: &mut impl Run,
    gathered: &[Pending],
) -> Result<u64, StoreError> {
    let marks = vec!["(?, CAST(? AS BIGINT))"; gathered.len()].join(", ");
    let sql = format!("DELETE FROM event_pending WHERE (stream, seq) IN (VALUES {marks})");
    let mut values = Vec::with_capacity(gathered.len() * 2);
    for p in gathered {
        values.extend(args![p.stream.as_str(), p.seq]);
    }
    run.exec(&sql, values).await
}

/// A batch as it is stored.
pub(crate) struct Batch {
    pub number: i64,
    pub leaves: i64,
    pub root: Vec<u8>,
    pub prev_root: Vec<u8>,
    pub signature: Vec<u8>,
    pub at: String,
}

fn batch_from(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        number: row.get(0)?,
        leaves: row.get(1)?,
        root: row.get(2)?,
        prev_root: row.get(3)?,
        signature: row.get(4)?,
        at: row.get(5)?,
    })
}

const BATCH: &str = "SELECT number, leaves, root, prev_root, signature, at FROM event_batch";

pub(crate) async fn last_batch(run: &mut impl Run) -> Result<Option<Batch>, StoreError> {
    let sql = format!("{BATCH} ORDER BY number DESC LIMIT 1");
    run.row(&sql, args![])
        .await?
        .as_ref()
        .map(batch_from)
        .transpose()
}

pub(crate) async fn batches_after(
    run: &mut impl Run,
    number: i64,
    limit: i64,
) -> Result<Vec<Batch>, StoreError> {
    let sql = format!("{BATCH} WHERE number > ? ORDER BY number LIMIT ?");
    run.rows(&sql, args![number, limit])
        .await?
        .iter()
        .map(batch_from)
        .collect()
}

pub(crate) async fn insert_batch(run: &mut impl Run, b: &Batch) -> Result<(), StoreError> {
    let sql = "INSERT INTO event_batch (number, leaves, root, prev_root, signature, at) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let args = args![
        b.number,
        b.leaves,
        b.root.clone(),
        b.prev_root.clone(),
        b.signature.clone(),
        b.at.as_str()
    ];
    run.exec(sql, args).await.map(drop)
}

/// Writes leaves of a batch, the first at this place.
pub(crate) async fn insert_leaves(
    run: &mut impl Run,
    batch: i64,
    first: i64,
    leaves: &[Pending],
) -> Result<(), StoreError> {
    let marks = store::marks(leaves.len(), 5);
    let sql = format!("INSERT INTO event_leaf (batch, idx, stream, seq, hash) VALUES {marks}");
    let mut values = Vec::with_capacity(leaves.len() * 5);
    for (idx, p) in (first..).zip(leaves) {
        values.extend(args![batch, idx, p.stream.as_str(), p.seq, p.hash.clone()]);
    }
    run.queue(&sql, values).await
}

/// A leaf as it is stored.
pub(crate) struct Leaf {
    pub stream: String,
    pub seq: i64,
    pub hash: Vec<u8>,
}

pub(crate) async fn leaves(run: &mut impl Run, batch: i64) -> Result<Vec<Leaf>, StoreError> {
    let sql = "SELECT stream, seq, hash FROM event_leaf WHERE batch = ? ORDER BY idx";
    run.rows(sql, args![batch])
        .await?
        .iter()
        .map(|r| {
            Ok(Leaf {
                stream: r.get(0)?,
                seq: r.get(1)?,
                hash: r.get(2)?,
            })
        })
        .collect()
}

/// Writes deliveries, each to the subscriber named with it.
pub(crate) async fn insert_deliveries(
    run: &mut impl Run,
    deliveries: &[(&str, &Pending)],
    at: Timestamp,
) -> Result<(), StoreError> {
    let marks = vec!["(?, ?, ?, 'waiting', 0, ?)"; deliveries.len()].join(", ");
    let sql = format!(
        "INSERT INTO delivery (subscriber, stream, seq, state, tries, next_at) VALUES {marks}"
    );
    let mut values = Vec::with_capacity(deliveries.len() * 4);
    for (subscriber, p) in deliveries {
        values.extend(args![*subscriber, p.stream.as_str(), p.seq, at]);
    }
    run.queue(&sql, values).await
}

/// The head of each subscriber's queue for a stream, where it is due. A delivery behind one that
/// waits, is leased or is parked is not a head.
pub(crate) async fn due_deliveries(
    run: &mut impl Run,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DueDelivery>, StoreError> {
    let sql = "SELECT d.subscriber, d.stream, d.seq, d.tries, d.next_at FROM delivery d \
               WHERE d.state = 'waiting' AND d.next_at <= ? AND NOT EXISTS (SELECT 1 FROM delivery e \
               WHERE e.subscriber = d.subscriber AND e.stream = d.stream AND e.seq < d.seq) \
               ORDER BY d.next_at LIMIT ?";
    run.rows(sql, args![now, limit])
        .await?
        .iter()
        .map(|r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))
        .collect()
}

/// A delivery that is due: subscriber, stream, number, tries, and since when.
pub(crate) type DueDelivery = (String, String, i64, i64, String);

/// Takes deliveries until `until`; gives those that nobody else has.
pub(crate) async fn lease_deliveries(
    run: &mut impl Run,
    due: &[DueDelivery],
    until: Timestamp,
) -> Result<Vec<DueDelivery>, StoreError> {
    let marks = vec!["(?, ?, CAST(? AS BIGINT), ?)"; due.len()].join(", ");
    let sql = format!(
        "UPDATE delivery SET tries = tries + 1, next_at = ? WHERE state = 'waiting' \
         AND (subscriber, stream, seq, next_at) IN (VALUES {marks}) \
         RETURNING subscriber, stream, seq"
    );
    let mut values = args![until];
    for d in due {
        values.extend(args![d.0.as_str(), d.1.as_str(), d.2, d.4.as_str()]);
    }
    let mut mine = std::collections::HashSet::new();
    for row in run.rows(&sql, values).await? {
        mine.insert((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    let taken = |d: &&DueDelivery| mine.contains(&(d.0.clone(), d.1.clone(), d.2));
    Ok(due.iter().filter(taken).cloned().collect())
}

pub(crate) async fn delete_delivery(
    run: &mut impl Run,
    key: (&str, &str, i64),
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM delivery WHERE subscriber = ? AND stream = ? AND seq = ?";
    run.exec(sql, args![key.0, key.1, key.2]).await
}

pub(crate) async fn fail_delivery(
    run: &mut impl Run,
    key: (&str, &str, i64),
    state: &str,
    next: Timestamp,
    error: &str,
) -> Result<u64, StoreError> {
    let sql = "UPDATE delivery SET state = ?, next_at = ?, error = ? WHERE subscriber = ? \
               AND stream = ? AND seq = ?";
    run.exec(sql, args![state, next, error, key.0, key.1, key.2])
        .await
}

pub(crate) async fn event(
    run: &mut impl Run,
    stream: &str,
    seq: i64,
) -> Result<Option<Chained>, StoreError> {
    let sql = format!("SELECT {EVENT} FROM event WHERE stream = ? AND seq = ?");
    run.row(&sql, args![stream, seq])
        .await?
        .as_ref()
        .map(Chained::from_row)
        .transpose()
}

pub(crate) async fn stream_events(
    run: &mut impl Run,
    stream: &str,
) -> Result<Vec<Chained>, StoreError> {
    let sql = format!("SELECT {EVENT} FROM event WHERE stream = ? ORDER BY seq");
    run.rows(&sql, args![stream])
        .await?
        .iter()
        .map(Chained::from_row)
        .collect()
}

/// Events in the order of their key, for the whole check.
pub(crate) async fn events_after(
    run: &mut impl Run,
    after: (&str, i64),
    limit: i64,
) -> Result<Vec<Chained>, StoreError> {
    let sql = format!(
        "SELECT {EVENT} FROM event WHERE (stream, seq) > (?, ?) ORDER BY stream, seq LIMIT ?"
    );
    run.rows(&sql, args![after.0, after.1, limit])
        .await?
        .iter()
        .map(Chained::from_row)
        .collect()
}

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
            run.exec(
                "INSERT INTO schedule (name, next_at) VALUES (?, ?)",
                args![name, next],
            )
            .await?;
            Ok(true)
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
