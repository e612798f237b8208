//! Guessing: five wrong tries in fifteen minutes lock for thirty.
//!
//! A try is counted before the password is looked at and taken back when it was right, so that
//! many tries at once are not more than five. Unknown logins are counted and locked the same way:
//! the answer does not tell whether there is such an account.

use jiff::{SignedDuration, Timestamp};
use store::{Ctx, Tx};

use crate::events::{AccountLocked, SignInRefused};
use crate::state::{State, StateEvent};
use crate::table::{account, credential};
use crate::transact::transact;
use crate::{IdentityError, shift};

pub(crate) const TRIES: u64 = 5;
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(15);
pub(crate) const LOCK: SignedDuration = SignedDuration::from_mins(30);

/// A counted try.
pub(crate) struct Try {
    subject: String,
    key: String,
    known: bool,
}

/// What stands for a login that nobody has.
pub(crate) fn unknown(ctx: &Ctx, login: &str) -> String {
    format!("unknown/{}", hex::encode(ctx.lookup("login", login)))
}

/// Counts a try, or says until when there is none.
pub(crate) async fn begin(ctx: &Ctx, subject: String, known: bool) -> Result<Try, IdentityError> {
    let key = ctx.rng.key();
    let refused = transact!(ctx, [subject, key], |tx| -> Option<Timestamp> {
        let now = ctx.now();
        if let Some(until) = credential::locked_until(tx, &subject).await? {
            if until > now {
                return Ok(Some(until));
            }
            // The lock is over: what was counted before it no longer counts.
            credential::unlock(tx, &subject).await?;
            credential::delete_attempts(tx, &subject).await?;
        }
        if credential::attempts(tx, &subject, now - WINDOW).await? >= TRIES {
            return Ok(Some(now + LOCK));
        }
        credential::add_attempt(tx, &subject, &key, now).await?;
        Ok(None)
    })?;
    match refused {
        Some(until) => Err(IdentityError::Locked { until }),
        None => Ok(Try {
            subject,
            key,
            known,
        }),
    }
}

impl Try {
    /// The password was right; the second factor is still to come.
    pub(crate) async fn take_back(self, ctx: &Ctx) -> Result<(), IdentityError> {
        let (subject, key) = (self.subject, self.key);
        transact!(ctx, [subject, key], |tx| -> () {
            Ok(credential::delete_attempt(tx, &subject, &key).await?)
        })
    }

    /// It was wrong. Returns what to answer.
    pub(crate) async fn failed(self, ctx: &Ctx) -> IdentityError {
        match settle(ctx, self.subject, self.known).await {
            Ok(Some(until)) => IdentityError::Locked { until },
            Ok(None) => IdentityError::WrongCredentials,
            Err(error) => error,
        }
    }
}

/// Counts a wrong second factor, of somebody who knew the password.
pub(crate) async fn wrong_factor(
    ctx: &Ctx,
    subject: &str,
) -> Result<Option<Timestamp>, IdentityError> {
    let (subject, key) = (subject.to_owned(), ctx.rng.key());
    transact!(ctx, [subject, key], |tx| -> () {
        Ok(credential::add_attempt(tx, &subject, &key, ctx.now()).await?)
    })?;
    settle(ctx, subject, true).await
}

/// Locks when the tries are used up.
async fn settle(
    ctx: &Ctx,
    subject: String,
    known: bool,
) -> Result<Option<Timestamp>, IdentityError> {
    transact!(ctx, [subject], |tx| -> Option<Timestamp> {
        let now = ctx.now();
        if known {
            let event = SignInRefused {
                subject: subject.clone(),
            };
            journal::append(tx, &ctx, &stream(&subject), &event).await?;
        }
        if credential::attempts(tx, &subject, now - WINDOW).await? < TRIES {
            return Ok(None);
        }
        let until = now + LOCK;
        credential::lock(tx, &subject, until).await?;
        if known {
            lock_account(tx, &ctx, &subject, until).await?;
        }
        Ok(Some(until))
    })
}

async fn lock_account(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    subject: &str,
    until: Timestamp,
) -> Result<(), IdentityError> {
    // A change that is being compared is over in a moment; staff have no such states. In both
    // cases the lock itself keeps the door shut.
    if let Some(row) = account::load(tx, subject).await?
        && row.state == State::Active
    {
        shift::shift(tx, ctx, row, StateEvent::WrongPasswords).await?;
    }
    let event = AccountLocked {
        account: subject.to_owned(),
        until: kernel::time::stamp(until),
    };
    journal::append(tx, ctx, &stream(subject), &event).await?;
    Ok(())
}

/// A complete sign-in or a recovery: nothing counts any more.
pub(crate) async fn clear(tx: &mut Tx<'_>, subject: &str) -> Result<(), IdentityError> {
    credential::delete_attempts(tx, subject).await?;
    Ok(credential::unlock(tx, subject).await?)
}

/// The stream of a subject: `staff/…` is one already.
pub(crate) fn stream(subject: &str) -> String {
    if subject.starts_with("staff/") {
        subject.to_owned()
    } else {
        format!("account/{subject}")
    }
}
