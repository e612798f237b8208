//! Statements of a platform to whom it may concern: bytes, a bare signature over them, and the
//! certificates of who made it. Anybody's tools can check them:
//! `openssl dgst -sm3 -verify key.pem -sigopt distid:1234567812345678 -signature s.sig s.json`.

use gm::{Certificate, Revocation, SignatureAlgorithm};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Trust;

/// A signed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub body: Vec<u8>,
    /// DER `SEQUENCE { r, s }`, SM2 with SM3 over `body`.
    pub signature: Vec<u8>,
    /// The signer's certificate first, then those above it, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// Why a statement is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    #[error("no readable certificate comes with the statement")]
    NoCertificate,
    #[error("the statement was changed, or signed by somebody else")]
    Wrong,
    #[error("the signer's certificate does not lead to a trusted root")]
    Foreign,
    #[error("the signer's certificate was not valid or is revoked")]
    NotValid,
}

impl Statement {
    /// Believes it, as of the moment of `trust`, or says why not. Returns who signed.
    pub fn signer(&self, trust: &Trust) -> Result<String, Disbelief> {
        let read = |der: &Vec<u8>| Certificate::from_der(der).ok();
        let all: Option<Vec<Certificate>> = self.certificates.iter().map(read).collect();
        let all = all.ok_or(Disbelief::NoCertificate)?;
        let (signer, above) = all.split_first().ok_or(Disbelief::NoCertificate)?;
        signer
            .public_key()
            .verify(SignatureAlgorithm::Sm2Sm3, &self.body, &self.signature)
            .map_err(|_| Disbelief::Wrong)?;
        if !signer.is_valid_at(trust.now()) {
            return Err(Disbelief::NotValid);
        }
        let chain = trust.store().chain(signer, above, trust.now());
        let chain = chain.map_err(|_| Disbelief::Foreign)?;
        match trust.store().revocation(&chain, trust.now()) {
            Revocation::Revoked(..) => Err(Disbelief::NotValid),
            _ => Ok(signer.subject()),
        }
    }
}

/// 吊销列表: the files of licences that count no more, by digest. The form of its JSON is
/// documented in `docs/standards/revocation-list.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationList {
    /// [`RevocationList::FORMAT`].
    pub format: String,
    /// Where it is published.
    pub issuer: String,
    /// Rises with every list.
    pub number: i64,
    pub this_update: Timestamp,
    /// By then there is a newer one.
    pub next_update: Timestamp,
    /// In the order of their digests.
    pub entries: Vec<RevokedFile>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedFile {
    /// SM3 of the file, hexadecimal.
    pub sm3: String,
    /// `VOID`, `REVOKED`, `CANCELLED`, `LOST`, `SUSPENDED`, `HISTORY`.
    pub reason: String,
    pub since: Timestamp,
}

impl RevocationList {
    pub const FORMAT: &'static str = "tongban-revocations/1";

    /// Reads the body of a statement; none when it is no list of this form.
    pub fn read(body: &[u8]) -> Option<Self> {
        let list: Self = serde_json::from_slice(body).ok()?;
        let sorted = list.entries.is_sorted_by(|a, b| a.sm3 < b.sm3);
        (list.format == Self::FORMAT && sorted).then_some(list)
    }

    /// The entry of a file, by its SM3, hexadecimal in lower case.
    pub fn entry(&self, sm3: &str) -> Option<&RevokedFile> {
        let at = self.entries.binary_search_by(|e| e.sm3.as_str().cmp(sm3));
        at.ok().and_then(|at| self.entries.get(at))
    }
}
