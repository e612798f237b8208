//! SQL of copies.

use jiff::Timestamp;
use store::{Ctx, Row, Run, args};

use super::{CopyBody, LicenceCopy};
use crate::error::LicenceError;

const COLUMNS: &str = "copy_key, licence_key, version, made_at, until, ended_at, fetched, \
                       verified, use_key, ofd_blob, pdf_blob, body";

fn read(ctx: &Ctx, row: &Row) -> Result<LicenceCopy, LicenceError> {
    let copy_key: String = row.get(0)?;
    let sealed: Vec<u8> = row.get(11)?;
    let plain = ctx
        .open_sealed("licence_copy", "body", &copy_key, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    let body: CopyBody = serde_json::from_slice(&plain)?;
    Ok(LicenceCopy {
        licence_key: row.get(1)?,
        version: row.get(2)?,
        made_at: row.get(3)?,
        until: row.get(4)?,
        ended_at: row.get(5)?,
        fetched: row.get::<i64>(6)?.unsigned_abs(),
        verified: row.get::<i64>(7)?.unsigned_abs(),
        use_key: row.get(8)?,
        ofd_blob: row.get(9)?,
        pdf_blob: row.get(10)?,
        body,
        copy_key,
    })
}

/// Writes a copy with the values it is found by.
pub(super) async fn insert(
    run: &mut impl Run,
    ctx: &Ctx,
    c: &LicenceCopy,
    digests: &[String],
) -> Result<(), LicenceError> {
    let plain = serde_json::to_vec(&c.body)?;
    let sealed = ctx.seal("licence_copy", "body", &c.copy_key, &plain);
    let sql = "INSERT INTO licence_copy (copy_key, licence_key, version, made_at, until, fetched, \
               verified, use_key, ofd_blob, pdf_blob, body) \
               VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)";
    let values = args![
        c.copy_key.as_str(),
        c.licence_key.as_str(),
        c.version,
        c.made_at,
        c.until,
        c.use_key.as_str(),
        c.ofd_blob.as_str(),
        c.pdf_blob.as_str(),
        sealed
    ];
    run.exec(sql, values).await?;
    for value in digests.iter().chain(std::iter::once(&c.body.token)) {
        let sql = "INSERT INTO licence_copy_found (value, copy_key) VALUES (?, ?)";
        run.exec(sql, args![value.as_str(), c.copy_key.as_str()])
            .await?;
    }
    Ok(())
}

pub(super) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<LicenceCopy, LicenceError> {
    let sql = format!("SELECT {COLUMNS} FROM licence_copy WHERE copy_key = ?");
    let row = run.row(&sql, args![key]).await?;
    read(ctx, &row.ok_or(LicenceError::NotFound)?)
}

/// The newest copies of a licence.
pub(super) async fn of_licence(
    run: &mut impl Run,
    ctx: &Ctx,
    licence_key: &str,
) -> Result<Vec<LicenceCopy>, LicenceError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licence_copy WHERE licence_key = ? \
         ORDER BY made_at DESC LIMIT 200"
    );
    let rows = run.rows(&sql, args![licence_key]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

pub(super) async fn found(run: &mut impl Run, value: &str) -> Result<Option<String>, LicenceError> {
    let sql = "SELECT copy_key FROM licence_copy_found WHERE value = ?";
    let row = run.row(sql, args![value]).await?;
    Ok(row.map(|r| r.get(0)).transpose()?)
}

pub(super) async fn count_fetched(run: &mut impl Run, key: &str) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_copy SET fetched = fetched + 1 WHERE copy_key = ?";
    run.exec(sql, args![key]).await?;
    Ok(())
}

pub(super) async fn count_verified(run: &mut impl Run, key: &str) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_copy SET verified = verified + 1 WHERE copy_key = ?";
    run.exec(sql, args![key]).await?;
    Ok(())
}

/// False when it was ended before.
pub(super) async fn end(
    run: &mut impl Run,
    key: &str,
    at: Timestamp,
) -> Result<bool, LicenceError> {
    let sql = "UPDATE licence_copy SET ended_at = ? WHERE copy_key = ? AND ended_at IS NULL";
    Ok(run.exec(sql, args![at, key]).await? == 1)
}

/// The names of all stored files.
pub(crate) async fn blobs(run: &mut impl Run) -> Result<Vec<String>, LicenceError> {
    let sql = "SELECT ofd_blob, pdf_blob FROM licence_copy";
    let mut all = Vec::new();
    for row in run.rows(sql, args![]).await? {
        all.extend([row.get::<String>(0)?, row.get::<String>(1)?]);
    }
    Ok(all)
}
