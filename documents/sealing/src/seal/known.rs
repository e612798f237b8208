//! Seals that were found to hold, remembered. A city uses few seals very often.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use gm::asn1::Malformed;
use gm::{Certificate, VerifyError};
use jiff::Timestamp;

use super::parse::{Digests, Listed, Seal};
use crate::deviation::{Deviates, Deviation, Notes};
use crate::value::Weak;

/// Remembered seals. Only those of trusted makers are remembered, so a stranger cannot fill this.
const REMEMBERED: usize = 4096;

/// What verification needs to know of a seal, without its picture.
pub(crate) struct KnownSeal {
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) kind: u32,
    pub(crate) name: String,
    /// Organisation of those who may use it.
    pub(crate) owner: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) valid_from: Timestamp,
    pub(crate) valid_to: Timestamp,
    /// None when the maker's certificate cannot be read.
    pub(crate) maker: Option<Certificate>,
    /// The maker's signature, and whether it is made by weak means.
    pub(crate) holds: Result<Option<Weak>, VerifyError>,
    /// The algorithm of that signature, for people.
    pub(crate) algorithm: String,
    /// The bits of that signature, and the time stamp over them.
    pub(crate) signature: Vec<u8>,
    pub(crate) time_stamp: Option<Vec<u8>>,
    /// Where it deviates from its standard.
    pub(crate) deviations: Vec<Deviates>,
    /// The certificates that may use it, as far as they can be read.
    signers: Vec<Certificate>,
    digests: Vec<Vec<u8>>,
}

impl KnownSeal {
    /// Reads a seal and verifies its maker's signature.
    pub(crate) fn examine(der: &[u8]) -> Result<Self, Malformed> {
        let seal = Seal::parse(der)?;
        let maker = Certificate::from_der(seal.maker).ok();
        let notes = Notes::default();
        let holds = match &maker {
            Some(maker) => seal.check(maker, &notes),
            None => Err(VerifyError::Wrong),
        };
        let mut deviations = seal.deviations.clone();
        deviations.extend(notes.take());
        let mut signers = Vec::new();
        let mut digests = Vec::new();
        for listed in &seal.signers {
            match listed {
                Listed::Certificate(der) => match Certificate::from_der(der) {
                    Ok(signer) => signers.push(signer),
                    Err(_) => deviations.push(Deviates {
                        what: Deviation::ListEntry,
                        place: "SES_ESPropertyInfo.certList".into(),
                    }),
                },
                Listed::Digest(digest) => digests.push(digest.to_vec()),
            }
        }
        Ok(Self {
            version: seal.version,
            kind: seal.kind,
            owner: seal.owner(),
            algorithm: seal.value.algorithm_text(maker.as_ref()),
            signature: seal.value.signature.to_vec(),
            time_stamp: seal.time_stamp.map(<[u8]>::to_vec),
            deviations,
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
        if self.digests.is_empty() {
            return None;
        }
        let own = Digests::of(der);
        let named = self.digests.iter().any(|digest| own.has(digest));
        named.then(|| Certificate::from_der(der).ok()).flatten()
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
