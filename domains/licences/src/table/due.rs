//! SQL of what falls due: ends, reminders, inspections. Lists are read in pieces by their day, so
//! each piece must leave its list when it is dealt with.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Ctx, Run, Value, args};

use super::{LICENCE, licence_from};
use crate::error::LicenceError;
use crate::licence::Licence;
use crate::state::State;

/// Rows of a piece.
pub(crate) const PIECE: usize = 500;

async fn piece(
    run: &mut impl Run,
    ctx: &Ctx,
    condition: &str,
    order: &str,
    values: Vec<Value>,
) -> Result<Vec<Licence>, LicenceError> {
    let sql =
        format!("SELECT {LICENCE} FROM licence WHERE {condition} ORDER BY {order} LIMIT {PIECE}");
    let rows = run.rows(&sql, values).await?;
    rows.iter().map(|r| licence_from(ctx, r)).collect()
}

/// Licences in a state whose validity ended before a day.
pub(crate) async fn ended(
    run: &mut impl Run,
    ctx: &Ctx,
    state: State,
    before: Date,
) -> Result<Vec<Licence>, LicenceError> {
    let values = args![state.code(), before];
    piece(
        run,
        ctx,
        "state = ? AND valid_to < ?",
        "state, valid_to",
        values,
    )
    .await
}

/// Valid licences whose holders are to be told on this day or before.
pub(crate) async fn to_remind(
    run: &mut impl Run,
    ctx: &Ctx,
    on: Date,
) -> Result<Vec<Licence>, LicenceError> {
    let values = args![State::Valid.code(), on];
    piece(
        run,
        ctx,
        "state = ? AND remind_on <= ?",
        "state, remind_on",
        values,
    )
    .await
}

/// Valid licences of a type whose inspection was due before a day.
pub(crate) async fn uninspected(
    run: &mut impl Run,
    ctx: &Ctx,
    type_code: &str,
    before: Date,
) -> Result<Vec<Licence>, LicenceError> {
    let values = args![State::Valid.code(), type_code, before];
    let condition = "state = ? AND type_code = ? AND inspect_by < ?";
    piece(run, ctx, condition, "state, type_code, inspect_by", values).await
}

/// Valid licences of a type that have no day of inspection yet.
pub(crate) async fn without_inspection(
    run: &mut impl Run,
    ctx: &Ctx,
    type_code: &str,
) -> Result<Vec<Licence>, LicenceError> {
    let values = args![State::Valid.code(), type_code];
    let condition = "state = ? AND type_code = ? AND inspect_by IS NULL";
    piece(run, ctx, condition, "licence_key", values).await
}

/// The first inspection of a licence that had none; nothing where it has one by now.
pub(crate) async fn set_inspect_by(
    run: &mut impl Run,
    key: &str,
    day: Date,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence SET inspect_by = ?, rev = rev + 1 \
               WHERE licence_key = ? AND inspect_by IS NULL";
    run.exec(sql, args![day, key]).await?;
    Ok(())
}

/// The next reminder; false when the licence has changed since it was read.
pub(crate) async fn set_remind_on(
    run: &mut impl Run,
    key: &str,
    seen: i64,
    on: Option<Date>,
) -> Result<bool, LicenceError> {
    let sql = "UPDATE licence SET remind_on = ?, rev = rev + 1 WHERE licence_key = ? AND rev = ?";
    Ok(run.exec(sql, args![on, key, seen]).await? == 1)
}

/// The next inspection, with the state that follows from the one that was.
pub(crate) async fn set_inspected(
    run: &mut impl Run,
    key: &str,
    seen: i64,
    state: State,
    inspect_by: Option<Date>,
    at: Timestamp,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence SET state = ?, inspect_by = ?, updated_at = ?, rev = rev + 1 \
               WHERE licence_key = ? AND rev = ?";
    let values = args![state.code(), inspect_by, at, key, seen];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(LicenceError::Stale),
    }
}
