//! Writing an event, in the transaction of the change it tells of.

use store::{Ctx, Row, StoreError, Tx};

use crate::event::{ActorStamp, Event};
use crate::hash::{Canonical, START};
use crate::{JournalError, table};

/// Where a stream stands: its last number and hash.
#[derive(Clone, Debug)]
pub struct Head {
    seq: i64,
    hash: Vec<u8>,
}

impl Head {
    /// Of a stream that begins with the next event. Its key must be new: one that is there already
    /// refuses the event.
    pub fn fresh() -> Self {
        Self {
            seq: 0,
            hash: START.to_vec(),
        }
    }

    /// Of a stream whose head was read with something else, by [`head_columns`], from column `at`
    /// on. Appending behind one that is outdated is refused: the number is taken.
    pub fn read(row: &Row, at: usize) -> Result<Self, StoreError> {
        Ok(match row.get::<Option<i64>>(at)? {
            Some(seq) => Self {
                seq,
                hash: row.get(at + 1)?,
            },
            None => Self::fresh(),
        })
    }

    /// Of a stream as the transaction sees it.
    pub async fn of(tx: &mut Tx<'_>, stream: &str) -> Result<Self, JournalError> {
        let known = table::head(tx, stream).await?;
        Ok(known.map_or_else(Self::fresh, |(seq, hash)| Self { seq, hash }))
    }
}

/// Appends to a stream (the aggregate's key, with its kind before it: `case/01h…`). Two writers of
/// one stream conflict on the sequence number; the loser is retried or told.
pub async fn append<E: Event>(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    stream: &str,
    event: &E,
) -> Result<i64, JournalError> {
    let mut head = Head::of(tx, stream).await?;
    append_to(tx, ctx, stream, &mut head, event).await
}

/// Appends behind a head that was read before, in this transaction, and moves it on.
pub async fn append_to<E: Event>(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    stream: &str,
    head: &mut Head,
    event: &E,
) -> Result<i64, JournalError> {
    let seq = head.seq + 1;
    let id = ctx.rng.key();
    let at = kernel::time::stamp(ctx.now());
    let actor = serde_json::to_string(&ActorStamp::from(&*ctx.actor))?;
    let payload = serde_json::to_string(event)?;
    let detail = match event.detail() {
        Some(value) => {
            let plain = serde_json::to_vec(&value)?;
            let key = format!("{stream}/{seq}");
            Some(ctx.seal("event", "detail", &key, &plain))
        }
        None => None,
    };
    let canonical = Canonical {
        stream,
        seq,
        id: &id,
        at: &at,
        kind: E::KIND,
        version: E::VERSION,
        actor: &actor,
        payload: &payload,
        detail: detail.as_deref(),
    };
    let hash = canonical.hash(&head.hash);
    table::insert_event(tx, &canonical, &head.hash, &hash).await?;
    table::insert_pending(tx, stream, seq, E::KIND, &hash, &at).await?;
    *head = Head {
        seq,
        hash: hash.to_vec(),
    };
    Ok(seq)
}
