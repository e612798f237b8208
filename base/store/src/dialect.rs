//! One SQL text for both engines: placeholders and column types are rewritten for PostgreSQL.

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
/// in its `WITH`.
pub(crate) fn together(statements: &[String]) -> String {
    let Some((last, others)) = statements.split_last() else {
        return String::new();
    };
    let mut out = String::new();
    for (at, statement) in others.iter().enumerate() {
        let before = if at == 0 { "WITH" } else { "," };
        out.push_str(&format!("{before} q{at} AS ({statement})"));
    }
    if !others.is_empty() {
        out.push(' ');
    }
    out + last
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
        assert_eq!(together(&[a.to_owned()]), a);
        assert_eq!(
            postgres_statement(&together(&[a.to_owned(), a.to_owned(), b.to_owned()])),
            "WITH q0 AS (INSERT INTO t VALUES ($1)), q1 AS (INSERT INTO t VALUES ($2)) \
             UPDATE u SET a = $3 WHERE b = $4"
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
