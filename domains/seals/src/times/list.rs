//! Which time stamp services there are.

use store::Ctx;

use super::keep::require;
use super::service::{ServiceState, TimeService};
use super::table;
use crate::error::SealError;

/// Every service: what waits for a decision first, then what is asked, then the past.
pub async fn time_services(ctx: &Ctx) -> Result<Vec<TimeService>, SealError> {
    require(ctx)?;
    let mut reader = ctx.db.reader();
    let mut all = Vec::new();
    for state in ServiceState::ALL {
        all.extend(table::of_state(&mut reader, *state).await?);
    }
    Ok(all)
}
