//! The statement of the list of seals.

use store::{Run, StoreError, Value, args};

use crate::seal::Seal;
use crate::search::Wanted;
use crate::table::{COLUMNS, all};

/// A part of somebody's scope.
pub(crate) enum Part {
    All,
    /// Region codes from, up to and without.
    Regions(String, String),
    Agency(String),
}

fn condition(parts: &[Part], wanted: &Wanted) -> (String, Vec<Value>) {
    let (mut terms, mut values) = (Vec::new(), Vec::new());
    if !parts.iter().any(|part| matches!(part, Part::All)) {
        let mut either = Vec::new();
        for part in parts {
            match part {
                Part::All => {}
                Part::Regions(from, to) => {
                    either.push("(region_code >= ? AND region_code < ?)");
                    values.extend(args![from, to]);
                }
                Part::Agency(code) => {
                    either.push("agency_code = ?");
                    values.push(code.into());
                }
            }
        }
        // Nothing in scope: nothing is found.
        let either = either.join(" OR ");
        terms.push(if either.is_empty() {
            "1 = 0".to_owned()
        } else {
            format!("({either})")
        });
    }
    if let Some(agency) = &wanted.agency {
        terms.push("agency_code = ?".into());
        values.push(agency.into());
    }
    if let Some(state) = wanted.state {
        terms.push("state = ?".into());
        values.push(state.code().into());
    }
    if let Some(seal_type) = wanted.seal_type {
        terms.push("seal_type = ?".into());
        values.push(seal_type.code().into());
    }
    if let Some(text) = wanted
        .text
        .as_deref()
        .map(str::trim)
        .filter(|t| !t.is_empty())
    {
        terms.push("(name LIKE ? ESCAPE '!' OR es_id LIKE ? ESCAPE '!')".into());
        let plain = text
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        values.push(format!("%{plain}%").into());
        values.push(format!("{plain}%").into());
    }
    let sql = if terms.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", terms.join(" AND "))
    };
    (sql, values)
}

pub(crate) async fn count(
    run: &mut impl Run,
    parts: &[Part],
    wanted: &Wanted,
) -> Result<u64, StoreError> {
    let (condition, values) = condition(parts, wanted);
    run.count(&format!("SELECT count(*) FROM seal{condition}"), values)
        .await
}

pub(crate) async fn page(
    run: &mut impl Run,
    parts: &[Part],
    wanted: &Wanted,
    (offset, limit): (i64, i64),
) -> Result<Vec<Seal>, StoreError> {
    let (condition, mut values) = condition(parts, wanted);
    let sql = format!(
        "SELECT {COLUMNS} FROM seal{condition} \
         ORDER BY region_code, agency_code, seal_type, seal_key LIMIT ? OFFSET ?"
    );
    values.extend(args![limit, offset]);
    all(run.rows(&sql, values).await?)
}
