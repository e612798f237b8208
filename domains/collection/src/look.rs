//! 试清洗: the whole file is cleaned and only the sums are kept.

use std::sync::Arc;

use crate::batch::{BatchState, Summary};
use crate::clean::{Cleaned, Cleaning, Taker};
use crate::error::CollectionError;
use crate::runner::{Held, Step, finish};
use crate::table;

#[derive(Default)]
struct Summing(Summary);

impl Taker for Summing {
    async fn take(
        &mut self,
        held: &mut Held,
        rows: Vec<Cleaned>,
        place: u64,
    ) -> Result<(), CollectionError> {
        rows.iter().for_each(|row| self.0.add(&row.verdict));
        // The second half of the work: the first was observing.
        let step = Step {
            place: held.work.total / 2 + place,
            done: rows.len() as u64,
            failed: 0,
        };
        held.step(step).await
    }
}

pub(crate) async fn run(held: &mut Held) -> Result<(), CollectionError> {
    // Sums are in memory only, so it begins anew wherever it was.
    if held.work.place > 0 {
        held.step(Step::default()).await?;
    }
    let cleaning = Cleaning::of(held).await?;
    let mut summing = Summing::default();
    cleaning.run(held, true, 0, &mut summing).await?;
    let summary = summing.0;
    let (inner, done) = (held.ctx.clone(), Arc::new((held.work.clone(), summary)));
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, done) = (inner.clone(), done.clone());
            Box::pin(async move {
                let (work, summary) = &*done;
                let mut batch = table::batch::load(tx, &ctx, &work.batch_key).await?;
                batch.state = BatchState::Looked;
                batch.summary = Some(summary.clone());
                let seen = batch.rev;
                table::batch::update(tx, &ctx, &batch, seen).await?;
                finish(tx, &ctx, work).await
            })
        })
        .await
}
