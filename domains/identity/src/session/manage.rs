//! Listing and ending sessions.

use jiff::Timestamp;
use kernel::{ActorKind, Permission, Target};
use store::{Ctx, Tx};

use super::start::acting;
use super::{DIGEST, IDLE_PUBLIC, IDLE_STAFF};
use crate::events::SessionEnded;
use crate::table::session::SessionRow;
use crate::transact::transact;
use crate::{IdentityError, cache, lockout, table};

/// A line of the list of sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    pub key: String,
    pub channel: String,
    /// What the browser says of itself.
    pub device: String,
    pub strength: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// It can still be used.
    pub open: bool,
}

/// Ends the session of a token: signing out. Unknown tokens are no error.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<(), IdentityError> {
    let digest = ctx.lookup(DIGEST, token);
    transact!(ctx, [digest], |tx| -> () {
        let Some(found) = table::session::by_digest(tx, &digest).await? else {
            return Ok(());
        };
        let row = found.session;
        end_one(
            tx,
            &acting(&ctx, &row),
            &row.subject,
            &row.key,
            "signed_out",
        )
        .await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// Ends one session of the signed-in person or staff member, or, by an administrator, of anybody.
pub async fn revoke_session(ctx: &Ctx, subject: &str, key: &str) -> Result<(), IdentityError> {
    may_manage(ctx, subject)?;
    let (subject, key) = (subject.to_owned(), key.to_owned());
    let ended = transact!(ctx, [subject, key], |tx| -> bool {
        end_one(tx, &ctx, &subject, &key, "revoked").await
    })?;
    cache::sessions(ctx).forget_all();
    if ended {
        Ok(())
    } else {
        Err(IdentityError::NotFound)
    }
}

/// Ends all sessions of the signed-in person or staff member, everywhere.
pub async fn sign_out_everywhere(ctx: &Ctx, subject: &str) -> Result<(), IdentityError> {
    may_manage(ctx, subject)?;
    let subject = subject.to_owned();
    transact!(ctx, [subject], |tx| -> () {
        end_all(tx, &ctx, &subject, None, "signed_out").await
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// The last hundred sign-ins of a subject (account key or `staff/USERNAME`), newest first.
pub async fn sessions(ctx: &Ctx, subject: &str) -> Result<Vec<SessionInfo>, IdentityError> {
    may_manage(ctx, subject)?;
    let idle = if subject.starts_with("staff/") {
        IDLE_STAFF
    } else {
        IDLE_PUBLIC
    };
    let now = ctx.now();
    let rows = table::session::of_subject(&mut ctx.db.reader(), subject, 100).await?;
    let info = |row: SessionRow| SessionInfo {
        open: row.ended_at.is_none() && now < row.expires_at && now < row.last_seen_at + idle,
        key: row.key,
        channel: row.channel,
        device: row.device,
        strength: row.strength,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        ended_at: row.ended_at,
        end_reason: row.end_reason,
    };
    Ok(rows.into_iter().map(info).collect())
}

fn may_manage(ctx: &Ctx, subject: &str) -> Result<(), IdentityError> {
    let own = match ctx.actor.kind {
        ActorKind::User => ctx.actor.id == subject,
        ActorKind::Staff => subject.strip_prefix("staff/") == Some(&ctx.actor.id),
        _ => false,
    };
    if !own {
        ctx.actor
            .require(Permission::AccountAdmin, &Target::default())?;
    }
    Ok(())
}

async fn end_one(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    subject: &str,
    key: &str,
    why: &str,
) -> Result<bool, IdentityError> {
    if !table::session::end(tx, subject, key, ctx.now(), why).await? {
        return Ok(false);
    }
    let event = SessionEnded {
        session: key.to_owned(),
        subject: subject.to_owned(),
        why: why.to_owned(),
    };
    journal::append(tx, ctx, &lockout::stream(subject), &event).await?;
    Ok(true)
}

/// Ends all sessions of a subject but one. The caller forgets the cache after the commit.
pub(crate) async fn end_all(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    subject: &str,
    keep: Option<&str>,
    why: &str,
) -> Result<(), IdentityError> {
    for key in table::session::open_of(tx, subject).await? {
        if keep != Some(key.as_str()) {
            end_one(tx, ctx, subject, &key, why).await?;
        }
    }
    Ok(())
}
