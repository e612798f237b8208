//! What other rooms do for this one; wired at start-up.

use std::sync::Arc;

use kernel::Phone;
use store::{BoxFuture, Ctx};

use crate::IdentityError;

/// Sends short texts to phones: codes, and what an account's owner must be told.
pub trait CodeSender: Send + Sync {
    /// Hands the text over; an error says why it could not be.
    fn send<'a>(
        &'a self,
        ctx: &'a Ctx,
        to: &'a Phone,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// The sender, as it stands in [`store::Shared`].
#[derive(Clone)]
pub struct CodeSending(pub Arc<dyn CodeSender>);

/// Knows whether an account still has cases that are not finished.
pub trait OpenCases: Send + Sync {
    /// Cases of the account, and of nobody else, that are open.
    fn open_cases<'a>(
        &'a self,
        ctx: &'a Ctx,
        account: &'a str,
    ) -> BoxFuture<'a, Result<u64, String>>;
}

/// The answer to [`OpenCases`], as it stands in [`store::Shared`].
#[derive(Clone)]
pub struct CaseCounting(pub Arc<dyn OpenCases>);

pub(crate) async fn send(ctx: &Ctx, to: &Phone, text: &str) -> Result<(), IdentityError> {
    let sending = ctx
        .shared
        .get::<CodeSending>()
        .ok_or(IdentityError::Unavailable("SMS"))?;
    sending.0.send(ctx, to, text).await.map_err(|error| {
        tracing::error!(error, "a text message was not taken");
        IdentityError::Unavailable("SMS")
    })
}

pub(crate) async fn open_cases(ctx: &Ctx, account: &str) -> Result<u64, IdentityError> {
    let counting = ctx
        .shared
        .get::<CaseCounting>()
        .ok_or(IdentityError::Unavailable("open cases"))?;
    counting.0.open_cases(ctx, account).await.map_err(|error| {
        tracing::error!(error, "open cases");
        IdentityError::Unavailable("open cases")
    })
}
