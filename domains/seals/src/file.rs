//! The seal is filed with the seal authority.

use kernel::Permission;
use store::{Ctx, Tx};

use crate::error::{SealError, text};
use crate::seal::Seal;
use crate::state::Event;
use crate::step::{load, step};

/// Notes the filing number (备案号) the seal authority gave.
pub async fn file(ctx: &Ctx, seal_key: &str, filing_no: &str) -> Result<Seal, SealError> {
    text("filing_no", filing_no, 40)?;
    let (inner, key, number) = (
        ctx.clone(),
        seal_key.to_owned(),
        filing_no.trim().to_owned(),
    );
    ctx.db
        .write(move |tx| {
            let (ctx, key, number) = (inner.clone(), key.clone(), number.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                file_in(tx, &ctx, seal, &number).await
            })
        })
        .await
}

/// The filing in a transaction of the caller.
pub(crate) async fn file_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    number: &str,
) -> Result<Seal, SealError> {
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    step(tx, ctx, seal, Event::File, number, |seal| {
        seal.filing_no = Some(number.to_owned());
        seal.filed_at = Some(ctx.now());
    })
    .await
}
