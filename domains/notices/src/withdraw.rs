//! A document is never edited: it is withdrawn, and if need be replaced with a reference [D-61].

use std::sync::Arc;

use kernel::Permission;
use store::{Ctx, Run, Tx};

use crate::create::{self, NewNotice};
use crate::error::NoticeError;
use crate::event::{NoticeWithdrawn, stream};
use crate::notice::Notice;
use crate::state::{Event, next};
use crate::table;

/// Withdraws a document.
pub async fn withdraw(ctx: &Ctx, doc_id: &str, reason: &str) -> Result<Notice, NoticeError> {
    let (inner, id, reason) = (ctx.clone(), doc_id.to_owned(), reason.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, id, reason) = (inner.clone(), id.clone(), reason.clone());
            Box::pin(async move {
                let notice = load(tx, &ctx, &id, &reason).await?;
                mark(tx, &ctx, notice, &reason, None).await
            })
        })
        .await
}

/// Withdraws a document and makes another in its place; each names the other. Returns the new
/// one's key. The new one says on its face which number it replaces.
pub async fn replace(
    ctx: &Ctx,
    doc_id: &str,
    reason: &str,
    mut new: NewNotice,
) -> Result<String, NoticeError> {
    load(&mut ctx.db.reader(), ctx, doc_id, reason).await?;
    new.replaces = Some(doc_id.to_owned());
    let new = create::prepare(ctx, &new).await?;
    let (inner, id) = (ctx.clone(), doc_id.to_owned());
    let work = Arc::new((new, reason.trim().to_owned()));
    ctx.db
        .write(move |tx| {
            let (ctx, id, work) = (inner.clone(), id.clone(), work.clone());
            Box::pin(async move {
                let old = load(tx, &ctx, &id, &work.1).await?;
                create::replace_in(tx, &ctx, old, &work.0, &work.1).await
            })
        })
        .await
}

async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    doc_id: &str,
    reason: &str,
) -> Result<Notice, NoticeError> {
    let notice = table::by_id(run, doc_id)
        .await?
        .ok_or(NoticeError::NotFound)?;
    ctx.actor
        .require(Permission::CaseDecide, &notice.target())?;
    if reason.trim().is_empty() {
        return Err(NoticeError::Missing("reason".into()));
    }
    Ok(notice)
}

/// Marks a document as withdrawn, in the caller's transaction.
pub(crate) async fn mark(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    notice: Notice,
    reason: &str,
    replaced_by: Option<&str>,
) -> Result<Notice, NoticeError> {
    let seen = notice.rev;
    let notice = Notice {
        state: next(notice.state, Event::Withdraw)?,
        rev: seen + 1,
        withdrawn_at: Some(ctx.now()),
        withdrawn_by: Some(ctx.actor.id.clone()),
        replaced_by: replaced_by.map(str::to_owned),
        ..notice
    };
    if !table::update(tx, &notice, seen).await? {
        return Err(NoticeError::Stale);
    }
    // A reason may speak of the applicant: it is kept encrypted and not told to the journal.
    let sealed = ctx.seal(
        "notice",
        "withdraw_reason",
        &notice.doc_id,
        reason.as_bytes(),
    );
    table::set_reason(tx, &notice.doc_id, sealed).await?;
    let event = NoticeWithdrawn {
        doc_id: notice.doc_id.clone(),
        kind: notice.kind,
        number: notice.number.clone(),
        case_key: notice.case_key.clone(),
        case_no: notice.case_no.clone(),
        replaced_by: notice.replaced_by.clone(),
    };
    journal::append(tx, ctx, &stream(&notice.doc_id), &event).await?;
    Ok(notice)
}
