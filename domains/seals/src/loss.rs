//! A lost seal signs nothing from the moment of the report.

use kernel::Permission;
use store::Ctx;

use crate::error::{SealError, text};
use crate::seal::Seal;
use crate::state::Event;
use crate::step::{load, step};
use crate::table;

/// Reports a seal as lost (挂失). Its authorisations end; after recovery it is authorised anew.
pub async fn report_loss(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let (inner, key, reason) = (ctx.clone(), seal_key.to_owned(), reason.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, reason) = (inner.clone(), key.clone(), reason.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                let seal = step(tx, &ctx, seal, Event::ReportLoss, &reason, |_| {}).await?;
                table::withdraw_all(tx, &seal.key, ctx.now()).await?;
                Ok(seal)
            })
        })
        .await
}
