//! Types of licences: their data as JSON, their face as SVG.

use store::{Run, StoreError, args};

/// Writes a type, in place of the one of that code.
pub(crate) async fn put(
    run: &mut impl Run,
    (code, data, svg): &(String, String, String),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO licence_type (type_code, data, svg) VALUES (?, ?, ?) \
        ON CONFLICT (type_code) DO UPDATE SET data = excluded.data, svg = excluded.svg";
    run.exec(sql, args![code.as_str(), data.as_str(), svg.as_str()])
        .await?;
    Ok(())
}

/// Data and face of a type.
pub(crate) async fn get(
    run: &mut impl Run,
    code: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let sql = "SELECT data, svg FROM licence_type WHERE type_code = ?";
    let row = run.row(sql, args![code]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// The codes of all types, in their order.
pub(crate) async fn codes(run: &mut impl Run) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT type_code FROM licence_type ORDER BY type_code";
    let rows = run.rows(sql, args![]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
