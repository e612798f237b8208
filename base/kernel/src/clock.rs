//! Time is a parameter: the whole city can be run at a chosen moment.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's clock, moved so that it showed a given moment when it was made.
#[derive(Debug)]
pub struct ShiftedClock {
    by: SignedDuration,
}

impl ShiftedClock {
    /// A clock that starts at `at` and runs on from there.
    pub fn starting_at(at: Timestamp) -> Self {
        Self {
            by: at.duration_since(SystemClock.now()),
        }
    }

    /// A clock that showed `at` when the machine's showed `machine`: several processes that are
    /// told the same show the same.
    pub fn showing(at: Timestamp, machine: Timestamp) -> Self {
        Self {
            by: at.duration_since(machine),
        }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        SystemClock
            .now()
            .checked_add(self.by)
            .unwrap_or(Timestamp::MAX)
    }
}

/// A clock that moves only when told, for scenarios and tests.
#[derive(Debug)]
pub struct ManualClock {
    at: Mutex<Timestamp>,
}

impl ManualClock {
    pub fn new(at: Timestamp) -> Self {
        Self { at: Mutex::new(at) }
    }

    /// Sets the clock. Going back is allowed: tests need it, the product does not.
    pub fn set(&self, at: Timestamp) {
        match self.at.lock() {
            Ok(mut guard) => *guard = at,
            Err(poisoned) => *poisoned.into_inner() = at,
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        let next = self.now().checked_add(by).unwrap_or(Timestamp::MAX);
        self.set(next);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        match self.at.lock() {
            Ok(guard) => *guard,
            Err(poisoned) => *poisoned.into_inner(),
        }
    }
}
