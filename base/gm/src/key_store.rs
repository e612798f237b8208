//! Where private keys and secrets live.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::{CertError, Certificate, Entropy, KeyError, KeyKind, PublicKey, Signer};

/// Gives a named new key its certificate and those above it.
pub type Certify<'a> =
    dyn FnMut(&str, &PublicKey, &mut dyn Entropy) -> Result<Vec<Certificate>, CertError> + 'a;

/// Holds named private keys with their certificates, and named secrets. Private keys never leave
/// it: what is handed out can sign, and no more.
///
/// Names are chosen by the caller and unique within keys and within secrets.
pub trait KeyStore: Send + Sync {
    /// The signer of a certified key.
    fn signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError>;

    /// Makes a key. It cannot be used through [`KeyStore::signer`] before it is certified.
    fn create(
        &self,
        name: &str,
        kind: KeyKind,
        entropy: &mut dyn Entropy,
    ) -> Result<PublicKey, KeyError>;

    /// The signer of a key that need not be certified. Only for certificates that sign themselves.
    fn bare_signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError>;

    /// The public half of a key.
    fn public_key(&self, name: &str) -> Result<PublicKey, KeyError>;

    /// Gives a key its certificate, which must name the key, and those above it, nearest first.
    fn certify(
        &self,
        name: &str,
        certificate: &Certificate,
        chain: &[Certificate],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError>;

    /// Makes keys of one kind and certifies them, all or none. `certify` gives a new key its
    /// certificate and those above it, nearest first. One change of the store, however many keys they are.
    fn enrol(
        &self,
        names: &[&str],
        kind: KeyKind,
        certify: &mut Certify<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), CertError>;

    /// Erases a key. Signers handed out before stop signing.
    fn destroy(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError>;

    /// The names of all keys, sorted.
    fn keys(&self) -> Vec<String>;

    /// A secret, as it was put.
    fn secret(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError>;

    /// Keeps a new secret. An existing one is not overwritten: that would make unreadable what
    /// hangs on it.
    fn put_secret(
        &self,
        name: &str,
        secret: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError>;

    /// Keeps a secret in place of what was there.
    fn replace_secret(
        &self,
        name: &str,
        secret: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError>;

    /// Erases a secret.
    fn remove_secret(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError>;

    /// The names of all secrets, sorted.
    fn secrets(&self) -> Vec<String>;
}

/// A secret of `length` random bytes, made when it is first asked for.
pub fn secret_or_new(
    store: &dyn KeyStore,
    name: &str,
    length: usize,
    entropy: &mut dyn Entropy,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    match store.secret(name) {
        Err(KeyError::Unknown(_)) => {}
        found => return found,
    }
    let mut secret = Zeroizing::new(vec![0; length]);
    entropy.fill(&mut secret);
    match store.put_secret(name, &secret, entropy) {
        Ok(()) => Ok(secret),
        // Another process was first.
        Err(KeyError::Exists(_)) => store.secret(name),
        Err(error) => Err(error),
    }
}
