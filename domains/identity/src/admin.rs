//! Disabling and enabling accounts.

use kernel::{Permission, Target};
use serde_json::json;
use store::Ctx;

use crate::account::{AccountRow, seal_json};
use crate::events::{AccountDisabled, AccountEnableAsked, AccountEnabled};
use crate::state::{State, StateEvent, next};
use crate::transact::transact;
use crate::{IdentityError, cache, guard, lockout, session, shift, table};

/// The job that tells the user by SMS.
pub(crate) const TELL: &str = "identity.tell";

/// Disables an account whose user broke the law, with the reason. The user is told by SMS; all
/// sessions end.
pub async fn disable_account(ctx: &Ctx, account: &str, reason: &str) -> Result<(), IdentityError> {
    ctx.actor
        .require(Permission::AccountAdmin, &Target::default())?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(IdentityError::invalid(
            "reason",
            "请填写停用原因，不超过200字",
            "Give the reason, at most 200 characters",
        ));
    }
    let sealed = seal_json(ctx, "reason", account, &reason)?;
    let (account, reason) = (account.to_owned(), reason.to_owned());
    transact!(ctx, [account, reason, sealed], |tx| -> () {
        let row = table::account::load(tx, &account)
            .await?
            .ok_or(IdentityError::NotFound)?;
        let row = AccountRow {
            reason: Some(sealed),
            enable_asked: None,
            ..row
        };
        shift::shift(tx, &ctx, row, StateEvent::Disabled).await?;
        session::end_all(tx, &ctx, &account, None, "disabled").await?;
        let event = AccountDisabled {
            account: account.clone(),
            reason,
        };
        journal::append(tx, &ctx, &lockout::stream(&account), &event).await?;
        let told = json!({ "account": account, "what": "disabled" });
        journal::enqueue(tx, &ctx, TELL, &told, ctx.now()).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// An administrator asks for a disabled account to be enabled; the head of the managing department
/// decides.
pub async fn ask_to_enable(ctx: &Ctx, account: &str) -> Result<(), IdentityError> {
    ctx.actor
        .require(Permission::AccountAdmin, &Target::default())?;
    let account = account.to_owned();
    transact!(ctx, [account], |tx| -> () {
        let row = table::account::load(tx, &account)
            .await?
            .ok_or(IdentityError::NotFound)?;
        next(Some(row.state), StateEvent::Enabled)?;
        let row = AccountRow {
            enable_asked: Some(ctx.actor.id.clone()),
            ..row
        };
        shift::save(tx, &ctx, row).await?;
        let event = AccountEnableAsked {
            account: account.clone(),
        };
        journal::append(tx, &ctx, &lockout::stream(&account), &event).await?;
        Ok(())
    })
}

/// The head approves: the account is active again and the user told by SMS. Nobody approves what
/// he asked for himself.
pub async fn approve_enabling(ctx: &Ctx, account: &str) -> Result<(), IdentityError> {
    guard::at_desk(ctx, Permission::AccountEnable)?;
    let account = account.to_owned();
    transact!(ctx, [account], |tx| -> () {
        let row = table::account::load(tx, &account)
            .await?
            .ok_or(IdentityError::NotFound)?;
        let Some(asked_by) = row
            .enable_asked
            .clone()
            .filter(|_| row.state == State::Disabled)
        else {
            return Err(IdentityError::NotFound);
        };
        if asked_by == ctx.actor.id {
            return Err(kernel::Denied(Permission::AccountEnable).into());
        }
        let row = AccountRow {
            reason: None,
            enable_asked: None,
            ..row
        };
        shift::shift(tx, &ctx, row, StateEvent::Enabled).await?;
        let event = AccountEnabled {
            account: account.clone(),
            asked_by,
        };
        journal::append(tx, &ctx, &lockout::stream(&account), &event).await?;
        let told = json!({ "account": account, "what": "enabled" });
        journal::enqueue(tx, &ctx, TELL, &told, ctx.now()).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}
