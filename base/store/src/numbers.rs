//! Running numbers, leased in blocks: two processes never give the same one, no transaction waits
//! for another's number, gaps are allowed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::{Ctx, Migration, Run, StoreError, Tx, args};

/// The table of the series.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "numbers/0001",
    sql: "CREATE TABLE number_series (series TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL) \
          WITHOUT ROWID;",
}];

/// A block that is half used up sooner is followed by one twice as large, which is leased while the
/// rest is given: a flood of cases must not wait for a lease every few numbers. A slow series keeps
/// its small blocks and few gaps.
const SOON: Duration = Duration::from_secs(1);
/// The largest a block grows.
const LARGEST: i64 = 1_000;

struct Block {
    next: i64,
    end: i64,
    size: i64,
    leased: Instant,
}

impl Block {
    fn of(first: i64, size: i64) -> Self {
        Self {
            next: first,
            end: first + size,
            size,
            leased: Instant::now(),
        }
    }

    fn take(&mut self) -> Option<i64> {
        (self.next < self.end).then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    /// The size of the block after this one.
    fn after(&self, least: i64) -> i64 {
        match least > 1 && self.leased.elapsed() < SOON {
            true => (self.size * 2).min(LARGEST),
            false => least,
        }
    }

    /// Whether the next block should be on its way: half is gone, and fast.
    fn runs_out(&self, least: i64) -> bool {
        least > 1 && (self.end - self.next) * 2 <= self.size && self.leased.elapsed() < SOON
    }
}

/// A series of which this process gives numbers.
#[derive(Default)]
struct Series {
    now: Mutex<Now>,
    /// Who wants a number and has none yet.
    waiting: AtomicI64,
}

#[derive(Default)]
struct Now {
    block: Option<Block>,
    /// The block after it, on its way, with its size.
    ahead: Option<(JoinHandle<Result<i64, StoreError>>, i64)>,
}

impl Now {
    fn take(&mut self) -> Option<i64> {
        self.block.as_mut().and_then(Block::take)
    }

    /// The block that is on its way takes the place of the one that is used up.
    async fn arrive(&mut self) {
        if let Some((lease, size)) = &mut self.ahead {
            // Whoever goes away while waiting leaves it for the next.
            let (leased, size) = (lease.await, *size);
            self.ahead = None;
            if let Ok(Ok(first)) = leased {
                self.block = Some(Block::of(first, size));
            }
        }
    }
}

/// Somebody waits for a number; counted until served or gone.
struct Waiting<'a>(&'a AtomicI64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicI64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All series of this process.
#[derive(Default)]
struct AllSeries {
    held: Lock<HashMap<String, Arc<Series>>>,
}

impl AllSeries {
    fn get(&self, name: &str) -> Arc<Series> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get(name) {
            Some(series) => series.clone(),
            None => held.entry(name.to_owned()).or_default().clone(),
        }
    }
}

impl Ctx {
    /// The next number of a series, from 1. `block` numbers are leased at a time: 1 for series that
    /// should show few gaps, more for busy ones, and more still while numbers go fast. Call it
    /// before the transaction.
    pub async fn next_number(&self, name: &str, block: i64) -> Result<i64, StoreError> {
        let series = self.shared.get_or_make::<AllSeries>().get(name);
        let least = block.max(1);
        let me = Waiting::new(&series.waiting);
        let mut now = series.now.lock().await;
        let mut taken = now.take();
        if taken.is_none() {
            now.arrive().await;
            taken = now.take();
        }
        if taken.is_none() {
            let size = now.block.as_ref().map_or(least, |block| block.after(least));
            // Whoever waits now is served by this lease.
            let waiting = series.waiting.load(Ordering::Relaxed).min(LARGEST);
            let size = if least > 1 { size.max(waiting) } else { 1 };
            let first = self.lease(name.to_owned(), size).await?;
            now.block = Some(Block::of(first, size));
            taken = now.take();
        }
        drop(me);
        if let Some(block) = now.block.as_ref().filter(|block| block.runs_out(least))
            && now.ahead.is_none()
        {
            // What is leased ahead and never given is a gap.
            let (ctx, name, size) = (self.clone(), name.to_owned(), block.after(least));
            let lease = tokio::spawn(async move { ctx.lease(name, size).await });
            now.ahead = Some((lease, size));
        }
        taken.ok_or(StoreError::Conflict)
    }

    async fn lease(&self, series: String, block: i64) -> Result<i64, StoreError> {
        self.db
            .write(move |tx| {
                let series = series.clone();
                Box::pin(async move { take(tx, &series, block).await })
            })
            .await
    }
}

/// Lets every series go on `ahead` numbers later. After a restore: what was given since the backup
/// must not be given again.
pub async fn skip(db: &crate::Db, ahead: i64) -> Result<(), StoreError> {
    db.write(move |tx| {
        Box::pin(async move {
            tx.exec("UPDATE number_series SET next = next + ?", args![ahead])
                .await
                .map(drop)
        })
    })
    .await
}

async fn take(tx: &mut Tx<'_>, series: &str, block: i64) -> Result<i64, StoreError> {
    let sql = "INSERT INTO number_series (series, next) VALUES (?, ?) \
               ON CONFLICT (series) DO UPDATE SET next = number_series.next + ? RETURNING next";
    let row = tx.row(sql, args![series, 1 + block, block]).await?;
    let end: i64 = row.ok_or(StoreError::Conflict)?.get(0)?;
    Ok(end - block)
}
