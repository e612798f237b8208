//! SQL of receipts.

use jiff::civil::Date;
use store::{Row, Run, StoreError, args};

use super::{Receipt, ReceiptKind};
use crate::batch::SourceClass;
use crate::error::CollectionError;

/// What receipts are counted by: agency, day, kind, type, source class, batch.
pub(super) type Key = (String, Date, &'static str, String, String, String);

pub(super) async fn add(run: &mut impl Run, key: &Key, n: i64) -> Result<(), StoreError> {
    let (agency, day, kind, type_code, class, batch) = key;
    let sql = "INSERT INTO collection_receipt (agency, day, kind, type_code, source_class, \
               batch_key, n, seen) VALUES (?, ?, ?, ?, ?, ?, ?, 0) \
               ON CONFLICT (agency, day, kind, type_code, source_class, batch_key) \
               DO UPDATE SET n = collection_receipt.n + excluded.n";
    let values = args![
        agency.as_str(),
        *day,
        *kind,
        type_code.as_str(),
        class.as_str(),
        batch.as_str(),
        n
    ];
    run.exec(sql, values).await.map(drop)
}

/// What an agency received from a day on.
pub(super) async fn of_agency(
    run: &mut impl Run,
    agency: &str,
    from: Date,
) -> Result<Vec<Receipt>, CollectionError> {
    let sql = "SELECT agency, day, kind, type_code, source_class, batch_key, n, seen \
               FROM collection_receipt WHERE agency = ? AND day >= ? \
               ORDER BY day, kind, type_code, source_class, batch_key";
    let rows = run.rows(sql, args![agency, from]).await?;
    let read = |row: &Row| -> Result<Receipt, CollectionError> {
        let kind: String = row.get(2)?;
        let batch: String = row.get(5)?;
        let (n, seen): (i64, i64) = (row.get(6)?, row.get(7)?);
        Ok(Receipt {
            agency: row.get(0)?,
            day: row.get(1)?,
            kind: ReceiptKind::from_code(&kind).ok_or_else(|| CollectionError::data(&kind))?,
            type_code: row.get(3)?,
            source_class: SourceClass::from_code(&row.get::<String>(4)?),
            batch_key: Some(batch).filter(|key| !key.is_empty()),
            n: n.unsigned_abs(),
            unseen: (n - seen).max(0).unsigned_abs(),
        })
    };
    rows.iter().map(read).collect()
}

/// How many rows of an agency somebody has yet to take note of.
pub(super) async fn unseen(run: &mut impl Run, agency: &str) -> Result<u64, CollectionError> {
    let sql = "SELECT count(*) FROM collection_receipt WHERE agency = ? AND seen < n";
    let row = run.row(sql, args![agency]).await?;
    let n: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

/// Takes note of all of them. Returns how many rows.
pub(super) async fn see(run: &mut impl Run, agency: &str) -> Result<u64, CollectionError> {
    let sql = "UPDATE collection_receipt SET seen = n WHERE agency = ? AND seen < n";
    Ok(run.exec(sql, args![agency]).await?)
}
