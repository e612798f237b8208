//! Seals that were found to hold, remembered. A city uses few seals very often.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use gm::asn1::Malformed;
use gm::{Certificate, VerifyError};
use jiff::Timestamp;

use super::parse::{Listed, Seal};

/// Remembered seals. Only those of trusted makers are remembered, so a stranger cannot fill this.
const REMEMBERED: usize = 4096;

/// What verification needs to know of a seal, without its picture.
pub(crate) struct KnownSeal {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) valid_from: Timestamp,
    pub(crate) valid_to: Timestamp,
    /// None when the maker's certificate cannot be read.
    pub(crate) maker: Option<Certificate>,
    /// The maker's signature.
    pub(crate) holds: Result<(), VerifyError>,
    /// The certificates that may use it, as far as they can be read.
    signers: Vec<Certificate>,
    digests: Vec<Vec<u8>>,
}

impl KnownSeal {
    /// Reads a seal and verifies its maker's signature.
    pub(crate) fn examine(der: &[u8]) -> Result<Self, Malformed> {
        let seal = Seal::parse(der)?;
        let maker = Certificate::from_der(seal.maker).ok();
        let holds = match &maker {
            Some(maker) => seal.is_made_by(maker),
            None => Err(VerifyError::Wrong),
        };
        let mut signers = Vec::new();
        let mut digests = Vec::new();
        for listed in &seal.signers {
            match listed {
                Listed::Certificate(der) => signers.extend(Certificate::from_der(der).ok()),
                Listed::Digest(digest) => digests.push(digest.to_vec()),
            }
        }
        Ok(Self {
            version: seal.version,
            id: seal.id,
            name: seal.name,
            created: seal.created,
            valid_from: seal.valid_from,
            valid_to: seal.valid_to,
            maker,
            holds,
            signers,
            digests,
        })
    }

    /// The signer's certificate as the seal lists it; none when it does not.
    pub(crate) fn listed(&self, der: &[u8]) -> Option<Certificate> {
        if let Some(found) = self.signers.iter().find(|signer| signer.der() == der) {
            return Some(found.clone());
        }
        let (sm3, sha256) = (gm::sm3(der), gm::sha256(der));
        let named = self
            .digests
            .iter()
            .any(|digest| *digest == sm3 || *digest == sha256);
        if named {
            Certificate::from_der(der).ok()
        } else {
            None
        }
    }
}

/// Seals by the digest of their bytes.
#[derive(Default)]
pub(crate) struct SealCache(RwLock<HashMap<[u8; 32], Arc<KnownSeal>>>);

impl SealCache {
    pub(crate) fn get(&self, digest: &[u8; 32]) -> Option<Arc<KnownSeal>> {
        self.0.read().ok()?.get(digest).cloned()
    }

    /// Remembers a seal whose signature holds and whose maker is trusted.
    pub(crate) fn remember(&self, digest: [u8; 32], seal: &Arc<KnownSeal>) {
        if let Ok(mut seals) = self.0.write() {
            if seals.len() >= REMEMBERED {
                seals.clear();
            }
            seals.insert(digest, seal.clone());
        }
    }
}
