//! Trying a service out: one stamp over random bytes, and what would be said of it.

use gm::{TimeStampAuthority, TimeStampError};
use jiff::{SignedDuration, Timestamp};
use store::Ctx;

use super::keep::require;
use super::{stamper, table};
use crate::authority::blocking;
use crate::error::SealError;

/// What came of it.
#[derive(Clone, Debug)]
pub enum Tried {
    /// A stamp that holds.
    Stamped {
        /// The time it vouches for.
        time: Timestamp,
        /// How far that is ahead of the platform's clock; negative when behind.
        ahead: SignedDuration,
        /// Subject of the authority's certificate.
        authority: String,
        policy: String,
        /// Why its authority is not trusted for times here; none when it is.
        distrusted: Option<String>,
    },
    /// None.
    Failed(TimeStampError),
}

/// Asks a service for one stamp, whatever its state: it is tried before it is approved.
pub async fn try_service(ctx: &Ctx, key: &str) -> Result<Tried, SealError> {
    require(ctx)?;
    let service = table::by_key(&mut ctx.db.reader(), key).await?;
    let service = service.ok_or(SealError::NoService)?;
    let Some(client) = stamper::client(ctx, &service) else {
        let why = stamper::NO_WAY_OUT.to_owned();
        return Ok(Tried::Failed(TimeStampError::Unreachable(why)));
    };
    let trust = crate::trust::trust(&ctx.as_system()).await?;
    let mut sample = [0; 32];
    ctx.rng.fill(&mut sample);
    let now = ctx.now();
    blocking(move || {
        Ok(match client.stamp(&sample) {
            Err(error) => Tried::Failed(error),
            Ok(token) => Tried::Stamped {
                time: token.time,
                ahead: token.time.duration_since(now),
                authority: token.authority(),
                policy: token.policy.clone(),
                distrusted: token
                    .chain(trust.time_stamps())
                    .err()
                    .map(|error| error.to_string()),
            },
        })
    })
    .await
}
