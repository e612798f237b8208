//! What runs in the background: telling users, finishing comparisons, and cleaning up.

use std::sync::Arc;

use jiff::SignedDuration;
use journal::{JobFn, Schedule};
use serde_json::Value;
use store::Ctx;

use crate::events::AccountExpired;
use crate::register::PENDING_FOR;
use crate::sign_in::{phone_of, unlock_by_timer};
use crate::state::{State, StateEvent};
use crate::transact::transact;
use crate::{IdentityError, admin, change, hooks, lockout, shift, table};

/// Sign-ins stay in the list so long.
const SESSIONS_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);
const ONE_DAY: SignedDuration = SignedDuration::from_hours(24);
/// Rows of a kind that one round of cleaning touches.
const BATCH: i64 = 200;

/// The jobs of this domain.
pub fn handlers() -> Vec<(&'static str, JobFn)> {
    vec![
        (
            admin::TELL,
            Arc::new(|ctx, payload| {
                Box::pin(async move { tell(&ctx, &payload).await.map_err(|e| e.to_string()) })
            }),
        ),
        (
            change::COMPARE,
            Arc::new(|ctx, payload: Value| {
                Box::pin(async move {
                    let account = payload["account"].as_str().unwrap_or_default();
                    change::decide(&ctx, account)
                        .await
                        .map(drop)
                        .map_err(|e| e.to_string())
                })
            }),
        ),
    ]
}

/// What this domain does at intervals.
pub fn schedules() -> Vec<Schedule> {
    vec![Schedule {
        name: "identity.sweep",
        every: SignedDuration::from_mins(5),
        run: Arc::new(|ctx, _| {
            Box::pin(async move { sweep(&ctx).await.map_err(|e| e.to_string()) })
        }),
    }]
}

/// Tells the user by SMS that the account was disabled or enabled.
async fn tell(ctx: &Ctx, payload: &Value) -> Result<(), IdentityError> {
    let key = payload["account"].as_str().unwrap_or_default();
    let Some(row) = table::account::load(&mut ctx.db.reader(), key).await? else {
        return Ok(());
    };
    let Some(phone) = phone_of(ctx, &row).await? else {
        return Ok(());
    };
    let text = match payload["what"].as_str() {
        Some("disabled") => {
            let reason = row.open(ctx)?.reason.unwrap_or_default();
            format!("【通办】您的账号已停用，原因：{reason}。如有异议，请联系政务服务管理机构。")
        }
        Some("enabled") => "【通办】您的账号已恢复使用。".to_owned(),
        _ => return Ok(()),
    };
    hooks::send(ctx, &phone, &text).await
}

/// Registrations that were not finished go, locks that are over end, and what served its time is
/// removed.
pub async fn sweep(ctx: &Ctx) -> Result<(), IdentityError> {
    let ctx = &ctx.as_system();
    let now = ctx.now();
    let mut reader = ctx.db.reader();
    for row in table::account::older(&mut reader, State::Pending, now - PENDING_FOR, BATCH).await? {
        transact!(ctx, [row], |tx| -> () {
            table::credential::delete(tx, &row.key).await?;
            let row = shift::shift(tx, &ctx, row, StateEvent::Expired).await?;
            let event = AccountExpired {
                account: row.key.clone(),
            };
            journal::append(tx, &ctx, &lockout::stream(&row.key), &event).await?;
            Ok(())
        })?;
    }
    for subject in table::credential::locks_over(&mut reader, now, BATCH).await? {
        unlock_by_timer(ctx, subject).await?;
    }
    transact!(ctx, [], |tx| -> () {
        table::credential::delete_old_attempts(tx, now - ONE_DAY).await?;
        table::code::delete_old(tx, now - ONE_DAY).await?;
        table::session::delete_old(tx, now - SESSIONS_KEPT).await?;
        Ok(())
    })
}
