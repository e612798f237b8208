//! A stack that is typed to its end is taken in: its originals are rows like those of a table, and
//! go the same way from there.

use std::sync::Arc;

use store::Ctx;

use super::fields::{cells, columns};
use super::{Original, OriginalState, open};
use crate::batch::{BatchState, moved};
use crate::error::CollectionError;
use crate::pieces::{self, Came, Piece, ROWS};
use crate::runner::RUN;
use crate::table;
use crate::work::{self, Work, WorkKind, WorkState};

/// Sends a stack on whose originals are all typed or set aside, at the revision of its batch that
/// was seen. The taking in begins at once, under the sender's name.
pub async fn send_scan(ctx: &Ctx, batch_key: &str, seen: i64) -> Result<(), CollectionError> {
    let (mut batch, kind) = open(ctx, batch_key).await?;
    if batch.rev != seen {
        return Err(CollectionError::Stale);
    }
    let kind = licences::licence_type(ctx, &kind).await?;
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let issuer = directory
        .agency(&batch.agency)
        .ok_or(CollectionError::NotFound)?;
    let mut reader = ctx.db.reader();
    let originals = table::scan::originals(&mut reader, ctx, batch_key).await?;
    let left = originals
        .iter()
        .filter(|one| matches!(one.state, OriginalState::Waiting | OriginalState::Open));
    match left.count() {
        0 => {}
        n => {
            let why = format!("还有{n}件没有录入或核对完");
            return Err(CollectionError::Field("原件", why));
        }
    }
    let ready: Vec<Original> = originals
        .into_iter()
        .filter(|one| one.state == OriginalState::Ready)
        .collect();
    if ready.is_empty() {
        return Err(CollectionError::Nothing);
    }
    let mut kept = Vec::new();
    for (at, some) in ready.chunks(ROWS).enumerate() {
        let rows: Vec<Came> = some
            .iter()
            .map(|one| Came {
                number: one.number,
                cells: cells(&kind, issuer, &one.body.values),
                typist: one.typist.clone(),
            })
            .collect();
        kept.push(Piece {
            piece: u32::try_from(at).map_err(CollectionError::data)?,
            rows: rows.len() as u64,
            blob: pieces::put(ctx, &rows).await?,
        });
    }
    let rows = ready.len() as u64;
    (batch.body.headings, batch.body.given) = columns(&kind);
    batch.rows = rows;
    batch.state = BatchState::Looked;
    let work = Work {
        work_key: ctx.rng.key(),
        batch_key: batch_key.to_owned(),
        kind: WorkKind::Take,
        state: WorkState::Running,
        ordered_by: ctx.actor.id.clone(),
        started_at: ctx.now(),
        ended_at: None,
        place: 0,
        done: 0,
        failed: 0,
        total: rows,
        note: String::new(),
    };
    let (inner, all) = (ctx.clone(), Arc::new((batch, kept, ready, work)));
    ctx.db
        .write(move |tx| {
            let (ctx, all) = (inner.clone(), all.clone());
            Box::pin(async move {
                let (batch, kept, ready, work) = &*all;
                work::require_idle(tx, &batch.batch_key).await?;
                // What was read is still what is there: nobody typed meanwhile.
                let now = table::scan::originals(tx, &ctx, &batch.batch_key).await?;
                let sent = now.iter().filter(|one| one.state != OriginalState::Aside);
                let same = |(a, b): (&Original, &Original)| a.number == b.number && a.rev == b.rev;
                let same = sent.clone().count() == ready.len() && sent.zip(ready).all(same);
                if !same {
                    return Err(CollectionError::Stale);
                }
                table::batch::update(tx, &ctx, batch, seen).await?;
                for piece in kept {
                    table::batch::insert_piece(tx, &batch.batch_key, piece).await?;
                }
                moved(tx, &ctx, batch, "sent", batch.rows, 0).await?;
                table::work::insert(tx, work).await?;
                work::tell(tx, &ctx, batch, work).await?;
                journal::enqueue(tx, &ctx, RUN, &(), ctx.now()).await?;
                Ok(())
            })
        })
        .await
}
