//! Validity ends by itself; holders are told before [H-46].

use std::sync::Arc;

use jiff::{SignedDuration, Span};
use journal::{JobFn, Schedule};
use kernel::time;
use store::Ctx;

use crate::error::LicenceError;
use crate::events::{LicenceEnding, stream};
use crate::issue::{StateChange, apply_change};
use crate::kind::licence_type;
use crate::state::{Event, State};
use crate::table;

/// What runs at intervals.
pub fn schedules() -> Vec<Schedule> {
    let run: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move { expire_due(&ctx).await.map(drop).map_err(|e| e.to_string()) })
    });
    let forget: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let done = crate::verify::forget_old(&ctx).await;
            done.map(drop).map_err(|e| e.to_string())
        })
    });
    vec![
        Schedule {
            name: "licences.expire",
            every: SignedDuration::from_mins(1),
            run,
        },
        Schedule {
            name: "licences.forget_verifications",
            every: SignedDuration::from_hours(24),
            run: forget,
        },
    ]
}

/// Expires what has ended and reminds of what will end. Returns how many licences it touched.
pub async fn expire_due(ctx: &Ctx) -> Result<usize, LicenceError> {
    let ctx = &ctx.as_system();
    let today = time::beijing_date(ctx.now());
    let mut touched = 0;
    for state in [State::Valid, State::Lost, State::Suspended] {
        for licence in table::ending(&mut ctx.db.reader(), ctx, state, today).await? {
            let change = StateChange {
                licence_key: licence.licence_key,
                event: Event::Expire,
                reason: "有效期届满".into(),
            };
            let inner = ctx.clone();
            let done: Result<(), LicenceError> = ctx
                .db
                .write(move |tx| {
                    let (ctx, change) = (inner.clone(), change.clone());
                    Box::pin(async move { apply_change(tx, &ctx, &change).await })
                })
                .await;
            match done {
                Ok(()) => touched += 1,
                Err(LicenceError::Stale | LicenceError::Illegal(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(touched + remind(ctx, today).await?)
}

async fn remind(ctx: &Ctx, today: jiff::civil::Date) -> Result<usize, LicenceError> {
    let horizon = today
        .checked_add(Span::new().days(31))
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    let mut told = 0;
    for licence in table::ending(&mut ctx.db.reader(), ctx, State::Valid, horizon).await? {
        let Some(valid_to) = licence.valid_to else {
            continue;
        };
        let left = i64::from((valid_to - today).get_days());
        let kind = licence_type(ctx, &licence.type_code).await?;
        let due = kind
            .reminder_days_before_expiry
            .iter()
            .copied()
            .filter(|d| left <= *d)
            .min();
        let Some(days) = due.filter(|d| licence.reminded == 0 || *d < licence.reminded) else {
            continue;
        };
        let event = LicenceEnding {
            licence_key: licence.licence_key.clone(),
            type_code: licence.type_code.clone(),
            days: left,
            valid_to: valid_to.to_string(),
        };
        let (inner, rev) = (ctx.clone(), licence.rev);
        let done: Result<(), LicenceError> = ctx
            .db
            .write(move |tx| {
                let (ctx, event) = (inner.clone(), event.clone());
                Box::pin(async move {
                    table::set_reminded(tx, &event.licence_key, rev, days).await?;
                    journal::append(tx, &ctx, &stream(&event.licence_key), &event).await?;
                    Ok(())
                })
            })
            .await;
        match done {
            Ok(()) => told += 1,
            Err(LicenceError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}
