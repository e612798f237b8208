//! The seal is released to its custodian.

use kernel::Permission;
use store::{Ctx, Tx};

use crate::error::{SealError, text};
use crate::seal::Seal;
use crate::state::Event;
use crate::step::{load, step};

/// Releases the seal. `receipt` is the custody receipt (保管签收): who took it over, how it was
/// signed for.
pub async fn release(ctx: &Ctx, seal_key: &str, receipt: &str) -> Result<Seal, SealError> {
    text("receipt", receipt, 200)?;
    let (inner, key, receipt) = (ctx.clone(), seal_key.to_owned(), receipt.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, receipt) = (inner.clone(), key.clone(), receipt.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                release_in(tx, &ctx, seal, &receipt).await
            })
        })
        .await
}

/// The release in a transaction of the caller.
pub(crate) async fn release_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    receipt: &str,
) -> Result<Seal, SealError> {
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    step(tx, ctx, seal, Event::Release, receipt, |seal| {
        seal.released_at = Some(ctx.now())
    })
    .await
}
