//! SQL of the counted uses.

use std::collections::HashMap;

use jiff::civil::Date;
use sealing::Reason;
use store::{Row, Run, StoreError, Value, args};

use super::{Consumer, UseCount, UseKind};
use crate::error::LicenceError;

/// What uses are counted by: day, type, issuer, what, reason, consumer.
pub(super) type Key = (Date, String, String, &'static str, String, String);

pub(super) async fn add(run: &mut impl Run, key: &Key, n: i64) -> Result<(), StoreError> {
    let (day, type_code, issuer, what, reason, consumer) = key;
    let sql = "INSERT INTO licence_use (day, type_code, issuer, what, reason, consumer, n) \
               VALUES (?, ?, ?, ?, ?, ?, ?) \
               ON CONFLICT (day, type_code, issuer, what, reason, consumer) \
               DO UPDATE SET n = licence_use.n + excluded.n";
    let values = args![
        *day,
        type_code.as_str(),
        issuer.as_str(),
        *what,
        reason.as_str(),
        consumer.as_str(),
        n
    ];
    run.exec(sql, values).await.map(drop)
}

/// Type and issuing agency of licences, by their keys.
pub(super) async fn kinds(
    run: &mut impl Run,
    keys: &[String],
) -> Result<HashMap<String, (String, String)>, StoreError> {
    let mut found = HashMap::new();
    for keys in keys.chunks(200) {
        let marks = vec!["?"; keys.len()].join(", ");
        let sql = format!(
            "SELECT licence_key, type_code, agency FROM licence WHERE licence_key IN ({marks})"
        );
        let values: Vec<Value> = keys.iter().map(|key| key.as_str().into()).collect();
        for row in run.rows(&sql, values).await? {
            found.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
        }
    }
    Ok(found)
}

/// The counts of a period, by month.
pub(super) async fn counts(
    run: &mut impl Run,
    from: Date,
    to: Date,
) -> Result<Vec<UseCount>, LicenceError> {
    let sql = "SELECT substr(day, 1, 7), type_code, issuer, what, reason, consumer, \
               CAST(sum(n) AS BIGINT) FROM licence_use WHERE day >= ? AND day <= ? \
               GROUP BY substr(day, 1, 7), type_code, issuer, what, reason, consumer \
               ORDER BY substr(day, 1, 7), type_code, issuer, what, reason, consumer";
    let rows = run.rows(sql, args![from, to]).await?;
    let read = |row: &Row| -> Result<UseCount, LicenceError> {
        let what: String = row.get(3)?;
        let reason: String = row.get(4)?;
        let n: i64 = row.get(6)?;
        Ok(UseCount {
            month: row.get(0)?,
            type_code: row.get(1)?,
            issuer: row.get(2)?,
            what: UseKind::from_code(&what).ok_or(LicenceError::Data(what))?,
            reason: Reason::ALL.iter().copied().find(|r| r.code() == reason),
            consumer: Consumer::from_code(&row.get::<String>(5)?),
            n: n.unsigned_abs(),
        })
    };
    rows.iter().map(read).collect()
}
