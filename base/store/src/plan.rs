//! How an engine would run a statement: which tables it would read from end to end.

use std::collections::HashMap;

use crate::{Db, Engine, Run, StoreError, Tx, dialect};

/// A table that a statement reads without a condition that an index answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    pub table: String,
    /// It walks in the order wanted and stops at its limit: the size of the table does not matter.
    pub stops: bool,
    /// The whole plan, one step a line.
    pub plan: String,
}

/// The tables that this statement would read from end to end. PostgreSQL is told to avoid that
/// wherever an index would do, so that a test database may be small.
pub async fn scans(db: &Db, sql: &str) -> Result<Vec<Scan>, StoreError> {
    let names = names(sql);
    let plan = plan(db, sql).await?;
    let whole = plan.join("\n");
    let sorts = whole.contains("TEMP B-TREE FOR ORDER BY");
    let (limited, chosen) = (sql.contains(" LIMIT "), sql.contains(" WHERE "));
    let mut all = Vec::new();
    for step in &plan {
        let found = match db.engine() {
            Engine::Sqlite => step.strip_prefix("SCAN "),
            Engine::Postgres => step.split_once("Seq Scan on ").map(|(_, rest)| rest),
        };
        let Some(name) = found.and_then(|rest| rest.split_whitespace().next()) else {
            continue;
        };
        // What is not a table is a part of the statement itself: its rows were counted already.
        let Some(table) = names.get(name) else {
            continue;
        };
        all.push(Scan {
            table: table.clone(),
            stops: limited && !sorts && !chosen && db.engine() == Engine::Sqlite,
            plan: whole.clone(),
        });
    }
    Ok(all)
}

/// Tables of a statement by their name and by their alias.
fn names(sql: &str) -> HashMap<String, String> {
    let words: Vec<&str> = sql
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .collect();
    let mut names = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        if !matches!(*word, "FROM" | "JOIN" | "UPDATE" | "INTO") {
            continue;
        }
        let Some(table) = words.get(at + 1).filter(|t| **t != "SELECT") else {
            continue;
        };
        names.insert((*table).to_owned(), (*table).to_owned());
        let alias = words[at + 2..].iter().find(|w| **w != "AS");
        if let Some(alias) = alias.filter(|a| a.chars().all(|c| !c.is_uppercase())) {
            names.insert((*alias).to_owned(), (*table).to_owned());
        }
    }
    names
}

async fn plan(db: &Db, sql: &str) -> Result<Vec<String>, StoreError> {
    if db.engine() == Engine::Sqlite {
        let rows = db
            .reader()
            .rows(&format!("EXPLAIN QUERY PLAN {sql}"), Vec::new())
            .await?;
        return rows.iter().map(|row| row.get(3)).collect();
    }
    let text = dialect::postgres_statement(sql);
    let arguments = vec!["NULL"; sql_arguments(&text)].join(", ");
    let execute = if arguments.is_empty() {
        "EXPLAIN EXECUTE looked_at".to_owned()
    } else {
        format!("EXPLAIN EXECUTE looked_at ({arguments})")
    };
    db.write(move |tx| {
        let (text, execute) = (text.clone(), execute.clone());
        Box::pin(async move { explain(tx, &text, &execute).await })
    })
    .await
}

async fn explain(tx: &mut Tx<'_>, text: &str, execute: &str) -> Result<Vec<String>, StoreError> {
    tx.exec("SET LOCAL enable_seqscan = off", Vec::new())
        .await?;
    tx.exec("SET LOCAL plan_cache_mode = force_generic_plan", Vec::new())
        .await?;
    tx.raw(&format!("PREPARE looked_at AS {text}")).await?;
    let rows = tx.rows(execute, Vec::new()).await;
    tx.exec("DEALLOCATE looked_at", Vec::new()).await?;
    rows?.iter().map(|row| row.get(0)).collect()
}

/// The highest of `$1`, `$2`, …
fn sql_arguments(text: &str) -> usize {
    text.split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .max()
        .unwrap_or(0)
}
