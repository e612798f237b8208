//! Taking a seal out of use, so that nothing is signed afterwards: not in another process, not in a
//! batch that is running.
//!
//! Two transactions. The first writes one mark and reads nothing that signers write, so it goes
//! through at once however busy the seal is; from its commit on, whoever looks sees the mark and
//! signs no more. The second closes the uses under way and makes the move. Its moment is taken
//! after those uses are closed: a use that was finished has an earlier one, and one that was still
//! running when the mark was set conflicts with the closing and is refused when it tries again.

use std::sync::Arc;

use kernel::Permission;
use store::{BoxFuture, Ctx, Tx};

use crate::error::SealError;
use crate::event::{SealUseFinished, use_stream};
use crate::seal::Seal;
use crate::state::{Event, next};
use crate::step::load;
use crate::usage::UseResult;
use crate::{table, table_use};

/// A check in a transaction, on the seal as it stands there.
pub(crate) type Check = fn(&Ctx, &Seal) -> Result<(), SealError>;

/// How often the second transaction is tried when the database asks to come again: uses that
/// began before the mark end one after the other.
const TRIES: usize = 20;

/// Takes the seal out of use by a move. `check` is asked in both transactions, `then` adds to the
/// second what belongs to the move.
pub(crate) async fn take_out<F>(
    ctx: &Ctx,
    key: &str,
    event: Event,
    check: Check,
    then: F,
) -> Result<Seal, SealError>
where
    F: for<'t> Fn(&'t mut Tx<'_>, &'t Ctx, Seal) -> BoxFuture<'t, Result<Seal, SealError>>
        + Send
        + Sync
        + 'static,
{
    mark(ctx, key, event, check).await?;
    let then = Arc::new(then);
    for _ in 1..TRIES {
        match close(ctx, key, check, then.clone()).await {
            // A use that ended in between may also have taken the next number of its stream.
            Err(SealError::Store(store::StoreError::Conflict) | SealError::Journal(_)) => {}
            done => return done,
        }
    }
    close(ctx, key, check, then).await
}

async fn mark(ctx: &Ctx, key: &str, event: Event, check: Check) -> Result<(), SealError> {
    let (inner, key) = (ctx.clone(), key.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key) = (inner.clone(), key.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                next(Some(seal.state), event)?;
                check(&ctx, &seal)?;
                table::freeze(tx, &seal.key, ctx.now()).await?;
                Ok(())
            })
        })
        .await
}

async fn close<F>(ctx: &Ctx, key: &str, check: Check, then: Arc<F>) -> Result<Seal, SealError>
where
    F: for<'t> Fn(&'t mut Tx<'_>, &'t Ctx, Seal) -> BoxFuture<'t, Result<Seal, SealError>>
        + Send
        + Sync
        + 'static,
{
    let (inner, key) = (ctx.clone(), key.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, then) = (inner.clone(), key.clone(), then.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                check(&ctx, &seal)?;
                end_uses(tx, &ctx, &seal, None).await?;
                then(tx, &ctx, seal).await
            })
        })
        .await
}

/// Closes the uses under way of a seal, or of one of its authorisations.
pub(crate) async fn end_uses(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    authorisation: Option<&str>,
) -> Result<(), SealError> {
    for id in table_use::running(tx, &seal.key, authorisation).await? {
        if !table_use::finish(tx, &id, UseResult::Stopped, ctx.now(), "").await? {
            continue;
        }
        let event = SealUseFinished {
            agency: seal.owner.agency_code.clone(),
            result: UseResult::Stopped,
            documents: Vec::new(),
            note: String::new(),
        };
        journal::append(tx, ctx, &use_stream(id.as_str()), &event).await?;
    }
    Ok(())
}

/// No more than the permission and the state.
pub(crate) fn anyone(_: &Ctx, _: &Seal) -> Result<(), SealError> {
    Ok(())
}
