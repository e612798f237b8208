//! SQL of inspections.

use store::{Ctx, Row, Run, args};

use crate::error::LicenceError;
use crate::inspect::Inspection;

fn key(licence_key: &str, inspection_key: &str) -> String {
    format!("{licence_key}/{inspection_key}")
}

pub(crate) async fn insert(
    run: &mut impl Run,
    ctx: &Ctx,
    licence_key: &str,
    one: &Inspection,
) -> Result<(), LicenceError> {
    let place = key(licence_key, &one.inspection_key);
    let note = ctx.seal("licence_inspection", "note", &place, one.note.as_bytes());
    let sql = "INSERT INTO licence_inspection (licence_key, inspection_key, at, inspected_on, \
               due_on, passed, officer, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let values = args![
        licence_key,
        one.inspection_key.as_str(),
        one.at,
        one.inspected_on,
        one.due_on,
        i64::from(one.passed),
        one.officer.as_str(),
        note
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// All of a licence, newest first.
pub(crate) async fn of_licence(
    run: &mut impl Run,
    ctx: &Ctx,
    licence_key: &str,
) -> Result<Vec<Inspection>, LicenceError> {
    let sql = "SELECT inspection_key, at, inspected_on, due_on, passed, officer, note \
               FROM licence_inspection WHERE licence_key = ? LIMIT 500";
    let rows = run.rows(sql, args![licence_key]).await?;
    let all: Result<Vec<_>, _> = rows.iter().map(|r| read(ctx, licence_key, r)).collect();
    let mut all = all?;
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(all)
}

fn read(ctx: &Ctx, licence_key: &str, row: &Row) -> Result<Inspection, LicenceError> {
    let inspection_key: String = row.get(0)?;
    let sealed: Vec<u8> = row.get(6)?;
    let place = key(licence_key, &inspection_key);
    let note = ctx
        .open_sealed("licence_inspection", "note", &place, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(Inspection {
        at: row.get(1)?,
        inspected_on: row.get(2)?,
        due_on: row.get(3)?,
        passed: row.get::<i64>(4)? == 1,
        officer: row.get(5)?,
        note: String::from_utf8_lossy(&note).into_owned(),
        inspection_key,
    })
}
