//! Whom we trust: roots, the chains that lead to them, and what was revoked.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;

use crate::{CertError, Certificate, Crl, Revoked};

/// More certificates than any honest chain has.
const LONGEST: usize = 8;

/// Signatures verified in one search. Certificates that came with a document are the work of its
/// maker, who may have crossed them so that there are very many ways up.
const BUDGET: usize = 32;

/// Remembered chains. Only chains that led to a trusted root are remembered, so a stranger cannot
/// fill this.
const REMEMBERED: usize = 4096;

/// A chain whose every signature holds: signer first, trusted root last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain(pub Vec<Certificate>);

/// Why a certificate does not lead to a trusted root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No root is trusted at all, so nothing can be said.
    #[error("no trusted root is configured")]
    NoRoots,
    /// Nobody known issued it.
    #[error("the issuer of “{0}” is not known")]
    UnknownIssuer(String),
    /// It names a known issuer, who did not sign it.
    #[error("“{0}” was not signed by the issuer it names")]
    Forged(String),
    /// An authority that was not valid at that time.
    #[error("“{0}” was not valid at that time")]
    NotValid(String),
    /// A certificate used for what it does not allow.
    #[error("“{0}” may not be used this way: {1}")]
    Misused(String, String),
}

/// What revocation lists say of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A valid list of the signer's issuer does not name it.
    Good,
    /// No usable list; the reason in words.
    Unknown(String),
    /// A certificate of the chain is revoked: its subject, and the entry.
    Revoked(String, Revoked),
}

/// Roots, helping certificates and revocation lists.
#[derive(Default)]
pub struct TrustStore {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    crls: Vec<Crl>,
    chains: RwLock<HashMap<[u8; 32], Arc<Chain>>>,
    /// Which list was found to be issued by which authority, by index and fingerprint.
    issued: RwLock<HashMap<(usize, [u8; 32]), bool>>,
}

impl TrustStore {
    /// Trusts nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts this certificate, DER.
    pub fn add_root(&mut self, der: &[u8]) -> Result<(), CertError> {
        self.roots.push(Certificate::from_der(der)?);
        Ok(())
    }

    /// Knows this certificate (DER) when building chains, without trusting it.
    pub fn add_intermediate(&mut self, der: &[u8]) -> Result<(), CertError> {
        self.intermediates.push(Certificate::from_der(der)?);
        Ok(())
    }

    /// Knows this revocation list, DER. It counts only where its signature holds.
    pub fn add_crl(&mut self, der: &[u8]) -> Result<(), CertError> {
        self.crls.push(Crl::from_der(der)?);
        Ok(())
    }

    /// The trusted roots.
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// A chain from `leaf` to a trusted root in which every signature holds and every authority
    /// was valid at `at`. `extra` are certificates that came with the signature. The leaf's own
    /// dates are not judged here: that is a separate finding.
    pub fn chain(
        &self,
        leaf: &Certificate,
        extra: &[Certificate],
        at: Timestamp,
    ) -> Result<Arc<Chain>, ChainError> {
        if self.roots.is_empty() {
            return Err(ChainError::NoRoots);
        }
        let known = self
            .chains
            .read()
            .map(|chains| chains.get(leaf.fingerprint()).cloned());
        if let Ok(Some(chain)) = known
            && chain.0[1..]
                .iter()
                .all(|authority| authority.is_valid_at(at))
        {
            return Ok(chain);
        }
        if let Some(critical) = leaf.unknown_critical() {
            return Err(misused(leaf, format!("critical extension {critical}")));
        }
        let closest = ChainError::UnknownIssuer(leaf.subject());
        let mut climb = Climb {
            store: self,
            extra,
            at,
            path: vec![leaf.clone()],
            closest,
            budget: BUDGET,
        };
        if !climb.up() {
            return Err(climb.closest);
        }
        let chain = Arc::new(Chain(climb.path));
        if let Ok(mut chains) = self.chains.write() {
            if chains.len() >= REMEMBERED {
                chains.clear();
            }
            chains.insert(*leaf.fingerprint(), chain.clone());
        }
        Ok(chain)
    }

