//! Reading the journal forward, for sums over what happened: each event stands in one batch, and
//! batches are only ever added, so who notes in one transaction what was summed and how far it was
//! read counts every event once. Costs the events nothing, unlike a subscription, which is for
//! those who must act on each event by itself.

use jiff::Timestamp;
use store::{Run, StoreError, Tx};

use crate::event::StoredEvent;
use crate::{JournalError, table};

/// Batches that are read at once.
const BATCHES: i64 = 20;

/// The stretch of the journal that is read next.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    from: i64,
    to: i64,
    at: Timestamp,
}

/// The next unread events of these kinds in their order; none when all was read.
pub async fn unread(
    run: &mut impl Run,
    name: &str,
    kinds: &[&str],
) -> Result<Option<(Stretch, Vec<StoredEvent>)>, JournalError> {
    let from = table::read_to(run, name).await?.map_or(0, |read| read.0);
    let Some((last, at)) = table::last_closed(run).await? else {
        return Ok(None);
    };
    if last <= from {
        return Ok(None);
    }
    let to = last.min(from + BATCHES);
    let mut all = Vec::new();
    for event in table::events_of_batches(run, (from, to), kinds).await? {
        all.push(event.stored()?);
    }
    Ok(Some((Stretch { from, to, at }, all)))
}

/// Notes that a stretch was read, in the transaction that writes what was made of it. A conflict
/// where another process was faster.
pub async fn mark_read(tx: &mut Tx<'_>, name: &str, stretch: Stretch) -> Result<(), JournalError> {
    let Stretch { from, to, at } = stretch;
    match table::set_read(tx, name, (from, to), at).await? {
        true => Ok(()),
        false => Err(StoreError::Conflict.into()),
    }
}

/// Up to which moment somebody has read; none before the first time.
pub async fn read_until(run: &mut impl Run, name: &str) -> Result<Option<Timestamp>, JournalError> {
    Ok(table::read_to(run, name).await?.map(|read| read.1))
}
