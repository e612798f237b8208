//! What keeps private keys outside the file: a hardware token.

use std::sync::Arc;

use crate::{KeyError, KeyKind, PublicKey, SignatureAlgorithm, Signer, SoftKey};

/// A device that makes and keeps private keys and signs with them. The key store stays the one
/// directory of names and certificates and keeps all secrets; a key of a kind that the device
/// holds is made there, every other kind in the file.
pub trait Token: Send + Sync {
    /// What people call it.
    fn label(&self) -> &str;

    /// Whether it makes and uses keys of this kind.
    fn holds(&self, kind: KeyKind) -> bool;

    /// Makes a key that never leaves the device. `id` finds it again, `name` is for people.
    fn create(&self, id: &[u8], name: &str, kind: KeyKind) -> Result<PublicKey, KeyError>;

    /// Puts in a key that was made elsewhere.
    fn import(&self, id: &[u8], name: &str, key: &SoftKey) -> Result<(), KeyError>;

    /// Signs a message (not its digest), in the form of [`Signer::sign`].
    fn sign(&self, id: &[u8], kind: KeyKind, message: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// Erases a key; that it is gone already is no error.
    fn destroy(&self, id: &[u8]) -> Result<(), KeyError>;
}

/// A key on a token, with its certificates, which stand in the key store.
pub(crate) struct TokenKey {
    pub(crate) token: Arc<dyn Token>,
    pub(crate) id: Vec<u8>,
    pub(crate) kind: KeyKind,
    pub(crate) certificate: Vec<u8>,
    pub(crate) chain: Vec<Vec<u8>>,
}

impl Signer for TokenKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.kind.algorithm()
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.token.sign(&self.id, self.kind, message)
    }
}

/// The signer of a key whose token is not configured: it has a certificate and cannot sign.
pub(crate) struct AbsentKey {
    pub(crate) name: String,
    pub(crate) kind: KeyKind,
    pub(crate) certificate: Vec<u8>,
    pub(crate) chain: Vec<Vec<u8>>,
}

impl Signer for AbsentKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.kind.algorithm()
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, KeyError> {
        Err(KeyError::Token(format!(
            "the key {} lives on a hardware token, and none is configured",
            self.name
        )))
    }
}
