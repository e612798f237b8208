//! 找回密码: by a code to the bound number, or at a window against the identity card.

use kernel::{IdNumber, Permission, number};
use store::{Ctx, Tx};

use crate::account::AccountRow;
use crate::code::{self, Challenge, Purpose};
use crate::credential::{self, Ready};
use crate::events::AccountUnlocked;
use crate::password::check_password;
use crate::sign_in::{phone_of, resolve};
use crate::state::{State, StateEvent};
use crate::table::account::ID_NUMBER;
use crate::transact::transact;
use crate::{IdentityError, cache, guard, lockout, session, shift, table};

fn recoverable(state: State) -> bool {
    shift::usable(state) || state == State::Locked
}

/// Asks for a code. The answer is the same whether or not there is such a login.
pub async fn recover(ctx: &Ctx, login: &str) -> Result<Challenge, IdentityError> {
    let login = number::fold(login);
    let found = match resolve(ctx, &login).await? {
        Some(row) if recoverable(row.state) => {
            phone_of(ctx, &row).await?.map(|phone| (row.key, phone))
        }
        _ => None,
    };
    let found = found.as_ref().map(|(key, phone)| (key.as_str(), phone));
    code::send_unproven(ctx, Purpose::Recover, found, &login).await
}

/// Sets a new password with the code. Ends the lock and all sessions.
pub async fn finish_recovery(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
    new: &str,
) -> Result<(), IdentityError> {
    // What needs no knowledge of the account is checked before the code, the rest after it: else
    // former passwords could be tried here without it.
    check_password(new, &[]).map_err(IdentityError::Password)?;
    let passed = code::check(ctx, challenge, typed, Purpose::Recover).await?;
    let row = table::account::load(&mut ctx.db.reader(), &passed.subject).await?;
    let row = row
        .filter(|row| recoverable(row.state))
        .ok_or(IdentityError::CodeDead)?;
    let known = guard::known_words(ctx, &row.key).await?;
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let ready = credential::chosen(ctx, &row.key, new, &known, "recovered").await?;
    transact!(ctx, [row, passed, ready], |tx| -> () {
        code::spend(tx, &ctx, &passed).await?;
        set(tx, &ctx, row, &ready).await
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// A window officer who has compared the identity card lets the platform make a new password, told
/// once.
pub async fn recover_at_window(ctx: &Ctx, id: &IdNumber) -> Result<String, IdentityError> {
    guard::at_desk(ctx, Permission::AccountWindow)?;
    let digest = ctx.lookup_of(ID_NUMBER, id);
    let row = table::account::find(&mut ctx.db.reader(), ID_NUMBER, &digest).await?;
    let row = row
        .filter(|row| recoverable(row.state))
        .ok_or(IdentityError::NotFound)?;
    let (ready, plain) = credential::generated(ctx, &row.key, "window").await?;
    transact!(ctx, [row, ready], |tx| -> () {
        set(tx, &ctx, row, &ready).await
    })?;
    cache::sessions(ctx).forget_all();
    Ok(plain)
}

async fn set(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: AccountRow,
    ready: &Ready,
) -> Result<(), IdentityError> {
    let key = row.key.clone();
    credential::write(tx, ctx, &key, ready).await?;
    lockout::clear(tx, &key).await?;
    if row.state == State::Locked {
        shift::shift(tx, ctx, row, StateEvent::Recovered).await?;
        let event = AccountUnlocked {
            account: key.clone(),
            by: "recovery".into(),
        };
        journal::append(tx, ctx, &lockout::stream(&key), &event).await?;
    }
    session::end_all(tx, ctx, &key, None, "password_changed").await
}
