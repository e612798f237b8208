//! Making: key pairs, certificates and impression are bound and signed by the seal maker [I-04].

use std::sync::Arc;

use kernel::Permission;
use store::{Ctx, Tx};

use crate::apply::whole_second;
use crate::authority::Authorities;
use crate::error::SealError;
use crate::forge::{self, Forged};
use crate::seal::Seal;
use crate::state::{Event, next};
use crate::step::{load, step};
use crate::{table, table_request};

/// Makes the seal: an SM2 key for OFD and an ECDSA P-256 key for PDF, each with its certificate,
/// and the seal of GB/T 38540 signed by the platform's seal maker.
pub async fn make(ctx: &Ctx, seal_key: &str) -> Result<Seal, SealError> {
    let seal = load(&mut ctx.db.reader(), seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    next(Some(seal.state), Event::Make)?;
    if table_request::get(&mut ctx.db.reader(), seal_key)
        .await?
        .is_some()
    {
        return Err(SealError::Requested);
    }
    let authorities = Authorities::of(ctx)?;
    let forged = forge::forge(ctx, vec![seal.clone()]).await?.remove(0);
    let key_name = forged.key_name.clone();
    let made = write(ctx, seal, forged).await;
    if made.is_err() {
        // Somebody else moved the seal meanwhile: keys that no seal names are erased.
        authorities.erase(ctx, &key_name).await?;
    }
    made
}

async fn write(ctx: &Ctx, seal: Seal, forged: Forged) -> Result<Seal, SealError> {
    let (inner, work) = (ctx.clone(), Arc::new((seal, forged)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move { make_in(tx, &ctx, work.0.clone(), &work.1).await })
        })
        .await
}

/// Writes a made seal in a transaction of the caller.
pub(crate) async fn make_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    forged: &Forged,
) -> Result<Seal, SealError> {
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    // Keys that wait for their certificates are not forgotten in the store.
    if table_request::get(tx, &seal.key).await?.is_some() {
        return Err(SealError::Requested);
    }
    let maker = ctx.actor.id.clone();
    let note = &forged.serials.join(" ");
    let seal = step(tx, ctx, seal, Event::Make, note, |seal| {
        seal.maker = Some(maker);
        seal.made_at = Some(whole_second(forged.valid_from));
        seal.valid_from = Some(forged.valid_from);
        seal.valid_to = Some(forged.valid_to);
    })
    .await?;
    table::set_made(tx, &seal.key, forged).await?;
    Ok(seal)
}
