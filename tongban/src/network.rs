//! How this process reaches others: time stamp services that the installation decided on, and
//! revocation data at the addresses in certificates of others.

use std::sync::Arc;

use fetch::{Hosts, Http, Limits};
use gm::{Entropy, RevocationCache, RevocationSource};
use kernel::Randomness;
use store::Ctx;

use crate::stop::Stop;

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ask whether certificates under roots of others are revoked.
    pub ask_revocation: bool,
    /// Hosts that certificates may name though they are not on the public network.
    pub hosts: Vec<String>,
    /// TLS authorities in place of the public ones, PEM.
    pub tls_roots: Option<Vec<u8>>,
}

impl Default for Settings {
    /// Ask, on the public network.
    fn default() -> Self {
        Self {
            ask_revocation: true,
            hosts: Vec::new(),
            tls_roots: None,
        }
    }
}

/// An answer with a time stamp is a few kilobytes.
const STAMP_BYTES: u64 = 1 << 20;

/// Opens the process's ways out. Nothing is reached by it.
pub fn reach(ctx: &Ctx, settings: &Settings) -> Result<(), Stop> {
    let limits = Limits {
        bytes: STAMP_BYTES,
        ..Limits::default()
    };
    let stamps = trusting(Http::configured(limits), settings)?;
    seals::reach(ctx, Arc::new(stamps));
    if settings.ask_revocation {
        let rng = ctx.rng.clone();
        seals::ask_revocation(ctx, revocation(settings, entropy(rng))?);
    }
    Ok(())
}

/// Revocation data from where certificates say, kept as long as they are valid.
pub(crate) fn revocation(
    settings: &Settings,
    entropy: Box<dyn Entropy + Send>,
) -> Result<Arc<dyn RevocationSource>, Stop> {
    let hosts = Hosts::new(settings.hosts.iter().cloned());
    let http = trusting(Http::foreign(Limits::default(), hosts), settings)?;
    Ok(Arc::new(RevocationCache::new(Arc::new(http), entropy)))
}

/// Randomness as `gm` takes it.
pub(crate) fn entropy(rng: Arc<dyn Randomness>) -> Box<dyn Entropy + Send> {
    Box::new(move |out: &mut [u8]| rng.fill(out))
}

fn trusting(http: Http, settings: &Settings) -> Result<Http, Stop> {
    match &settings.tls_roots {
        None => Ok(http),
        Some(roots) => http
            .trusting(roots)
            .map_err(|e| Stop::new(format!("TLS根证书不能读取 / TLS roots: {}", e.0))),
    }
}
