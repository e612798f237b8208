//! 注销: the end of an account, by its user. What was done under it is kept as law requires;
//! its numbers are free, and using services again needs a new registration.

use store::Ctx;

use crate::account::AccountKind;
use crate::code::{self, Challenge, Purpose};
use crate::events::AccountCancelled;
use crate::sign_in::phone_of;
use crate::state::StateEvent;
use crate::transact::transact;
use crate::{IdentityError, cache, delegation, guard, hooks, lockout, session, shift, table};

/// Sends the code that confirms the wish. Says at once what stands against it.
pub async fn begin_cancellation(ctx: &Ctx) -> Result<Challenge, IdentityError> {
    let account = guard::own_account(ctx)?;
    nothing_open(ctx, &account).await?;
    let row = table::account::load(&mut ctx.db.reader(), &account).await?;
    let row = row.ok_or(IdentityError::NotFound)?;
    let phone = phone_of(ctx, &row).await?.ok_or(IdentityError::NotFound)?;
    code::send(ctx, Purpose::Cancel, &account, &phone).await
}

/// Cancels the account acted on: the own one, or that of the legal person whose representative
/// acts. Ends its sessions and delegations.
pub async fn cancel_account(ctx: &Ctx, challenge: &str, typed: &str) -> Result<(), IdentityError> {
    let account = guard::own_account(ctx)?;
    nothing_open(ctx, &account).await?;
    let passed = code::check(ctx, challenge, typed, Purpose::Cancel).await?;
    if passed.subject != account {
        return Err(IdentityError::CodeDead);
    }
    transact!(ctx, [account, passed], |tx| -> () {
        let row = table::account::load(tx, &account)
            .await?
            .ok_or(IdentityError::NotFound)?;
        if row.kind == AccountKind::Natural && table::account::represents_any(tx, &account).await? {
            return Err(IdentityError::StillRepresents);
        }
        code::spend(tx, &ctx, &passed).await?;
        shift::shift(tx, &ctx, row, StateEvent::Cancelled).await?;
        table::account::delete_lookups(tx, &account).await?;
        table::credential::delete(tx, &account).await?;
        lockout::clear(tx, &account).await?;
        delegation::end_with_account(tx, &ctx, &account).await?;
        session::end_all(tx, &ctx, &account, None, "cancelled").await?;
        let event = AccountCancelled {
            account: account.clone(),
        };
        journal::append(tx, &ctx, &lockout::stream(&account), &event).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

async fn nothing_open(ctx: &Ctx, account: &str) -> Result<(), IdentityError> {
    if table::account::represents_any(&mut ctx.db.reader(), account).await? {
        return Err(IdentityError::StillRepresents);
    }
    match hooks::open_cases(ctx, account).await? {
        0 => Ok(()),
        count => Err(IdentityError::OpenCases(count)),
    }
}
