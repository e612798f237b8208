//! SQL of the licences that completed cases are to have made.

use jiff::Timestamp;
use store::{Run, Value, args};

use crate::error::CaseError;

/// A completed case whose licence is looked for.
pub(crate) struct Due {
    pub case_id: String,
    pub due_at: Timestamp,
    /// Found missing before.
    pub missing: bool,
}

pub(crate) async fn insert(
    run: &mut impl Run,
    case_id: &str,
    agency: &str,
    due_at: Timestamp,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_result (case_id, agency, due_at) VALUES (?, ?, ?) \
               ON CONFLICT (case_id) DO NOTHING";
    run.exec(sql, args![case_id, agency, due_at]).await?;
    Ok(())
}

/// What is due at a moment, in the order of the moments, after one of them.
pub(crate) async fn due(
    run: &mut impl Run,
    now: Timestamp,
    after: Option<&(Timestamp, String)>,
    limit: i64,
) -> Result<Vec<Due>, CaseError> {
    let first = (Timestamp::MIN, String::new());
    let (at, case_id) = after.unwrap_or(&first);
    let sql = "SELECT case_id, due_at, missing_since FROM case_result \
               WHERE due_at <= ? AND (due_at, case_id) > (?, ?) \
               ORDER BY due_at, case_id LIMIT ?";
    let rows = run
        .rows(sql, args![now, *at, case_id.as_str(), limit])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                case_id: row.get(0)?,
                due_at: row.get(1)?,
                missing: row.get::<Option<Timestamp>>(2)?.is_some(),
            })
        })
        .collect()
}

pub(crate) async fn delete(run: &mut impl Run, case_id: &str) -> Result<(), CaseError> {
    let sql = "DELETE FROM case_result WHERE case_id = ?";
    run.exec(sql, args![case_id]).await?;
    Ok(())
}

pub(crate) async fn miss(
    run: &mut impl Run,
    case_id: &str,
    since: Timestamp,
) -> Result<(), CaseError> {
    let sql = "UPDATE case_result SET missing_since = ? WHERE case_id = ?";
    run.exec(sql, args![since, case_id]).await?;
    Ok(())
}

/// Cases whose licence is missing, of every agency or of those named, oldest first.
pub(crate) async fn missing(
    run: &mut impl Run,
    agencies: Option<&[String]>,
    limit: i64,
) -> Result<Vec<(String, Timestamp)>, CaseError> {
    let (narrow, mut values): (String, Vec<Value>) = match agencies {
        None => (String::new(), Vec::new()),
        Some([]) => return Ok(Vec::new()),
        Some(some) => (
            format!("AND agency IN ({}) ", vec!["?"; some.len()].join(", ")),
            some.iter().map(|code| code.as_str().into()).collect(),
        ),
    };
    let sql = format!(
        "SELECT case_id, missing_since FROM case_result WHERE missing_since IS NOT NULL {narrow}\
         ORDER BY missing_since, case_id LIMIT ?"
    );
    values.push(limit.into());
    let rows = run.rows(&sql, values).await?;
    rows.iter().map(|r| Ok((r.get(0)?, r.get(1)?))).collect()
}
