//! What hardly ever changes and is asked for at every request: read once, believed for a second.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long an answer is believed. A change by another process is seen after that.
const FOR: Duration = Duration::from_secs(1);
/// While one asker reads a just outdated answer anew, the others believe it for so long more: under
/// load fifty would otherwise read the same at once, every second.
const GRACE: Duration = Duration::from_millis(200);
/// Answers held at most; keys come from stored data, so that more than these are hardly ever asked.
const MOST: usize = 4_096;

/// Answers by key. Put into [`crate::Shared`] as a type of the domain's own; whoever changes what an
/// answer is made of calls [`Kept::forget`] after the commit, so that this process sees it at once.
pub struct Kept<K, V> {
    held: Mutex<Held<K, V>>,
}

struct Held<K, V> {
    answers: HashMap<K, (Instant, V)>,
    /// Counts what was forgotten: an answer read before a change is not held after it.
    changes: u64,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        let (answers, changes) = (HashMap::new(), 0);
        let held = Mutex::new(Held { answers, changes });
        Self { held }
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }

    /// The answer for `key`; `read` is asked when none is held or it is too old. An error is told
    /// and not held.
    pub async fn get<E>(&self, key: K, read: impl Future<Output = Result<V, E>>) -> Result<V, E> {
        let changes = {
            let mut held = self.lock();
            if let Some((at, answer)) = held.answers.get_mut(&key) {
                let age = at.elapsed();
                if age < FOR {
                    return Ok(answer.clone());
                }
                // What nobody asked for lately is not believed by anybody.
                if age < FOR + GRACE {
                    *at += GRACE;
                }
            }
            held.changes
        };
        let asked = Instant::now();
        let answer = read.await?;
        let mut held = self.lock();
        if held.changes == changes {
            if held.answers.len() >= MOST {
                held.answers.clear();
            }
            held.answers.insert(key, (asked, answer.clone()));
        }
        drop(held);
        Ok(answer)
    }

    /// Holds nothing any more.
    pub fn forget(&self) {
        let mut held = self.lock();
        held.answers.clear();
        held.changes += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn ask(kept: &Kept<&'static str, u32>, says: u32) -> u32 {
        let read = async { Ok::<_, Infallible>(says) };
        kept.get("key", read).await.expect("cannot fail")
    }

    #[tokio::test]
    async fn an_answer_is_believed_until_it_is_forgotten_or_a_second_old() {
        let kept = Kept::default();
        assert_eq!(ask(&kept, 1).await, 1);
        assert_eq!(ask(&kept, 2).await, 1);
        kept.forget();
        assert_eq!(ask(&kept, 3).await, 3);
        tokio::time::sleep(FOR).await;
        assert_eq!(ask(&kept, 4).await, 4);
    }

    #[tokio::test]
    async fn one_reads_anew_and_the_others_need_not_wait() {
        let kept = Kept::default();
        assert_eq!(ask(&kept, 1).await, 1);
        tokio::time::sleep(FOR).await;
        let read = async {
            // Meanwhile somebody else asks.
            assert_eq!(ask(&kept, 2).await, 1);
            Ok::<_, Infallible>(3)
        };
        assert_eq!(kept.get("key", read).await, Ok(3));
        assert_eq!(ask(&kept, 4).await, 3);
        tokio::time::sleep(FOR * 2).await;
        let read = async {
            assert_eq!(ask(&kept, 5).await, 5, "long outdated");
            Ok::<_, Infallible>(6)
        };
        assert_eq!(kept.get("key", read).await, Ok(6));
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_held_after_it() {
        let kept = Kept::default();
        let read = async {
            kept.forget();
            Ok::<_, Infallible>(1)
        };
        assert_eq!(kept.get("key", read).await, Ok(1));
        assert_eq!(ask(&kept, 2).await, 2);
    }

    #[tokio::test]
    async fn an_error_is_not_held() {
        let kept: Kept<&str, u32> = Kept::default();
        let failed = async { Err::<u32, &str>("no connection") };
        assert_eq!(kept.get("key", failed).await, Err("no connection"));
        assert_eq!(ask(&kept, 2).await, 2);
    }
}
