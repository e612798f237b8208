//! PostgreSQL: serialisable transactions, retried on a conflict.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool, Postgres,
    Transaction,
};

use crate::error::is_retryable;
use crate::run::Conn;
use crate::work::Work;
use crate::{StoreError, Tx};

/// Tries before a conflict is reported. Each waits a little longer than the last.
const TRIES: u32 = 12;

/// Tries of a body that found a key taken. Of two transactions that both saw a key free, PostgreSQL
/// may tell the loser of the key instead of the conflict; tried again, it sees the winner's row and
/// says what a use case has to say of it.
const TRIES_OF_TAKEN: u32 = 3;

/// Connections for requests: enough for each processor that some wait for the disk while others
/// compute. More would run into each other: the more transactions at a time, the more of them see
/// a neighbour's change and have to run again.
fn connections() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    u32::try_from(processors * 4).unwrap_or(32).clamp(8, 32)
}

/// Connections for the background.
const CONNECTIONS_BESIDE: u32 = 8;

/// A connection that was idle for longer is asked whether it still stands.
const ASK_AFTER: Duration = Duration::from_secs(5);

const SERIALIZABLE: &str =
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE";

/// Connections that read, each statement for itself, and connections that write.
#[derive(Clone)]
pub(crate) struct Pools {
    pub readers: PgPool,
    pub writers: PgPool,
}

impl Pools {
    pub async fn open(url: &str, schema: Option<&str>) -> Result<Self, StoreError> {
        let mut options: PgConnectOptions = url.parse()?;
        options = options
            .statement_cache_capacity(512)
            .disable_statement_logging();
        if let Some(schema) = schema {
            options = options.options([("search_path", schema)]);
        }
        Self::of(connections(), options).await
    }

    /// Other connections to the same database.
    pub async fn like(other: &Self) -> Result<Self, StoreError> {
        let options = (*other.readers.connect_options()).clone();
        Self::of(CONNECTIONS_BESIDE, options).await
    }

    async fn of(most: u32, options: PgConnectOptions) -> Result<Self, StoreError> {
        Ok(Self {
            readers: pool(most, options.clone(), "").await?,
            writers: pool(most, options, SERIALIZABLE).await?,
        })
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

async fn pool(
    most: u32,
    options: PgConnectOptions,
    isolation: &'static str,
) -> Result<PgPool, StoreError> {
    Ok(PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(30))
        // A round trip for each loan of a connection is only worth its while when it was idle.
        .test_before_acquire(false)
        .before_acquire(|conn, met| {
            Box::pin(async move {
                if met.idle_for > ASK_AFTER {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        // Whatever the server's default is: a commit that we acknowledge is on its disk.
        .after_connect(move |conn, _| {
            Box::pin(async move {
                conn.execute("SET synchronous_commit = on").await?;
                if !isolation.is_empty() {
                    conn.execute(isolation).await?;
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await?)
}

/// A connection that writes. A transaction of several statements begins with the first whose
/// outcome is looked at; a body that only queues goes as one statement, which is a transaction by
/// itself: one round trip instead of three.
pub(crate) enum Writing<'a> {
    Before(&'a mut PgConnection),
    Begun(Transaction<'a, Postgres>),
    /// It could not begin.
    Lost,
}

impl<'a> Writing<'a> {
    /// The connection within a transaction.
    pub async fn begun(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if let Self::Before(_) = self
            && let Self::Before(conn) = std::mem::replace(self, Self::Lost)
        {
            let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
            *self = Self::Begun(conn.begin_with(AssertSqlSafe(begin)).await?);
        }
        self.now()
    }

    /// The connection as it is: before the transaction, a statement is one by itself.
    pub fn now(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        match self {
            Self::Before(conn) => Ok(conn),
            Self::Begun(tx) => Ok(tx),
            Self::Lost => Err(sqlx::Error::BeginFailed),
        }
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Begun(tx) => tx.commit().await,
            Self::Before(_) | Self::Lost => Ok(()),
        }
    }

    async fn rollback(self) {
        if let Self::Begun(tx) = self {
            let _ = tx.rollback().await;
        }
    }
}

/// How one run of a use case ended.
struct Tried {
    /// Committed, or refused by the body itself: there is nothing to try again.
    done: bool,
    /// It found a key taken, and nothing else is amiss.
    taken: bool,
    /// What it went by did not hold.
    unmet: bool,
}

/// Runs a use case until it commits or is refused; an error means that neither happened.
pub(crate) async fn write(pool: &PgPool, work: &mut dyn Work) -> Result<(), StoreError> {
    let mut wait = Duration::from_millis(2);
    let mut trusting = true;
    for tried in 1..=TRIES {
        let end = {
            let mut conn = pool.acquire().await?;
            run_once(&mut conn, work, trusting).await?
        };
        if end.done || (end.taken && tried >= TRIES_OF_TAKEN) {
            return Ok(());
        }
        // From here on it looks.
        trusting &= !(end.unmet || end.taken);
        if !end.unmet {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_millis(200));
        }
    }
    Err(StoreError::Conflict)
}

async fn run_once(
    conn: &mut PgConnection,
    work: &mut dyn Work,
    trusting: bool,
) -> Result<Tried, StoreError> {
    let mut lent = Tx::new(Conn::Postgres(Writing::Before(conn)), trusting);
    let keep = work.run(&mut lent).await;
    let (retry, taken, unmet) = (lent.retry, lent.taken, lent.unmet);
    let mut done = !(retry || taken || unmet);
    if let Conn::Postgres(writing) = lent.conn {
        if keep {
            match writing.commit().await {
                Ok(()) => done = true,
                Err(error) if is_retryable(&error) => done = false,
                Err(error) => return Err(error.into()),
            }
        } else {
            writing.rollback().await;
        }
    }
    Ok(Tried {
        done,
        taken: taken && !retry,
        unmet,
    })
}

/// A connection for what tests set up.
async fn one(url: &str) -> Result<PgPool, StoreError> {
    pool(1, url.parse::<PgConnectOptions>()?, "").await
}

/// Creates a schema of its own, for tests that share one server.
pub(crate) async fn create_schema(url: &str, schema: &str) -> Result<(), StoreError> {
    let pool = one(url).await?;
    pool.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .await?;
    pool.close().await;
    Ok(())
}

/// Removes a schema of a test.
pub(crate) async fn drop_schema(url: &str, schema: &str) -> Result<(), StoreError> {
    let pool = one(url).await?;
    pool.execute(AssertSqlSafe(format!(
        "DROP SCHEMA IF EXISTS {schema} CASCADE"
    )))
    .await?;
    pool.close().await;
    Ok(())
}

/// Creates a database of its own, a copy of `template` if given, for tests that run the whole
/// program; gives its URL.
pub(crate) async fn create_database(
    url: &str,
    name: &str,
    template: Option<&str>,
) -> Result<String, StoreError> {
    let pool = one(url).await?;
    let copy = template
        .map(|t| format!(" TEMPLATE {t}"))
        .unwrap_or_default();
    pool.execute(AssertSqlSafe(format!("CREATE DATABASE {name}{copy}")))
        .await?;
    pool.close().await;
    let (server, _) = url
        .rsplit_once('/')
        .ok_or_else(|| StoreError::Driver(format!("no database in {url}")))?;
    Ok(format!("{server}/{name}"))
}

/// Removes a database of a test.
pub(crate) async fn drop_database(url: &str, name: &str) -> Result<(), StoreError> {
    let pool = one(url).await?;
    pool.execute(AssertSqlSafe(format!(
        "DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    )))
    .await?;
    pool.close().await;
    Ok(())
}
