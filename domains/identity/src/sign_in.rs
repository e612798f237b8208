//! Signing in, for natural and legal persons.
//!
//! By password and then a code to the bound mobile number, or by a code alone. Unknown logins,
//! wrong passwords and wrong codes are answered with the same words after the same time. Nobody
//! needs a permission to try.

use kernel::{IdNumber, Phone, number};
use store::Ctx;

use crate::account::{Account, AccountKind, AccountRow};
use crate::code::{self, Challenge, Outcome, Passed, Purpose};
use crate::events::AccountUnlocked;
use crate::session::{NewSession, SessionKind, Start, Strength};
use crate::state::{State, StateEvent};
use crate::table::account::{ID_NUMBER, MOBILE, USCC, USERNAME};
use crate::transact::transact;
use crate::{IdentityError, cache, credential, lockout, session, shift, table};

/// What a login can be, in the order in which it is tried.
pub(crate) fn readings(ctx: &Ctx, login: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    if let Ok(id) = IdNumber::resident(login) {
        all.push((ID_NUMBER, ctx.lookup_of(ID_NUMBER, &id)));
    }
    if let Ok(phone) = Phone::mobile(login) {
        all.push((MOBILE, ctx.lookup_of(MOBILE, &phone)));
    }
    if let Ok(uscc) = number::uscc(login) {
        all.push((USCC, ctx.lookup(USCC, &uscc)));
    }
    all.push((USERNAME, username_digest(ctx, login)));
    all
}

/// User names are compared without case.
pub(crate) fn username_digest(ctx: &Ctx, username: &str) -> Vec<u8> {
    ctx.lookup(USERNAME, &number::fold(username))
}

