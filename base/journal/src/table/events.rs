//! Events, each in its stream's chain.

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

/// Two columns of a query that reads the head of a stream beside something else, for
/// [`crate::Head::read`]; `stream` is an expression of the query: `'case/' || r.case_id`.
pub fn head_columns(stream: &str) -> String {
    let last = |column: &str| {
        format!(
            "(SELECT e.{column} FROM event e WHERE e.stream = {stream} ORDER BY e.seq DESC LIMIT 1)"
        )
    };
    format!("{}, {}", last("seq"), last("hash"))
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

/// Events of these kinds in the batches after one number up to another.
pub(crate) async fn events_of_batches(
    run: &mut impl Run,
    (after, to): (i64, i64),
    kinds: &[&str],
) -> Result<Vec<Chained>, StoreError> {
    let columns: Vec<String> = EVENT.split(", ").map(|c| format!("e.{c}")).collect();
    let sql = format!(
        "SELECT {} FROM event_leaf l JOIN event e ON e.stream = l.stream AND e.seq = l.seq \
         WHERE l.batch > ? AND l.batch <= ? AND e.kind IN ({}) ORDER BY l.batch, l.idx",
        columns.join(", "),
        vec!["?"; kinds.len()].join(", ")
    );
    let mut values = args![after, to];
    values.extend(kinds.iter().map(|kind| store::Value::from(*kind)));
    run.rows(&sql, values)
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
