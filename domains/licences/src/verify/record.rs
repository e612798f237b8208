//! Outcomes under their numbers, so that who was told one can come back to it or have it sealed.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use store::{Ctx, Run, args};

use super::Verification;
use crate::error::LicenceError;

/// How long an outcome is kept. The journal keeps for good that there was one.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Rows forgotten in one transaction.
const AT_ONCE: i64 = 500;

/// An outcome as it is stored.
pub(super) struct Row {
    number: String,
    at: Timestamp,
    body: Vec<u8>,
}

impl Row {
    pub(super) fn of(ctx: &Ctx, verification: &Verification) -> Result<Self, LicenceError> {
        let plain = serde_json::to_vec(verification)?;
        let number = verification.number.clone();
        Ok(Self {
            body: ctx.seal("verification", "body", &number, &plain),
            at: verification.at,
            number,
        })
    }
}

pub(super) async fn insert(run: &mut impl Run, row: &Row) -> Result<(), LicenceError> {
    let sql = "INSERT INTO verification (number, at, body) VALUES (?, ?, ?)";
    let values = args![row.number.as_str(), row.at, row.body.as_slice()];
    run.exec(sql, values).await?;
    Ok(())
}

/// The outcome of that number. Needs no permission: the number is random, only who verified knows
/// it, and the outcome tells no more than they were told.
pub async fn verification(ctx: &Ctx, number: &str) -> Result<Verification, LicenceError> {
    let sql = "SELECT body FROM verification WHERE number = ?";
    let row = ctx.db.reader().row(sql, args![number]).await?;
    let sealed: Vec<u8> = row.ok_or(LicenceError::NotFound)?.get(0)?;
    let plain = ctx
        .open_sealed("verification", "body", number, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(serde_json::from_slice(&plain)?)
}

/// The stored files of a report.
pub(super) struct Files {
    pub use_key: String,
    pub ofd_blob: String,
    pub pdf_blob: String,
}

pub(super) async fn files(run: &mut impl Run, number: &str) -> Result<Option<Files>, LicenceError> {
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
pub(super) async fn put_files(
    run: &mut impl Run,
    number: &str,
    files: &Files,
    at: Timestamp,
) -> Result<bool, LicenceError> {
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

/// The names of all stored reports, for the sweeper and the backup of the file store.
pub(crate) async fn report_files(run: &mut impl Run) -> Result<HashSet<String>, LicenceError> {
    let sql = "SELECT ofd_blob, pdf_blob FROM verification_report";
    let mut all = HashSet::new();
    for row in run.rows(sql, Vec::new()).await? {
        all.insert(row.get(0)?);
        all.insert(row.get(1)?);
    }
    Ok(all)
}

/// Forgets what is older than it need be kept. Returns how many.
pub(crate) async fn forget_old(ctx: &Ctx) -> Result<usize, LicenceError> {
    let before = ctx.now() - KEPT;
    let mut gone = 0;
    loop {
        let done = ctx
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT number FROM verification WHERE at < ? ORDER BY at LIMIT ?";
                    let rows = tx.rows(sql, args![before, AT_ONCE]).await?;
                    for row in &rows {
                        let number: String = row.get(0)?;
                        for sql in [
                            "DELETE FROM verification_report WHERE number = ?",
                            "DELETE FROM visual_check WHERE number = ?",
                            "DELETE FROM verification WHERE number = ?",
                        ] {
                            tx.exec(sql, args![number.as_str()]).await?;
                        }
                    }
                    Ok::<_, LicenceError>(rows.len())
                })
            })
            .await?;
        gone += done;
        if done == 0 {
            return Ok(gone);
        }
    }
}
