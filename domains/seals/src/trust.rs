//! Whom this platform's verifiers trust.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sealing::Trust;
use store::Ctx;

use crate::authority::Authorities;
use crate::error::SealError;
use crate::table_authority;

/// How often the database is asked whether the lists changed.
const LOOK: Duration = Duration::from_secs(1);
/// Lists that end sooner are made anew by whoever has the keys.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// What was built last.
#[derive(Default)]
pub(crate) struct Trusted {
    built: Mutex<Option<Built>>,
}

#[derive(Clone)]
struct Built {
    looked: Instant,
    revision: i64,
    next_update: Timestamp,
    trust: Trust,
}

impl Trusted {
    /// Asks the database again next time.
    pub(crate) fn forget(&self) {
        if let Some(built) = self.lock().as_mut()
            && let Some(past) = Instant::now().checked_sub(LOOK * 2)
        {
            built.looked = past;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Built>> {
        self.built
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Own roots and revocation lists, at the present moment of the context. Clones share the cache
/// of verified chains, which is built anew only when a list changed.
pub async fn trust(ctx: &Ctx) -> Result<Trust, SealError> {
    let now = ctx.now();
    let cache = ctx.shared.get_or_make::<Trusted>();
    let known = cache.lock().clone();
    if let Some(built) = &known
        && built.looked.elapsed() < LOOK
        && now + AHEAD < built.next_update
    {
        return Ok(built.trust.at(now));
    }
    let mut reader = ctx.db.reader();
    let (mut revision, mut next) = table_authority::revision(&mut reader).await?;
    if next.is_none_or(|next| next <= now + AHEAD)
        && let Ok(authorities) = Authorities::of(ctx)
    {
        authorities.publish(ctx).await?;
        (revision, next) = table_authority::revision(&mut reader).await?;
    }
    let trust = match known {
        Some(built) if built.revision == revision => built.trust,
        _ => {
            let published = table_authority::published(&mut reader).await?;
            let all = |read: fn(&table_authority::Published) -> &Vec<u8>| {
                published
                    .iter()
                    .map(|one| read(one).clone())
                    .collect::<Vec<_>>()
            };
            let mut lists = all(|p| &p.crl);
            lists.extend(all(|p| &p.root_crl));
            Trust::new(&all(|p| &p.root), &all(|p| &p.issuing), &lists, now)?
        }
    };
    *cache.lock() = Some(Built {
        looked: Instant::now(),
        revision,
        next_update: next.unwrap_or(now),
        trust: trust.clone(),
    });
    Ok(trust.at(now))
}
