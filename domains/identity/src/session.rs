//! 会话: our own table, so that a session can be listed and revoked.
//!
//! The browser holds a random token; the table holds its keyed digest. A session ends after
//! twelve hours, or when it lies idle: fifteen minutes for staff, thirty for the public.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, ActorKind, Channel, Permission, Represented, Target};
use store::{Ctx, Tx};

use crate::account::{Account, AccountRow};
use crate::delegation::{DelegationState, Items};
use crate::events::{SessionEnded, SessionStarted};
use crate::role::{Acting, user_grants};
use crate::shift::usable;
use crate::state::codes;
use crate::table::session::{Representation, SessionRow, WithCredential};
use crate::transact::transact;
use crate::{
    IdentityError, agreement, cache, guard, lockout, password, staff, table,
};

pub const IDLE_PUBLIC: SignedDuration = SignedDuration::from_mins(30);
pub const IDLE_STAFF: SignedDuration = SignedDuration::from_mins(15);
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// Using a session is written down at most this often.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Digest domain of tokens.
pub(crate) const DIGEST: &str = "session";

codes! {
    /// Whose session it is.
    SessionKind {
        User = "user", "用户";
        Staff = "staff", "工作人员";
    }
}

codes! {
    /// How strongly the person was recognised.
    Strength {
        Code = "code", "短信验证码";
        PasswordCode = "password_code", "口令加短信验证码";
        PasswordTotp = "password_totp", "口令加动态口令";
    }
}

/// What must be seen to before anything else is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// A new version of the agreement is in force.
    AcceptAgreement,
    /// The password is older than ninety days, or staff still has the one the platform made.
    ChangePassword,
}

/// A session that is in force.
#[derive(Clone, Debug)]
pub struct Session {
    pub key: String,
    pub kind: SessionKind,
    /// Who acts, with everything that is allowed now.
    pub actor: Actor,
    /// The person's own account; none for staff.
    pub account: Option<Account>,
    /// The represented legal person's account.
    pub represented: Option<Account>,
    pub strength: Strength,
    /// While this is not empty the actor may only see to it.
    pub duties: Vec<Duty>,
    /// True when the password was made by the platform and never changed.
    pub generated_password: bool,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When it ends if it lies idle from its last use on.
    pub idle_until: Timestamp,
    /// Secret for the forms of this session.
    pub csrf: String,
}

/// A session just begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// For the cookie. Not stored anywhere.
    pub token: String,
    pub csrf: String,
    pub session: Session,
}

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

/// A session as read, before the moment and the channel are looked at.
pub(crate) struct Known {
    row: SessionRow,
    password_at: Option<Timestamp>,
    generated: bool,
    person: Option<Account>,
    person_usable: bool,
    representation: Option<(Account, bool, Option<(DelegationState, crate::delegation::Terms)>)>,
    staff: Option<Actor>,
}

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
        device: start.device.chars().filter(|c| !c.is_control()).take(200).collect(),
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
    journal::append(tx, &acting(ctx, &row), &lockout::stream(&row.subject), &event).await?;
    Ok(())
}

/// The context with the subject of a session as the actor, for events of its beginning and end.
fn acting(ctx: &Ctx, row: &SessionRow) -> Ctx {
    let staff = row.subject.strip_prefix("staff/");
    let kind = if staff.is_some() { ActorKind::Staff } else { ActorKind::User };
    let id = staff.unwrap_or(&row.subject).to_owned();
    ctx.with_actor(Actor { kind, id, ..Actor::visitor(ctx.actor.channel) })
}

/// 256 random bits.
pub(crate) fn new_token(ctx: &Ctx) -> String {
    format!("{}{}", ctx.rng.key(), ctx.rng.key())
}

/// The secret of the forms of a session. It can be had from the token only.
fn csrf(ctx: &Ctx, token: &str) -> String {
    hex::encode(&ctx.lookup("csrf", token)[..16])
}

/// Reads a session just begun.
pub(crate) async fn begun(
    ctx: &Ctx,
    token: String,
    channel: Channel,
) -> Result<NewSession, IdentityError> {
    let session = session_actor(ctx, &token, channel).await?.ok_or(IdentityError::NotFound)?;
    Ok(NewSession { csrf: session.csrf.clone(), session, token })
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
            let Some(known) = read(ctx, &digest).await? else { return Ok(None) };
            let known = Arc::new(known);
            cache.keep(generation, digest.clone(), known.clone());
            known
        }
    };
    let Some(session) = known.now(ctx, token, channel).await? else { return Ok(None) };
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
    let WithCredential { session: row, password_at, generated } = found;
    let mut known = Known {
        password_at,
        generated,
        person: None,
        person_usable: false,
        representation: None,
        staff: None,
        row,
    };
    if let Some(username) = known.row.subject.strip_prefix("staff/") {
        known.staff = staff::actor(ctx, username).await?;
        return Ok(Some(known));
    }
    if let Some(account) = table::account::load(&mut reader, &known.row.subject).await? {
        known.person_usable = usable(account.state) || account.state == crate::State::Locked;
        known.person = Some(account.open(ctx)?);
    }
    if let Some(represented) = &known.row.represented {
        let delegation = known.row.delegation.as_deref();
        let found = table::session::representation(&mut reader, represented, delegation).await?;
        if let Some(Representation { account, delegation }) = found {
            let holds = may_represent(&account, &known.row);
            known.representation = Some((account.open(ctx)?, holds, delegation));
        }
    }
    Ok(Some(known))
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
        let Some(kind) = SessionKind::from_code(&self.row.kind) else { return Ok(None) };
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
        let old = self.password_at.is_some_and(|at| ctx.now().duration_since(at) > password::MAX_AGE);
        let mut duties = Vec::new();
        if kind == SessionKind::Staff {
            let Some(mut actor) = self.staff.clone() else { return Ok(None) };
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
        let Some((account, true, delegation)) = &self.representation else { return (None, None) };
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

/// Refuses a sign-in on a channel where its session would open nothing.
pub(crate) fn must_fit(ctx: &Ctx, kind: SessionKind) -> Result<(), IdentityError> {
    if fits(kind, ctx.actor.channel) {
        return Ok(());
    }
    Err(IdentityError::invalid(
        "channel",
        "不能从这个入口登录",
        "Nobody of this kind signs in through this channel",
    ))
}

fn fits(kind: SessionKind, channel: Channel) -> bool {
    match channel {
        Channel::Portal | Channel::Mobile | Channel::Kiosk => kind == SessionKind::User,
        Channel::Window | Channel::Console | Channel::Hotline => kind == SessionKind::Staff,
        Channel::Api | Channel::System => false,
    }
}

/// Ends the session of a token: signing out. Unknown tokens are no error.
pub async fn sign_out(ctx: &Ctx, token: &str) -> Result<(), IdentityError> {
    let digest = ctx.lookup(DIGEST, token);
    transact!(ctx, [digest], |tx| -> () {
        let Some(found) = table::session::by_digest(tx, &digest).await? else { return Ok(()) };
        let row = found.session;
        end_one(tx, &acting(&ctx, &row), &row.subject, &row.key, "signed_out").await?;
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
    if ended { Ok(()) } else { Err(IdentityError::NotFound) }
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
    let idle = if subject.starts_with("staff/") { IDLE_STAFF } else { IDLE_PUBLIC };
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
        ctx.actor.require(Permission::AccountAdmin, &Target::default())?;
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
