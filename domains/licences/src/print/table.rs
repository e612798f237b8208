//! SQL of prints.

use jiff::Timestamp;
use store::{Row, Run, args};

use super::{LicencePrinted, PrintWay, Printed};
use crate::error::LicenceError;

/// Takes a numbered form for a version of a licence; false when another has it. The same one may
/// have it again: the file that was to be printed got lost on its way, or the printer was out.
pub(super) async fn use_form(
    run: &mut impl Run,
    type_code: &str,
    form_no: &str,
    printed: &LicencePrinted,
) -> Result<bool, LicenceError> {
    let sql = "INSERT INTO licence_form (type_code, form_no, licence_key, version) \
               VALUES (?, ?, ?, ?) ON CONFLICT (type_code, form_no) DO UPDATE \
               SET version = excluded.version \
               WHERE licence_form.licence_key = excluded.licence_key \
               AND licence_form.version = excluded.version";
    let key = printed.licence_key.as_str();
    let values = args![type_code, form_no, key, printed.version];
    Ok(run.exec(sql, values).await? == 1)
}

pub(super) async fn insert(
    run: &mut impl Run,
    printed: &LicencePrinted,
    at: Timestamp,
    by: &str,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_print (licence_key, nth, at, version, way, form_no, by_whom) \
               SELECT CAST(? AS TEXT), COALESCE(MAX(nth), 0) + 1, CAST(? AS TEXT), \
               CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT) \
               FROM licence_print WHERE licence_key = ?";
    let key = printed.licence_key.as_str();
    let values = args![
        key,
        at,
        printed.version,
        printed.way.as_str(),
        printed.form_no.clone(),
        by,
        key
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// Prints of a licence, newest first.
pub(super) async fn of_licence(
    run: &mut impl Run,
    licence_key: &str,
) -> Result<Vec<Printed>, LicenceError> {
    let sql = "SELECT at, version, way, form_no, by_whom FROM licence_print \
               WHERE licence_key = ? ORDER BY nth DESC LIMIT 100";
    let read = |row: &Row| -> Result<Printed, LicenceError> {
        let way: String = row.get(2)?;
        Ok(Printed {
            at: row.get(0)?,
            version: row.get(1)?,
            way: PrintWay::from_code(&way).ok_or(LicenceError::Data(way))?,
            form_no: row.get(3)?,
            by: row.get(4)?,
        })
    };
    let rows = run.rows(sql, args![licence_key]).await?;
    rows.iter().map(read).collect()
}
