//! Setting and comparing passwords.

use store::{Ctx, Tx};

use crate::events::PasswordChanged;
use crate::password::{self, HISTORY, PasswordFault, check_password};
use crate::table::credential::{self, Credential};
use crate::transact::transact;
use crate::{IdentityError, cache, guard, lockout, session, table};

fn seal(ctx: &Ctx, subject: &str, hash: &str) -> Vec<u8> {
    ctx.seal("credential", "hash", subject, hash.as_bytes())
}

pub(crate) fn open(ctx: &Ctx, subject: &str, sealed: &[u8]) -> Result<String, IdentityError> {
    ctx.open_sealed("credential", "hash", subject, sealed)
        .ok()
        .and_then(|plain| String::from_utf8(plain).ok())
        .ok_or_else(|| IdentityError::Stored("credential.hash".into()))
}

/// Whether the password is the subject's. No subject, or one without a password, takes as long.
pub(crate) async fn is_right(
    ctx: &Ctx,
    subject: Option<&str>,
    typed: &str,
) -> Result<bool, IdentityError> {
    let hash = match subject {
        Some(subject) => match credential::load(&mut ctx.db.reader(), subject).await? {
            Some(stored) => Some(open(ctx, subject, &stored.hash)?),
            None => None,
        },
        None => None,
    };
    password::verify(typed, hash).await
}

/// A password that was hashed and is ready to be written.
#[derive(Clone)]
pub(crate) struct Ready {
    pub credential: Credential,
    pub how: &'static str,
}

/// Checks and hashes a password somebody chose.
pub(crate) async fn chosen(
    ctx: &Ctx,
    subject: &str,
    typed: &str,
    known: &[&str],
    how: &'static str,
) -> Result<Ready, IdentityError> {
    check_password(typed, known).map_err(IdentityError::Password)?;
    let former = credential::history(&mut ctx.db.reader(), subject).await?;
    for (_, sealed) in former.iter().take(HISTORY) {
        let hash = open(ctx, subject, sealed)?;
        if password::verify(typed, Some(hash)).await? {
            return Err(IdentityError::Password(PasswordFault::Reused));
        }
    }
    hashed(ctx, subject, typed, false, how).await
}

/// Makes and hashes a password; it is told once and should be changed.
pub(crate) async fn generated(
    ctx: &Ctx,
    subject: &str,
    how: &'static str,
) -> Result<(Ready, String), IdentityError> {
    let plain = password::generate_password(&*ctx.rng);
    Ok((hashed(ctx, subject, &plain, true, how).await?, plain))
}

async fn hashed(
    ctx: &Ctx,
    subject: &str,
    typed: &str,
    generated: bool,
    how: &'static str,
) -> Result<Ready, IdentityError> {
    let hash = password::hash(&*ctx.rng, typed).await?;
    Ok(from_hash(ctx, subject, &hash, generated, how))
}

/// For imports that share one hash among accounts of a demonstration.
pub(crate) fn from_hash(
    ctx: &Ctx,
    subject: &str,
    hash: &str,
    generated: bool,
    how: &'static str,
) -> Ready {
    let hash = seal(ctx, subject, hash);
    Ready {
        credential: Credential {
            hash,
            changed_at: ctx.now(),
            generated,
        },
        how,
    }
}

/// Writes a password in the transaction of the act it belongs to.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    subject: &str,
    ready: &Ready,
) -> Result<(), IdentityError> {
    credential::put(tx, subject, &ready.credential, HISTORY).await?;
    let event = PasswordChanged {
        subject: subject.to_owned(),
        how: ready.how.to_owned(),
    };
    journal::append(tx, ctx, &lockout::stream(subject), &event).await?;
    Ok(())
}

/// The signed-in person, or staff member, changes the own password. All other sessions end.
/// `keep` is the token of the session that stays.
pub async fn change_password(
    ctx: &Ctx,
    former: &str,
    new: &str,
    keep: &str,
) -> Result<(), IdentityError> {
    let subject = guard::own_subject(ctx)?;
    let counted = lockout::begin(ctx, subject.clone(), true).await?;
    if !is_right(ctx, Some(&subject), former).await? {
        return Err(counted.failed(ctx).await);
    }
    counted.take_back(ctx).await?;
    let known = guard::known_words(ctx, &subject).await?;
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let ready = chosen(ctx, &subject, new, &known, "chosen").await?;
    let kept = ctx.lookup(session::DIGEST, keep);
    transact!(ctx, [subject, ready, kept], |tx| -> () {
        write(tx, &ctx, &subject, &ready).await?;
        let kept = table::session::by_digest(tx, &kept)
            .await?
            .map(|s| s.session.key);
        session::end_all(tx, &ctx, &subject, kept.as_deref(), "password_changed").await
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}
