//! Facts about this installation.

use store::{Run, StoreError, args};

pub(crate) async fn get(run: &mut impl Run, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM installation WHERE name = ?";
    run.row(sql, args![name])
        .await?
        .map(|r| r.get(0))
        .transpose()
}

pub(crate) async fn put(run: &mut impl Run, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO installation (name, value) VALUES (?, ?) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    run.exec(sql, args![name, value]).await.map(drop)
}
