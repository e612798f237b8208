//! Every SQL statement of this domain.

use store::{Run, StoreError, args};

/// Kind, code and JSON of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub kind: String,
    pub code: String,
    pub data: String,
}

pub(crate) async fn revision(run: &mut impl Run) -> Result<i64, StoreError> {
    let sql = "SELECT revision FROM directory_revision WHERE id = 1";
    run.row(sql, args![]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Moves the revision on; false when another process did meanwhile.
pub(crate) async fn raise_revision(run: &mut impl Run, seen: i64) -> Result<bool, StoreError> {
    if seen == 0 {
        let sql = "INSERT INTO directory_revision (id, revision) VALUES (1, 1) \
                   ON CONFLICT (id) DO NOTHING";
        return Ok(run.exec(sql, args![]).await? == 1);
    }
    let sql = "UPDATE directory_revision SET revision = ? WHERE id = 1 AND revision = ?";
    Ok(run.exec(sql, args![seen + 1, seen]).await? == 1)
}

pub(crate) async fn entries(run: &mut impl Run) -> Result<Vec<Entry>, StoreError> {
    let sql = "SELECT kind, code, data FROM directory_entry ORDER BY kind, code";
    run.rows(sql, args![])
        .await?
        .iter()
        .map(|r| {
            Ok(Entry {
                kind: r.get(0)?,
                code: r.get(1)?,
                data: r.get(2)?,
            })
        })
        .collect()
}

pub(crate) async fn put_entry(run: &mut impl Run, e: &Entry) -> Result<(), StoreError> {
    let sql = "INSERT INTO directory_entry (kind, code, data) VALUES (?, ?, ?) \
               ON CONFLICT (kind, code) DO UPDATE SET data = excluded.data";
    run.exec(sql, args![&e.kind, &e.code, &e.data])
        .await
        .map(drop)
}
