//! Which statements a process has run, for the test that looks at their plans.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

static SEEN: OnceLock<Mutex<BTreeSet<String>>> = OnceLock::new();

fn held(seen: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Costs one load of a pointer while nobody records.
pub(crate) fn note(sql: &str) {
    if let Some(seen) = SEEN.get() {
        let mut seen = held(seen);
        if !seen.contains(sql) {
            seen.insert(sql.to_owned());
        }
    }
}

/// From now on this process keeps the text of every statement it runs.
pub fn record() {
    SEEN.get_or_init(Mutex::default);
}

/// Statements run since [`record`], each once.
pub fn statements() -> Vec<String> {
    SEEN.get()
        .map(|seen| held(seen).iter().cloned().collect())
        .unwrap_or_default()
}
