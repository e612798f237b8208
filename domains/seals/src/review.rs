//! A second person reviews the application [I-16].

use kernel::Permission;
use store::{Ctx, Tx};

use crate::error::{SealError, text};
use crate::seal::Seal;
use crate::state::Event;
use crate::step::{load, step};

/// Approves an application.
pub async fn approve(ctx: &Ctx, seal_key: &str) -> Result<Seal, SealError> {
    review(ctx, seal_key, Event::Approve, "").await
}

/// Refuses an application, with the reason.
pub async fn refuse(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    review(ctx, seal_key, Event::Refuse, reason.trim()).await
}

async fn review(ctx: &Ctx, key: &str, event: Event, note: &str) -> Result<Seal, SealError> {
    let (inner, key, note) = (ctx.clone(), key.to_owned(), note.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, note) = (inner.clone(), key.clone(), note.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                review_in(tx, &ctx, seal, event, &note).await
            })
        })
        .await
}

/// The review in a transaction of the caller.
pub(crate) async fn review_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    event: Event,
    note: &str,
) -> Result<Seal, SealError> {
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    if !ctx.actor.is_other_person(&seal.applicant) {
        return Err(SealError::SamePerson {
            first: "the application",
            second: "the review",
        });
    }
    let reviewer = ctx.actor.id.clone();
    step(tx, ctx, seal, event, note, |seal| {
        seal.reviewer = Some(reviewer)
    })
    .await
}
