//! The whole database as it stands at one moment, while others go on writing: for backups and for
//! checks that must not see half of a change.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::run::{exec_postgres, rows_postgres};
use crate::{Db, Row, Run, StoreError, Value, args, sqlite};

/// What a column holds; the only three kinds there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    Int,
    Bytes,
}

impl ColumnKind {
    /// Stable code, for files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Bytes => "bytes",
        }
    }

    /// Reads [`ColumnKind::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Text, Self::Int, Self::Bytes]
            .into_iter()
            .find(|k| k.code() == code)
    }

    /// From the word in the table's definition, of either engine.
    fn of_definition(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "bigint" => Some(Self::Int),
            "blob" | "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}

/// A table with its columns in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, ColumnKind)>,
}

impl Table {
    fn column_list(&self) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        names.join(", ")
    }
}

enum Conn {
    Sqlite(sqlite::Conn),
    Postgres(PgConnection),
}

/// One read transaction on a connection of its own. It begins with the first statement; until it
/// is closed everything read is of that moment.
pub struct Snapshot {
    conn: Conn,
}

impl Snapshot {
    /// Of an existing SQLite file. Another process may serve it meanwhile: in WAL mode neither
    /// waits for the other.
    pub async fn of_sqlite(path: &Path) -> Result<Self, StoreError> {
        let conn = sqlite::Conn::open_to_read(path)?;
        conn.batch("BEGIN DEFERRED")?;
        Ok(Self {
            conn: Conn::Sqlite(conn),
        })
    }

    /// Of `postgres://…`.
    pub async fn of_postgres(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        let mut conn = PgConnection::connect_with(&options).await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        exec_postgres(&mut conn, begin, Vec::new()).await?;
        Ok(Self {
            conn: Conn::Postgres(conn),
        })
    }

    /// Every table, by name.
    pub async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let (names, columns) = match &self.conn {
            Conn::Sqlite(_) => (SQLITE_TABLES, SQLITE_COLUMNS),
            Conn::Postgres(_) => (POSTGRES_TABLES, POSTGRES_COLUMNS),
        };
        let mut tables = Vec::new();
        for row in self.rows(names, Vec::new()).await? {
            let name: String = row.get(0)?;
            let mut found = Vec::new();
            for row in self.rows(columns, args![&name]).await? {
                let (column, word): (String, String) = (row.get(0)?, row.get(1)?);
                let kind = ColumnKind::of_definition(&word).ok_or_else(|| {
                    StoreError::Driver(format!("column {name}.{column} is of type {word}"))
                })?;
                found.push((column, kind));
            }
            tables.push(Table {
                name,
                columns: found,
            });
        }
        Ok(tables)
    }

    /// Hands every row of a table to `take`, one by one, without keeping the table in memory.
    pub async fn each_row<E: From<StoreError>>(
        &mut self,
        table: &Table,
        mut take: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let sql = format!("SELECT {} FROM \"{}\"", table.column_list(), table.name);
        let mut count = 0;
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.each(&sql, &[], |row| {
                take(values(table, &row)?)?;
                count += 1;
                Ok::<_, E>(())
            })?,
            Conn::Postgres(conn) => {
                let mut rows = sqlx::query::<sqlx::Postgres>(AssertSqlSafe(sql)).fetch(conn);
                while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
                    take(values(table, &Row::Postgres(row))?)?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    /// Ends the transaction.
    pub async fn close(self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Sqlite(conn) => conn.close(),
            Conn::Postgres(conn) => conn.close().await?,
        }
        Ok(())
    }
}

const SQLITE_TABLES: &str = "SELECT name FROM sqlite_schema \
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
const SQLITE_COLUMNS: &str = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid";
const POSTGRES_TABLES: &str = "SELECT table_name::text FROM information_schema.tables \
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
    ORDER BY table_name::text COLLATE \"C\"";
const POSTGRES_COLUMNS: &str = "SELECT column_name::text, data_type::text \
    FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position";

fn values(table: &Table, row: &Row) -> Result<Vec<Value>, StoreError> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(i, (_, kind))| {
            Ok(match kind {
                ColumnKind::Text => Value::Text(row.get(i)?),
                ColumnKind::Int => Value::Int(row.get(i)?),
                ColumnKind::Bytes => Value::Bytes(row.get(i)?),
            })
        })
        .collect()
}

impl Run for Snapshot {
    async fn exec(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        Ok(match &mut self.conn {
            Conn::Sqlite(conn) => conn.exec(sql, &args)?,
            Conn::Postgres(conn) => exec_postgres(conn, sql, args).await?,
        })
    }

    async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        Ok(match &mut self.conn {
            Conn::Sqlite(conn) => conn.rows(sql, &args)?,
            Conn::Postgres(conn) => rows_postgres(conn, sql, args).await?,
        })
    }
}

/// Values in one statement at most: PostgreSQL takes 65 535, SQLite 32 766.
const VALUES: usize = 30_000;

impl Db {
    /// How many tables there are: none in a database that was never used.
    pub async fn table_count(&self) -> Result<u64, StoreError> {
        let sql = match self.engine() {
            crate::Engine::Sqlite => SQLITE_TABLES,
            crate::Engine::Postgres => POSTGRES_TABLES,
        };
        Ok(self.reader().rows(sql, Vec::new()).await?.len() as u64)
    }

    /// Empties a table. Only for filling it from a backup.
    pub async fn empty_table(&self, table: &Table) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM \"{}\"", table.name);
        self.write(move |tx| {
            let sql = sql.clone();
            Box::pin(async move { tx.exec(&sql, Vec::new()).await.map(drop) })
        })
        .await
    }

    /// Removes a table. Only for taking back a restore that failed.
    pub async fn drop_table(&self, name: &str) -> Result<(), StoreError> {
        let sql = format!("DROP TABLE IF EXISTS \"{name}\"");
        self.write(move |tx| {
            let sql = sql.clone();
            Box::pin(async move { tx.exec(&sql, Vec::new()).await.map(drop) })
        })
        .await
    }

    /// Writes rows as they came from [`Snapshot::each_row`], in one transaction.
    pub async fn load_rows(&self, table: &Table, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let width = table.columns.len().max(1);
        let head = format!(
            "INSERT INTO \"{}\" ({}) VALUES ",
            table.name,
            table.column_list()
        );
        let one = format!("({})", vec!["?"; width].join(", "));
        self.write(move |tx| {
            let (head, one, rows) = (head.clone(), one.clone(), rows.clone());
            Box::pin(async move {
                for some in rows.chunks((VALUES / width).clamp(1, 500)) {
                    let sql = format!("{head}{}", vec![one.as_str(); some.len()].join(", "));
                    tx.exec(&sql, some.concat()).await?;
                }
                Ok(())
            })
        })
        .await
    }
}
