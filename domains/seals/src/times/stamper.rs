//! Having documents stamped: which services are asked for which kind, in which order, and whom not
//! to ask again for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use gm::{TimeStampAuthority, TimeStampClient, TimeStampError, TimeStampToken, Transport};
use jiff::{SignedDuration, Timestamp};
use store::Ctx;

use super::service::{ServiceState, StampRule, TimeService};
use super::table;
use crate::authority::blocking;
use crate::error::SealError;

/// How often the database is asked whether the services changed.
const LOOK: Duration = Duration::from_secs(1);

/// A service that failed is not asked again for so long: a dead one must not slow down every
/// document.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How this process reaches time stamp services.
pub struct WayOut {
    transport: Arc<dyn Transport>,
}

/// Gives the process its way to time stamp services. Without one, none can be reached.
pub fn reach(ctx: &Ctx, transport: Arc<dyn Transport>) {
    ctx.shared.put(Arc::new(WayOut { transport }));
}

/// The services in use, as they were last read, and those that failed.
#[derive(Default)]
struct Known {
    read: Mutex<Option<(Instant, Arc<Vec<TimeService>>)>>,
    failed: Mutex<HashMap<String, (Timestamp, String)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Asks the database again next time: this process has just changed the services.
pub(super) fn forget(ctx: &Ctx) {
    let known = ctx.shared.get_or_make::<Known>();
    *lock(&known.read) = None;
    lock(&known.failed).clear();
}

async fn in_use(ctx: &Ctx) -> Result<Arc<Vec<TimeService>>, SealError> {
    let known = ctx.shared.get_or_make::<Known>();
    if let Some((read, services)) = &*lock(&known.read)
        && read.elapsed() < LOOK
    {
        return Ok(services.clone());
    }
    let mut services = table::of_state(&mut ctx.db.reader(), ServiceState::Active).await?;
    // Whoever was approved first is asked first.
    services.sort_by(|a, b| (a.approved_at, &a.key).cmp(&(b.approved_at, &b.key)));
    let services = Arc::new(services);
    *lock(&known.read) = Some((Instant::now(), services.clone()));
    Ok(services)
}

/// Asks the services for documents of one kind, one after the other.
pub(crate) struct Stamper {
    clients: Vec<(TimeService, Option<TimeStampClient>)>,
    known: Arc<Known>,
    now: Timestamp,
}

/// A client of one service; none where the process has no way out.
pub(super) fn client(ctx: &Ctx, service: &TimeService) -> Option<TimeStampClient> {
    let transport = ctx.shared.get::<WayOut>()?.transport.clone();
    let rng = ctx.rng.clone();
    let entropy = Box::new(move |out: &mut [u8]| rng.fill(out));
    let digest = service.digest.algorithm();
    Some(TimeStampClient::new(
        &service.url,
        digest,
        transport,
        None,
        entropy,
    ))
}

pub(super) const NO_WAY_OUT: &str = "this process has no way out to the network";

/// Who stamps documents of that kind; none where nobody shall.
pub(crate) async fn stamper(ctx: &Ctx, kind: &str) -> Result<Option<Stamper>, SealError> {
    let services = in_use(ctx).await?;
    let clients: Vec<_> = services
        .iter()
        .filter(|service| service.covers(kind))
        .map(|service| (service.clone(), client(ctx, service)))
        .collect();
    Ok((!clients.is_empty()).then(|| Stamper {
        clients,
        known: ctx.shared.get_or_make::<Known>(),
        now: ctx.now(),
    }))
}

/// Fails where documents of that kind must have a time stamp and none is to be had. Asked before a
/// seal is used: who waits for an authority uses up no uses meanwhile. Nobody is asked while the
/// services answered last time.
pub async fn require_time(ctx: &Ctx, kind: &str) -> Result<(), SealError> {
    let Some(stamper) = stamper(ctx, kind).await? else {
        return Ok(());
    };
    if !stamper.is_required() || !stamper.has_failed() {
        return Ok(());
    }
    let mut sample = [0; 32];
    ctx.rng.fill(&mut sample);
    blocking(move || match stamper.stamp(&sample) {
        Ok(_) => Ok(()),
        Err(error) => Err(SealError::NoTimeStamp(error.to_string())),
    })
    .await
}

impl Stamper {
    /// A service did not answer when it was last asked.
    fn has_failed(&self) -> bool {
        let failed = lock(&self.known.failed);
        self.clients
            .iter()
            .any(|(service, client)| client.is_none() || failed.contains_key(&service.key))
    }

    /// One of the services must stamp, or the document is not sealed.
    pub(crate) fn is_required(&self) -> bool {
        self.clients
            .iter()
            .any(|(service, _)| service.rule == StampRule::Required)
    }

    /// Why a service that failed just now is not asked.
    fn resting(&self, key: &str) -> Option<String> {
        let failed = lock(&self.known.failed);
        let (at, why) = failed.get(key)?;
        let since = self.now.duration_since(*at);
        (since >= SignedDuration::ZERO && since < PAUSE).then(|| why.clone())
    }
}

impl TimeStampAuthority for Stamper {
    fn stamp_parts(&self, parts: &[&[u8]]) -> Result<TimeStampToken, TimeStampError> {
        let mut reasons = Vec::new();
        for (service, client) in &self.clients {
            if let Some(why) = self.resting(&service.key) {
                reasons.push(format!("{}: {why}", service.name));
                continue;
            }
            let Some(client) = client else {
                reasons.push(format!("{}: {NO_WAY_OUT}", service.name));
                continue;
            };
            match client.stamp_parts(parts) {
                Ok(token) => {
                    lock(&self.known.failed).remove(&service.key);
                    return Ok(token);
                }
                Err(error) => {
                    let why = match error {
                        TimeStampError::Unreachable(why) => why,
                        other => other.to_string(),
                    };
                    reasons.push(format!("{}: {why}", service.name));
                    lock(&self.known.failed).insert(service.key.clone(), (self.now, why));
                }
            }
        }
        Err(TimeStampError::Unreachable(reasons.join("; ")))
    }
}
