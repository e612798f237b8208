//! Outcomes under their numbers, so that who was told one can come back to it or have it sealed.

use std::collections::HashSet;

use jiff::SignedDuration;
use store::{Ctx, Run};

use super::Verification;
use crate::error::LicenceError;
use crate::table::verification::{self as table, Row};
use crate::wallet::by;

/// How long an outcome is kept. The journal keeps for good that there was one.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Rows forgotten in one transaction.
const AT_ONCE: i64 = 500;

/// The stream of a verification.
pub(super) fn stream(number: &str) -> String {
    format!("verification/{number}")
}

pub(super) fn row(
    ctx: &Ctx,
    verification: &Verification,
    licence: Option<String>,
) -> Result<Row, LicenceError> {
    let plain = serde_json::to_vec(verification)?;
    let number = verification.number.clone();
    Ok(Row {
        body: ctx.seal("verification", "body", &number, &plain),
        at: verification.at,
        number,
        by: by(ctx.actor.kind, &ctx.actor.staff_no, &ctx.actor.id),
        valid: verification.valid,
        licence,
    })
}

/// The outcome of that number. Needs no permission: the number is random, only who verified knows
/// it, and the outcome tells no more than they were told.
pub async fn verification(ctx: &Ctx, number: &str) -> Result<Verification, LicenceError> {
    let sealed = table::body(&mut ctx.db.reader(), number).await?;
    let sealed = sealed.ok_or(LicenceError::NotFound)?;
    let plain = ctx
        .open_sealed("verification", "body", number, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(serde_json::from_slice(&plain)?)
}

/// The names of all stored reports, for the sweeper and the backup of the file store.
pub(crate) async fn report_files(run: &mut impl Run) -> Result<HashSet<String>, LicenceError> {
    Ok(table::all_files(run).await?)
}

/// Forgets what is older than it need be kept. Returns how many.
pub(crate) async fn forget_old(ctx: &Ctx) -> Result<usize, LicenceError> {
    let before = ctx.now() - KEPT;
    let mut gone = 0;
    loop {
        let done: Result<usize, LicenceError> = ctx
            .db
            .write(move |tx| Box::pin(async move { Ok(table::forget(tx, before, AT_ONCE).await?) }))
            .await;
        match done? {
            0 => return Ok(gone),
            done => gone += done,
        }
    }
}
