//! One SQL text for both engines: placeholders and column types are rewritten for PostgreSQL.

use std::fmt::Write as _;

use crate::run::Queued;

/// `?` to `$1`, `$2`, … outside literals, quoted names and comments.
pub(crate) fn postgres_statement(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut number = 0;
    outside_literals(
        sql,
        |c, out| {
            if c == '?' {
                number += 1;
                out.push('$');
                out.push_str(&number.to_string());
            } else {
                out.push(c);
            }
        },
        &mut out,
    );
    out
}

/// Writes that do not depend on each other as one statement of PostgreSQL: all but the last stand
/// in its `WITH`. Where some are to change one row, all stand there, and the statement divides by
/// how many rows each of these changed: none is an error, and the statement writes nothing.
pub(crate) fn together(statements: &[Queued]) -> String {
    let ones = statements.iter().filter(|q| q.one).count();
    let inside = match ones {
        0 => statements.len().saturating_sub(1),
        _ => statements.len(),
    };
    let mut out = String::with_capacity(statements.iter().map(|q| q.sql.len() + 24).sum());
    for (at, Queued { sql, one }) in statements[..inside].iter().enumerate() {
        let before = if at == 0 { "WITH" } else { "," };
        let told = if *one { " RETURNING 1" } else { "" };
        let _ = write!(out, "{before} q{at} AS ({sql}{told})");
    }
    if inside > 0 {
        out.push(' ');
    }
    for Queued { sql, .. } in &statements[inside..] {
        out.push_str(sql);
    }
    let mut before = "SELECT";
    for (at, _) in statements.iter().enumerate().filter(|(_, q)| q.one) {
        let _ = write!(out, "{before} 1/(SELECT count(*) FROM q{at})");
        before = ",";
    }
    out
}

/// Table definitions are written for SQLite; PostgreSQL spells some words differently.
pub(crate) fn postgres_definition(sql: &str) -> String {
    sql.replace(" WITHOUT ROWID", "")
        .replace(" TEXT", " TEXT COLLATE \"C\"")
        .replace(" BLOB", " BYTEA")
}

fn outside_literals(sql: &str, mut plain: impl FnMut(char, &mut String), out: &mut String) {
    let mut quote: Option<char> = None;
    let mut comment = false;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        if comment {
            out.push(c);
            comment = c != '\n';
        } else if let Some(q) = quote {
            out.push(c);
            if c == q {
                quote = None;
            }
        } else if c == '-' && chars.peek() == Some(&'-') {
            out.push(c);
            comment = true;
        } else if c == '\'' || c == '"' {
            out.push(c);
            quote = Some(c);
        } else {
            plain(c, out);
        }
    }
}

/// Splits a migration at the semicolons that end its statements.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut marked = String::new();
    outside_literals(
        sql,
        |c, out| out.push(if c == ';' { '\u{1}' } else { c }),
        &mut marked,
    );
    for c in marked.chars() {
        if c == '\u{1}' {
            all.push(String::new());
        } else if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all.retain(|s| {
        s.lines()
            .any(|l| !l.trim().is_empty() && !l.trim_start().starts_with("--"))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_inside_literals_stay() {
        assert_eq!(
            postgres_statement("select '?', \"a?\" from t where a = ? -- why?\n and b = ?"),
            "select '?', \"a?\" from t where a = $1 -- why?\n and b = $2"
        );
        assert_eq!(
            postgres_statement("select 'it''s ?' where a=?"),
            "select 'it''s ?' where a=$1"
        );
    }

    #[test]
    fn writes_go_together() {
        let (a, b) = ("INSERT INTO t VALUES (?)", "UPDATE u SET a = ? WHERE b = ?");
        let queued = |sql: &str, one: bool| Queued {
            sql: sql.to_owned(),
            one,
        };
        let text = |all: &[Queued]| postgres_statement(&together(all));
        assert_eq!(text(&[queued(a, false)]), "INSERT INTO t VALUES ($1)");
        assert_eq!(
            text(&[queued(a, false), queued(a, false), queued(b, false)]),
            "WITH q0 AS (INSERT INTO t VALUES ($1)), q1 AS (INSERT INTO t VALUES ($2)) \
             UPDATE u SET a = $3 WHERE b = $4"
        );
        assert_eq!(
            text(&[queued(b, true), queued(a, false), queued(a, true)]),
            "WITH q0 AS (UPDATE u SET a = $1 WHERE b = $2 RETURNING 1), \
             q1 AS (INSERT INTO t VALUES ($3)), q2 AS (INSERT INTO t VALUES ($4) RETURNING 1) \
             SELECT 1/(SELECT count(*) FROM q0), 1/(SELECT count(*) FROM q2)"
        );
    }

    #[test]
    fn definitions_are_split_and_respelled() {
        let sql = "-- a; b\nCREATE TABLE t (a TEXT NOT NULL, b BLOB) WITHOUT ROWID;\n\nCREATE INDEX i ON t (a);\n";
        let parts = statements(sql);
        assert_eq!(parts.len(), 2);
        assert!(postgres_definition(&parts[0]).contains("a TEXT COLLATE \"C\" NOT NULL, b BYTEA)"));
        assert!(!postgres_definition(&parts[0]).contains("ROWID"));
    }
}
