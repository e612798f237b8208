//! The events of licences that holders are told of [H-46, H-48].

use journal::StoredEvent;
use kernel::{IdNumber, Sensitive};
use licences::{CorrectionMoved, LicenceChanged, LicenceEnding, LicenceInspected, RequestMoved};
use store::Ctx;

use crate::deliver::{About, deliver};
use crate::error::MessageError;
use crate::licence_words::{self, Words};
use crate::templates::Told;

/// What is followed.
pub(crate) const KINDS: &[&str] = &[
    "licence.changed",
    "licence.correction",
    "licence.ending",
    "licence.inspected",
    "licence.request",
];

/// Tells the holder, if the holder has an account; whoever has none is told by nobody here.
pub(crate) async fn tell(ctx: &Ctx, event: &StoredEvent) -> Result<(), MessageError> {
    let Some((key, words)) = words(event) else {
        return Ok(());
    };
    let card = licences::card_of(ctx, &key).await.map_err(data)?;
    let Some(message) = licence_words::told(&words, &card) else {
        return Ok(());
    };
    let Some((owner, mobile)) = account(ctx, &key).await? else {
        return Ok(());
    };
    send(ctx, event, &owner, mobile, key, message).await
}

async fn send(
    ctx: &Ctx,
    event: &StoredEvent,
    owner: &str,
    mobile: Option<String>,
    key: String,
    message: Told,
) -> Result<(), MessageError> {
    deliver(ctx, &event.id, owner, mobile, About::Licence(key), message).await
}

/// What the event says, with the key of its licence.
fn words(event: &StoredEvent) -> Option<(String, Words)> {
    if let Some(e) = event.read::<LicenceChanged>() {
        let what = licences::LicenceEvent::from_code(&e.event)?;
        return Some((e.licence_key, Words::Changed(what)));
    }
    if let Some(e) = event.read::<LicenceEnding>() {
        return Some((e.licence_key, Words::Ending(e.days)));
    }
    if let Some(e) = event.read::<LicenceInspected>() {
        return Some((e.licence_key, Words::Inspected(e.passed)));
    }
    if let Some(e) = event.read::<CorrectionMoved>() {
        return (e.state == "made").then_some((e.licence_key, Words::Corrected));
    }
    let e = event.read::<RequestMoved>()?;
    let state = licences::RequestState::from_code(&e.state)?;
    let kind = licences::RequestKind::from_code(&e.kind)?;
    Some((e.licence_key, Words::Answered(kind, state)))
}

/// Key and phone of the holder's account.
async fn account(ctx: &Ctx, key: &str) -> Result<Option<(String, Option<String>)>, MessageError> {
    let (id, id_type) = licences::holder_of(ctx, key).await.map_err(data)?;
    let found = match (id_type.as_str(), IdNumber::resident(&id)) {
        ("111", Ok(id)) => identity::account_by_id(ctx, &id).await,
        ("001", _) => identity::account_by_uscc(ctx, &id).await,
        _ => return Ok(None),
    };
    let found = found.map_err(|e| MessageError::Data(format!("{e}")))?;
    Ok(found.map(|account| {
        let mobile = account.mobile.as_ref().map(|m| m.reveal().to_owned());
        (account.key, mobile)
    }))
}

fn data(error: licences::LicenceError) -> MessageError {
    MessageError::Data(error.to_string())
}
