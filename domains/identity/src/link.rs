//! 关联注册: a person who has an account at an official real-name platform of another body registers
//! by linking it.
//!
//! The person agrees there and comes back with a ticket. The ticket gives the real-name data, which
//! make a PENDING account; the code to the phone that the other platform knows, a password and the
//! signed agreement make it ACTIVE.

use std::sync::Arc;

use kernel::mask;
use store::{BoxFuture, Ctx};

use crate::account::{Linked, RealNameLevel, Route};
use crate::code::Challenge;
use crate::compare::{self, Contents};
use crate::register::{Proposed, begin, checked, finish, pending, proposed};
use crate::{IdentityError, agreement, credential};

/// What the other platform tells of a person who agreed to it.
#[derive(Clone)]
pub struct LinkedPerson {
    /// The account there, as it stays.
    pub account: Linked,
    pub name: String,
    pub id_number: String,
    pub mobile: String,
}

/// An official real-name platform of another body. Wired at start-up.
pub trait RealNamePlatform: Send + Sync {
    /// The page on which a person agrees; none while the platform is not connected. It leads back
    /// to `/register/link?ticket=…`.
    fn page<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<String>, String>>;

    /// Who agreed, by the ticket, which serves once; none when it does not serve.
    fn person<'a>(
        &'a self,
        ctx: &'a Ctx,
        ticket: &'a str,
    ) -> BoxFuture<'a, Result<Option<LinkedPerson>, String>>;
}

/// The platform, as it stands in [`store::Shared`].
#[derive(Clone)]
pub struct Linking(pub Arc<dyn RealNamePlatform>);

/// A linked registration that waits for code, password and agreement.
#[derive(Clone, Debug)]
pub struct LinkBegun {
    /// The code that was sent.
    pub challenge: Challenge,
    /// What was taken over, masked.
    pub name: String,
    pub id_number: String,
}

/// What the person adds to what was taken over.
#[derive(Clone)]
pub struct LinkFinish {
    pub challenge: String,
    pub code: String,
    pub password: String,
    /// Version of the agreement that was ticked; empty when it was not.
    pub agreement: String,
}

fn failed(error: String) -> IdentityError {
    tracing::error!(error, "the real-name platform");
    IdentityError::Unavailable("real-name platform")
}

/// The page of the other platform on which registration by link begins; none without one.
pub async fn link_page(ctx: &Ctx) -> Result<Option<String>, IdentityError> {
    match ctx.shared.get::<Linking>() {
        Some(linking) => linking.0.page(ctx).await.map_err(failed),
        None => Ok(None),
    }
}

/// Takes over what the ticket opens, makes the PENDING account and sends the code.
pub async fn register_by_link(ctx: &Ctx, ticket: &str) -> Result<LinkBegun, IdentityError> {
    let linking = ctx.shared.get::<Linking>();
    let linking = linking.ok_or(IdentityError::Unavailable("real-name platform"))?;
    let person = linking.0.person(ctx, ticket).await.map_err(failed)?;
    let person = person.ok_or_else(|| {
        IdentityError::invalid(
            "ticket",
            "授权已失效或已使用，请回到原平台重新授权",
            "The consent has ended or was used; please give it again",
        )
    })?;
    let mut profile = checked(ctx, &person.name, &person.id_number, &person.mobile).await?;
    profile.linked = Some(person.account);
    let (name, id_number) = (
        mask::name(&profile.name),
        mask::id_number(&profile.id_number),
    );
    let nothing = Proposed {
        contents: Contents::default(),
        agreement: String::new(),
    };
    let challenge = begin(ctx, ctx.rng.key(), Route::Link, profile, nothing, None).await?;
    Ok(LinkBegun {
        challenge,
        name,
        id_number,
    })
}

/// Finishes a linked registration. Returns the account's key. When the population register knows
/// the person otherwise, the account is rejected and the reason told.
pub async fn confirm_link(ctx: &Ctx, f: &LinkFinish) -> Result<String, IdentityError> {
    agreement::must_be_current(ctx, &f.agreement).await?;
    let (row, passed) = pending(ctx, &f.challenge, &f.code, Route::Link).await?;
    let profile = row.profile(ctx)?;
    let known = [&*profile.id_number, &*profile.mobile];
    let ready = credential::chosen(ctx, &row.key, &f.password, &known, "chosen").await?;
    let signed = Proposed {
        agreement: f.agreement.clone(),
        ..proposed(ctx, &row)?
    };
    let compared = compare::official(ctx, &profile).await?;
    let level = RealNameLevel::L3;
    finish(
        ctx,
        row,
        passed,
        profile,
        signed,
        compared,
        level,
        Some(ready),
    )
    .await
}
