//! Running statements, inside a transaction or outside.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::error::is_retryable;
use crate::{BoxFuture, Row, StoreError, Value, dialect, seen, sqlite};

/// Whatever can run a statement. The SQL comes from the domains' `table.rs`; values only ever
/// travel as arguments.
pub trait Run: Send {
    /// Runs a statement and says how many rows it changed.
    fn exec(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// All rows of a query.
    fn rows(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// A write whose outcome nobody looks at. SQLite runs it at once. In a transaction of PostgreSQL
    /// it waits for its neighbours and goes with them in one round trip, before the next statement
    /// that is looked at and at the latest when the body ends; so an error of its may show later. Neighbours must not depend on each
    /// other: each sees the tables as they were before the first, and no two change one row.
    fn queue(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move { self.exec(sql, args).await.map(drop) }
    }

    /// How many rows a write changed that goes in one round trip with what is queued, under the rules
    /// of [`Run::queue`].
    fn exec_queued(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        self.exec(sql, args)
    }

    /// The first row, if there is one.
    fn row(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send {
        async move { Ok(self.rows(sql, args).await?.into_iter().next()) }
    }

    /// A single number, such as a count.
    fn count(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        async move {
            match self.row(sql, args).await? {
                Some(row) => row.get(0),
                None => Ok(0),
            }
        }
    }
}

/// Statements that go in one round trip at most.
const QUEUE: usize = 32;

pub(crate) enum Conn<'a> {
    Sqlite(&'a mut sqlite::Conn),
    Postgres(&'a mut PgConnection),
}

/// A transaction's connection, lent to the body of a use case.
pub struct Tx<'a> {
    conn: Conn<'a>,
    queued: Vec<String>,
    queued_args: Vec<Value>,
    /// Set when PostgreSQL asked to try again.
    pub(crate) retry: bool,
    /// Set when PostgreSQL found a key taken.
    pub(crate) taken: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: Conn<'a>) -> Self {
        Self {
            conn,
            queued: Vec::new(),
            queued_args: Vec::new(),
            retry: false,
            taken: false,
        }
    }

    /// Runs what is queued, as one statement text.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.queued.is_empty() {
            return Ok(());
        }
        self.run_queued().await.map(drop)
    }

    /// The same; says how many rows the last of them changed.
    async fn run_queued(&mut self) -> Result<u64, StoreError> {
        let statements = std::mem::take(&mut self.queued);
        let args = std::mem::take(&mut self.queued_args);
        let done = match &mut self.conn {
            // What is queued is run at once.
            Conn::Sqlite(_) => return Ok(0),
            Conn::Postgres(c) => {
                apart(async move { exec_postgres(c, &dialect::together(&statements), args).await })
                    .await
            }
        };
        self.note(done)
    }

    /// Runs a statement as it is written, without preparing it.
    pub(crate) async fn raw(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = match &mut self.conn {
            Conn::Sqlite(c) => return c.inside()?.batch(sql),
            Conn::Postgres(c) => {
                let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
                sql.execute(&mut **c).await.map(drop)
            }
        };
        self.note(done)
    }

    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|error| {
            self.retry |= is_retryable(&error);
            let error = StoreError::from(error);
            self.taken |= matches!(error, StoreError::Duplicate);
            error
        })
    }
}

impl Run for Tx<'_> {
    async fn exec(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        seen::note(sql);
        self.flush().await?;
        let done = match &mut self.conn {
            Conn::Sqlite(c) => return c.inside()?.exec(sql, &args),
            Conn::Postgres(c) => apart(exec_postgres(c, sql, args)).await,
        };
        self.note(done)
    }

    async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        seen::note(sql);
        self.flush().await?;
        let found = match &mut self.conn {
            Conn::Sqlite(c) => return c.inside()?.rows(sql, &args),
            Conn::Postgres(c) => apart(rows_postgres(c, sql, args)).await,
        };
        self.note(found)
    }

    async fn queue(&mut self, sql: &str, args: Vec<Value>) -> Result<(), StoreError> {
        seen::note(sql);
        if let Conn::Sqlite(c) = &mut self.conn {
            c.inside()?.exec(sql, &args)?;
            return Ok(());
        }
        self.queued.push(sql.to_owned());
        self.queued_args.extend(args);
        if self.queued.len() < QUEUE {
            return Ok(());
        }
        self.flush().await
    }

    async fn exec_queued(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        if let Conn::Sqlite(_) = &self.conn {
            return self.exec(sql, args).await;
        }
        seen::note(sql);
        self.queued.push(sql.to_owned());
        self.queued_args.extend(args);
        self.run_queued().await
    }
}

/// Keeps the driver's future out of those of its callers: otherwise every use case carries, and every
/// crate compiles anew, what it is made of.
pub(crate) fn apart<'a, T>(future: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    Box::pin(future)
}

macro_rules! bind {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for value in $args {
            query = match value {
                Value::Text(v) => query.bind(v),
                Value::Int(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}

pub(crate) async fn exec_postgres(
    conn: &mut PgConnection,
    sql: &str,
    args: Vec<Value>,
) -> Result<u64, sqlx::Error> {
    let text = dialect::postgres_statement(sql);
    let query = bind!(sqlx::query::<sqlx::Postgres>(AssertSqlSafe(text)), args);
    Ok(query.execute(conn).await?.rows_affected())
}

pub(crate) async fn rows_postgres(
    conn: &mut PgConnection,
    sql: &str,
    args: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let text = dialect::postgres_statement(sql);
    let query = bind!(sqlx::query::<sqlx::Postgres>(AssertSqlSafe(text)), args);
    Ok(query
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(Row::Postgres)
        .collect())
}
