//! The one writer: use cases that wait share a commit, each in a savepoint of its own.

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::run::Conn as Lent;
use crate::sqlite::Conn;
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

/// Runs until it is closed or nobody can send any more.
pub(crate) fn write_loop(mut conn: Conn, mut queue: mpsc::Receiver<Message>, runtime: &Handle) {
    let mut closing = None;
    while closing.is_none() {
        let first = match queue.blocking_recv() {
            Some(Message::Run(work)) => work,
            Some(Message::Close(answer)) => {
                closing = Some(answer);
                break;
            }
            None => break,
        };
        if let Err(error) = run(&conn, &["BEGIN IMMEDIATE", "SAVEPOINT use_case"]) {
            // Nothing ran: the work is dropped and its caller told that the database failed.
            tracing::error!(%error, "the writer could not begin");
            let _ = run(&conn, &["ROLLBACK"]);
            drop(first);
            continue;
        }
        let (waiting, batch) = batch(&mut conn, first, &mut queue, &mut closing, runtime);
        let committed = batch.and_then(|()| run(&conn, &["RELEASE use_case", "COMMIT"]));
        if let Err(error) = &committed {
            tracing::error!(%error, "commit failed");
            let _ = run(&conn, &["ROLLBACK"]);
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
    let _ = conn.batch("PRAGMA wal_checkpoint(TRUNCATE)");
    conn.close();
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

fn run(conn: &Conn, statements: &[&str]) -> Result<(), StoreError> {
    statements
        .iter()
        .try_for_each(|sql| conn.exec(sql, &[]).map(drop))
}

/// Runs what is queued, each in a savepoint of its own; one savepoint is open before and after.
/// Gives whom to tell after the commit, and whether the transaction still stands. A refusal waits
/// as well: it may tell of what a neighbour changed, which is not durable yet.
fn batch(
    conn: &mut Conn,
    first: Work,
    queue: &mut mpsc::Receiver<Message>,
    closing: &mut Option<oneshot::Sender<()>>,
    runtime: &Handle,
) -> (Vec<Acknowledge>, Result<(), StoreError>) {
    let mut waiting = Vec::new();
    let mut next = Some(first);
    while let Some(work) = next.take() {
        let outcome = {
            let mut tx = Tx::new(Lent::Sqlite(conn));
            // A body waits for nothing but its statements, which are done when they return.
            runtime.block_on(std::panic::AssertUnwindSafe(work(&mut tx)).catch_unwind())
        };
        let keep = matches!(&outcome, Ok(done) if done.keep);
        match outcome {
            Ok(done) => waiting.push(done.tell),
            Err(_) => tracing::error!("a transaction's body panicked"),
        }
        // A change joins the transaction, and the next use case gets a savepoint of its own; what
        // is undone leaves its savepoint to the next.
        let ended = match keep {
            true => run(conn, &["RELEASE use_case", "SAVEPOINT use_case"]),
            false => run(conn, &["ROLLBACK TO use_case"]),
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
