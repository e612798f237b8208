//! Reading a session: on every request.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, ActorKind, Channel, Represented};
use store::Ctx;

use super::start::csrf;
use super::{DIGEST, Duty, IDLE_PUBLIC, IDLE_STAFF, Session, SessionKind, Strength, fits};
use crate::account::{Account, AccountRow};
use crate::delegation::{DelegationState, Items, Terms};
use crate::role::{Acting, user_grants};
use crate::shift::usable;
use crate::table::session::{Representation, SessionRow, WithCredential};
use crate::transact::transact;
use crate::{IdentityError, agreement, cache, password, staff, table};

/// Using a session is written down at most this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// For whom a session acts.
struct Acted {
    account: Account,
    /// The legal person is in order and the person may still act for it.
    holds: bool,
    delegation: Option<(DelegationState, Terms)>,
}

/// A session as read, before the moment and the channel are looked at.
pub(crate) struct Known {
    row: SessionRow,
    password_at: Option<Timestamp>,
    generated: bool,
    person: Option<Account>,
    person_usable: bool,
    represented: Option<Acted>,
    staff: Option<Actor>,
}

/// The session of a token, if it is in force: the hot path of every request. A token of staff
/// opens nothing on the channels of the public, and the other way round.
pub async fn session_actor(
    ctx: &Ctx,
    token: &str,
    channel: Channel,
) -> Result<Option<Session>, IdentityError> {
    let digest = ctx.lookup(DIGEST, token);
    let cache = cache::sessions(ctx);
    let known = match cache.fresh(&digest) {
        Some(known) => known,
        None => {
            let generation = cache.generation();
            let Some(known) = read(ctx, &digest).await? else {
                return Ok(None);
            };
            let known = Arc::new(known);
            cache.keep(generation, digest.clone(), known.clone());
            known
        }
    };
    let Some(session) = known.now(ctx, token, channel).await? else {
        return Ok(None);
    };
    if ctx.now().duration_since(known.row.last_seen_at) >= SEEN_EVERY {
        note_use(ctx, &known.row).await?;
    }
    Ok(Some(session))
}

async fn note_use(ctx: &Ctx, row: &SessionRow) -> Result<(), IdentityError> {
    let (digest, before) = (row.digest.clone(), row.last_seen_at);
    transact!(ctx, [digest], |tx| -> () {
        Ok(table::session::seen(tx, &digest, before, ctx.now()).await?)
    })?;
    cache::sessions(ctx).forget(&row.digest);
    Ok(())
}

async fn read(ctx: &Ctx, digest: &[u8]) -> Result<Option<Known>, IdentityError> {
    let mut reader = ctx.db.reader();
    let Some(found) = table::session::by_digest(&mut reader, digest).await? else {
        return Ok(None);
    };
    Ok(Some(with_credential(ctx, found).await?))
}

async fn with_credential(ctx: &Ctx, found: WithCredential) -> Result<Known, IdentityError> {
    let mut reader = ctx.db.reader();
    let WithCredential {
        session: row,
        account,
        password_at,
        generated,
    } = found;
    let mut known = Known {
        password_at,
        generated,
        person: None,
        person_usable: false,
        represented: None,
        staff: None,
        row,
    };
    if let Some(username) = known.row.subject.strip_prefix("staff/") {
        known.staff = staff::actor(ctx, username).await?;
        return Ok(known);
    }
    if let Some(account) = account {
        known.person_usable = usable(account.state) || account.state == crate::State::Locked;
        known.person = Some(account.open(ctx)?);
    }
    if let Some(represented) = &known.row.represented {
        let delegation = known.row.delegation.as_deref();
        let found = table::session::representation(&mut reader, represented, delegation).await?;
        if let Some(Representation {
            account,
            delegation,
        }) = found
        {
            let holds = may_represent(&account, &known.row);
            known.represented = Some(Acted {
                account: account.open(ctx)?,
                holds,
                delegation,
            });
        }
    }
    Ok(known)
}

/// For whom a bearer token acts.
pub(crate) struct Given<'a> {
    /// Account key, or `staff/USERNAME`.
    pub subject: &'a str,
    pub represented: Option<&'a str>,
    pub delegation: Option<&'a str>,
    pub given_at: Timestamp,
}

