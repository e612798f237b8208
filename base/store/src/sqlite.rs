//! SQLite: one writer, many readers.

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use crate::run::{Conn, exec_sqlite};
use crate::{BoxFuture, StoreError, Tx};

/// Use cases that may share one commit. More would only make the first of them wait.
const BATCH: usize = 256;

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
        .statement_cache_capacity(512)
}

/// Opens the readers' pool and starts the writer.
pub(crate) async fn open(path: &Path) -> Result<(SqlitePool, mpsc::Sender<Message>), StoreError> {
    let mut writer = SqliteConnection::connect_with(&options(path)).await?;
    exec_sqlite(&mut writer, "PRAGMA optimize", Vec::new()).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(options(path).pragma("query_only", "on"))
        .await?;
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
        let mut waiting = Vec::new();
        if let Err(error) = exec_sqlite(&mut conn, "BEGIN IMMEDIATE", Vec::new()).await {
            // Nothing ran: the work is dropped and its caller told that the database failed.
            tracing::error!(%error, "the writer could not begin");
            drop(first);
            continue;
        }
        let mut next = Some(first);
        while let Some(work) = next {
            if let Some(tell) = run_in_savepoint(&mut conn, work).await {
                waiting.push(tell);
            }
            next = None;
            if waiting.len() < BATCH {
                match queue.try_recv() {
                    Ok(Message::Run(work)) => next = Some(work),
                    Ok(Message::Close(answer)) => closing = Some(answer),
                    Err(_) => {}
                }
            }
        }
        let committed = exec_sqlite(&mut conn, "COMMIT", Vec::new()).await;
        if let Err(error) = &committed {
            tracing::error!(%error, "commit failed");
            let _ = exec_sqlite(&mut conn, "ROLLBACK", Vec::new()).await;
        }
        for tell in waiting {
            tell(match &committed {
                Ok(_) => Ok(()),
                Err(error) => Err(StoreError::Driver(error.to_string())),
            });
        }
    }
    // What is still sent is dropped with the queue, and its caller told so.
    drop(queue);
    let _ = exec_sqlite(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)", Vec::new()).await;
    let _ = conn.close().await;
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

/// Runs one use case. Returns whom to tell after the commit. A refusal waits as well: it may tell
/// of what a neighbour changed, which is not durable yet.
async fn run_in_savepoint(conn: &mut SqliteConnection, work: Work) -> Option<Acknowledge> {
    if let Err(error) = exec_sqlite(conn, "SAVEPOINT use_case", Vec::new()).await {
        tracing::error!(%error, "savepoint");
        return None;
    }
    let outcome = {
        let mut tx = Tx::new(Conn::Sqlite(conn));
        std::panic::AssertUnwindSafe(work(&mut tx))
            .catch_unwind()
            .await
    };
    let keep = matches!(&outcome, Ok(done) if done.keep);
    if !keep {
        let _ = exec_sqlite(conn, "ROLLBACK TO use_case", Vec::new()).await;
    }
    let released = exec_sqlite(conn, "RELEASE use_case", Vec::new()).await;
    match outcome {
        Ok(done) if done.keep => match released {
            Ok(_) => Some(done.tell),
            Err(error) => {
                (done.tell)(Err(error.into()));
                None
            }
        },
        Ok(done) => Some(done.tell),
        Err(_) => {
            tracing::error!("a transaction's body panicked");
            None
        }
    }
}
