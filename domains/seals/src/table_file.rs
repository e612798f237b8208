//! Every statement on the files of applications.

use store::{Row, Run, StoreError, args};

use crate::files::{FileKind, SealFile};
use crate::table::coded;

fn file(row: &Row) -> Result<SealFile, StoreError> {
    let media_type: String = row.get(2)?;
    let known = [
        "application/pdf",
        "image/png",
        "image/jpeg",
        "application/ofd",
        "image/bmp",
    ];
    let known = known.into_iter().find(|kind| *kind == media_type);
    Ok(SealFile {
        kind: coded(row, 0, FileKind::from_code)?,
        name: row.get(1)?,
        media_type: known.unwrap_or("application/octet-stream"),
        blob: row.get(3)?,
        digest: row.get(4)?,
        length: row.get(5)?,
    })
}

pub(crate) async fn insert(
    run: &mut impl Run,
    seal_key: &str,
    f: &SealFile,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_file (seal_key, kind, name, media_type, blob, digest, length) \
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let length = i64::try_from(f.length).unwrap_or(i64::MAX);
    let values = args![
        seal_key,
        f.kind.code(),
        &f.name,
        f.media_type,
        &f.blob,
        &f.digest,
        length
    ];
    run.exec(sql, values).await?;
    Ok(())
}

pub(crate) async fn files(run: &mut impl Run, seal_key: &str) -> Result<Vec<SealFile>, StoreError> {
    let sql = "SELECT kind, name, media_type, blob, digest, length FROM seal_file \
        WHERE seal_key = ? ORDER BY kind";
    let rows = run.rows(sql, args![seal_key]).await?;
    rows.iter().map(file).collect()
}

/// The names of all files.
pub(crate) async fn blobs(run: &mut impl Run) -> Result<Vec<String>, StoreError> {
    let rows = run.rows("SELECT blob FROM seal_file", Vec::new()).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
