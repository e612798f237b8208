//! An original is typed beside its picture; what a machine read is confirmed field by field [H-23].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use store::Ctx;

use super::{Fault, Original, OriginalState, judge, open, scan_fields};
use crate::batch::BatchState;
use crate::error::{CollectionError, filled};
use crate::events::{RowMoved, stream};
use crate::table;

/// Most characters of a value, whatever its field allows: it is kept to be put right.
const LONGEST: usize = 2_000;

/// What somebody typed from an original.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The revision that was seen.
    pub seen: i64,
    /// By code of the field.
    pub values: BTreeMap<String, String>,
    /// Fields that a machine read and a person says are right.
    pub confirmed: BTreeSet<String>,
    /// The original reads so, whatever the rules find.
    pub as_is: bool,
}

/// How an original stands after it was saved.
#[derive(Clone, Debug)]
pub struct Saved {
    pub state: OriginalState,
    pub faults: Vec<Fault>,
    pub unconfirmed: usize,
}

/// Keeps what was typed, with all that still stands against it: only an original against which
/// nothing stands can be sent on.
pub async fn type_original(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
    typed: Typed,
) -> Result<Saved, CollectionError> {
    let (batch, kind) = open(ctx, batch_key).await?;
    let kind = licences::licence_type(ctx, &kind).await?;
    let mut reader = ctx.db.reader();
    let was = table::scan::load_original(&mut reader, ctx, batch_key, number).await?;
    if was.rev != typed.seen {
        return Err(CollectionError::Stale);
    }
    if was.state == OriginalState::Aside {
        return Err(CollectionError::WrongState);
    }
    let mut now = was.clone();
    for field in scan_fields(&kind) {
        if typed.confirmed.contains(&field.code) {
            now.body.unconfirmed.remove(&field.code);
        }
        let Some(value) = typed.values.get(&field.code) else {
            continue;
        };
        let value = value.trim();
        if value.chars().count() > LONGEST {
            let why = format!("“{}”最多{LONGEST}字", field.zh);
            return Err(CollectionError::Field("内容", why));
        }
        let before = was.body.values.get(&field.code).map_or("", String::as_str);
        if value != before {
            now.body.unconfirmed.remove(&field.code);
        }
        match value.is_empty() {
            true => now.body.values.remove(&field.code),
            false => now.body.values.insert(field.code, value.to_owned()),
        };
    }
    now.body.as_is = typed.as_is;
    now.body.faults = judge::faults(ctx, &batch, &kind, number, &now.body.values).await?;
    now.state = state(&now);
    now.typist = Some(ctx.actor.id.clone());
    let changed = typed.values.keys().filter(|code| {
        was.body.values.get(*code).map(String::as_str) != typed.values.get(*code).map(|v| v.trim())
    });
    let fields = changed.cloned().collect();
    let saved = Saved {
        state: now.state,
        faults: now.body.faults.clone(),
        unconfirmed: now.body.unconfirmed.len(),
    };
    write(ctx, now, "typed", fields, "").await?;
    Ok(saved)
}

/// Where an original stands by what is known of it.
pub(crate) fn state(original: &Original) -> OriginalState {
    let body = &original.body;
    let against = |fault: &Fault| fault.must || fault.throws_out && !body.as_is;
    match body.unconfirmed.is_empty() && !body.faults.iter().any(against) {
        true => OriginalState::Ready,
        false => OriginalState::Open,
    }
}

/// Takes an original out of the stack for a reason: it is not sent on.
pub async fn set_aside(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
    seen: i64,
    reason: &str,
) -> Result<(), CollectionError> {
    open(ctx, batch_key).await?;
    let reason = &filled("理由", reason, 500)?;
    let mut now = seen_original(ctx, batch_key, number, seen).await?;
    if now.state == OriginalState::Aside {
        return Err(CollectionError::WrongState);
    }
    now.state = OriginalState::Aside;
    now.body.aside.clone_from(reason);
    write(ctx, now, "set_aside", Vec::new(), reason).await
}

/// Puts an original back that was set aside.
pub async fn restore_original(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
    seen: i64,
) -> Result<(), CollectionError> {
    open(ctx, batch_key).await?;
    let mut now = seen_original(ctx, batch_key, number, seen).await?;
    if now.state != OriginalState::Aside {
        return Err(CollectionError::WrongState);
    }
    now.body.aside.clear();
    now.state = match now.typist {
        Some(_) => state(&now),
        None if !now.body.unconfirmed.is_empty() => OriginalState::Open,
        None => OriginalState::Waiting,
    };
    write(ctx, now, "restored", Vec::new(), "").await
}

async fn seen_original(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
    seen: i64,
) -> Result<Original, CollectionError> {
    let mut reader = ctx.db.reader();
    let was = table::scan::load_original(&mut reader, ctx, batch_key, number).await?;
    match was.rev == seen {
        true => Ok(was),
        false => Err(CollectionError::Stale),
    }
}

/// Writes an original under the revision it carries, while its batch is open.
async fn write(
    ctx: &Ctx,
    now: Original,
    what: &str,
    fields: Vec<String>,
    reason: &str,
) -> Result<(), CollectionError> {
    let event = RowMoved {
        batch_key: now.batch_key.clone(),
        row_no: now.number,
        what: what.to_owned(),
        fields,
        reason: reason.to_owned(),
    };
    let (inner, work) = (ctx.clone(), Arc::new((now, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (now, event) = &*work;
                let batch = table::batch::load(tx, &ctx, &now.batch_key).await?;
                if batch.state != BatchState::Scanning {
                    return Err(CollectionError::WrongState);
                }
                table::scan::update_original(tx, &ctx, now).await?;
                journal::append(tx, &ctx, &stream(&now.batch_key), event).await?;
                Ok(())
            })
        })
        .await
}
