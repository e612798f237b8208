//! Reading the journal.

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