/// The person or officer who gave a token, with what they may do at this moment, as a session of
/// theirs would have it. None when they may not act any more, when the representation under which
/// the token was given has ended, and when the password was changed since: whoever changes a
/// password shuts out everything that was let in before.
pub(crate) async fn actor_of_token(
    ctx: &Ctx,
    given: &Given<'_>,
) -> Result<Option<Actor>, IdentityError> {
    let kind = if given.subject.starts_with("staff/") {
        SessionKind::Staff
    } else {
        SessionKind::User
    };
    let credential = table::credential::load(&mut ctx.db.reader(), given.subject).await?;
    if credential
        .as_ref()
        .is_some_and(|c| c.changed_at > given.given_at)
    {
        return Ok(None);
    }
    let session = SessionRow {
        digest: Vec::new(),
        key: String::new(),
        kind: kind.code().to_owned(),
        subject: given.subject.to_owned(),
        represented: given.represented.map(str::to_owned),
        delegation: given.delegation.map(str::to_owned),
        channel: String::new(),
        device: String::new(),
        strength: String::new(),
        created_at: given.given_at,
        last_seen_at: given.given_at,
        expires_at: given.given_at,
        ended_at: None,
        end_reason: None,
    };
    let account = match kind {
        SessionKind::User => table::account::load(&mut ctx.db.reader(), given.subject).await?,
        SessionKind::Staff => None,
    };
    let known = with_credential(
        ctx,
        WithCredential {
            session,
            account,
            password_at: credential.as_ref().map(|c| c.changed_at),
            generated: credential.is_some_and(|c| c.generated),
        },
    )
    .await?;
    let Some((actor, ..)) = known.actor(ctx, kind, Channel::Api).await? else {
        return Ok(None);
    };
    let lost = given.represented.is_some() && actor.represented.is_none();
    Ok((!lost).then_some(actor))
}

/// The legal person is in order, and without a delegation its representative is still the one.
fn may_represent(account: &AccountRow, row: &SessionRow) -> bool {
    let representative = account.representative.as_deref() == Some(&row.subject);
    usable(account.state) && (representative || row.delegation.is_some())
}

impl Known {
    /// The session as it stands at this moment on this channel.
    async fn now(
        &self,
        ctx: &Ctx,
        token: &str,
        channel: Channel,
    ) -> Result<Option<Session>, IdentityError> {
        let now = ctx.now();
        let Some(kind) = SessionKind::from_code(&self.row.kind) else {
            return Ok(None);
        };
        let idle = match kind {
            SessionKind::User => IDLE_PUBLIC,
            SessionKind::Staff => IDLE_STAFF,
        };
        let idle_until = self.row.last_seen_at + idle;
        let over = self.row.ended_at.is_some() || now >= self.row.expires_at || now >= idle_until;
        if over || !fits(kind, channel) {
            return Ok(None);
        }
        let Some((actor, represented, duties)) = self.actor(ctx, kind, channel).await? else {
            return Ok(None);
        };
        Ok(Some(Session {
            key: self.row.key.clone(),
            kind,
            actor,
            account: self.person.clone(),
            represented,
            strength: Strength::from_code(&self.row.strength).unwrap_or(Strength::Code),
            duties,
            generated_password: self.generated,
            created_at: self.row.created_at,
            last_seen_at: self.row.last_seen_at,
            expires_at: self.row.expires_at,
            idle_until,
            csrf: csrf(ctx, token),
        }))
    }

    async fn actor(
        &self,
        ctx: &Ctx,
        kind: SessionKind,
        channel: Channel,
    ) -> Result<Option<(Actor, Option<Account>, Vec<Duty>)>, IdentityError> {
        let old = self
            .password_at
            .is_some_and(|at| ctx.now().duration_since(at) > password::MAX_AGE);
        let mut duties = Vec::new();
        if kind == SessionKind::Staff {
            let Some(mut actor) = self.staff.clone() else {
                return Ok(None);
            };
            actor.channel = channel;
            if old || self.generated {
                duties.push(Duty::ChangePassword);
                actor.grants.clear();
            }
            return Ok(Some((actor, None, duties)));
        }
        let Some(person) = self.person.as_ref().filter(|_| self.person_usable) else {
            return Ok(None);
        };
        if person.agreement.as_deref() != Some(&*agreement::current_version(ctx).await?) {
            duties.push(Duty::AcceptAgreement);
        }
        if old {
            duties.push(Duty::ChangePassword);
        }
        let (represented, items) = self.represents(ctx);
        let acting = match (&items, duties.is_empty()) {
            (_, false) => Acting::Held,
            (Some(items), true) => Acting::Delegate(items),
            (None, true) => Acting::Owner,
        };
        let actor = Actor {
            kind: ActorKind::User,
            id: person.key.clone(),
            name: person.name.clone(),
            represented: represented.as_ref().map(|account| Represented {
                account: account.key.clone(),
                uscc: account.uscc.clone().unwrap_or_default(),
                delegation: self.row.delegation.clone(),
            }),
            grants: user_grants(&acting),
            ..Actor::visitor(channel)
        };
        Ok(Some((actor, represented, duties)))
    }

    /// The represented account, and the items of the delegation when there is one. When the legal
    /// person or the delegation no longer holds, the person acts for nobody but oneself.
    fn represents(&self, ctx: &Ctx) -> (Option<Account>, Option<Items>) {
        let Some(Acted {
            account,
            delegation,
            ..
        }) = self.represented.as_ref().filter(|a| a.holds)
        else {
            return (None, None);
        };
        match (&self.row.delegation, delegation) {
            (None, _) => (Some(account.clone()), None),
            (Some(_), Some((DelegationState::Active, terms)))
                if terms.on(kernel::time::beijing_date(ctx.now())) =>
            {
                (Some(account.clone()), Some(terms.items.clone()))
            }
            _ => (None, None),
        }
    }
}
