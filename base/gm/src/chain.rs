//! Whom we trust: roots, and the chains that lead to them.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;

use crate::{CertError, Certificate, Crl, Evidence, OcspResponse};

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

/// Roots, helping certificates and revocation lists.
#[derive(Default)]
pub struct TrustStore {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
    pub(crate) known: Evidence,
    chains: RwLock<HashMap<[u8; 32], Arc<Chain>>>,
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
        self.known.crls.push(Arc::new(Crl::from_der(der)?));
        Ok(())
    }

    /// Knows this answer about revocation (RFC 6960), DER. It counts only where its signature
    /// holds.
    pub fn add_ocsp(&mut self, der: &[u8]) -> Result<(), CertError> {
        let read = OcspResponse::from_der(der);
        let answer = read.map_err(|_| CertError::Malformed("OCSP answer"))?;
        self.known.ocsps.push(Arc::new(answer));
        Ok(())
    }

    /// The revocation data it knows.
    pub fn evidence(&self) -> &Evidence {
        &self.known
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
