//! A sealed document reaches the applicant.

use store::{Ctx, Tx};

use crate::error::NoticeError;
use crate::event::{NoticeDelivered, stream};
use crate::notice::Notice;
use crate::state::{Event, State, next};
use crate::table;

/// Marks a document as delivered, in the transaction of whoever handed it over or saw it opened.
/// A document that is delivered already stays as it is.
pub async fn deliver(tx: &mut Tx<'_>, ctx: &Ctx, doc_id: &str) -> Result<Notice, NoticeError> {
    let notice = table::by_id(tx, doc_id)
        .await?
        .ok_or(NoticeError::NotFound)?;
    if notice.state == State::Delivered {
        return Ok(notice);
    }
    let seen = notice.rev;
    let notice = Notice {
        state: next(notice.state, Event::Deliver)?,
        rev: seen + 1,
        delivered_at: Some(ctx.now()),
        ..notice
    };
    if !table::update(tx, &notice, seen).await? {
        return Err(NoticeError::Stale);
    }
    let event = NoticeDelivered {
        doc_id: notice.doc_id.clone(),
        kind: notice.kind,
        number: notice.number.clone(),
        case_key: notice.case_key.clone(),
        case_no: notice.case_no.clone(),
    };
    journal::append(tx, ctx, &stream(doc_id), &event).await?;
    Ok(notice)
}
