//! The one writer: use cases that wait share a commit.

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::run::Conn as Lent;
use crate::sqlite::Conn;
use crate::sqlite::checkpoints::Checkpoints;
use crate::work::Work;
use crate::{StoreError, Tx};

/// Use cases that may share one commit. More would only make the first of them wait.
const BATCH: usize = 256;

/// What the writer is asked to do.
pub(crate) enum Message {
    Run(Box<dyn Work>),
    /// Commit what came before, close the file, then answer.
    Close(oneshot::Sender<()>),
}

/// Runs until it is closed or nobody can send any more.
pub(crate) fn write_loop(
    mut conn: Conn,
    mut queue: mpsc::Receiver<Message>,
    checkpoints: Checkpoints,
    runtime: &Handle,
) {
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
        let mut batch = Batch {
            conn: &mut conn,
            runtime,
            waiting: Vec::new(),
            savepoints: false,
        };
        let ran = batch.run(first, &mut queue, &mut closing);
        let committed = ran.and_then(|()| batch.exec(&["COMMIT"]));
        if let Err(error) = &committed {
            tracing::error!(%error, "commit failed");
            let _ = batch.exec(&["ROLLBACK"]);
        }
        for work in batch.waiting {
            work.tell(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::Driver(error.to_string())),
            });
        }
        checkpoints.committed();
    }
    // What is still sent is dropped with the queue, and its caller told so.
    drop(queue);
    checkpoints.end();
    let _ = conn.batch("PRAGMA wal_checkpoint(TRUNCATE)");
    conn.close();
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}

/// Use cases in one transaction.
struct Batch<'a> {
    conn: &'a mut Conn,
    runtime: &'a Handle,
    /// Whom to tell after the commit. A refusal waits as well: it may tell of what a neighbour
    /// changed, which is not durable yet.
    waiting: Vec<Box<dyn Work>>,
    /// Each use case has a savepoint of its own.
    savepoints: bool,
}

impl Batch<'_> {
    /// Runs what is queued. Savepoints cost a copy of every page that is touched, and nearly every
    /// use case succeeds; so there are none until one has to be undone. Then everything is, and
    /// runs again, each in a savepoint.
    fn run(
        &mut self,
        first: Box<dyn Work>,
        queue: &mut mpsc::Receiver<Message>,
        closing: &mut Option<oneshot::Sender<()>>,
    ) -> Result<(), StoreError> {
        self.exec(&["BEGIN IMMEDIATE"])?;
        let mut next = Some(first);
        while let Some(work) = next.take() {
            let to_undo = self.one(work)?;
            if to_undo {
                self.again()?;
            }
            if self.waiting.len() < BATCH {
                match queue.try_recv() {
                    Ok(Message::Run(work)) => next = Some(work),
                    Ok(Message::Close(answer)) => *closing = Some(answer),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Everything so far once more, each in a savepoint.
    fn again(&mut self) -> Result<(), StoreError> {
        self.exec(&["ROLLBACK", "BEGIN IMMEDIATE"])?;
        self.savepoints = true;
        for work in std::mem::take(&mut self.waiting) {
            self.one(work)?;
        }
        Ok(())
    }

    /// Runs one use case. True where it changed something that must not stay and still stands;
    /// with savepoints that is undone at once.
    fn one(&mut self, mut work: Box<dyn Work>) -> Result<bool, StoreError> {
        if self.savepoints {
            self.exec(&["SAVEPOINT use_case"])?;
        }
        self.conn.begin_watch();
        let ran = {
            let mut tx = Tx::new(Lent::Sqlite(self.conn), false);
            // A body waits for nothing but its statements, which are done when they return.
            let body = std::panic::AssertUnwindSafe(work.run(&mut tx)).catch_unwind();
            self.runtime.block_on(body)
        };
        let keep = matches!(ran, Ok(true));
        match ran {
            Ok(_) => self.waiting.push(work),
            // Dropped, it tells its caller so.
            Err(_) => tracing::error!("a transaction's body panicked"),
        }
        self.conn.inside()?;
        if !self.savepoints {
            return Ok(!keep && self.conn.has_written());
        }
        self.exec(match keep {
            true => &["RELEASE use_case"],
            false => &["ROLLBACK TO use_case", "RELEASE use_case"],
        })?;
        Ok(false)
    }

    fn exec(&self, statements: &[&str]) -> Result<(), StoreError> {
        statements
            .iter()
            .try_for_each(|sql| self.conn.exec(sql, &[]).map(drop))
    }
}
