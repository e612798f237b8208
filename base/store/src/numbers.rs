//! Running numbers, leased in blocks: two processes never give the same one, no transaction waits
//! for another's number, gaps are allowed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::{Ctx, Migration, Run, StoreError, Tx, args};

/// The table of the series.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "numbers/0001",
    sql: "CREATE TABLE number_series (series TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL) \
          WITHOUT ROWID;",
}];

/// A block that is used up sooner is followed by one twice as large: a flood of cases must not
/// wait for a lease every few numbers. A slow series keeps its small blocks and few gaps.
const SOON: Duration = Duration::from_secs(1);
/// The largest a block grows.
const LARGEST: i64 = 1_000;

struct Block {
    next: i64,
    end: i64,
    size: i64,
    leased: Instant,
}

/// Blocks that this process holds.
#[derive(Default)]
struct Blocks {
    held: Mutex<HashMap<String, Block>>,
}

impl Ctx {
    /// The next number of a series, from 1. `block` numbers are leased at a time: 1 for series that
    /// should show few gaps, more for busy ones, and more still while numbers go fast. Call it
    /// before the transaction.
    pub async fn next_number(&self, series: &str, block: i64) -> Result<i64, StoreError> {
        let blocks = self.shared.get_or_make::<Blocks>();
        let mut held = blocks.held.lock().await;
        if let Some(known) = held.get_mut(series).filter(|b| b.next < b.end) {
            known.next += 1;
            return Ok(known.next - 1);
        }
        let least = block.max(1);
        let size = match held.get(series) {
            Some(b) if least > 1 && b.leased.elapsed() < SOON => (b.size * 2).min(LARGEST),
            _ => least,
        };
        let first = self.lease(series.to_owned(), size).await?;
        let fresh = Block {
            next: first + 1,
            end: first + size,
            size,
            leased: Instant::now(),
        };
        held.insert(series.to_owned(), fresh);
        Ok(first)
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
