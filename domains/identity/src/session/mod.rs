//! 会话: our own table, so that a session can be listed and revoked.
//!
//! The browser holds a random token; the table holds its keyed digest. A session ends after
//! twelve hours, or when it lies idle: fifteen minutes for staff, thirty for the public.

mod known;
mod manage;
mod start;

pub use known::session_actor;
pub(crate) use known::{Given, Known, actor_of_token};
pub(crate) use manage::end_all;
pub use manage::{SessionInfo, revoke_session, sessions, sign_out, sign_out_everywhere};
pub(crate) use start::{Start, begun, new_token, start};

use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, Channel};
use store::Ctx;

use crate::IdentityError;
use crate::account::Account;

pub const IDLE_PUBLIC: SignedDuration = SignedDuration::from_mins(30);
pub const IDLE_STAFF: SignedDuration = SignedDuration::from_mins(15);
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// Digest domain of tokens.
pub(crate) const DIGEST: &str = "session";

kernel::codes! {
    /// Whose session it is.
    SessionKind {
        User = "user", "用户";
        Staff = "staff", "工作人员";
    }
}

kernel::codes! {
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
