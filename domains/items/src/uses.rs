//! How often items are wanted, for the hot ranking [B-17].

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use store::Ctx;

use crate::error::ItemsError;
use crate::library::Library;
use crate::table;

/// Days that the ranking looks back.
pub(crate) const DAYS: i64 = 30;
/// Counts are written together: a page view costs no transaction. A process that is killed loses
/// at most these.
const WRITE_EVERY: Duration = Duration::from_secs(30);

/// Counts not written yet.
#[derive(Default)]
pub(crate) struct Uses {
    waiting: Mutex<(HashMap<String, i64>, Option<Instant>)>,
}

impl Uses {
    fn add(&self, item_id: &str) -> Option<HashMap<String, i64>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(|p| p.into_inner());
        let (counts, written) = &mut *waiting;
        *counts.entry(item_id.to_owned()).or_default() += 1;
        if written.is_some_and(|at| at.elapsed() < WRITE_EVERY) {
            return None;
        }
        *written = Some(Instant::now());
        Some(std::mem::take(counts))
    }
}

/// Notes that somebody read an item's guide or applied for it. Holds no personal data.
pub async fn note_use(ctx: &Ctx, item_id: &str) -> Result<(), ItemsError> {
    let library = ctx.shared.get_or_make::<Library>();
    let Some(counts) = library.uses.add(item_id) else {
        return Ok(());
    };
    let day = kernel::time::beijing_date(ctx.now());
    let counts = Arc::new(counts);
    ctx.db
        .write(move |tx| {
            let counts = counts.clone();
            Box::pin(async move {
                for (item_id, uses) in counts.iter() {
                    table::add_uses(tx, item_id, day, *uses).await?;
                }
                Ok(())
            })
        })
        .await
}
