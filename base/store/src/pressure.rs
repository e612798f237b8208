//! Whether people wait for the database: how many of their use cases are being written.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// So many use cases at a time, or more, and requests press.
const PRESSING: usize = 12;
/// A flood comes in waves: between two of them it is not over.
const AFTER: Duration = Duration::from_millis(100);

/// Use cases of requests under way.
#[derive(Default)]
pub(crate) struct Pressure {
    under_way: AtomicUsize,
    /// When there were last many.
    high: Mutex<Option<Instant>>,
}

/// One of them; it is over when this is dropped.
pub(crate) struct UnderWay<'a>(&'a Pressure);

impl Pressure {
    pub(crate) fn enter(&self) -> UnderWay<'_> {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        if before + 1 >= PRESSING {
            self.note();
        }
        UnderWay(self)
    }

    fn note(&self) {
        let mut high = self.high.lock().unwrap_or_else(PoisonError::into_inner);
        *high = Some(Instant::now());
    }

    pub(crate) fn is_high(&self) -> bool {
        if self.under_way.load(Ordering::Relaxed) >= PRESSING {
            return true;
        }
        let high = *self.high.lock().unwrap_or_else(PoisonError::into_inner);
        high.is_some_and(|at| at.elapsed() < AFTER)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_press_and_for_a_moment_after() {
        let pressure = Pressure::default();
        let few: Vec<_> = (1..PRESSING).map(|_| pressure.enter()).collect();
        assert!(!pressure.is_high());
        let one_more = pressure.enter();
        assert!(pressure.is_high());
        drop((few, one_more));
        assert!(pressure.is_high(), "a wave may follow");
        std::thread::sleep(AFTER);
        assert!(!pressure.is_high());
    }
}
