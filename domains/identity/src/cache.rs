//! What a process remembers for a second: sessions as read, and the agreement in force.
//!
//! A change in this process is seen at once: whoever changes something forgets it here. Another
//! process sees it within the second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use store::Ctx;

use crate::session::Known;

const FRESH: Duration = Duration::from_secs(1);
/// More sessions than this within a second are read from the database.
const MOST: usize = 10_000;

#[derive(Default)]
struct Held {
    /// Raised when something is forgotten, so that a reading begun before is not kept.
    generation: u64,
    sessions: HashMap<Vec<u8>, (Instant, Arc<Known>)>,
}

#[derive(Default)]
pub(crate) struct SessionCache {
    held: Mutex<Held>,
}

/// The cache of this process.
pub(crate) fn sessions(ctx: &Ctx) -> Arc<SessionCache> {
    ctx.shared.get_or_make()
}

impl SessionCache {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn fresh(&self, digest: &[u8]) -> Option<Arc<Known>> {
        let held = self.lock();
        let (at, known) = held.sessions.get(digest)?;
        (at.elapsed() < FRESH).then(|| known.clone())
    }

    /// Taken before reading; see [`SessionCache::keep`].
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    pub(crate) fn keep(&self, generation: u64, digest: Vec<u8>, known: Arc<Known>) {
        let mut held = self.lock();
        if held.generation != generation {
            return;
        }
        if held.sessions.len() >= MOST {
            held.sessions.retain(|_, (at, _)| at.elapsed() < FRESH);
        }
        if held.sessions.len() < MOST {
            held.sessions.insert(digest, (Instant::now(), known));
        }
    }

    pub(crate) fn forget(&self, digest: &[u8]) {
        let mut held = self.lock();
        held.generation += 1;
        held.sessions.remove(digest);
    }

    pub(crate) fn forget_all(&self) {
        let mut held = self.lock();
        held.generation += 1;
        held.sessions.clear();
    }
}

#[derive(Default)]
pub(crate) struct AgreementCache {
    held: Mutex<Option<(Instant, String)>>,
}

impl AgreementCache {
    fn lock(&self) -> MutexGuard<'_, Option<(Instant, String)>> {
        self.held
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn fresh(&self) -> Option<String> {
        let held = self.lock();
        let (at, version) = held.as_ref()?;
        (at.elapsed() < FRESH).then(|| version.clone())
    }

    pub(crate) fn keep(&self, version: &str) {
        *self.lock() = Some((Instant::now(), version.to_owned()));
    }

    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }
}
