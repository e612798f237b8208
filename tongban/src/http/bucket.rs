//! Counting in bounded memory: for each key the moment from which nothing of it is left (the
//! generic cell rate algorithm), and no more than so many keys.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Mutex;

use jiff::Timestamp;

/// Parts that are locked apart.
const SHARDS: usize = 16;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In a minute, in the long run.
    pub per_minute: u32,
    /// At once.
    pub burst: u32,
}

/// What was counted. A key is kept as 64 bits under a seed of this process, so that nobody can
/// choose keys that meet, and nothing of the key itself stays in memory.
pub struct Buckets {
    shards: Vec<Mutex<HashMap<u64, i64>>>,
    hasher: RandomState,
    /// Most keys of one shard.
    most: usize,
}

impl Buckets {
    /// At most about `keys` keys.
    pub fn new(keys: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            most: (keys / SHARDS).max(1),
        }
    }

    /// Takes one of what the key may do; else says after how many seconds there is one again.
    pub fn take(&self, key: &impl Hash, rate: Rate, now: Timestamp) -> Result<(), u64> {
        let hash = self.hasher.hash_one(key);
        let now = now.as_millisecond();
        let each = 60_000 / i64::from(rate.per_minute.max(1));
        let room = each.max(1) * i64::from(rate.burst.max(1));
        let shard = &self.shards[(hash % SHARDS as u64) as usize];
        let mut held = shard.lock().unwrap_or_else(|p| p.into_inner());
        // A clock that was set back must not shut anybody out for long.
        let full = held
            .get(&hash)
            .map_or(now, |at| (*at).clamp(now, now + room));
        let then = full + each.max(1);
        if then > now + room {
            let wait = (then - room - now).max(1);
            return Err(u64::try_from(wait.div_euclid(1000) + 1).unwrap_or(1));
        }
        if held.len() >= self.most && !held.contains_key(&hash) {
            forget(&mut held, now, self.most);
        }
        held.insert(hash, then);
        Ok(())
    }

    /// Keys held now.
    #[cfg(test)]
    fn len(&self) -> usize {
        let of = |s: &Mutex<HashMap<u64, i64>>| s.lock().unwrap_or_else(|p| p.into_inner()).len();
        self.shards.iter().map(of).sum()
    }
}

/// Makes room: what is empty anyway, and if that is not enough, a quarter of those that have used
/// least. Who has used most stays counted.
fn forget(held: &mut HashMap<u64, i64>, now: i64, most: usize) {
    held.retain(|_, full| *full > now);
    if held.len() < most {
        return;
    }
    let mut all: Vec<i64> = held.values().copied().collect();
    let quarter = all.len() / 4;
    let (_, bound, _) = all.select_nth_unstable(quarter);
    let bound = *bound;
    let mut spare = quarter + 1;
    held.retain(|_, full| {
        let goes = *full <= bound && spare > 0;
        spare -= usize::from(goes);
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_minute: 60,
        burst: 3,
    };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let b = Buckets::new(100);
        for _ in 0..3 {
            assert_eq!(b.take(&"a", RATE, at(0)), Ok(()));
        }
        assert_eq!(b.take(&"a", RATE, at(0)), Err(2));
        assert_eq!(b.take(&"b", RATE, at(0)), Ok(()));
        assert!(b.take(&"a", RATE, at(999)).is_err());
        assert_eq!(b.take(&"a", RATE, at(1000)), Ok(()));
        assert!(b.take(&"a", RATE, at(1000)).is_err());
        // Long silence gives the burst back, and no more.
        for _ in 0..3 {
            assert_eq!(b.take(&"a", RATE, at(1_000_000)), Ok(()));
        }
        assert!(b.take(&"a", RATE, at(1_000_000)).is_err());
    }

    #[test]
    fn a_clock_set_back_shuts_nobody_out_for_long() {
        let b = Buckets::new(100);
        b.take(&"a", RATE, at(10_000_000)).unwrap();
        let wait = b.take(&"a", RATE, at(0)).unwrap_err();
        assert!(wait <= 3, "{wait}");
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_stays_counted() {
        let b = Buckets::new(1600);
        for _ in 0..3 {
            b.take(&u64::MAX, RATE, at(0)).unwrap();
        }
        for key in 0..50_000_u64 {
            let _ = b.take(&key, RATE, at(0));
        }
        assert!(b.len() <= 1600, "{}", b.len());
        assert!(b.take(&u64::MAX, RATE, at(0)).is_err());
    }
}
