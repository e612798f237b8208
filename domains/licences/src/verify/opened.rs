//! Files that are being looked at, opened: whoever leafs through one asks for page after page, and
//! reading and unpacking it anew would cost more than drawing.
//!
//! They hold personal data, so they live in memory only, and not for long: a file goes when its
//! verification has ended, when nobody asked for a page for some minutes, and when others need
//! the room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ofd::read::Document;
use ofd::{Limits, StampPicture};
use store::Ctx;
use tokio::sync::OnceCell;

use crate::error::LicenceError;
use crate::metadata::Metadata;

/// What all of them may take together, in bytes. One that takes more alone is not kept.
const MOST_BYTES: usize = 192 << 20;
/// How long a file is kept after the last look at it.
const IDLE: SignedDuration = SignedDuration::from_mins(5);

/// A file with what drawing it needs.
pub(super) struct Open {
    /// None for a PDF, which browsers show, and for what cannot be read.
    pub document: Option<Document>,
    pub stamps: Vec<StampPicture>,
    pub is_pdf: bool,
    /// What the file says of itself.
    pub metadata: Option<Metadata>,
}

impl Open {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let document = Document::open(bytes, &Limits::default()).ok();
        let is_read = document.is_some();
        Self {
            document,
            stamps: if is_read {
                seals::stamps(bytes)
            } else {
                Vec::new()
            },
            is_pdf: bytes.starts_with(b"%PDF"),
            metadata: is_read.then(|| Metadata::of_ofd(bytes)).flatten(),
        }
    }

    fn bytes(&self) -> usize {
        let stamps: usize = self.stamps.iter().map(|stamp| stamp.data.len()).sum();
        stamps + self.document.as_ref().map_or(0, Document::memory)
    }
}

type Cell = Arc<OnceCell<Arc<Open>>>;

struct Kept {
    cell: Cell,
    used_at: Timestamp,
}

/// The files of this process, by the numbers of their verifications.
#[derive(Default)]
pub(super) struct Opened {
    kept: Mutex<HashMap<String, Kept>>,
}

impl Opened {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of a verification that has not ended, read by `read` if it is not open yet.
    pub(super) async fn get(
        ctx: &Ctx,
        number: &str,
        read: impl Future<Output = Result<Arc<Open>, LicenceError>>,
    ) -> Result<Arc<Open>, LicenceError> {
        let this = ctx.shared.get_or_make::<Self>();
        let now = ctx.now();
        let (cell, is_new) = {
            let mut kept = this.lock();
            let is_new = !kept.contains_key(number);
            let entry = kept.entry(number.to_owned()).or_insert_with(|| Kept {
                cell: Cell::default(),
                used_at: now,
            });
            entry.used_at = now;
            (entry.cell.clone(), is_new)
        };
        if is_new {
            tokio::spawn(forget_later(
                Arc::downgrade(&this),
                ctx.clone(),
                number.to_owned(),
            ));
        }
        let open = cell.get_or_try_init(|| read).await.cloned();
        if open.is_err() {
            this.forget(number);
        }
        this.make_room(now);
        open
    }

    /// The verification has ended.
    pub(super) fn forget(&self, number: &str) {
        self.lock().remove(number);
    }

    /// Lets go of what nobody looks at, and then of what was looked at longest ago, until the rest
    /// may stay. What a file takes grows while its pages are drawn, so it is asked every time.
    pub(super) fn make_room(&self, now: Timestamp) {
        let mut kept = self.lock();
        kept.retain(|_, one| one.used_at + IDLE > now);
        let mut by_use: Vec<(Timestamp, String, usize)> = kept
            .iter()
            .map(|(number, one)| {
                let bytes = one.cell.get().map_or(0, |open| open.bytes());
                (one.used_at, number.clone(), bytes)
            })
            .collect();
        by_use.sort();
        let mut all: usize = by_use.iter().map(|(.., bytes)| bytes).sum();
        for (_, number, bytes) in by_use {
            if all <= MOST_BYTES {
                break;
            }
            kept.remove(&number);
            all -= bytes;
        }
    }

    #[cfg(test)]
    fn numbers(&self) -> Vec<String> {
        let mut all: Vec<_> = self.lock().keys().cloned().collect();
        all.sort();
        all
    }
}

/// Looks from time to time whether a file is still looked at, and ends when it is gone.
async fn forget_later(opened: Weak<Opened>, ctx: Ctx, number: String) {
    let idle = Duration::try_from(IDLE).unwrap_or(Duration::from_secs(300));
    loop {
        tokio::time::sleep(idle).await;
        let Some(opened) = opened.upgrade() else {
            return;
        };
        opened.make_room(ctx.now());
        if !opened.lock().contains_key(&number) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use store::testing::{TestDb, clocked};

    use super::*;

    const AT: &str = "2026-11-16T09:30:00Z";

    fn open() -> Arc<Open> {
        Arc::new(Open {
            document: None,
            stamps: Vec::new(),
            is_pdf: false,
            metadata: None,
        })
    }

    fn stamp(bytes: usize) -> Arc<Open> {
        let stamp = StampPicture {
            page_id: "1".into(),
            boundary_mm: [0.0, 0.0, 1.0, 1.0],
            clip_mm: None,
            format: "png".into(),
            data: vec![0; bytes].into(),
        };
        Arc::new(Open {
            document: None,
            stamps: vec![stamp],
            is_pdf: false,
            metadata: None,
        })
    }

    #[tokio::test]
    async fn a_file_is_read_once_while_somebody_leafs() {
        let test = TestDb::sqlite(&[]).await.unwrap();
        let (ctx, clock) = clocked(&test, AT);
        let opened = ctx.shared.get_or_make::<Opened>();
        let mut reads = 0;
        for _ in 0..3 {
            let read = async {
                reads += 1;
                Ok(open())
            };
            Opened::get(&ctx, "A", read).await.unwrap();
            clock.advance(SignedDuration::from_mins(4));
        }
        assert_eq!(reads, 1);
        // Nobody looks any more: the next one to look at another file finds it gone.
        clock.advance(SignedDuration::from_mins(4));
        Opened::get(&ctx, "B", async { Ok(open()) }).await.unwrap();
        assert_eq!(opened.numbers(), ["B"]);
        opened.forget("B");
        assert!(opened.numbers().is_empty());
    }

    #[tokio::test]
    async fn what_could_not_be_read_is_not_kept() {
        let test = TestDb::sqlite(&[]).await.unwrap();
        let (ctx, _) = clocked(&test, AT);
        let failed = Opened::get(&ctx, "A", async { Err(LicenceError::NotFound) }).await;
        assert!(failed.is_err());
        assert!(ctx.shared.get_or_make::<Opened>().numbers().is_empty());
    }

    #[tokio::test]
    async fn they_share_a_bounded_room() {
        let test = TestDb::sqlite(&[]).await.unwrap();
        let (ctx, clock) = clocked(&test, AT);
        let opened = ctx.shared.get_or_make::<Opened>();
        for number in ["A", "B", "C"] {
            let read = async { Ok(stamp(MOST_BYTES / 5 * 2)) };
            Opened::get(&ctx, number, read).await.unwrap();
            clock.advance(SignedDuration::from_secs(1));
        }
        assert_eq!(opened.numbers(), ["B", "C"], "the oldest made room");
        let large = async { Ok(stamp(MOST_BYTES + 1)) };
        Opened::get(&ctx, "D", large).await.unwrap();
        assert!(opened.numbers().is_empty());
    }
}
