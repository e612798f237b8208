//! Statements on certificates that were asked of an outside authority.

use jiff::Timestamp;
use store::{Run, StoreError, args};

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub seal: String,
    /// Under which the key store keeps the two keys.
    pub key_name: String,
    /// PKCS#10, DER.
    pub sm2: Vec<u8>,
    pub pdf: Vec<u8>,
    /// Staff user name.
    pub by: String,
    pub at: Timestamp,
}

/// Writes a request; false when there is one.
pub(crate) async fn insert(run: &mut impl Run, row: &Row) -> Result<bool, StoreError> {
    let sql = "INSERT INTO seal_request (seal_key, key_name, sm2, pdf, asked_by, asked_at) \
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (seal_key) DO NOTHING";
    let values = args![
        &row.seal,
        &row.key_name,
        row.sm2.as_slice(),
        row.pdf.as_slice(),
        &row.by,
        row.at
    ];
    Ok(run.exec(sql, values).await? == 1)
}

pub(crate) async fn get(run: &mut impl Run, seal: &str) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT key_name, sm2, pdf, asked_by, asked_at FROM seal_request \
        WHERE seal_key = ?";
    let row = run.row(sql, args![seal]).await?;
    row.map(|row| {
        Ok(Row {
            seal: seal.to_owned(),
            key_name: row.get(0)?,
            sm2: row.get(1)?,
            pdf: row.get(2)?,
            by: row.get(3)?,
            at: row.get(4)?,
        })
    })
    .transpose()
}

/// Ends the request of those keys; false when it has ended.
pub(crate) async fn remove(
    run: &mut impl Run,
    seal: &str,
    key_name: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM seal_request WHERE seal_key = ? AND key_name = ?";
    Ok(run.exec(sql, args![seal, key_name]).await? == 1)
}
