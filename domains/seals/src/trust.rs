//! Whom this platform's verifiers trust.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gm::{Chain, Evidence, RevocationSource, TrustStore};
use jiff::{SignedDuration, Timestamp};
use sealing::Trust;
use store::{Ctx, Run};

use crate::authority::Authorities;
use crate::error::SealError;
use crate::roots::{self, RootScope, RootState};
use crate::table_authority;

/// How often the database is asked whether the lists changed.
const LOOK: Duration = Duration::from_secs(1);
/// Lists that end sooner are made anew by whoever has the keys.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Who is asked what was revoked under roots of others.
struct Asked(Arc<dyn RevocationSource>);

/// Has this process ask the source, beside the lists that were given by hand, for revocation data of
/// chains that end in a root of others. Without it nobody is asked.
pub fn ask_revocation(ctx: &Ctx, source: Arc<dyn RevocationSource>) {
    ctx.shared.put(Arc::new(Asked(source)));
    ctx.shared.get_or_make::<Trusted>().start_anew();
}

/// Asks about chains to roots of others only: our own lists are at hand, and always the newest.
struct Others {
    own: Vec<Vec<u8>>,
    source: Arc<dyn RevocationSource>,
}

impl RevocationSource for Others {
    fn evidence(&self, chain: &Chain, now: Timestamp) -> Evidence {
        match chain.0.last() {
            Some(root) if !self.own.iter().any(|own| own == root.der()) => {
                self.source.evidence(chain, now)
            }
            _ => Evidence::new(),
        }
    }
}

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
    /// What of others was trusted when the lists were read.
    foreign: String,
    /// When a foreign root begins or ends to count.
    turns: Timestamp,
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

    fn start_anew(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Built>> {
        self.built
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Own and foreign roots with their revocation lists, at the present moment of the context. Clones share the cache
/// of verified chains, which is built anew only when a list changed.
pub async fn trust(ctx: &Ctx) -> Result<Trust, SealError> {
    let now = ctx.now();
    let cache = ctx.shared.get_or_make::<Trusted>();
    let known = cache.lock().clone();
    if let Some(built) = &known
        && built.looked.elapsed() < LOOK
        && now + AHEAD < built.next_update
        && now < built.turns
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
    let foreign = roots::table::mark(&mut reader).await?;
    let built = match known {
        Some(built)
            if built.revision == revision && built.foreign == foreign && now < built.turns =>
        {
            Built {
                looked: Instant::now(),
                next_update: next.unwrap_or(now),
                ..built
            }
        }
        _ => {
            let source = ctx.shared.get::<Asked>().map(|asked| asked.0.clone());
            let (trust, turns) = build(&mut reader, source, now).await?;
            Built {
                looked: Instant::now(),
                revision,
                next_update: next.unwrap_or(now),
                foreign,
                turns,
                trust,
            }
        }
    };
    let trust = built.trust.at(now);
    *cache.lock() = Some(built);
    Ok(trust)
}

/// What own and foreign lists say now, and until when nothing of it turns by itself.
async fn build(
    reader: &mut impl Run,
    source: Option<Arc<dyn RevocationSource>>,
    now: Timestamp,
) -> Result<(Trust, Timestamp), SealError> {
    let (mut seals, mut times) = (TrustStore::new(), TrustStore::new());
    let mut own_roots = Vec::new();
    for own in table_authority::published(reader).await? {
        for store in [&mut seals, &mut times] {
            store.add_root(&own.root)?;
            store.add_intermediate(&own.issuing)?;
            store.add_crl(&own.crl)?;
            store.add_crl(&own.root_crl)?;
        }
        own_roots.push(own.root);
    }
    let mut turns = Timestamp::MAX;
    for root in roots::table::of_state(reader, RootState::Trusted).await? {
        for edge in [root.valid_from, root.valid_to] {
            if edge > now {
                turns = turns.min(edge);
            }
        }
        if !root.counts_at(now) {
            continue;
        }
        let lists = roots::table::lists(reader, &root.key).await?;
        let (seal, time) = match root.scope {
            RootScope::Seals => (true, false),
            RootScope::Times => (false, true),
            RootScope::All => (true, true),
        };
        for (store, _) in [(&mut seals, seal), (&mut times, time)]
            .into_iter()
            .filter(|(_, wanted)| *wanted)
        {
            store.add_root(&root.root)?;
            for der in &root.below {
                store.add_intermediate(der)?;
            }
            for list in &lists {
                store.add_crl(&list.crl)?;
            }
        }
    }
    let trust = Trust::from_store(seals, now).with_time_stamps(times);
    let trust = match source {
        Some(source) => trust.asking(Arc::new(Others {
            own: own_roots,
            source,
        })),
        None => trust,
    };
    Ok((trust, turns))
}

/// What helps to judge what authorities of others signed or stamped, without a network: the
/// certificates below the trusted roots, and their kept lists. The roots themselves are for the
/// verifier to trust.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// DER.
    pub certificates: Vec<Vec<u8>>,
    /// DER.
    pub crls: Vec<Vec<u8>>,
}

/// Most of each kind, and bytes of all lists together: a list of a national authority may have
/// tens of megabytes, and whoever needs that one asks the authority.
const MOST: usize = 20;
const MOST_BYTES: usize = 8 << 20;

/// Certificates and lists of the roots that count now.
pub async fn foreign(ctx: &Ctx) -> Result<Foreign, SealError> {
    let now = ctx.now();
    let mut reader = ctx.db.reader();
    let (mut all, mut bytes) = (Foreign::default(), 0);
    for root in roots::table::of_state(&mut reader, RootState::Trusted).await? {
        if !root.counts_at(now) {
            continue;
        }
        all.certificates.extend(root.below.clone());
        for list in roots::table::lists(&mut reader, &root.key).await? {
            if bytes + list.crl.len() <= MOST_BYTES {
                bytes += list.crl.len();
                all.crls.push(list.crl);
            }
        }
    }
    all.certificates.truncate(MOST);
    all.crls.truncate(MOST);
    Ok(all)
}

/// Asks the database again next time: this process has just changed what is trusted.
pub(crate) fn forget(ctx: &Ctx) {
    ctx.shared.get_or_make::<Trusted>().forget();
}
