//! SQLite: one writer, many readers.

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tokio::sync::mpsc;

use crate::run::{Conn, exec_sqlite};
use crate::{BoxFuture, StoreError, Tx};

/// Use cases that may share one commit. More would only make the first of them wait.
const BATCH: usize = 256;

/// Connections that read.
const READERS: u32 = 4;

/// Told to whoever waits: after the commit, or at once when the body failed.
pub(crate) type Acknowledge = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// How a body ended: keep its changes or undo them, and whom to tell.
pub(crate) struct Done {
    pub keep: bool,
    pub tell: Acknowledge,
}

/// One use case waiting for the writer.
pub(crate) type Work = Box<dyn for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Done> + Send>;

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("cache_size", "-16384")
        .statement_cache_capacity(512)
        .disable_statement_logging()
}

/// Opens the readers' pool and starts the writer.
pub(crate) async fn open(path: &Path) -> Result<(SqlitePool, mpsc::Sender<Work>), StoreError> {
    let mut writer = SqliteConnection::connect_with(&options(path)).await?;
    exec_sqlite(&mut writer, "PRAGMA optimize", Vec::new()).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        // The file is there: asking it before each statement only costs a round trip.
        .test_before_acquire(false)
        .connect_with(options(path).pragma("query_only", "on"))
        .await?;
    let (send, receive) = mpsc::channel(4096);
    tokio::spawn(write_loop(writer, receive));
    Ok((readers, send))
}

async fn write_loop(mut conn: SqliteConnection, mut queue: mpsc::Receiver<Work>) {
    while let Some(first) = queue.recv().await {
        if let Err(error) = run(&mut conn, "BEGIN IMMEDIATE; SAVEPOINT use_case").await {
            // Nothing ran: the work is dropped and its caller told that the database failed.
            tracing::error!(%error, "the writer could not begin");
            let _ = run(&mut conn, "ROLLBACK").await;
            drop(first);
            continue;
        }
        let (waiting, batch) = batch(&mut conn, first, &mut queue).await;
        let committed = match batch {
            Ok(()) => run(&mut conn, "RELEASE use_case; COMMIT").await,
            Err(error) => Err(error),
        };
        if let Err(error) = &committed {
            tracing::error!(%error, "commit failed");
            let _ = run(&mut conn, "ROLLBACK").await;
        }
        for tell in waiting {
            tell(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::Driver(error.to_string())),
            });
        }
    }
    let _ = run(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let _ = conn.close().await;
}

async fn run(conn: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    exec_sqlite(conn, sql, Vec::new()).await.map(drop)
}

/// Runs what is queued, each in a savepoint of its own; one savepoint is open before and after.
/// Gives whom to tell after the commit, and whether the transaction still stands.
async fn batch(
    conn: &mut SqliteConnection,
    first: Work,
    queue: &mut mpsc::Receiver<Work>,
) -> (Vec<Acknowledge>, Result<(), sqlx::Error>) {
    let mut waiting = Vec::new();
    let mut next = Some(first);
    while let Some(work) = next {
        let outcome = {
            let mut tx = Tx::new(Conn::Sqlite(conn));
            std::panic::AssertUnwindSafe(work(&mut tx))
                .catch_unwind()
                .await
        };
        let ended = match outcome {
            Ok(done) if done.keep => {
                waiting.push(done.tell);
                // The change joins the transaction, and the next use case gets its own savepoint.
                run(conn, "RELEASE use_case; SAVEPOINT use_case").await
            }
            Ok(done) => {
                let undone = run(conn, "ROLLBACK TO use_case").await;
                (done.tell)(Ok(()));
                undone
            }
            Err(_) => {
                tracing::error!("a transaction's body panicked");
                run(conn, "ROLLBACK TO use_case").await
            }
        };
        if ended.is_err() {
            return (waiting, ended);
        }
        next = if waiting.len() < BATCH {
            queue.try_recv().ok()
        } else {
            None
        };
    }
    (waiting, Ok(()))
}
