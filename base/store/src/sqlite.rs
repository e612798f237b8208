//! SQLite: one writer, many readers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, watch};

use crate::run::{Conn, exec_sqlite};
use crate::{BoxFuture, StoreError, Tx};

/// Use cases that may share one commit. More would only make the first of them wait.
const BATCH: usize = 256;

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
}

/// The one writer of a file, as its handles see it.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Work>,
    stop: Arc<watch::Sender<bool>>,
    ended: watch::Receiver<bool>,
}

impl Writer {
    /// Hands a use case over; it is run in turn.
    pub async fn send(&self, work: Work) -> Result<(), StoreError> {
        self.queue.send(work).await.map_err(|_| StoreError::Closed)
    }

    /// Finishes what is queued, takes nothing more, brings the log into the file and closes it.
    pub async fn close(&self) {
        let _ = self.stop.send(true);
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

/// Opens the readers' pool and starts the writer.
pub(crate) async fn open(path: &Path) -> Result<(SqlitePool, Writer), StoreError> {
    let mut writer = SqliteConnection::connect_with(&options(path)).await?;
    exec_sqlite(&mut writer, "PRAGMA optimize", Vec::new()).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(options(path).pragma("query_only", "on"))
        .await?;
    let (queue, receive) = mpsc::channel(4096);
    let (stop, stopped) = watch::channel(false);
    let (end, ended) = watch::channel(false);
    tokio::spawn(async move {
        write_loop(writer, receive, stopped).await;
        let _ = end.send(true);
    });
    let stop = Arc::new(stop);
    Ok((readers, Writer { queue, stop, ended }))
}

/// The next use case; none when every handle is gone or the database was closed.
async fn next_work(
    queue: &mut mpsc::Receiver<Work>,
    stopped: &mut watch::Receiver<bool>,
) -> Option<Work> {
    tokio::select! {
        work = queue.recv() => return work,
        _ = stopped.wait_for(|stop| *stop) => queue.close(),
    }
    // What was queued before the close is still done.
    queue.recv().await
}

async fn write_loop(
    mut conn: SqliteConnection,
    mut queue: mpsc::Receiver<Work>,
    mut stopped: watch::Receiver<bool>,
) {
    while let Some(first) = next_work(&mut queue, &mut stopped).await {
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
            next = if waiting.len() < BATCH {
                queue.try_recv().ok()
            } else {
                None
            };
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
    let _ = exec_sqlite(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)", Vec::new()).await;
    let _ = conn.close().await;
}

/// Runs one use case. Returns whom to tell after the commit; failures are told at once.
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
        Ok(done) => {
            (done.tell)(Ok(()));
            None
        }
        Err(_) => {
            tracing::error!("a transaction's body panicked");
            None
        }
    }
}
