//! One move of one seal, in the caller's transaction: state table, row, history, event.

use store::{Ctx, Tx};

use crate::error::SealError;
use crate::event;
use crate::seal::Seal;
use crate::state::{Event, next};
use crate::table;

/// Moves the seal and lets `change` set what else the step sets. `note` goes into history and
/// event.
pub(crate) async fn step(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    event: Event,
    note: &str,
    change: impl FnOnce(&mut Seal),
) -> Result<Seal, SealError> {
    let mut seal = seal;
    let seen = seal.rev;
    seal.state = next(Some(seal.state), event)?;
    seal.rev += 1;
    // A request is answered by any move: what was asked of the former state is void.
    seal.asked = None;
    seal.frozen_at = None;
    change(&mut seal);
    if !table::update(tx, &seal, seen).await? {
        return Err(SealError::Stale);
    }
    record(tx, ctx, &seal, event, note).await?;
    Ok(seal)
}

/// Writes history and event of a move that has been made.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    event: Event,
    note: &str,
) -> Result<(), SealError> {
    table::insert_state(tx, seal, event, ctx.now(), &ctx.actor.id, note).await?;
    event::tell(tx, ctx, event, seal, note).await
}

/// The seal of that key; the caller asks for the permission on it next.
pub(crate) async fn load(run: &mut impl store::Run, key: &str) -> Result<Seal, SealError> {
    table::by_key(run, key).await?.ok_or(SealError::NotFound)
}
