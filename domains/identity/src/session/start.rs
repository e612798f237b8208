//! Beginning a session.

use kernel::{Actor, ActorKind, Channel};
use store::{Ctx, Tx};

use super::{DIGEST, LIFETIME, NewSession, SessionKind, Strength, session_actor};
use crate::events::SessionStarted;
use crate::table::session::SessionRow;
use crate::{IdentityError, guard, lockout, table};

/// What a sign-in hands over.
pub(crate) struct Start<'a> {
    pub kind: SessionKind,
    /// Account key, or `staff/USERNAME`.
    pub subject: &'a str,
    pub represented: Option<&'a str>,
    pub device: &'a str,
    pub strength: Strength,
}

/// Begins a session in the transaction of the sign-in. Returns its token.
pub(crate) async fn start(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    token: &str,
    start: Start<'_>,
) -> Result<(), IdentityError> {
    let now = ctx.now();
    let row = SessionRow {
        digest: ctx.lookup(DIGEST, token),
        key: ctx.rng.key(),
        kind: start.kind.code().to_owned(),
        subject: start.subject.to_owned(),
        represented: start.represented.map(str::to_owned),
        delegation: None,
        channel: guard::channel_code(ctx.actor.channel).to_owned(),
        device: start
            .device
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect(),
        strength: start.strength.code().to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + LIFETIME,
        ended_at: None,
        end_reason: None,
    };
    table::session::insert(tx, &row).await?;
    let event = SessionStarted {
        session: row.key.clone(),
        subject: row.subject.clone(),
        method: row.strength.clone(),
    };
    journal::append(
        tx,
        &acting(ctx, &row),
        &lockout::stream(&row.subject),
        &event,
    )
    .await?;
    Ok(())
}

/// The context with the subject of a session as the actor, for events of its beginning and end.
pub(super) fn acting(ctx: &Ctx, row: &SessionRow) -> Ctx {
    let staff = row.subject.strip_prefix("staff/");
    let kind = if staff.is_some() {
        ActorKind::Staff
    } else {
        ActorKind::User
    };
    let id = staff.unwrap_or(&row.subject).to_owned();
    ctx.with_actor(Actor {
        kind,
        id,
        ..Actor::visitor(ctx.actor.channel)
    })
}

/// 256 random bits.
pub(crate) fn new_token(ctx: &Ctx) -> String {
    format!("{}{}", ctx.rng.key(), ctx.rng.key())
}

/// The secret of the forms of a session. It can be had from the token only.
pub(super) fn csrf(ctx: &Ctx, token: &str) -> String {
    hex::encode(&ctx.lookup("csrf", token)[..16])
}

/// Reads a session just begun.
pub(crate) async fn begun(
    ctx: &Ctx,
    token: String,
    channel: Channel,
) -> Result<NewSession, IdentityError> {
    let session = session_actor(ctx, &token, channel)
        .await?
        .ok_or(IdentityError::NotFound)?;
    Ok(NewSession {
        csrf: session.csrf.clone(),
        session,
        token,
    })
}
