//! A lost seal signs nothing from the moment of the report.

use store::Ctx;

use crate::error::{SealError, text};
use crate::freeze::{anyone, take_out};
use crate::seal::Seal;
use crate::state::Event;
use crate::step::step;
use crate::table;

/// Reports a seal as lost (挂失). Its authorisations end, uses under way are stopped; after
/// recovery it is authorised anew.
pub async fn report_loss(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let reason = reason.trim().to_owned();
    take_out(
        ctx,
        seal_key,
        Event::ReportLoss,
        anyone,
        move |tx, ctx, seal| {
            let reason = reason.clone();
            Box::pin(async move {
                let seal = step(tx, ctx, seal, Event::ReportLoss, &reason, |_| {}).await?;
                table::withdraw_all(tx, &seal.key, ctx.now()).await?;
                Ok(seal)
            })
        },
    )
    .await
}
