//! What stands in the key file, once it is decrypted.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::aead::{NONCE, Sm4Gcm};
use crate::durable::store;
use crate::unlock::MAGIC;
use crate::{Certificate, KeyError, PublicKey, SoftKey};

#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) keys: BTreeMap<String, Entry>,
    /// Base64.
    pub(crate) secrets: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// PKCS#8, base64; empty where the private half is on a token.
    pub(crate) key: String,
    /// Where on the token it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<OnToken>,
    /// DER, base64; the key's own first.
    pub(crate) certificates: Vec<String>,
    /// Chains that were in use before, newest last: they are needed to verify what was signed
    /// under them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) retired: Vec<Vec<String>>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct OnToken {
    /// The key's identifier there, hexadecimal.
    pub(crate) id: String,
    /// DER `SubjectPublicKeyInfo`, base64.
    pub(crate) public: String,
}

impl Drop for Content {
    fn drop(&mut self) {
        self.secrets.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl Entry {
    /// An entry for a key in the file.
    pub(crate) fn soft(key: &SoftKey) -> Result<Self, KeyError> {
        Ok(Self {
            key: STANDARD.encode(&*key.to_pkcs8()?),
            token: None,
            certificates: vec![],
            retired: vec![],
        })
    }

    /// An entry for a key on a token.
    pub(crate) fn on_token(id: &[u8], public: &PublicKey) -> Self {
        let token = OnToken {
            id: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            public: STANDARD.encode(public.spki()),
        };
        Self {
            key: String::new(),
            token: Some(token),
            certificates: vec![],
            retired: vec![],
        }
    }

    /// Puts a chain in use; the one before is retired unless it begins with the same certificate.
    pub(crate) fn certify(&mut self, chain: &[Certificate]) {
        let chain: Vec<String> = chain.iter().map(|c| STANDARD.encode(c.der())).collect();
        if !self.certificates.is_empty() && self.certificates.first() != chain.first() {
            self.retired.push(std::mem::take(&mut self.certificates));
        }
        self.certificates = chain;
    }
}

impl OnToken {
    pub(crate) fn id(&self, path: &Path) -> Result<Vec<u8>, KeyError> {
        let wrong = || store(path, "a token's key identifier cannot be read");
        let digits = self.id.as_bytes().chunks(2);
        digits
            .map(|two| {
                let text = std::str::from_utf8(two).map_err(|_| wrong())?;
                u8::from_str_radix(text, 16).map_err(|_| wrong())
            })
            .collect()
    }
}

pub(crate) fn decode(path: &Path, text: &str) -> Result<Vec<u8>, KeyError> {
    STANDARD.decode(text).map_err(|error| store(path, error))
}

pub(crate) fn decode_all(path: &Path, texts: &[String]) -> Result<Vec<Vec<u8>>, KeyError> {
    texts.iter().map(|text| decode(path, text)).collect()
}

/// The contents of a key file.
pub(crate) fn decrypt(
    path: &Path,
    bytes: &[u8],
    header: &[u8],
    cipher: &Sm4Gcm,
) -> Result<Content, KeyError> {
    let broken = || {
        store(
            path,
            "wrong passphrase or key file, or the file was changed",
        )
    };
    let Some(rest) = bytes.strip_prefix(header) else {
        return Err(if bytes.starts_with(MAGIC) {
            store(
                path,
                "was given another passphrase or key file meanwhile: open it anew",
            )
        } else {
            broken()
        });
    };
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    let plain = Zeroizing::new(cipher.open(nonce, header, sealed).ok_or_else(broken)?);
    serde_json::from_slice(&plain).map_err(|error| store(path, error))
}
