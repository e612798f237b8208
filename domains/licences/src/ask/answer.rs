//! An officer answers a holder's request.

use std::sync::Arc;

use store::Ctx;

use super::{HolderRequest, RequestKind, RequestState, end, may_answer, table};
use crate::correct::words;
use crate::error::LicenceError;
use crate::issue::{StateChange, apply_change};
use crate::state::Event;

/// Agrees. A loss is lifted in the same transaction; a correction is the officer's to propose, so
/// that agreeing says that it is on its way.
pub async fn agree(ctx: &Ctx, request_key: &str, answer: &str) -> Result<(), LicenceError> {
    let request = open(ctx, request_key).await?;
    let change = (request.kind == RequestKind::Found).then(|| StateChange {
        licence_key: request.licence_key.clone(),
        event: Event::Found,
        reason: "持证人申请解除挂失，经办人员同意".into(),
    });
    let answer = match answer.trim() {
        "" => String::new(),
        text => words("答复", text)?,
    };
    close(ctx, request, RequestState::Agreed, answer, change).await
}

/// Declines, with a reason that the holder reads.
pub async fn decline(ctx: &Ctx, request_key: &str, answer: &str) -> Result<(), LicenceError> {
    let request = open(ctx, request_key).await?;
    let answer = words("理由", answer)?;
    close(ctx, request, RequestState::Declined, answer, None).await
}

/// A request that waits, for an officer who may answer it.
async fn open(ctx: &Ctx, request_key: &str) -> Result<HolderRequest, LicenceError> {
    let mut reader = ctx.db.reader();
    let request = table::load(&mut reader, ctx, request_key).await?;
    let licence = crate::table::load(&mut reader, ctx, &request.licence_key).await?;
    may_answer(ctx, &licence)?;
    match request.state {
        RequestState::Open => Ok(request),
        _ => Err(LicenceError::Stale),
    }
}

async fn close(
    ctx: &Ctx,
    mut request: HolderRequest,
    state: RequestState,
    answer: String,
    change: Option<StateChange>,
) -> Result<(), LicenceError> {
    request.state = state;
    request.officer = Some(ctx.actor.id.clone());
    request.body.answer = answer;
    let (inner, work) = (ctx.clone(), Arc::new((request, change)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                end(tx, &ctx, &work.0).await?;
                match &work.1 {
                    Some(change) => apply_change(tx, &ctx, change).await,
                    None => Ok(()),
                }
            })
        })
        .await
}
