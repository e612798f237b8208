//! What every move of a version writes, in the transaction of its use case.

use jiff::Timestamp;
use store::{Ctx, Tx};

use crate::error::ItemsError;
use crate::events::{self, Told};
use crate::state::{Event, State, next};
use crate::table::{self, CurrentRow, StateRow};

/// One step of a version: a row of its life and an event.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    told: &Told,
    seq: i64,
    event: Event,
    state: State,
    at: Timestamp,
) -> Result<(), ItemsError> {
    let row = StateRow {
        item_id: told.item_id.clone(),
        version: told.version,
        seq,
        event,
        state,
        at,
        actor: ctx.actor.id.clone(),
        opinion: told.opinion.clone(),
    };
    table::insert_state(tx, &row).await?;
    Ok(events::tell(tx, ctx, event, told).await?)
}

/// Brings an approved version into use; the version in use becomes history at the same moment.
pub(crate) async fn publish(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    told: &Told,
    seq: i64,
    state: Option<State>,
    current: Option<&CurrentRow>,
    at: Timestamp,
) -> Result<(), ItemsError> {
    let to = next(state, Event::Publish)?;
    if let Some(old) = current {
        let former = next(Some(old.state), Event::Supersede)?;
        let last = table::last_state(tx, &old.item_id, old.version).await?;
        let old_told = Told {
            version: old.version,
            other_version: Some(told.version),
            ..told.clone()
        };
        let seq = last.map_or(1, |row| row.seq + 1);
        step(tx, ctx, &old_told, seq, Event::Supersede, former, at).await?;
    }
    let told = Told {
        other_version: current.map(|old| old.version),
        ..told.clone()
    };
    step(tx, ctx, &told, seq, Event::Publish, to, at).await?;
    let row = CurrentRow {
        item_id: told.item_id.clone(),
        version: told.version,
        state: to,
        since: at,
        successors: Vec::new(),
        rev: 0,
    };
    if !table::put_current(tx, &row, current.map(|old| old.rev)).await? {
        return Err(ItemsError::Stale);
    }
    Ok(table::drop_pending(tx, &told.item_id, told.version).await?)
}
