//! Running numbers, leased in blocks: two processes never give the same one, no transaction waits
//! for another's number, gaps are allowed.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::{Ctx, Migration, Run, StoreError, Tx, args};

/// The table of the series.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "numbers/0001",
    sql: "CREATE TABLE number_series (series TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL) \
          WITHOUT ROWID;",
}];

/// Blocks that this process holds.
#[derive(Default)]
struct Blocks {
    held: Mutex<HashMap<String, (i64, i64)>>,
}

impl Ctx {
    /// The next number of a series, from 1. `block` numbers are leased at a time: 1 for series that
    /// should show few gaps, more for busy ones. Call it before the transaction.
    pub async fn next_number(&self, series: &str, block: i64) -> Result<i64, StoreError> {
        let blocks = self.shared.get_or_make::<Blocks>();
        let mut held = blocks.held.lock().await;
        let (next, end) = match held.get(series) {
            Some(&(next, end)) if next < end => (next, end),
            _ => {
                let first = self.lease(series.to_owned(), block.max(1)).await?;
                (first, first + block.max(1))
            }
        };
        held.insert(series.to_owned(), (next + 1, end));
        Ok(next)
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
