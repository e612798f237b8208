//! Files that officers look at, and what they saw.

use std::collections::HashSet;

use jiff::Timestamp;
use store::{Run, StoreError, args};

const COLUMNS: &str = "number, officer, begun_at, blob, outcome, decided_at, note";

/// A visual verification as it is stored.
pub(crate) struct Row {
    pub number: String,
    /// Staff user name.
    pub officer: String,
    pub begun_at: Timestamp,
    /// Name in the file store.
    pub blob: String,
    pub outcome: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// Encrypted.
    pub note: Option<Vec<u8>>,
}

fn read(row: &store::Row) -> Result<Row, StoreError> {
    Ok(Row {
        number: row.get(0)?,
        officer: row.get(1)?,
        begun_at: row.get(2)?,
        blob: row.get(3)?,
        outcome: row.get(4)?,
        decided_at: row.get(5)?,
        note: row.get(6)?,
    })
}

pub(crate) async fn begin(
    run: &mut impl Run,
    number: &str,
    officer: &str,
    at: Timestamp,
    blob: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO visual_check (number, officer, begun_at, blob) VALUES (?, ?, ?, ?)";
    run.exec(sql, args![number, officer, at, blob]).await?;
    Ok(())
}

pub(crate) async fn get(run: &mut impl Run, number: &str) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM visual_check WHERE number = ?");
    let row = run.row(&sql, args![number]).await?;
    row.as_ref().map(read).transpose()
}

/// The last ones of an officer, newest first.
pub(crate) async fn of_officer(
    run: &mut impl Run,
    officer: &str,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM visual_check WHERE officer = ? ORDER BY begun_at DESC, number \
         LIMIT ?"
    );
    let rows = run.rows(&sql, args![officer, limit]).await?;
    rows.iter().map(read).collect()
}

/// Records what was seen; false when that was done before.
pub(crate) async fn decide(
    run: &mut impl Run,
    number: &str,
    outcome: &str,
    at: Timestamp,
    note: &[u8],
) -> Result<bool, StoreError> {
    let sql = "UPDATE visual_check SET outcome = ?, decided_at = ?, note = ? \
        WHERE number = ? AND outcome IS NULL";
    Ok(run.exec(sql, args![outcome, at, note, number]).await? == 1)
}

/// The names of all kept files.
pub(crate) async fn files(run: &mut impl Run) -> Result<HashSet<String>, StoreError> {
    let sql = "SELECT blob FROM visual_check";
    let rows = run.rows(sql, Vec::new()).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
