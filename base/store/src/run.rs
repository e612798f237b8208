//! Running statements, inside a transaction or outside.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::error::{is_retryable, is_unmet};
use crate::postgres::Writing;
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
    /// that is looked at and at the latest when the body ends; so an error of its may show later.
    /// Neighbours must not depend on each other: each sees the tables as they were before the first,
    /// and no two change one row.
    fn queue(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move { self.exec(sql, args).await.map(drop) }
    }

    /// Whether a write changed its one row: an `UPDATE` by key and revision, an `INSERT … ON CONFLICT
    /// DO NOTHING`. A transaction of PostgreSQL assumes so and queues it, under the rules of
    /// [`Run::queue`]; if it does not hold, nothing is written, and the body runs again and is told.
    fn exec_one(
        &mut self,
        sql: &str,
        args: Vec<Value>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async move { Ok(self.exec(sql, args).await? == 1) }
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
    Postgres(Writing<'a>),
}

/// A write that waits for its neighbours.
pub(crate) struct Queued {
    pub sql: String,
    pub args: Vec<Value>,
    /// It is to change one row.
    pub one: bool,
}

/// A transaction's connection, lent to the body of a use case.
pub struct Tx<'a> {
    pub(crate) conn: Conn<'a>,
    queued: Vec<Queued>,
    trusting: bool,
    /// Set when PostgreSQL asked to try again.
    pub(crate) retry: bool,
    /// Set when PostgreSQL found a key taken.
    pub(crate) taken: bool,
    /// Set when a write that was to change one row changed none.
    pub(crate) unmet: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: Conn<'a>, trusting: bool) -> Self {
        Self {
            conn,
            queued: Vec::new(),
            trusting,
            retry: false,
            taken: false,
            unmet: false,
        }
    }

    /// Whether the body may go by what was read before the transaction, where a key or a revision
    /// refuses it if that is outdated. False after it was refused so, and on SQLite, where looking
    /// again costs nothing.
    pub fn is_trusting(&self) -> bool {
        self.trusting
    }

    /// Runs what is queued, as one statement text, in a transaction that goes on.
    async fn flush(&mut self) -> Result<(), StoreError> {
        if let Conn::Postgres(c) = &mut self.conn
            && !self.queued.is_empty()
        {
            let begun = c.begun().await.map(drop);
            self.note(begun)?;
            self.run_queued().await?;
        }
        Ok(())
    }

    /// Runs what is still queued when the body has ended. If nothing ran before, the one statement
    /// is the whole transaction: afterwards it is committed.
    pub(crate) async fn finish(&mut self) -> Result<(), StoreError> {
        if self.queued.is_empty() {
            return Ok(());
        }
        self.run_queued().await
    }

    async fn run_queued(&mut self) -> Result<(), StoreError> {
        let statements = dialect::join_rows(std::mem::take(&mut self.queued));
        let done = match &mut self.conn {
            // What is queued is run at once.
            Conn::Sqlite(_) => return Ok(()),
            Conn::Postgres(c) => {
                let sql = dialect::together(&statements);
                let args = statements.into_iter().flat_map(|q| q.args).collect();
                async { exec_postgres(c.now()?, &sql, args).await.map(drop) }.await
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
                async { sql.execute(c.begun().await?).await.map(drop) }.await
            }
        };
        self.note(done)
    }

    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|error| {
            self.retry |= is_retryable(&error);
            self.unmet |= is_unmet(&error);
            let error = StoreError::from(error);
            self.taken |= matches!(error, StoreError::Duplicate);
            error
        })
    }
}

// What waits is kept apart: a use case carries a pointer, not what its every statement is made of.
impl Run for Tx<'_> {
    async fn exec(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        seen::note(sql);
        match &mut self.conn {
            Conn::Sqlite(c) => c.inside()?.exec(sql, &args),
            Conn::Postgres(_) => apart(self.exec_there(sql, args)).await,
        }
    }

    async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        seen::note(sql);
        match &mut self.conn {
            Conn::Sqlite(c) => c.inside()?.rows(sql, &args),
            Conn::Postgres(_) => apart(self.rows_there(sql, args)).await,
        }
    }

    async fn queue(&mut self, sql: &str, args: Vec<Value>) -> Result<(), StoreError> {
        seen::note(sql);
        match &mut self.conn {
            Conn::Sqlite(c) => c.inside()?.exec(sql, &args).map(drop),
            Conn::Postgres(_) => apart(self.put(sql, args, false)).await,
        }
    }

    async fn exec_one(&mut self, sql: &str, args: Vec<Value>) -> Result<bool, StoreError> {
        if !self.trusting {
            return Ok(self.exec(sql, args).await? == 1);
        }
        seen::note(sql);
        apart(self.put(sql, args, true)).await.map(|()| true)
    }
}

/// On PostgreSQL.
impl Tx<'_> {
    async fn exec_there(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        self.flush().await?;
        let Conn::Postgres(c) = &mut self.conn else {
            return Err(StoreError::Closed);
        };
        let done = async { exec_postgres(c.begun().await?, sql, args).await }.await;
        self.note(done)
    }

    async fn rows_there(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.flush().await?;
        let Conn::Postgres(c) = &mut self.conn else {
            return Err(StoreError::Closed);
        };
        let found = async { rows_postgres(c.begun().await?, sql, args).await }.await;
        self.note(found)
    }

    /// Into the queue, which is run when it is full.
    async fn put(&mut self, sql: &str, args: Vec<Value>, one: bool) -> Result<(), StoreError> {
        let sql = sql.to_owned();
        self.queued.push(Queued { sql, args, one });
        if self.queued.len() < QUEUE {
            return Ok(());
        }
        self.flush().await
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
