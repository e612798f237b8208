//! Seals whose certificate ends.

use store::Ctx;

use crate::error::SealError;
use crate::freeze::end_uses;
use crate::react::{ERASE, Erase};
use crate::state::{Event, next};
use crate::step::{load, step};
use crate::table;

/// Marks every seal whose validity has ended as expired and has its keys erased. Returns how
/// many. To go on, an agency applies for a new seal.
pub async fn expire_due(ctx: &Ctx) -> Result<usize, SealError> {
    let ctx = ctx.as_system();
    let keys = table::ended(&mut ctx.db.reader(), ctx.now()).await?;
    for key in &keys {
        let (inner, key) = (ctx.clone(), key.clone());
        ctx.db
            .write(move |tx| {
                let (ctx, key) = (inner.clone(), key.clone());
                Box::pin(async move {
                    let seal = load(tx, &key).await?;
                    // Another process, or a person, may have been first.
                    if seal.is_valid_at(ctx.now()) || next(Some(seal.state), Event::Expire).is_err()
                    {
                        return Ok::<_, SealError>(());
                    }
                    end_uses(tx, &ctx, &seal, None).await?;
                    let seal = step(tx, &ctx, seal, Event::Expire, "", |_| {}).await?;
                    table::withdraw_all(tx, &seal.key, ctx.now()).await?;
                    let erase = Erase {
                        seal: seal.key.clone(),
                    };
                    journal::enqueue(tx, &ctx, ERASE, &erase, ctx.now()).await?;
                    Ok(())
                })
            })
            .await?;
    }
    Ok(keys.len())
}
