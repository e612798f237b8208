//! 验证码: six digits by SMS, for five minutes, five tries, one use and one purpose.

use jiff::{SignedDuration, Timestamp};
use kernel::{Phone, Sensitive};
use store::{Ctx, Tx};
use tracing::Instrument;

use crate::table::code::CodeRow;
use crate::table::{self, credential};
use crate::transact::transact;
use crate::{IdentityError, demo, hooks};

pub(crate) const DIGITS: usize = 6;
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_mins(5);
pub(crate) const TRIES: i64 = 5;

kernel::codes! {
    /// What a code is for; one for another purpose is refused.
    Purpose {
        SecondFactor = "second_factor", "登录验证";
        SignIn = "sign_in", "登录";
        Register = "register", "注册";
        Recover = "recover", "找回密码";
        UnbindMobile = "unbind_mobile", "解绑手机";
        BindMobile = "bind_mobile", "绑定手机";
        Cancel = "cancel", "注销账号";
    }
}

/// How many messages one phone gets. Put into [`store::Shared`] to set others.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub codes_an_hour: u64,
    pub codes_a_day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            codes_an_hour: 10,
            codes_a_day: 30,
        }
    }
}

/// A code was sent, or so it looks to somebody who named an unknown login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Held by the browser; stored as a digest.
    pub id: String,
    /// Where it went, masked; empty when that would tell whether there is an account.
    pub sent_to: String,
    pub expires: Timestamp,
}

/// A code that was right. It is used up in the transaction of the act ([`spend`]), so that an act
/// that is refused, for a weak password say, can be tried again with it.
#[derive(Clone)]
pub(crate) struct Passed {
    challenge: Vec<u8>,
    pub purpose: Purpose,
    pub subject: String,
    pub sent_to: Phone,
}

/// How a try ended.
pub(crate) enum Outcome {
    Passed(Passed),
    Wrong {
        left: u32,
        purpose: Purpose,
        subject: String,
    },
    Dead,
}

/// Makes a code and sends it.
pub(crate) async fn send(
    ctx: &Ctx,
    purpose: Purpose,
    subject: &str,
    to: &Phone,
) -> Result<Challenge, IdentityError> {
    limit(ctx, &ctx.lookup_of("mobile", to)).await?;
    let (challenge, text) = store_code(ctx, purpose, subject, Some(to)).await?;
    hooks::send(ctx, to, &text).await?;
    Ok(challenge)
}

/// The same for somebody who has only named a login. What is answered, and when, does not depend
/// on whether the login exists: the message leaves in the background, and an unknown login gets a
/// challenge that no code opens.
pub(crate) async fn send_unproven(
    ctx: &Ctx,
    purpose: Purpose,
    found: Option<(&str, &Phone)>,
    login: &str,
) -> Result<Challenge, IdentityError> {
    limit(ctx, &ctx.lookup("login", login)).await?;
    if let Some((_, to)) = found {
        limit(ctx, &ctx.lookup_of("mobile", to)).await?;
    }
    let subject = found.map_or("", |(subject, _)| subject);
    let to = found.map(|(_, to)| to.clone());
    let (challenge, text) = store_code(ctx, purpose, subject, to.as_ref()).await?;
    if let Some(to) = to {
        let ctx = ctx.clone();
        let send = async move {
            // A failure is in the log already; the person asks for another code.
            let _ = hooks::send(&ctx, &to, &text).await;
        };
        tokio::spawn(send.in_current_span());
    }
    Ok(Challenge {
        sent_to: String::new(),
        ..challenge
    })
}

async fn store_code(
    ctx: &Ctx,
    purpose: Purpose,
    subject: &str,
    to: Option<&Phone>,
) -> Result<(Challenge, String), IdentityError> {
    let id = ctx.rng.key();
    let digits = ctx.rng.digits(DIGITS);
    let expires = ctx.now() + LIFETIME;
    let digest = ctx.lookup("challenge", &id);
    let sealed = to.map_or_else(Vec::new, |to| {
        let key = hex::encode(&digest);
        ctx.seal("one_time_code", "sent_to", &key, to.reveal().as_bytes())
    });
    let row = CodeRow {
        code: code_digest(ctx, purpose, &id, &digits),
        challenge: digest,
        purpose: purpose.code().to_owned(),
        subject: subject.to_owned(),
        sent_to: sealed,
        tries: 0,
        expires_at: expires,
    };
    transact!(ctx, [row], |tx| -> () {
        Ok(table::code::insert(tx, &row).await?)
    })?;
    let text = format!(
        "【通办】{}验证码{digits}，5分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。",
        purpose.zh()
    );
    let sent_to = to.map_or_else(String::new, Sensitive::masked);
    Ok((
        Challenge {
            id,
            sent_to,
            expires,
        },
        text,
    ))
}

