//! Staff sign in with password and one-time password, two factors at once. The event says
//! that no certificate was used.

use store::Ctx;

use crate::session::{NewSession, SessionKind, Start, Strength};
use crate::table::staff::StaffRow;
use crate::transact::transact;
use crate::{IdentityError, credential, lockout, session, staff, table, totp};

/// User name, password and the six digits of the code generator. Whatever of them is wrong, the
/// answer is the same. `device` is what the browser says of itself; the channel is the actor's.
pub async fn staff_sign_in(
    ctx: &Ctx,
    username: &str,
    password: &str,
    code: &str,
    device: &str,
) -> Result<NewSession, IdentityError> {
    session::must_fit(ctx, SessionKind::Staff)?;
    let username = username.trim().to_ascii_lowercase();
    let found = table::staff::load(&mut ctx.db.reader(), &username).await?;
    let subject = match &found {
        Some(row) => staff::subject(&row.username),
        None => lockout::unknown(ctx, &format!("staff/{username}")),
    };
    let counted = lockout::begin(ctx, subject.clone(), found.is_some()).await?;
    let known = found.as_ref().map(|_| subject.as_str());
    let right = credential::is_right(ctx, known, password).await?;
    let step = match &found {
        Some(row) => totp::matching_step(&staff::open_totp(ctx, row)?, code, ctx.now()),
        None => None,
    };
    let (Some(row), true, Some(step)) = (found, right, step) else {
        return Err(counted.failed(ctx).await);
    };
    if !row.enabled {
        counted.take_back(ctx).await?;
        return Err(IdentityError::Disabled);
    }
    let token = session::new_token(ctx);
    if !enter(ctx, row, &subject, step, device, &token).await? {
        // A step that was used before: somebody looked over the shoulder.
        return Err(counted.failed(ctx).await);
    }
    session::begun(ctx, token, ctx.actor.channel).await
}

async fn enter(
    ctx: &Ctx,
    row: StaffRow,
    subject: &str,
    step: i64,
    device: &str,
    token: &str,
) -> Result<bool, IdentityError> {
    let (username, subject) = (row.username, subject.to_owned());
    let (device, token) = (device.to_owned(), token.to_owned());
    transact!(ctx, [username, subject, device, token], |tx| -> bool {
        if !table::staff::take_step(tx, &username, step).await? {
            return Ok(false);
        }
        lockout::clear(tx, &subject).await?;
        let start = Start {
            kind: SessionKind::Staff,
            subject: &subject,
            represented: None,
            device: &device,
            strength: Strength::PasswordTotp,
        };
        session::start(tx, &ctx, &token, start).await?;
        Ok(true)
    })
}
