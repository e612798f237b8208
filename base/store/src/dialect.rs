//! One SQL text for both engines: placeholders and column types are rewritten for PostgreSQL.

use std::fmt::Write as _;

use crate::run::Queued;

/// `?` to `$1`, `$2`, … outside literals, quoted names and comments.
pub(crate) fn postgres_statement(sql: &str) -> String {
    let marks = outside_literals(sql, b'?');
    let mut out = String::with_capacity(sql.len() + marks.len() * 3);
    let mut from = 0;
    for (before, at) in marks.into_iter().enumerate() {
        out.push_str(&sql[from..at]);
        let _ = write!(out, "${}", before + 1);
        from = at + 1;
    }
    out.push_str(&sql[from..]);
    out
}

/// Rows that go into the same columns of the same table as one `INSERT`: the server prepares a table
/// once for all of them.
pub(crate) fn join_rows(queued: Vec<Queued>) -> Vec<Queued> {
    let mut all: Vec<Queued> = Vec::with_capacity(queued.len());
    for next in queued {
        let row = next.sql.find(" VALUES (").map(|at| &next.sql[at + 8..]);
        let plain = row.filter(|row| !next.one && row.ends_with("?)") && !row.contains(" FROM "));
        let before = all.iter_mut().find(|q| {
            let more = q.sql.strip_prefix(&next.sql);
            !q.one && more.is_some_and(|m| m.is_empty() || m.starts_with(", ("))
        });
        match (plain, before) {
            (Some(row), Some(before)) => {
                before.sql.push_str(", ");
                before.sql.push_str(row);
                before.args.extend(next.args);
            }
            _ => all.push(next),
        }
    }
    all
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
    for (at, Queued { sql, one, .. }) in statements[..inside].iter().enumerate() {
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

/// Where an ASCII mark stands outside literals, quoted names and comments.
fn outside_literals(sql: &str, mark: u8) -> Vec<usize> {
    let bytes = sql.as_bytes();
    let end_of = |from: usize, end: u8| {
        let rest = bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|b| *b == end);
        from + length.map_or(rest.len(), |n| n + 1)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'\'' | b'"' => end_of(at + 1, *byte),
            b'-' if bytes.get(at + 1) == Some(&b'-') => end_of(at + 2, b'\n'),
            other => {
                if *other == mark {
                    found.push(at);
                }
                at + 1
            }
        };
    }
    found
}

/// Splits a migration at the semicolons that end its statements.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut from = 0;
    for at in outside_literals(sql, b';') {
        all.push(sql[from..at].to_owned());
        from = at + 1;
    }
    all.push(sql[from..].to_owned());
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
            args: Vec::new(),
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
    fn rows_of_one_table_go_in_one_insert() {
        let queued = |sql: &str, arg: i64, one: bool| Queued {
            sql: sql.to_owned(),
            args: vec![arg.into(), (arg + 1).into()],
            one,
        };
        let (a, b) = (
            "INSERT INTO t (a, b) VALUES (?, ?)",
            "INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO NOTHING",
        );
        let all = vec![
            queued(a, 1, false),
            queued(b, 3, false),
            queued(a, 5, false),
            queued(b, 7, false),
            queued(a, 9, true),
            queued(a, 11, false),
        ];
        let joined = join_rows(all);
        let texts: Vec<&str> = joined.iter().map(|q| q.sql.as_str()).collect();
        let three = "INSERT INTO t (a, b) VALUES (?, ?), (?, ?), (?, ?)";
        assert_eq!(texts, [three, b, b, a]);
        assert_eq!(joined[0].args, crate::args![1, 2, 5, 6, 11, 12]);
        assert_eq!(joined[3].args, crate::args![9, 10]);
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
