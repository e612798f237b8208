//! Events that wait for their batch, and batches with their leaves.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

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

/// The number of the last batch and the moment it was closed.
pub(crate) async fn last_closed(
    run: &mut impl Run,
) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let sql = "SELECT number, at FROM event_batch ORDER BY number DESC LIMIT 1";
    let row = run.row(sql, args![]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Up to which batch somebody has read, and when it was closed.
pub(crate) async fn read_to(
    run: &mut impl Run,
    name: &str,
) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let sql = "SELECT batch, at FROM event_read WHERE name = ?";
    let row = run.row(sql, args![name]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Notes how far somebody has read; false when it was not the batch that it went on from.
pub(crate) async fn set_read(
    run: &mut impl Run,
    name: &str,
    (from, to): (i64, i64),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = match from {
        0 => {
            let sql = "INSERT INTO event_read (name, batch, at) VALUES (?, ?, ?) \
                       ON CONFLICT (name) DO NOTHING";
            run.exec(sql, args![name, to, at]).await?
        }
        from => {
            let sql = "UPDATE event_read SET batch = ?, at = ? WHERE name = ? AND batch = ?";
            run.exec(sql, args![to, at, name, from]).await?
        }
    };
    Ok(done == 1)
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
