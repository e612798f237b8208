//! Every SQL statement of the versions of types and of the catalogue.

use std::sync::Arc;

use store::{Row, Run, StoreError, args};

use super::{Class, Template, TemplateState, Told};
use crate::error::LicenceError;
use crate::kind;
use crate::state::State;

const COLUMNS: &str = "type_code, version, state, rev, data, svg, told";

fn from(row: &Row) -> Result<Template, LicenceError> {
    let state: String = row.get(2)?;
    let data: String = row.get(4)?;
    let told: String = row.get(6)?;
    let told: Told = serde_json::from_str(&told)?;
    Ok(Template {
        type_code: row.get(0)?,
        version: row.get(1)?,
        state: TemplateState::from_code(&state).ok_or_else(|| LicenceError::Data(state.clone()))?,
        rev: row.get(3)?,
        kind: Arc::new(kind::read(&data, row.get(5)?)?),
        told,
    })
}

pub(super) async fn load(
    run: &mut impl Run,
    code: &str,
    version: u32,
) -> Result<Template, LicenceError> {
    let sql = format!("SELECT {COLUMNS} FROM licence_template WHERE type_code = ? AND version = ?");
    let row = run.row(&sql, args![code, version]).await?;
    from(&row.ok_or(LicenceError::NoTemplate)?)
}

/// Newest first.
pub(super) async fn of_type(run: &mut impl Run, code: &str) -> Result<Vec<Template>, LicenceError> {
    let sql =
        format!("SELECT {COLUMNS} FROM licence_template WHERE type_code = ? ORDER BY version DESC");
    let rows = run.rows(&sql, args![code]).await?;
    rows.iter().map(from).collect()
}

/// All of one state, without their base pictures.
pub(super) async fn in_state(
    run: &mut impl Run,
    state: TemplateState,
) -> Result<Vec<Template>, LicenceError> {
    let sql = "SELECT type_code, version, state, rev, data, '' AS svg, told FROM licence_template \
        WHERE state = ? ORDER BY type_code";
    let rows = run.rows(sql, args![state.code()]).await?;
    rows.iter().map(from).collect()
}

/// Version and revision of the one in use.
pub(super) async fn in_use(
    run: &mut impl Run,
    code: &str,
) -> Result<Option<(u32, i64)>, LicenceError> {
    let sql = "SELECT version, rev FROM licence_template WHERE type_code = ? AND state = 'IN_USE'";
    let row = run.row(sql, args![code]).await?;
    let both = row.map(|row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?)));
    Ok(both.transpose()?)
}

pub(super) async fn insert(run: &mut impl Run, new: &Template) -> Result<(), LicenceError> {
    let sql = format!("INSERT INTO licence_template ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)");
    let data = serde_json::to_string(&*new.kind)?;
    let told = serde_json::to_string(&new.told)?;
    let svg = new.kind.ground.kept();
    let args = args![
        new.type_code.as_str(),
        new.version,
        new.state.code(),
        new.rev,
        data.as_str(),
        svg.as_str(),
        told.as_str()
    ];
    match run.exec(&sql, args).await {
        // The indexes allow one open version of a type.
        Err(StoreError::Duplicate) => Err(LicenceError::OpenVersion),
        other => Ok(other.map(drop)?),
    }
}

/// Writes a version that nobody changed since this revision.
pub(super) async fn replace(
    run: &mut impl Run,
    now: &Template,
    rev: i64,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_template SET state = ?, rev = rev + 1, data = ?, svg = ?, told = ? \
        WHERE type_code = ? AND version = ? AND rev = ?";
    let data = serde_json::to_string(&*now.kind)?;
    let told = serde_json::to_string(&now.told)?;
    let svg = now.kind.ground.kept();
    let args = args![
        now.state.code(),
        data.as_str(),
        svg.as_str(),
        told.as_str(),
        now.type_code.as_str(),
        now.version,
        rev
    ];
    one(run.exec(sql, args).await?)
}

/// The definition of an imported version as it is imported again.
pub(super) async fn set_data(
    run: &mut impl Run,
    code: &str,
    version: u32,
    data: &str,
    svg: &str,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_template SET data = ?, svg = ? WHERE type_code = ? AND version = ?";
    one(run.exec(sql, args![data, svg, code, version]).await?)
}

pub(super) async fn set_state(
    run: &mut impl Run,
    (code, version): (&str, u32),
    rev: i64,
    state: TemplateState,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_template SET state = ?, rev = rev + 1 \
        WHERE type_code = ? AND version = ? AND rev = ?";
    one(run
        .exec(sql, args![state.code(), code, version, rev])
        .await?)
}

pub(super) async fn delete(
    run: &mut impl Run,
    (code, version): (&str, u32),
    rev: i64,
) -> Result<(), LicenceError> {
    let sql = "DELETE FROM licence_template WHERE type_code = ? AND version = ? AND rev = ?";
    one(run.exec(sql, args![code, version, rev]).await?)
}

fn one(changed: u64) -> Result<(), LicenceError> {
    match changed {
        1 => Ok(()),
        _ => Err(LicenceError::Stale),
    }
}

/// The first level of the catalogue in its order.
pub(super) async fn classes(run: &mut impl Run) -> Result<Vec<Class>, LicenceError> {
    let sql = "SELECT class_code, class_name FROM licence_class ORDER BY place, class_code";
    let rows = run.rows(sql, args![]).await?;
    let all = rows.iter().map(|row| {
        Ok::<_, StoreError>(Class {
            code: row.get(0)?,
            name: row.get(1)?,
        })
    });
    Ok(all.collect::<Result<_, _>>()?)
}

pub(super) async fn add_class(run: &mut impl Run, class: &Class) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_class (class_code, class_name, place) VALUES (?, ?, 100)";
    let args = args![class.code.as_str(), class.name.as_str()];
    match run.exec(sql, args).await {
        Err(StoreError::Duplicate) => Err(LicenceError::TypeExists(class.code.clone())),
        other => Ok(other.map(drop)?),
    }
}

/// Whether an agency ever made a licence of a type, whatever became of it.
pub(super) async fn has_licence(
    run: &mut impl Run,
    agency: &str,
    code: &str,
) -> Result<bool, LicenceError> {
    // All states, so that the index serves which begins with them.
    let states: Vec<String> = State::ALL
        .iter()
        .map(|s| format!("'{}'", s.code()))
        .collect();
    let sql = format!(
        "SELECT 1 FROM licence WHERE state IN ({}) AND agency = ? AND type_code = ? LIMIT 1",
        states.join(", ")
    );
    Ok(run.row(&sql, args![agency, code]).await?.is_some())
}

/// Takes a stopped type away, with all its versions.
pub(super) async fn delete_all(run: &mut impl Run, code: &str) -> Result<(), LicenceError> {
    let sql = "DELETE FROM licence_type WHERE type_code = ? AND stopped IS NOT NULL";
    one(run.exec(sql, args![code]).await?)?;
    let sql = "DELETE FROM licence_template WHERE type_code = ?";
    run.exec(sql, args![code]).await?;
    Ok(())
}
