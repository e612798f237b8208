//! SQL of base data.

use store::{Row, Run, args};

use crate::base::BaseSource;
use crate::error::CollectionError;

const COLUMNS: &str = "base_key, name, at, taken_by, rows, rejects, current";

fn read(row: &Row) -> Result<BaseSource, CollectionError> {
    let (rows, rejects, current): (i64, i64, i64) = (row.get(4)?, row.get(5)?, row.get(6)?);
    Ok(BaseSource {
        base_key: row.get(0)?,
        name: row.get(1)?,
        at: row.get(2)?,
        taken_by: row.get(3)?,
        rows: rows.unsigned_abs(),
        rejects: rejects.unsigned_abs(),
        current: current == 1,
    })
}

/// The extracts taken in, newest first.
pub(crate) async fn newest(run: &mut impl Run) -> Result<Vec<BaseSource>, CollectionError> {
    let sql = format!("SELECT {COLUMNS} FROM collection_base ORDER BY at DESC LIMIT 100");
    let rows = run.rows(&sql, args![]).await?;
    rows.iter().map(read).collect()
}

/// The extracts that count, oldest first.
pub(crate) async fn current(run: &mut impl Run) -> Result<Vec<BaseSource>, CollectionError> {
    let sql = format!("SELECT {COLUMNS} FROM collection_base WHERE current = 1");
    let rows = run.rows(&sql, args![]).await?;
    let mut all: Vec<BaseSource> = rows.iter().map(read).collect::<Result<_, _>>()?;
    all.sort_by_key(|one| one.at);
    Ok(all)
}

/// A new extract takes the place of the former one of its name, whose rows go.
pub(crate) async fn replace(
    run: &mut impl Run,
    base: &BaseSource,
    pieces: &[String],
) -> Result<(), CollectionError> {
    let sql = "DELETE FROM collection_base_piece WHERE base_key IN \
               (SELECT base_key FROM collection_base WHERE name = ? AND current = 1)";
    run.exec(sql, args![base.name.as_str()]).await?;
    let sql = "UPDATE collection_base SET current = 0 WHERE name = ? AND current = 1";
    run.exec(sql, args![base.name.as_str()]).await?;
    let sql = "INSERT INTO collection_base (base_key, name, at, taken_by, rows, rejects, current) \
               VALUES (?, ?, ?, ?, ?, ?, 1)";
    let values = args![
        base.base_key.as_str(),
        base.name.as_str(),
        base.at,
        base.taken_by.as_str(),
        base.rows.cast_signed(),
        base.rejects.cast_signed()
    ];
    run.exec(sql, values).await?;
    for (piece, blob) in pieces.iter().enumerate() {
        let sql = "INSERT INTO collection_base_piece (base_key, piece, blob) VALUES (?, ?, ?)";
        let piece = i64::try_from(piece).map_err(CollectionError::data)?;
        run.exec(sql, args![base.base_key.as_str(), piece, blob.as_str()])
            .await?;
    }
    Ok(())
}

pub(crate) async fn pieces(
    run: &mut impl Run,
    base_key: &str,
) -> Result<Vec<String>, CollectionError> {
    let sql = "SELECT blob FROM collection_base_piece WHERE base_key = ? ORDER BY piece";
    let rows = run.rows(sql, args![base_key]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}
