//! Work that follows a change: enqueued in its transaction, run at least once.

use jiff::Timestamp;
use serde::Serialize;
use store::{Ctx, Tx};

use crate::{JournalError, table};

/// Puts a job into the queue, due at `at`. Handlers are idempotent.
pub async fn enqueue<P: Serialize + Sync>(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    kind: &str,
    payload: &P,
    at: Timestamp,
) -> Result<String, JournalError> {
    let id = ctx.rng.key();
    table::insert_job(tx, &id, kind, &serde_json::to_string(payload)?, at).await?;
    Ok(id)
}
