//! Types of licences in use: their data as JSON, their face as SVG or a picture.

use store::{Run, StoreError, args};

/// A type as it is kept.
pub(crate) struct KeptType {
    pub data: String,
    pub svg: String,
    pub stopped: bool,
}

/// Writes a type, in place of the one of that code.
pub(crate) async fn put(
    run: &mut impl Run,
    code: &str,
    data: &str,
    svg: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO licence_type (type_code, data, svg) VALUES (?, ?, ?) \
        ON CONFLICT (type_code) DO UPDATE SET data = excluded.data, svg = excluded.svg";
    run.exec(sql, args![code, data, svg]).await?;
    Ok(())
}

/// Stops a type, or takes it up again.
pub(crate) async fn stop(
    run: &mut impl Run,
    code: &str,
    at: Option<jiff::Timestamp>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE licence_type SET stopped = ? WHERE type_code = ?";
    Ok(run.exec(sql, args![at, code]).await? == 1)
}

/// Data and face of a type.
pub(crate) async fn get(run: &mut impl Run, code: &str) -> Result<Option<KeptType>, StoreError> {
    let sql = "SELECT data, svg, stopped FROM licence_type WHERE type_code = ?";
    let row = run.row(sql, args![code]).await?;
    let kept = row.map(|row| {
        let stopped: Option<jiff::Timestamp> = row.get(2)?;
        Ok(KeptType {
            data: row.get(0)?,
            svg: row.get(1)?,
            stopped: stopped.is_some(),
        })
    });
    kept.transpose()
}

/// The codes of all types, in their order.
pub(crate) async fn codes(run: &mut impl Run) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT type_code FROM licence_type ORDER BY type_code";
    let rows = run.rows(sql, args![]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
