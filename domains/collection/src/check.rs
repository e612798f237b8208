//! 第二人校验 [H-23]: another person than who collected looks at rows one by one, or settles all
//! that wait after looking at some.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kernel::Permission;
use licences::{LicenceEvent, State};
use store::Ctx;

use crate::batch::{agencies_for, batch, target};
use crate::clean::acting;
use crate::error::CollectionError;
use crate::row::change;
use crate::runner::{Held, Step, Stepping, finished};
use crate::table;

/// Rows that one transaction checks.
const AT_ONCE: i64 = 1_000;

/// Checks one row.
pub async fn check_row(ctx: &Ctx, batch_key: &str, row_no: u32) -> Result<(), CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let was = table::row::load(&mut ctx.db.reader(), ctx, batch_key, row_no).await?;
    let target = target(&was.agency, &batch.region);
    ctx.actor.require(Permission::LicenceCheck, &target)?;
    let me = ctx.actor.id.as_str();
    if batch.collector == me || was.editor.as_deref() == Some(me) {
        return Err(CollectionError::SamePerson);
    }
    let mut now = was.clone();
    now.state = licences::next(Some(was.state), LicenceEvent::Check)?;
    now.checker = Some(me.to_owned());
    now.checked_at = Some(ctx.now());
    change(ctx, was, now, None, "checked", Vec::new(), "").await
}

/// How many rows wait for a check by this actor.
pub(crate) async fn waiting(ctx: &Ctx, batch_key: &str) -> Result<u64, CollectionError> {
    in_state(ctx, batch_key, State::Collected, Permission::LicenceCheck).await
}

/// Rows of a state whose issuers are in the actor's scope.
pub(crate) async fn in_state(
    ctx: &Ctx,
    batch_key: &str,
    state: State,
    permission: Permission,
) -> Result<u64, CollectionError> {
    let mine = codes(ctx, permission).await?;
    let counts = table::batch::counts(&mut ctx.db.reader(), batch_key).await?;
    let these = counts
        .iter()
        .filter(|count| count.state == state && mine.contains(&count.agency));
    Ok(these.map(|count| count.n).sum())
}

pub(crate) async fn codes(
    ctx: &Ctx,
    permission: Permission,
) -> Result<HashSet<String>, CollectionError> {
    let all = agencies_for(ctx, permission).await?;
    Ok(all.into_iter().map(|agency| agency.code).collect())
}

/// What one piece writes.
struct Piece {
    batch_key: String,
    rows: Vec<u32>,
    by_agency: BTreeMap<String, i64>,
    checker: String,
    stepping: Stepping,
}

/// Checks all rows that wait, except those that the checker completed.
pub(crate) async fn run(held: &mut Held) -> Result<(), CollectionError> {
    let ctx = held.ctx.clone();
    let checker = acting(&ctx, &held.work.ordered_by).await?;
    let mine = codes(&checker, Permission::LicenceCheck).await?;
    let me = held.work.ordered_by.clone();
    loop {
        let (key, place) = (held.work.batch_key.clone(), held.work.place);
        let mut reader = ctx.db.reader();
        let found = table::row::waiting(
            &mut reader,
            &ctx,
            &key,
            (State::Collected, false),
            place,
            AT_ONCE,
        )
        .await?;
        let Some(last) = found.last() else {
            return finished(held).await;
        };
        let last = u64::from(last.row_no);
        let here = found.iter().filter(|row| mine.contains(&row.agency));
        let (mut rows, mut by_agency, mut own) = (Vec::new(), BTreeMap::new(), 0);
        for row in here {
            if row.editor.as_deref() == Some(me.as_str()) {
                own += 1;
                continue;
            }
            rows.push(row.row_no);
            *by_agency.entry(row.agency.clone()).or_insert(0_i64) += 1;
        }
        let step = Step {
            place: last,
            done: rows.len() as u64,
            failed: own,
        };
        let piece = Arc::new(Piece {
            batch_key: key,
            rows,
            by_agency,
            checker: me.clone(),
            stepping: held.stepping(step),
        });
        match write(&ctx, piece).await {
            Ok(()) => held.stepped(step),
            // Somebody was at one of the rows: the piece is read anew.
            Err(CollectionError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
}

async fn write(ctx: &Ctx, piece: Arc<Piece>) -> Result<(), CollectionError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, piece) = (inner.clone(), piece.clone());
            Box::pin(async move {
                piece.stepping.write(tx, &ctx).await?;
                let (key, at) = (&piece.batch_key, ctx.now());
                let done = table::row::check(tx, key, &piece.rows, &piece.checker, at).await?;
                if done != piece.rows.len() as u64 {
                    return Err(CollectionError::Stale);
                }
                for (agency, n) in &piece.by_agency {
                    let was = (agency.as_str(), State::Collected, false);
                    table::batch::count(tx, key, was, -n).await?;
                    let now = (agency.as_str(), State::Checked, false);
                    table::batch::count(tx, key, now, *n).await?;
                }
                Ok(())
            })
        })
        .await
}
