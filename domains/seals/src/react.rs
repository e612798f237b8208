//! Jobs and schedules.

use std::sync::Arc;

use jiff::SignedDuration;
use journal::{JobFn, Schedule};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::authority::Authorities;
use crate::error::SealError;
use crate::{expire, step, usage};

/// The kind of the job that erases the keys of an ended seal.
pub(crate) const ERASE: &str = "seal.erase";

/// The payload of [`ERASE`].
#[derive(Serialize, Deserialize)]
pub(crate) struct Erase {
    pub seal: String,
}

/// The jobs of this domain.
pub fn handlers() -> Vec<(&'static str, JobFn)> {
    let erase: JobFn = Arc::new(|ctx, payload| {
        Box::pin(async move {
            let Erase { seal } = serde_json::from_value(payload).map_err(|e| e.to_string())?;
            erase(&ctx, &seal).await.map_err(|e| e.to_string())
        })
    });
    vec![(ERASE, erase)]
}

async fn erase(ctx: &Ctx, key: &str) -> Result<(), SealError> {
    let seal = step::load(&mut ctx.db.reader(), key).await?;
    Authorities::of(ctx)?.retire(ctx, &seal).await
}

/// What is done at intervals: seals expire, uses that nobody finished are closed, revocation
/// lists are made anew long before they run out.
pub fn schedules() -> Vec<Schedule> {
    let hourly: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            expire::expire_due(&ctx).await.map_err(|e| e.to_string())?;
            usage::close_abandoned(&ctx)
                .await
                .map_err(|e| e.to_string())?;
            Ok(())
        })
    });
    let daily: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let authorities = Authorities::of(&ctx).map_err(|e| e.to_string())?;
            authorities.publish(&ctx).await.map_err(|e| e.to_string())
        })
    });
    vec![
        Schedule {
            name: "seals.hourly",
            every: SignedDuration::from_hours(1),
            run: hourly,
        },
        Schedule {
            name: "seals.daily",
            every: SignedDuration::from_hours(24),
            run: daily,
        },
    ]
}
