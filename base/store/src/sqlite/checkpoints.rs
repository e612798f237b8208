//! Moving what was committed from the log into the database file, beside the writer: a commit does
//! not wait for it. What the writer's own checkpoint finds to do is little, or nothing.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::StoreError;
use crate::sqlite::Conn;

/// From the first commit to the checkpoint. Pages that change again and again are moved once.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct State {
    committed: bool,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that does it.
pub(crate) struct Checkpoints {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    pub fn start(path: &Path) -> Result<Self, StoreError> {
        let conn = Conn::open_beside(path)?;
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        let thread = std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || run(&conn, &own))
            .map_err(|e| StoreError::Driver(e.to_string()))?;
        Ok(Self { shared, thread })
    }

    /// Tells that something was committed.
    pub fn committed(&self) {
        let mut state = self.shared.lock();
        if !state.committed {
            state.committed = true;
            self.shared.wake.notify_one();
        }
    }

    /// Waits until the thread has closed the file.
    pub fn end(self) {
        self.shared.lock().ended = true;
        self.shared.wake.notify_one();
        if self.thread.join().is_err() {
            tracing::error!("the thread of checkpoints panicked");
        }
    }
}

fn run(conn: &Conn, shared: &Shared) {
    loop {
        let waits = |state: &mut State| !state.committed && !state.ended;
        let state = shared.wake.wait_while(shared.lock(), waits);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let paused = shared
            .wake
            .wait_timeout_while(state, PAUSE, |state| !state.ended);
        let (mut state, _) = paused.unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return;
        }
        state.committed = false;
        drop(state);
        if let Err(error) = conn.batch("PRAGMA wal_checkpoint(PASSIVE)") {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }
}
