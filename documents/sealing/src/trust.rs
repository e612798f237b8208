//! What a verifier trusts, and the memory of what it has already found to hold.

use std::sync::Arc;

use gm::{CertError, TrustStore};
use jiff::Timestamp;

use crate::seal::SealCache;

/// Roots, intermediates, revocation lists and the present moment.
///
/// Cloning is cheap and shares the caches: keep one for the life of the process and take
/// [`Trust::at`] for each verification.
#[derive(Clone)]
pub struct Trust {
    store: Arc<TrustStore>,
    /// Roots of time stamp authorities, where they are others than those of signers.
    times: Option<Arc<TrustStore>>,
    seals: Arc<SealCache>,
    now: Timestamp,
}

impl Trust {
    /// Trusts exactly these roots. `intermediates` are certificates that help to build a chain and
    /// are not trusted by themselves; `crls` are revocation lists. All DER.
    pub fn new(
        roots: &[Vec<u8>],
        intermediates: &[Vec<u8>],
        crls: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<Self, CertError> {
        let mut store = TrustStore::new();
        for der in roots {
            store.add_root(der)?;
        }
        for der in intermediates {
            store.add_intermediate(der)?;
        }
        for der in crls {
            store.add_crl(der)?;
        }
        Ok(Self::from_store(store, now))
    }

    /// Trusts what the store trusts.
    pub fn from_store(store: TrustStore, now: Timestamp) -> Self {
        Self {
            store: Arc::new(store),
            times: None,
            seals: Arc::default(),
            now,
        }
    }

    /// Believes time stamps by these roots in place of those of signers.
    pub fn with_time_stamps(self, store: TrustStore) -> Self {
        Self {
            times: Some(Arc::new(store)),
            ..self
        }
    }

    /// Trusts nobody: signatures are checked, chains are reported as not checked.
    pub fn nobody(now: Timestamp) -> Self {
        Self::from_store(TrustStore::new(), now)
    }

    /// The same trust at another moment.
    pub fn at(&self, now: Timestamp) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }

    /// The moment of verification.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Chain building and revocation.
    pub fn store(&self) -> &TrustStore {
        &self.store
    }

    /// Chain building and revocation of time stamp authorities.
    pub fn time_stamps(&self) -> &TrustStore {
        self.times.as_ref().unwrap_or(&self.store)
    }

    /// Seals that were found to hold.
    pub(crate) fn seals(&self) -> &SealCache {
        &self.seals
    }
}
