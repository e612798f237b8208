//! Outcomes of verifications, their reports, and which licence they were about.

use std::collections::HashSet;

use jiff::Timestamp;
use store::{Run, StoreError, args};

/// An outcome as it is stored.
pub(crate) struct Row {
    pub number: String,
    pub at: Timestamp,
    /// Encrypted.
    pub body: Vec<u8>,
    /// The licence it was about.
    pub licence: Option<String>,
    /// Who verified, in words for the holder.
    pub by: String,
    pub valid: bool,
}

/// A verification as the holder of the licence sees it.
pub(crate) struct Verified {
    pub at: Timestamp,
    pub by: String,
    pub valid: bool,
}

pub(crate) async fn insert(run: &mut impl Run, row: &Row) -> Result<(), StoreError> {
    let sql = "INSERT INTO verification (number, at, body) VALUES (?, ?, ?)";
    let values = args![row.number.as_str(), row.at, row.body.as_slice()];
    run.exec(sql, values).await?;
    if let Some(licence) = &row.licence {
        let sql = "INSERT INTO licence_verified (licence_key, at, number, by_whom, valid) \
            VALUES (?, ?, ?, ?, ?)";
        let (number, by, valid) = (row.number.as_str(), row.by.as_str(), i64::from(row.valid));
        let values = args![licence.as_str(), row.at, number, by, valid];
        run.exec(sql, values).await?;
    }
    Ok(())
}

/// The encrypted outcome of that number.
pub(crate) async fn body(run: &mut impl Run, number: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT body FROM verification WHERE number = ?";
    let row = run.row(sql, args![number]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The verifications of a licence, newest first.
pub(crate) async fn of_licence(
    run: &mut impl Run,
    licence: &str,
    limit: i64,
) -> Result<Vec<Verified>, StoreError> {
    let sql = "SELECT at, by_whom, valid FROM licence_verified WHERE licence_key = ? \
        ORDER BY at DESC, number DESC LIMIT ?";
    let rows = run.rows(sql, args![licence, limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(Verified {
                at: row.get(0)?,
                by: row.get(1)?,
                valid: row.get::<i64>(2)? != 0,
            })
        })
        .collect()
}

/// The stored files of a report.
pub(crate) struct Files {
    pub use_key: String,
    pub ofd_blob: String,
    pub pdf_blob: String,
}

pub(crate) async fn files(run: &mut impl Run, number: &str) -> Result<Option<Files>, StoreError> {
    let sql = "SELECT use_key, ofd_blob, pdf_blob FROM verification_report WHERE number = ?";
    let row = run.row(sql, args![number]).await?;
    row.map(|row| {
        Ok(Files {
            use_key: row.get(0)?,
            ofd_blob: row.get(1)?,
            pdf_blob: row.get(2)?,
        })
    })
    .transpose()
}

/// Names the files of a report; false when another was first.
pub(crate) async fn put_files(
    run: &mut impl Run,
    number: &str,
    files: &Files,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO verification_report (number, made_at, use_key, ofd_blob, pdf_blob) \
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING";
    let values = args![
        number,
        at,
        files.use_key.as_str(),
        files.ofd_blob.as_str(),
        files.pdf_blob.as_str()
    ];
    Ok(run.exec(sql, values).await? == 1)
}

/// The names of all stored reports.
pub(crate) async fn all_files(run: &mut impl Run) -> Result<HashSet<String>, StoreError> {
    let sql = "SELECT ofd_blob, pdf_blob FROM verification_report";
    let mut all = HashSet::new();
    for row in run.rows(sql, Vec::new()).await? {
        all.insert(row.get(0)?);
        all.insert(row.get(1)?);
    }
    Ok(all)
}

/// Forgets up to so many outcomes from before a moment, with what belongs to them. Returns how
/// many.
pub(crate) async fn forget(
    run: &mut impl Run,
    before: Timestamp,
    limit: i64,
) -> Result<usize, StoreError> {
    let sql = "SELECT number FROM verification WHERE at < ? ORDER BY at LIMIT ?";
    let rows = run.rows(sql, args![before, limit]).await?;
    for row in &rows {
        let number: String = row.get(0)?;
        for sql in [
            "DELETE FROM verification_report WHERE number = ?",
            "DELETE FROM visual_check WHERE number = ?",
            "DELETE FROM verification WHERE number = ?",
        ] {
            run.exec(sql, args![number.as_str()]).await?;
        }
    }
    Ok(rows.len())
}