/// The account of an identity number, a bound mobile number, a credit code or a user name.
pub(crate) async fn resolve(ctx: &Ctx, login: &str) -> Result<Option<AccountRow>, IdentityError> {
    let mut reader = ctx.db.reader();
    for (kind, digest) in readings(ctx, login) {
        if let Some(row) = table::account::find(&mut reader, kind, &digest).await? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// The natural person who acts when this account signs in: itself, or the representative.
async fn person_of(ctx: &Ctx, row: &AccountRow) -> Result<Option<AccountRow>, IdentityError> {
    match (row.kind, &row.representative) {
        (AccountKind::Natural, _) => Ok(Some(row.clone())),
        (AccountKind::Legal, Some(key)) => {
            Ok(table::account::load(&mut ctx.db.reader(), key).await?)
        }
        (AccountKind::Legal, None) => Ok(None),
    }
}

/// The phone that codes for this account go to.
pub(crate) async fn phone_of(ctx: &Ctx, row: &AccountRow) -> Result<Option<Phone>, IdentityError> {
    let Some(person) = person_of(ctx, row).await? else {
        return Ok(None);
    };
    Ok(person.open(ctx)?.mobile)
}

/// First step: login and password. Sends a code to the bound number.
///
/// A login is an identity number, a bound mobile number, a credit code or a user name.
pub async fn sign_in_password(
    ctx: &Ctx,
    login: &str,
    password: &str,
) -> Result<Challenge, IdentityError> {
    session::must_fit(ctx, SessionKind::User)?;
    let login = number::fold(login);
    let found = resolve(ctx, &login).await?;
    let subject = match &found {
        Some(row) => row.key.clone(),
        None => lockout::unknown(ctx, &login),
    };
    let counted = lockout::begin(ctx, subject.clone(), found.is_some()).await?;
    let right = credential::is_right(ctx, found.as_ref().map(|row| &*row.key), password).await?;
    let Some(row) = found.filter(|_| right) else {
        return Err(counted.failed(ctx).await);
    };
    counted.take_back(ctx).await?;
    let row = unlocked(ctx, row).await?;
    admit(row.state)?;
    let phone = phone_of(ctx, &row)
        .await?
        .ok_or(IdentityError::Unavailable("mobile number"))?;
    code::send(ctx, Purpose::SecondFactor, &row.key, &phone).await
}

/// Asks for a code without a password. The answer is the same whether or not there is such a login.
pub async fn request_sign_in_code(ctx: &Ctx, login: &str) -> Result<Challenge, IdentityError> {
    session::must_fit(ctx, SessionKind::User)?;
    let login = number::fold(login);
    let found = match resolve(ctx, &login).await? {
        Some(row) if shift::usable(row.state) => {
            phone_of(ctx, &row).await?.map(|phone| (row.key, phone))
        }
        _ => None,
    };
    let found = found.as_ref().map(|(key, phone)| (key.as_str(), phone));
    code::send_unproven(ctx, Purpose::SignIn, found, &login).await
}

/// Second step: the code. `device` is what the browser says of itself; the channel is the actor's.
///
/// Signing in to a legal person's account makes its representative act for it.
pub async fn sign_in_code(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
    device: &str,
) -> Result<NewSession, IdentityError> {
    session::must_fit(ctx, SessionKind::User)?;
    let purposes = [Purpose::SecondFactor, Purpose::SignIn];
    let outcome = code::try_code(ctx, challenge, typed, &purposes).await?;
    let passed = match outcome {
        Outcome::Passed(passed) => passed,
        Outcome::Wrong {
            left,
            purpose,
            subject,
        } => {
            // Whoever got here with the password gets no more guesses than with passwords. A code
            // asked for by anybody locks nobody out.
            if purpose == Purpose::SecondFactor
                && let Some(until) = lockout::wrong_factor(ctx, &subject).await?
            {
                return Err(IdentityError::Locked { until });
            }
            return Err(IdentityError::WrongCode { left });
        }
        Outcome::Dead => return Err(IdentityError::CodeDead),
    };
    enter(ctx, passed, device).await
}

async fn enter(ctx: &Ctx, passed: Passed, device: &str) -> Result<NewSession, IdentityError> {
    let row = table::account::load(&mut ctx.db.reader(), &passed.subject).await?;
    let row = row.ok_or(IdentityError::WrongCredentials)?;
    admit(row.state)?;
    let person = person_of(ctx, &row)
        .await?
        .ok_or(IdentityError::WrongCredentials)?;
    admit(person.state)?;
    let strength = match passed.purpose {
        Purpose::SecondFactor => Strength::PasswordCode,
        _ => Strength::Code,
    };
    let token = session::new_token(ctx);
    let represented = (row.key != person.key).then(|| row.key.clone());
    let (subject, person, device) = (row.key, person.key, device.to_owned());
    let kept = token.clone();
    transact!(
        ctx,
        [passed, subject, person, represented, device, kept],
        |tx| -> () {
            code::spend(tx, &ctx, &passed).await?;
            lockout::clear(tx, &subject).await?;
            let start = Start {
                kind: SessionKind::User,
                subject: &person,
                represented: represented.as_deref(),
                device: &device,
                strength,
            };
            session::start(tx, &ctx, &kept, start).await
        }
    )?;
    session::begun(ctx, token, ctx.actor.channel).await
}

/// Told only to somebody who knew the password or has the phone.
fn admit(state: State) -> Result<(), IdentityError> {
    match state {
        State::Active | State::Changing => Ok(()),
        State::Disabled => Err(IdentityError::Disabled),
        State::Pending | State::Rejected | State::Locked | State::Cancelled => {
            Err(IdentityError::WrongCredentials)
        }
    }
}

/// Ends a lock whose time is over.
async fn unlocked(ctx: &Ctx, row: AccountRow) -> Result<AccountRow, IdentityError> {
    if row.state != State::Locked {
        return Ok(row);
    }
    unlock_by_timer(ctx, row.key.clone()).await?;
    let fresh = table::account::load(&mut ctx.db.reader(), &row.key).await?;
    fresh.ok_or(IdentityError::NotFound)
}

/// LOCKED to ACTIVE when the thirty minutes are over.
pub(crate) async fn unlock_by_timer(ctx: &Ctx, key: String) -> Result<(), IdentityError> {
    transact!(ctx, [key], |tx| -> () {
        let until = table::credential::locked_until(tx, &key).await?;
        if until.is_some_and(|until| until > ctx.now()) {
            return Ok(());
        }
        lockout::clear(tx, &key).await?;
        let Some(row) = table::account::load(tx, &key).await? else {
            return Ok(());
        };
        if row.state != State::Locked {
            return Ok(());
        }
        shift::shift(tx, &ctx, row, StateEvent::Timer).await?;
        let event = AccountUnlocked {
            account: key.clone(),
            by: "timer".into(),
        };
        journal::append(tx, &ctx.as_system(), &lockout::stream(&key), &event).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// Reads an account as other rooms see it, by its row.
pub(crate) fn opened(ctx: &Ctx, row: Option<AccountRow>) -> Result<Option<Account>, IdentityError> {
    row.map(|row| row.open(ctx)).transpose()
}