fn code_digest(ctx: &Ctx, purpose: Purpose, challenge: &str, digits: &str) -> Vec<u8> {
    ctx.lookup("one_time_code", &format!("{purpose}/{challenge}/{digits}"))
}

/// A demonstration's phones are a page: its people sign in all day.
async fn limits(ctx: &Ctx) -> Result<Limits, IdentityError> {
    match ctx.shared.get::<Limits>() {
        Some(limits) => Ok(*limits),
        None if demo::is_demo(ctx).await? => Ok(Limits {
            codes_an_hour: 1_000,
            codes_a_day: 10_000,
        }),
        None => Ok(Limits::default()),
    }
}

/// Counts a message, or refuses it.
async fn limit(ctx: &Ctx, digest: &[u8]) -> Result<(), IdentityError> {
    let limits = limits(ctx).await?;
    let subject = format!("code/{}", hex::encode(digest));
    let key = ctx.rng.key();
    let allowed = transact!(ctx, [subject, key], |tx| -> bool {
        let now = ctx.now();
        let (hour, day) = (
            SignedDuration::from_hours(1),
            SignedDuration::from_hours(24),
        );
        let allowed = credential::attempts(tx, &subject, now - hour).await? < limits.codes_an_hour
            && credential::attempts(tx, &subject, now - day).await? < limits.codes_a_day;
        if allowed {
            credential::add_attempt(tx, &subject, &key, now).await?;
        }
        Ok(allowed)
    })?;
    if allowed {
        Ok(())
    } else {
        Err(IdentityError::TooManyCodes)
    }
}

/// Tries a code. The try counts whatever comes out.
pub(crate) async fn try_code(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
    purposes: &[Purpose],
) -> Result<Outcome, IdentityError> {
    let digest = ctx.lookup("challenge", challenge);
    let row = table::code::load(&mut ctx.db.reader(), &digest).await?;
    let Some(row) = row else {
        return Ok(Outcome::Dead);
    };
    let Some(purpose) = Purpose::from_code(&row.purpose).filter(|p| purposes.contains(p)) else {
        return Ok(Outcome::Dead);
    };
    let counted = transact!(ctx, [digest], |tx| -> Option<i64> {
        if !table::code::count_try(tx, &digest, TRIES, ctx.now()).await? {
            return Ok(None);
        }
        Ok(table::code::load(tx, &digest)
            .await?
            .map(|row| TRIES - row.tries))
    })?;
    let Some(left) = counted else {
        return Ok(Outcome::Dead);
    };
    let right = code_digest(ctx, purpose, challenge, &kernel::number::fold(typed)) == row.code;
    if !right || row.subject.is_empty() {
        let left = u32::try_from(left).unwrap_or(0);
        return Ok(Outcome::Wrong {
            left,
            purpose,
            subject: row.subject,
        });
    }
    let sent_to = ctx
        .open_sealed(
            "one_time_code",
            "sent_to",
            &hex::encode(&digest),
            &row.sent_to,
        )
        .ok()
        .and_then(|plain| String::from_utf8(plain).ok())
        .and_then(|plain| Phone::mobile(&plain).ok())
        .ok_or_else(|| IdentityError::Stored("one_time_code.sent_to".into()))?;
    Ok(Outcome::Passed(Passed {
        challenge: digest,
        purpose,
        subject: row.subject,
        sent_to,
    }))
}

/// The same where a wrong code has no further consequence.
pub(crate) async fn check(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
    purpose: Purpose,
) -> Result<Passed, IdentityError> {
    match try_code(ctx, challenge, typed, &[purpose]).await? {
        Outcome::Passed(passed) => Ok(passed),
        Outcome::Wrong { left, .. } => Err(IdentityError::WrongCode { left }),
        Outcome::Dead => Err(IdentityError::CodeDead),
    }
}

/// Uses a code up in the transaction of the act it allows: it serves once.
pub(crate) async fn spend(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    passed: &Passed,
) -> Result<(), IdentityError> {
    if table::code::spend(tx, &passed.challenge, ctx.now()).await? {
        Ok(())
    } else {
        Err(IdentityError::CodeDead)
    }
}
