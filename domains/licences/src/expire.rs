//! What time does to licences: validity ends, a missed inspection suspends, holders are told
//! before [H-46, H-47].

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;
use journal::{JobFn, Schedule};
use kernel::time;
use store::Ctx;

use crate::due::{INSPECT_GRACE, days_before, next_reminder};
use crate::error::LicenceError;
use crate::events::{LicenceEnding, stream};
use crate::issue::{StateChange, apply_change};
use crate::kind::{licence_type, licence_types};
use crate::licence::Licence;
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
    let index: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let ctx = ctx.as_system();
            let named = crate::index::index_old(&ctx).await;
            named.map_err(|e| e.to_string())?;
            let inspected = crate::index::fill_inspections(&ctx).await;
            inspected.map(drop).map_err(|e| e.to_string())
        })
    });
    let count: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let counted = crate::usage::count_uses(&ctx.as_system()).await;
            counted.map(drop).map_err(|e| e.to_string())
        })
    });
    vec![
        Schedule {
            name: "licences.uses",
            every: SignedDuration::from_mins(1),
            run: count,
        },
        Schedule {
            name: "licences.index",
            every: SignedDuration::from_mins(10),
            run: index,
        },
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

/// Expires what has ended, suspends what was not inspected and reminds of what will end. Returns
/// how many licences it touched.
pub async fn expire_due(ctx: &Ctx) -> Result<usize, LicenceError> {
    let ctx = &ctx.as_system();
    let today = time::beijing_date(ctx.now());
    let mut touched = 0;
    for state in [State::Valid, State::Lost, State::Suspended] {
        loop {
            let found = table::due::ended(&mut ctx.db.reader(), ctx, state, today).await?;
            let done = change_all(ctx, &found, Event::Expire, "有效期届满").await?;
            touched += done;
            if found.len() < table::due::PIECE || done == 0 {
                break;
            }
        }
    }
    Ok(touched + suspend_uninspected(ctx, today).await? + remind(ctx, today).await?)
}

/// One transaction each: a licence that somebody works on at the moment does not hold up the rest.
async fn change_all(
    ctx: &Ctx,
    found: &[Licence],
    event: Event,
    reason: &str,
) -> Result<usize, LicenceError> {
    let mut touched = 0;
    for licence in found {
        let change = StateChange {
            licence_key: licence.licence_key.clone(),
            event,
            reason: reason.into(),
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
    Ok(touched)
}

/// 年检逾期: only the types that say so are suspended [H-47].
async fn suspend_uninspected(ctx: &Ctx, today: Date) -> Result<usize, LicenceError> {
    let before = days_before(today, INSPECT_GRACE);
    let mut touched = 0;
    for kind in licence_types(ctx).await? {
        if !kind.inspection_missed_suspends {
            continue;
        }
        let code = &kind.type_short_code;
        loop {
            let found = table::due::uninspected(&mut ctx.db.reader(), ctx, code, before).await?;
            let done = change_all(ctx, &found, Event::Suspend, "逾期未年检").await?;
            touched += done;
            if found.len() < table::due::PIECE || done == 0 {
                break;
            }
        }
    }
    Ok(touched)
}

async fn remind(ctx: &Ctx, today: Date) -> Result<usize, LicenceError> {
    let mut told = 0;
    loop {
        let found = table::due::to_remind(&mut ctx.db.reader(), ctx, today).await?;
        let mut moved = 0;
        for licence in &found {
            let (one, was_told) = remind_one(ctx, licence, today).await?;
            moved += usize::from(one);
            told += usize::from(was_told);
        }
        if found.len() < table::due::PIECE || moved == 0 {
            return Ok(told);
        }
    }
}

/// Sets the day of the next reminder and tells, if a reminder is due. Returns whether the day was
/// set, and whether the holder is told.
async fn remind_one(
    ctx: &Ctx,
    licence: &Licence,
    today: Date,
) -> Result<(bool, bool), LicenceError> {
    let kind = licence_type(ctx, &licence.type_code).await?;
    let end = licence.valid_to.filter(|end| *end >= today);
    let next = end.and_then(|end| next_reminder(&kind, end, today));
    // A licence from before these days were kept may be far from any of them.
    let due = end.filter(|end| {
        let earliest = kind.reminder_days_before_expiry.iter().max();
        earliest.is_some_and(|days| days_before(*end, *days) <= today)
    });
    let event = due.map(|end| LicenceEnding {
        licence_key: licence.licence_key.clone(),
        type_code: licence.type_code.clone(),
        days: i64::from((end - today).get_days()),
        valid_to: end.to_string(),
    });
    let tells = event.is_some();
    let (inner, key, rev) = (ctx.clone(), licence.licence_key.clone(), licence.rev);
    let moved = ctx
        .db
        .write(move |tx| {
            let (ctx, event, key) = (inner.clone(), event.clone(), key.clone());
            Box::pin(async move {
                if !table::due::set_remind_on(tx, &key, rev, next).await? {
                    return Ok::<_, LicenceError>(false);
                }
                if let Some(event) = &event {
                    journal::append(tx, &ctx, &stream(&key), event).await?;
                }
                Ok(true)
            })
        })
        .await?;
    Ok((moved, moved && tells))
}
