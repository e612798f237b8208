//! 年检: data of an inspection are attached to the licence, year by year, without a new version of
//! its face [H-44].

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Permission, time};
use store::{Ctx, Tx};

use crate::due::{INSPECT_BEFORE, days_before, next_inspection};
use crate::error::LicenceError;
use crate::events::{LicenceInspected, stream};
use crate::kind::licence_type;
use crate::licence::Licence;
use crate::state::{Event, State, next};
use crate::{revoked, table};

/// What an officer found.
#[derive(Clone, Debug)]
pub struct Inspect {
    pub licence_key: String,
    /// The revision of the licence that the officer saw.
    pub seen: i64,
    pub inspected_on: Date,
    pub passed: bool,
    /// What was found, at most 500 characters; needed where it was not passed.
    pub note: String,
}

/// One inspection, as it is attached.
#[derive(Clone, Debug)]
pub struct Inspection {
    pub inspection_key: String,
    pub at: Timestamp,
    pub inspected_on: Date,
    /// The day on which it was due.
    pub due_on: Date,
    pub passed: bool,
    /// Staff user name.
    pub officer: String,
    pub note: String,
}

/// The inspections of a licence, newest first, and when the next one is due.
#[derive(Clone, Debug)]
pub struct Inspections {
    pub all: Vec<Inspection>,
    pub next: Option<Date>,
    /// The revision to act on.
    pub rev: i64,
    /// An inspection can be recorded today by this reader.
    pub may_record: bool,
}

/// When the next inspection can be recorded first.
fn opens(due_on: Date) -> Date {
    days_before(due_on, INSPECT_BEFORE)
}

/// What was attached to a licence, for its holder or for staff in scope; none where its type is not
/// inspected.
pub async fn inspections(ctx: &Ctx, key: &str) -> Result<Option<Inspections>, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = table::load(&mut reader, ctx, key).await?;
    crate::wallet::require_reader(ctx, &licence).await?;
    if !licence_type(ctx, &licence.type_code)
        .await?
        .annual_inspection
    {
        return Ok(None);
    }
    let may = ctx
        .actor
        .require(Permission::LicenceChange, &licence.target())
        .is_ok();
    let open = licence
        .inspect_by
        .is_some_and(|due| opens(due) <= time::beijing_date(ctx.now()));
    Ok(Some(Inspections {
        all: table::inspection::of_licence(&mut reader, ctx, key).await?,
        next: licence.inspect_by,
        rev: licence.rev,
        may_record: may && open && next(Some(licence.state), Event::Inspect).is_ok(),
    }))
}

/// Attaches an inspection. One that was passed sets the next day it is due, and restores a licence
/// that was suspended; one that was not leaves the licence as it is, still to be inspected.
pub async fn record_inspection(ctx: &Ctx, done: &Inspect) -> Result<State, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = table::load(&mut reader, ctx, &done.licence_key).await?;
    ctx.actor
        .require(Permission::LicenceChange, &licence.target())?;
    if licence.rev != done.seen {
        return Err(LicenceError::Stale);
    }
    let kind = licence_type(ctx, &licence.type_code).await?;
    let to = next(Some(licence.state), Event::Inspect)?;
    let wrong = |name: &str, why: &str| LicenceError::Field(name.into(), why.into());
    let due_on = licence.inspect_by.filter(|_| kind.annual_inspection);
    let due_on = due_on.ok_or_else(|| wrong("年检", "这类证照不需要年检"))?;
    let today = time::beijing_date(ctx.now());
    let day = done.inspected_on;
    if day > today {
        return Err(wrong("年检日期", "不能晚于今天"));
    }
    if day < opens(due_on) {
        let first = opens(due_on);
        return Err(wrong("年检日期", &format!("本次年检自{first}起办理")));
    }
    let note = done.note.trim();
    if note.is_empty() && !done.passed {
        return Err(wrong("年检情况", "未通过的请写明情况"));
    }
    if note.chars().count() > 500 {
        return Err(wrong("年检情况", "最多500字"));
    }
    let version = table::version(&mut reader, ctx, &done.licence_key, licence.version).await?;
    let inspection = Inspection {
        inspection_key: ctx.rng.key(),
        at: ctx.now(),
        inspected_on: day,
        due_on,
        passed: done.passed,
        officer: ctx.actor.id.clone(),
        note: note.to_owned(),
    };
    let moved = Moved {
        to: if done.passed { to } else { licence.state },
        inspect_by: match done.passed {
            true => next_inspection(&kind, version.data.valid_from, due_on.max(today)),
            false => licence.inspect_by,
        },
        licence,
        inspection,
    };
    let to = moved.to;
    let (inner, moved) = (ctx.clone(), std::sync::Arc::new(moved));
    ctx.db
        .write(move |tx| {
            let (ctx, moved) = (inner.clone(), moved.clone());
            Box::pin(async move { write(tx, &ctx, &moved).await })
        })
        .await?;
    Ok(to)
}

struct Moved {
    licence: Licence,
    inspection: Inspection,
    to: State,
    inspect_by: Option<Date>,
}

async fn write(tx: &mut Tx<'_>, ctx: &Ctx, m: &Moved) -> Result<(), LicenceError> {
    let (l, one) = (&m.licence, &m.inspection);
    table::due::set_inspected(tx, &l.licence_key, l.rev, m.to, m.inspect_by, ctx.now()).await?;
    table::inspection::insert(tx, ctx, &l.licence_key, one).await?;
    if m.to != l.state {
        revoked::follow(tx, ctx, &l.licence_key, m.to).await?;
    }
    let event = LicenceInspected {
        licence_key: l.licence_key.clone(),
        type_code: l.type_code.clone(),
        due_on: one.due_on.to_string(),
        passed: one.passed,
        from: l.state.code().into(),
        to: m.to.code().into(),
        next: m.inspect_by.map(|day| day.to_string()),
        note: one.note.clone(),
    };
    journal::append(tx, ctx, &stream(&l.licence_key), &event).await?;
    Ok(())
}
