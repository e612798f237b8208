//! SQLite: one writer, many readers.

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use crate::run::{Conn, exec_sqlite};
use crate::{BoxFuture, StoreError, Tx};

/// Use cases that may share one commit. More would only make the first of them wait.
const BATCH: usize = 256;

/// Connections that read.
const READERS: u32 = 4;

/// Told to whoever waits, after the commit.
pub(crate) type Acknowledge = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// How a body ended: keep its changes or undo them, and whom to tell.
pub(crate) struct Done {
    pub keep: bool,
    pub tell: Acknowledge,
}

/// One use case waiting for the writer.
pub(crate) type Work = Box<dyn for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Done> + Send>;

/// What the writer is asked to do.
pub(crate) enum Message {
    Run(Work),
    /// Commit what came before, close the file, then answer.
    Close(oneshot::Sender<()>),
}

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
        // What a savepoint may have to undo is kept in memory, not written to a file beside.
        .pragma("temp_store", "memory")
        .statement_cache_capacity(512)
        .disable_statement_logging()
}

/// Connections that read for the background.
const READERS_BESIDE: u32 = 3;

/// All are opened at once and stay: the thread of each has the priority of who opened it.
async fn readers(count: u32, options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(count)
        .min_connections(count)
        .idle_timeout(None)
        .max_lifetime(None)
        // The file is there: asking it before each statement only costs a round trip.
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

/// Other readers of the same file.
pub(crate) async fn readers_like(pool: &SqlitePool) -> Result<SqlitePool, sqlx::Error> {
    readers(READERS_BESIDE, (*pool.connect_options()).clone()).await
}

/// Opens the readers' pool and starts the writer.
pub(crate) async fn open(path: &Path) -> Result<(SqlitePool, mpsc::Sender<Message>), StoreError> {
    let mut writer = SqliteConnection::connect_with(&options(path)).await?;
    exec_sqlite(&mut writer, "PRAGMA optimize", Vec::new()).await?;
    let readers = readers(READERS, options(path).pragma("query_only", "on")).await?;
    let (send, receive) = mpsc::channel(4096);
    tokio::spawn(write_loop(writer, receive));
    Ok((readers, send))
}

async fn write_loop(mut conn: SqliteConnection, mut queue: mpsc::Receiver<Message>) {
    let mut closing = None;
    while closing.is_none() {
        let first = match queue.recv().await {
            Some(Message::Run(work)) => work,
            Some(Message::Close(answer)) => {
                closing = Some(answer);
                break;
            }
            None => break,
        };
        if let Err(error) = run(&mut conn, "BEGIN IMMEDIATE; SAVEPOINT use_case").await {
            // Nothing ran: the work is dropped and its caller told that the database failed.
            tracing::error!(%error, "the writer could not begin");
            let _ = run(&mut conn, "ROLLBACK").await;
            drop(first);
            continue;
        }
        let (waiting, batch) = batch(&mut conn, first, &mut queue, &mut closing).await;
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
    // What is still sent is dropped with the queue, and its caller told so.
    drop(queue);
    let _ = run(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let _ = conn.close().await;
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

async fn run(conn: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    exec_sqlite(conn, sql, Vec::new()).await.map(drop)
}

/// Runs what is queued, each in a savepoint of its own; one savepoint is open before and after.
/// Gives whom to tell after the commit, and whether the transaction still stands. A refusal waits
/// as well: it may tell of what a neighbour changed, which is not durable yet.
async fn batch(
    conn: &mut SqliteConnection,
    first: Work,
    queue: &mut mpsc::Receiver<Message>,
    closing: &mut Option<oneshot::Sender<()>>,
) -> (Vec<Acknowledge>, Result<(), sqlx::Error>) {
    let mut waiting = Vec::new();
    let mut next = Some(first);
    while let Some(work) = next.take() {
        let outcome = {
            let mut tx = Tx::new(Conn::Sqlite(conn));
            std::panic::AssertUnwindSafe(work(&mut tx))
                .catch_unwind()
                .await
        };
        let keep = matches!(&outcome, Ok(done) if done.keep);
        match outcome {
            Ok(done) => waiting.push(done.tell),
            Err(_) => tracing::error!("a transaction's body panicked"),
        }
        // A change joins the transaction, and the next use case gets a savepoint of its own; what
        // is undone leaves its savepoint to the next.
        let ended = match keep {
            true => run(conn, "RELEASE use_case; SAVEPOINT use_case").await,
            false => run(conn, "ROLLBACK TO use_case").await,
        };
        if ended.is_err() {
            return (waiting, ended);
        }
        if waiting.len() < BATCH {
            match queue.try_recv() {
                Ok(Message::Run(work)) => next = Some(work),
                Ok(Message::Close(answer)) => *closing = Some(answer),
                Err(_) => {}
            }
        }
    }
    (waiting, Ok(()))
}
