//! Accounts of legal persons: the legal representative, registered with real name, opens and
//! activates them; they stay bound to the representative's own account.

use kernel::{IdNumber, number};
use store::Ctx;

use crate::account::{Account, AccountKind, AccountRow, Profile, RealNameLevel, Route, seal_json};
use crate::events::AccountRejected;
use crate::state::StateEvent;
use crate::table::account::USCC;
use crate::transact::transact;
use crate::{IdentityError, agreement, cache, compare, guard, lockout, register, shift, table};

/// Opens the account of a legal person whose representative the signed-in person is. Name, code,
/// status and representative are compared with the register.
pub async fn register_organisation(
    ctx: &Ctx,
    uscc: &str,
    name: &str,
    agreement_version: &str,
) -> Result<Account, IdentityError> {
    let person = guard::person(ctx)?;
    agreement::must_be_current(ctx, agreement_version).await?;
    let uscc =
        number::uscc(uscc).map_err(|e| IdentityError::invalid("uscc", e.to_string(), e.en()))?;
    let digest = ctx.lookup(USCC, &uscc);
    if table::account::find(&mut ctx.db.reader(), USCC, &digest)
        .await?
        .is_some()
    {
        return Err(IdentityError::Registered);
    }
    let id = own_number(ctx, &person).await?;
    let compared = compare::legal(ctx, &uscc, Some(name), &id).await?;
    let legal = match compared {
        Ok(legal) => legal,
        Err((zh, en)) => {
            reject(ctx, &person, &uscc, name, zh).await?;
            return Err(IdentityError::NotVerified {
                zh: zh.into(),
                en: en.into(),
            });
        }
    };
    let profile = compare::legal_profile(&legal, Profile::default());
    let row = AccountRow {
        representative: Some(person),
        ..register::new_row(
            ctx,
            ctx.rng.key(),
            AccountKind::Legal,
            Route::Online,
            &profile,
        )
        .await?
    };
    let (key, version) = (row.key.clone(), agreement_version.to_owned());
    transact!(ctx, [row, digest, version], |tx| -> () {
        register::insert(tx, &ctx, &row).await?;
        if !table::account::put_lookup(tx, USCC, &digest, &row.key).await? {
            return Err(IdentityError::Registered);
        }
        let row = AccountRow {
            level: Some(RealNameLevel::L3),
            ..row
        };
        register::activate(tx, &ctx, row, &version).await
    })?;
    let row = table::account::load(&mut ctx.db.reader(), &key).await?;
    row.ok_or(IdentityError::NotFound)?.open(ctx)
}

pub(crate) async fn own_number(ctx: &Ctx, person: &str) -> Result<IdNumber, IdentityError> {
    let row = table::account::load(&mut ctx.db.reader(), person).await?;
    let account = row.ok_or(IdentityError::NotFound)?.open(ctx)?;
    account.id_number.ok_or(IdentityError::NotFound)
}

/// A rejected registration is kept with its reason; the code stays free.
async fn reject(
    ctx: &Ctx,
    person: &str,
    uscc: &str,
    name: &str,
    reason: &str,
) -> Result<(), IdentityError> {
    let profile = Profile {
        name: name.trim().into(),
        uscc: uscc.into(),
        ..Profile::default()
    };
    let row = register::new_row(
        ctx,
        ctx.rng.key(),
        AccountKind::Legal,
        Route::Online,
        &profile,
    );
    let row = AccountRow {
        representative: Some(person.to_owned()),
        ..row.await?
    };
    let sealed = seal_json(ctx, "reason", &row.key, &reason)?;
    let reason = reason.to_owned();
    transact!(ctx, [row, sealed, reason], |tx| -> () {
        register::insert(tx, &ctx, &row).await?;
        let row = AccountRow {
            reason: Some(sealed),
            ..row
        };
        let row = shift::shift(tx, &ctx, row, StateEvent::VerificationFailed).await?;
        let event = AccountRejected {
            account: row.key.clone(),
            reason,
        };
        journal::append(tx, &ctx, &lockout::stream(&row.key), &event).await?;
        Ok(())
    })
}

/// How a comparison of changed data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The new data hold.
    Accepted,
    /// The old data stay.
    Refused,
}

/// Takes over what the register now says of a legal person: by its representative, or by the
/// person whom the register names as the new one, to whom the account is then bound.
pub async fn refresh_organisation(ctx: &Ctx, uscc: &str) -> Result<ChangeOutcome, IdentityError> {
    let person = guard::person(ctx)?;
    let digest = ctx.lookup(USCC, &number::fold(uscc));
    let row = table::account::find(&mut ctx.db.reader(), USCC, &digest).await?;
    let row = row.ok_or(IdentityError::NotFound)?;
    let before = row.profile(ctx)?;
    let id = own_number(ctx, &person).await?;
    let compared = compare::legal(ctx, &before.uscc, None, &id).await?;
    if compared.is_err() && row.representative.as_deref() != Some(&person) {
        return Err(IdentityError::NotFound);
    }
    let passed = compared.is_ok();
    let after = match &compared {
        Ok(legal) => compare::legal_profile(legal, before.clone()),
        Err(_) => before.clone(),
    };
    let sealed = seal_json(ctx, "profile", &row.key, &after)?;
    let changed = crate::change::event(&row.key, passed, &before, &after);
    transact!(ctx, [row, sealed, changed, person], |tx| -> () {
        let submitted = crate::change::submitted(&row.key);
        journal::append(tx, &ctx, &lockout::stream(&row.key), &submitted).await?;
        let row = shift::shift(tx, &ctx, row, StateEvent::ChangeSubmitted).await?;
        let (row, event) = if passed {
            let row = AccountRow {
                profile: sealed,
                representative: Some(person),
                ..row
            };
            (row, StateEvent::ComparisonPassed)
        } else {
            (row, StateEvent::ComparisonFailed)
        };
        let row = shift::shift(tx, &ctx, row, event).await?;
        journal::append(tx, &ctx, &lockout::stream(&row.key), &changed).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(if passed {
        ChangeOutcome::Accepted
    } else {
        ChangeOutcome::Refused
    })
}
