//! What only a demonstration does: showing the codes that staff would read from their phones.

use kernel::{Permission, Target};
use store::Ctx;

use crate::transact::transact;
use crate::{IdentityError, staff, table, totp};

const DEMO: &str = "demo";

/// Whether this installation is marked as a demonstration.
pub async fn is_demo(ctx: &Ctx) -> Result<bool, IdentityError> {
    Ok(table::installation::get(&mut ctx.db.reader(), DEMO)
        .await?
        .as_deref()
        == Some("1"))
}

/// Marks an empty installation as a demonstration, for good. One with accounts or staff that were
/// not imported as such is refused.
pub(crate) async fn mark(ctx: &Ctx) -> Result<(), IdentityError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    transact!(ctx, [], |tx| -> () {
        if table::installation::get(tx, DEMO).await?.as_deref() == Some("1") {
            return Ok(());
        }
        let used =
            table::account::any(tx).await? || !table::staff::all(tx, "", 1).await?.is_empty();
        if used {
            return Err(IdentityError::NotDemo);
        }
        Ok(table::installation::put(tx, DEMO, "1").await?)
    })
}

/// A one-time password of a demonstration's staff member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoTotp {
    pub code: String,
    /// Seconds for which it will be accepted.
    pub seconds_left: i64,
}

/// The one-time password that would be accepted now, for the simulator page. Each is accepted once,
/// so after a sign-in the next one is shown; none while that too is used.
pub async fn current_totp(ctx: &Ctx, username: &str) -> Result<Option<DemoTotp>, IdentityError> {
    if !is_demo(ctx).await? {
        return Err(IdentityError::NotDemo);
    }
    let row = table::staff::load(&mut ctx.db.reader(), username).await?;
    let row = row.ok_or(IdentityError::NotFound)?;
    let now = ctx.now();
    let present = totp::step_at(now);
    let step = present.max(row.totp_step + 1);
    if step > present + 1 {
        return Ok(None);
    }
    let secret = staff::open_totp(ctx, &row)?;
    // A code is accepted until the end of the step after its own.
    let until = (step + 2) * totp::STEP_SECONDS;
    Ok(Some(DemoTotp {
        code: totp::code(&secret, step),
        seconds_left: until - now.as_second(),
    }))
}
