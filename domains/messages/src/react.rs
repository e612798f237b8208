//! The events of cases that applicants are told of.

use std::sync::Arc;

use cases::{CaseMoved, Event};
use journal::{StoredEvent, Subscriber, SubscriberFn};
use kernel::{Sensitive, time};
use store::Ctx;

use crate::deliver::{About, deliver};
use crate::error::MessageError;
use crate::templates::told;

/// Who follows which events.
pub fn subscribers() -> Vec<Subscriber> {
    let run: SubscriberFn = Arc::new(|ctx, event| {
        Box::pin(async move { tell(&ctx, &event).await.map_err(|e| e.to_string()) })
    });
    let licence: SubscriberFn = Arc::new(|ctx, event| {
        Box::pin(async move {
            let told = crate::licence::tell(&ctx, &event).await;
            told.map_err(|e| e.to_string())
        })
    });
    vec![
        Subscriber {
            name: "messages",
            kinds: &["case.moved"],
            run,
        },
        Subscriber {
            name: "messages.licences",
            kinds: crate::licence::KINDS,
            run: licence,
        },
    ]
}

async fn tell(ctx: &Ctx, event: &StoredEvent) -> Result<(), MessageError> {
    let Some(moved) = event.read::<CaseMoved>() else {
        return Ok(());
    };
    let Some(what) = Event::from_code(&moved.event) else {
        return Ok(());
    };
    let Some(case_no) = &moved.case_no else {
        return Ok(());
    };
    let item = items::version(ctx, &moved.item_id, moved.item_version)
        .await
        .map_err(|e| MessageError::Data(format!("{e}")))?;
    let until = match what {
        Event::Accept | Event::Resume | Event::Extend => moved.due_at.as_deref(),
        Event::AskCorrection
        | Event::AskCorrectionInReview
        | Event::PreReviewPass
        | Event::FeeDue
        | Event::Remind => moved.deadline.as_deref(),
        _ => None,
    };
    let until = until
        .and_then(|d| time::parse_stamp(d).ok())
        .map(time::chinese_minute);
    let Some(message) = told(what, &item.name, case_no, until.as_deref()) else {
        return Ok(());
    };
    let account = identity::account(ctx, &moved.person)
        .await
        .map_err(|e| MessageError::Data(format!("{e}")))?;
    let to = account.mobile.as_ref().map(|m| m.reveal().to_owned());
    let about = About::Case(case_no.clone());
    deliver(ctx, &event.id, &moved.owner, to, about, message).await
}
