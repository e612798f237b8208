//! Every SQL statement of this domain.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::Register;

/// Numbers that belong to one record.
pub(crate) const BY_ID: &str = "population.id_number";
pub(crate) const BY_REF: &str = "population.ref";
pub(crate) const BY_USCC: &str = "legal.uscc";
pub(crate) const BY_SUBJECT: &str = "credit.subject";
/// A legal person by its representative.
pub(crate) const REPRESENTS: &str = "legal.representative";

/// A record as it is stored.
#[derive(Clone)]
pub(crate) struct Stored {
    pub key: String,
    pub data: Vec<u8>,
    pub content: Vec<u8>,
    pub photo: Option<String>,
}

const RECORD: &str = "r.record_key, r.data, r.content, r.photo";

fn stored(row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        key: row.get(0)?,
        data: row.get(1)?,
        content: row.get(2)?,
        photo: row.get(3)?,
    })
}

pub(crate) async fn find(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
) -> Result<Option<Stored>, StoreError> {
    let sql = format!(
        "SELECT {RECORD} FROM register_lookup l JOIN register_record r \
         ON r.record_key = l.record_key WHERE l.kind = ? AND l.digest = ?"
    );
    run.row(&sql, args![kind, digest])
        .await?
        .as_ref()
        .map(stored)
        .transpose()
}

pub(crate) async fn related(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
) -> Result<Vec<Stored>, StoreError> {
    let sql = format!(
        "SELECT {RECORD} FROM register_relation l JOIN register_record r \
         ON r.record_key = l.record_key WHERE l.kind = ? AND l.digest = ? ORDER BY r.record_key"
    );
    run.rows(&sql, args![kind, digest])
        .await?
        .iter()
        .map(stored)
        .collect()
}

pub(crate) async fn put(
    run: &mut impl Run,
    register: Register,
    record: &Stored,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO register_record (record_key, register, data, content, photo, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record_key) DO UPDATE SET \
               data = excluded.data, content = excluded.content, photo = excluded.photo, \
               updated_at = excluded.updated_at";
    let Stored {
        key,
        data,
        content,
        photo,
    } = record.clone();
    run.exec(sql, args![key, register.code(), data, content, photo, at])
        .await
        .map(drop)
}

pub(crate) async fn put_lookup(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
    key: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO register_lookup (kind, digest, record_key) VALUES (?, ?, ?) \
               ON CONFLICT (kind, digest) DO UPDATE SET record_key = excluded.record_key";
    run.exec(sql, args![kind, digest, key]).await.map(drop)
}

/// Replaces what a record relates to.
pub(crate) async fn put_relation(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
    key: &str,
) -> Result<(), StoreError> {
    run.exec(
        "DELETE FROM register_relation WHERE record_key = ?",
        args![key],
    )
    .await?;
    let sql = "INSERT INTO register_relation (kind, digest, record_key) VALUES (?, ?, ?)";
    run.exec(sql, args![kind, digest, key]).await.map(drop)
}

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(
    run: &mut impl Run,
) -> Result<std::collections::HashSet<String>, StoreError> {
    let sql = "SELECT photo FROM register_record WHERE photo IS NOT NULL";
    let rows = run.rows(sql, Vec::new()).await?;
    rows.iter().map(|r| r.get(0)).collect()
}