    /// What the lists say of a chain at the moment `now`. An entry counts whenever it was made;
    /// the caller compares its date with the time of signing.
    pub fn revocation(&self, chain: &Chain, now: Timestamp) -> Revocation {
        let mut unknown = None;
        for (depth, pair) in chain.0.windows(2).enumerate() {
            let [issued, issuer] = pair else { continue };
            match self.list_of(issuer) {
                Some(list) => {
                    if let Some(entry) = list.entry(&issued.serial()) {
                        return Revocation::Revoked(issued.subject(), entry.clone());
                    }
                    let stale = list.next_update().is_some_and(|next| next < now);
                    if stale && depth == 0 {
                        let due = list.next_update().unwrap_or(now);
                        let issuer = issuer.subject();
                        unknown = Some(format!("the list of “{issuer}” ended at {due}"));
                    }
                }
                // Lists of the authorities above are used where they exist; many publish none.
                None if depth == 0 => {
                    unknown = Some(format!("no revocation list of “{}”", issuer.subject()));
                }
                None => {}
            }
        }
        match unknown {
            Some(why) => Revocation::Unknown(why),
            None if chain.0.len() < 2 => {
                Revocation::Unknown("the signer's certificate is itself a trusted root".into())
            }
            None => Revocation::Good,
        }
    }

    /// The newest list that the authority really issued.
    fn list_of(&self, issuer: &Certificate) -> Option<&Crl> {
        let mut newest: Option<&Crl> = None;
        for (index, crl) in self.crls.iter().enumerate() {
            if newest.is_some_and(|known| known.this_update() >= crl.this_update()) {
                continue;
            }
            let key = (index, *issuer.fingerprint());
            let known = self
                .issued
                .read()
                .ok()
                .and_then(|issued| issued.get(&key).copied());
            let holds = known.unwrap_or_else(|| {
                let holds = crl.is_issued_by(issuer).is_ok();
                if let Ok(mut issued) = self.issued.write() {
                    issued.insert(key, holds);
                }
                holds
            });
            if holds {
                newest = Some(crl);
            }
        }
        newest
    }
}

/// One search for a chain.
struct Climb<'a> {
    store: &'a TrustStore,
    extra: &'a [Certificate],
    at: Timestamp,
    path: Vec<Certificate>,
    /// What went wrong last, to be told when nothing is found.
    closest: ChainError,
    /// Signatures that may still be verified.
    budget: usize,
}

impl Climb<'_> {
    /// Extends the path until it ends in a root. On failure the path is as it was.
    fn up(&mut self) -> bool {
        let Some(last) = self.path.last().cloned() else {
            return false;
        };
        if self.store.roots.contains(&last) {
            return true;
        }
        if self.path.len() >= LONGEST {
            self.closest = misused(&last, "the chain is too long".into());
            return false;
        }
        let (store, extra) = (self.store, self.extra);
        let candidates = store.roots.iter().chain(&store.intermediates).chain(extra);
        let mut named = false;
        for issuer in candidates.filter(|issuer| last.names_issuer(issuer)) {
            if self.path.contains(issuer) || self.budget == 0 {
                continue;
            }
            named = true;
            if let Err(error) = self.may_issue(issuer, &last) {
                self.closest = error;
                continue;
            }
            self.path.push(issuer.clone());
            if self.up() {
                return true;
            }
            self.path.pop();
        }
        if !named {
            self.closest = ChainError::UnknownIssuer(last.subject());
        }
        false
    }

    fn may_issue(&mut self, issuer: &Certificate, issued: &Certificate) -> Result<(), ChainError> {
        // A root of version 1 has no extensions; that it is trusted is said by configuration.
        if !issuer.is_ca() && !self.store.roots.contains(issuer) {
            return Err(misused(issuer, "not an authority".into()));
        }
        if !issuer.may_certify() {
            return Err(misused(
                issuer,
                "its key usage excludes certificates".into(),
            ));
        }
        let below = self.path.len() - 1;
        if issuer
            .path_length()
            .is_some_and(|limit| below > usize::from(limit))
        {
            return Err(misused(issuer, "too many authorities below it".into()));
        }
        if let Some(critical) = issuer.unknown_critical() {
            return Err(misused(issuer, format!("critical extension {critical}")));
        }
        if !issuer.is_valid_at(self.at) {
            return Err(ChainError::NotValid(issuer.subject()));
        }
        self.budget -= 1;
        issued
            .is_signed_by(issuer)
            .map_err(|_| ChainError::Forged(issued.subject()))
    }
}

fn misused(certificate: &Certificate, why: String) -> ChainError {
    ChainError::Misused(certificate.subject(), why)
}
