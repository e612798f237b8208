//! What every use case is given: nothing else of the outside reaches it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use gm::{Vault, VaultError};
use jiff::Timestamp;
use kernel::{Actor, Clock, Locale, Randomness, Sensitive};

use crate::{Db, Shared};

/// The context of one request, job or command: one pointer, so that every use case, and every body
/// of a transaction, can hold one of its own.
#[derive(Clone)]
pub struct Ctx(Arc<Parts>);

/// What a context is made of. A context that is changed parts from those it was cloned from.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Randomness>,
    /// Encrypts and digests personal data.
    pub vault: Arc<Vault>,
    pub shared: Arc<Shared>,
    pub actor: Arc<Actor>,
    pub locale: Locale,
}

impl Deref for Ctx {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Ctx {
    fn deref_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

impl Ctx {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The same context for another actor.
    pub fn with_actor(&self, actor: Actor) -> Self {
        let mut other = self.clone();
        other.actor = Arc::new(actor);
        other
    }

    /// The same context for the platform itself.
    pub fn as_system(&self) -> Self {
        self.with_actor(Actor::system())
    }

    /// Encrypts a field. Table, column and key are bound to it: moved elsewhere it does not open.
    pub fn seal(&self, table: &str, column: &str, key: &str, plain: &[u8]) -> Vec<u8> {
        self.vault
            .seal(table, column, key, plain, &mut |out: &mut [u8]| {
                self.rng.fill(out)
            })
    }

    /// Opens what [`Ctx::seal`] made.
    pub fn open_sealed(
        &self,
        table: &str,
        column: &str,
        key: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        self.vault.open(table, column, key, sealed)
    }

    /// The keyed digest under which a value is found again. The value must be normalised.
    pub fn lookup(&self, domain: &str, value: &str) -> Vec<u8> {
        self.vault.digest(domain, value).to_vec()
    }

    /// The keyed digest of a personal datum, which is kept normalised.
    pub fn lookup_of(&self, domain: &str, value: &impl Sensitive) -> Vec<u8> {
        self.lookup(domain, value.reveal())
    }
}
