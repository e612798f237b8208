//! PostgreSQL: serialisable transactions, retried on a conflict.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgPool};

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

pub(crate) async fn open(url: &str, schema: Option<&str>) -> Result<PgPool, StoreError> {
    let mut options: PgConnectOptions = url.parse()?;
    options = options
        .statement_cache_capacity(512)
        .disable_statement_logging();
    if let Some(schema) = schema {
        options = options.options([("search_path", schema)]);
    }
    pool(connections(), options).await
}

/// Other connections to the same database.
pub(crate) async fn pool_like(like: &PgPool) -> Result<PgPool, StoreError> {
    pool(CONNECTIONS_BESIDE, (*like.connect_options()).clone()).await
}

async fn pool(most: u32, options: PgConnectOptions) -> Result<PgPool, StoreError> {
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
        .after_connect(|conn, _| {
            Box::pin(async move {
                conn.execute("SET synchronous_commit = on").await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?)
}

/// Runs a use case until it commits or is refused; an error means that neither happened.
pub(crate) async fn write(pool: &PgPool, work: &mut dyn Work) -> Result<(), StoreError> {
    let mut wait = Duration::from_millis(2);
    for tried in 1..=TRIES {
        let mut conn = pool.acquire().await?;
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        let mut tx = conn.begin_with(AssertSqlSafe(begin)).await?;
        let (keep, retry) = {
            let mut lent = Tx::new(Conn::Postgres(&mut tx));
            let keep = work.run(&mut lent).await;
            let again = lent.taken && tried < TRIES_OF_TAKEN;
            (keep, lent.retry || again)
        };
        if keep {
            match tx.commit().await {
                Ok(()) => return Ok(()),
                Err(error) if is_retryable(&error) => {}
                Err(error) => return Err(error.into()),
            }
        } else {
            let _ = tx.rollback().await;
            if !retry {
                return Ok(());
            }
        }
        drop(conn);
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_millis(200));
    }
    Err(StoreError::Conflict)
}

/// Creates a schema of its own, for tests that share one server.
pub(crate) async fn create_schema(url: &str, schema: &str) -> Result<(), StoreError> {
    let pool = open(url, None).await?;
    pool.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .await?;
    pool.close().await;
    Ok(())
}

/// Removes a schema of a test.
pub(crate) async fn drop_schema(url: &str, schema: &str) -> Result<(), StoreError> {
    let pool = open(url, None).await?;
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
    let pool = open(url, None).await?;
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
    let pool = open(url, None).await?;
    pool.execute(AssertSqlSafe(format!(
        "DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    )))
    .await?;
    pool.close().await;
    Ok(())
}
