//! Reading the journal.

use jiff::Timestamp;
use store::Run;

use crate::event::StoredEvent;
use crate::{JournalError, table};

/// All events of one stream, oldest first.
pub async fn stream(run: &mut impl Run, stream: &str) -> Result<Vec<StoredEvent>, JournalError> {
    let mut all = Vec::new();
    for event in table::stream_events(run, stream).await? {
        all.push(event.stored()?);
    }
    Ok(all)
}

/// The number of the last signed batch and the moment it was closed; none before the first.
pub async fn last_batch(run: &mut impl Run) -> Result<Option<(i64, Timestamp)>, JournalError> {
    Ok(table::last_closed(run).await?)
}

/// Events of these kinds in the batches after one number up to another, in their order. Each event
/// stands in one batch, and batches are only ever added: who keeps the last number it read sees
/// every event once.
pub async fn batches(
    run: &mut impl Run,
    (after, to): (i64, i64),
    kinds: &[&str],
) -> Result<Vec<StoredEvent>, JournalError> {
    let mut all = Vec::new();
    for event in table::events_of_batches(run, (after, to), kinds).await? {
        all.push(event.stored()?);
    }
    Ok(all)
}

/// A delivery or job that failed too often and waits for a person.
#[derive(Clone, Debug)]
pub struct Parked {
    /// The subscriber, or the kind of job.
    pub what: String,
    /// The stream, or the job's id.
    pub key: String,
    pub number: i64,
    pub error: String,
}

/// What is parked, for the console.
pub async fn parked(run: &mut impl Run) -> Result<Vec<Parked>, JournalError> {
    let rows = table::parked(run).await?;
    Ok(rows
        .into_iter()
        .map(|(what, key, number, error)| Parked {
            what,
            key,
            number,
            error,
        })
        .collect())
}
