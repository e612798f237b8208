//! Writing an event, in the transaction of the change it tells of.

use store::{Ctx, Tx};

use crate::event::{ActorStamp, Event};
use crate::hash::{Canonical, START};
use crate::{JournalError, table};

/// Appends to a stream (the aggregate's key, with its kind before it: `case/01h…`). Two writers of
/// one stream conflict on the sequence number; the loser is retried or told.
pub async fn append<E: Event>(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    stream: &str,
    event: &E,
) -> Result<i64, JournalError> {
    let head = table::head(tx, stream).await?;
    let (seq, previous) = head.map_or((1, START.to_vec()), |(seq, hash)| (seq + 1, hash));
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
    let hash = canonical.hash(&previous);
    table::insert_event(tx, &canonical, &previous, &hash).await?;
    table::insert_pending(tx, stream, seq, E::KIND, &hash, &at).await?;
    Ok(seq)
}
