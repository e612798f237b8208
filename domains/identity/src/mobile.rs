//! Binding another mobile number: one code on the old, one on the new.

use kernel::{Phone, Sensitive};
use store::Ctx;

use crate::account::{AccountRow, seal_json};
use crate::code::{self, Challenge, Purpose};
use crate::events::MobileChanged;
use crate::table::account::MOBILE;
use crate::transact::transact;
use crate::{IdentityError, cache, guard, lockout, shift, table};

/// The two codes that were sent.
#[derive(Clone, Debug)]
pub struct MobileChange {
    pub old: Challenge,
    pub new: Challenge,
}

/// Sends a code to the bound number, to unbind it, and one to the new number, to bind it.
pub async fn begin_mobile_change(ctx: &Ctx, new: &str) -> Result<MobileChange, IdentityError> {
    let person = guard::person(ctx)?;
    let new =
        Phone::mobile(new).map_err(|e| IdentityError::invalid("mobile", e.to_string(), e.en()))?;
    let digest = ctx.lookup_of(MOBILE, &new);
    if table::account::find(&mut ctx.db.reader(), MOBILE, &digest)
        .await?
        .is_some()
    {
        return Err(IdentityError::MobileTaken);
    }
    let row = table::account::load(&mut ctx.db.reader(), &person).await?;
    let old = row.ok_or(IdentityError::NotFound)?.open(ctx)?.mobile;
    let old = old.ok_or(IdentityError::NotFound)?;
    Ok(MobileChange {
        old: code::send(ctx, Purpose::UnbindMobile, &person, &old).await?,
        new: code::send(ctx, Purpose::BindMobile, &person, &new).await?,
    })
}

/// A code with the challenge it answers.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub challenge: &'a str,
    pub code: &'a str,
}

/// Binds the new number. Both codes must be right.
pub async fn finish_mobile_change(
    ctx: &Ctx,
    old: Answer<'_>,
    new: Answer<'_>,
) -> Result<(), IdentityError> {
    let person = guard::person(ctx)?;
    let unbind = code::check(ctx, old.challenge, old.code, Purpose::UnbindMobile).await?;
    let bind = code::check(ctx, new.challenge, new.code, Purpose::BindMobile).await?;
    let row = table::account::load(&mut ctx.db.reader(), &person).await?;
    let row = row.ok_or(IdentityError::NotFound)?;
    let mut profile = row.profile(ctx)?;
    let theirs = unbind.subject == person && bind.subject == person;
    if !theirs || unbind.sent_to.reveal() != profile.mobile {
        return Err(IdentityError::CodeDead);
    }
    profile.mobile = bind.sent_to.reveal().to_owned();
    let digest = ctx.lookup_of(MOBILE, &bind.sent_to);
    let row = AccountRow {
        profile: seal_json(ctx, "profile", &row.key, &profile)?,
        ..row
    };
    transact!(ctx, [row, unbind, bind, digest], |tx| -> () {
        code::spend(tx, &ctx, &unbind).await?;
        code::spend(tx, &ctx, &bind).await?;
        table::account::delete_lookup(tx, MOBILE, &row.key).await?;
        if !table::account::put_lookup(tx, MOBILE, &digest, &row.key).await? {
            return Err(IdentityError::MobileTaken);
        }
        let row = shift::save(tx, &ctx, row).await?;
        let event = MobileChanged {
            account: row.key.clone(),
        };
        journal::append(tx, &ctx, &lockout::stream(&row.key), &event).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}
