//! Where private keys and secrets live.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::{CertError, Certificate, Entropy, KeyError, KeyKind, PublicKey, Signer, SoftKey};

/// Gives a named new key its certificate and those above it.
pub type Certify<'a> =
    dyn FnMut(&str, &PublicKey, &mut dyn Entropy) -> Result<Vec<Certificate>, CertError> + 'a;

/// Makes the new value of a secret from the present one.
pub type Update<'a> = dyn FnMut(Option<&[u8]>) -> Result<Vec<u8>, KeyError> + 'a;

/// Where the private half of a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the encrypted file.
    File,
    /// On the hardware token of this label.
    Token(String),
    /// On a hardware token that is not configured: nothing can be signed with it.
    AbsentToken,
}

/// What a store tells of a key without handing it out.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    pub name: String,
    pub kind: KeyKind,
    pub place: KeyPlace,
    pub public_key: PublicKey,
    /// The certificate in use and those above it, nearest first; empty before it is certified.
    pub chain: Vec<Certificate>,
    /// Chains that were in use before, oldest first: what was signed under them is verified with
    /// them.
    pub retired: Vec<Vec<Certificate>>,
}

impl KeyInfo {
    /// The certificate in use.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.chain.first()
    }
}

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

    /// What is known of a key.
    fn describe(&self, name: &str) -> Result<KeyInfo, KeyError>;

    /// Takes a key that was made elsewhere, with its certificate and those above it, nearest
    /// first, or with none.
    fn import(
        &self,
        name: &str,
        key: &SoftKey,
        chain: &[Certificate],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError>;

    /// Gives a key its certificate, which must name the key, and those above it, nearest first.
    /// The chain before is kept as retired.
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

    /// Lets the certified key `next` take the name of another. The private half of that one is
    /// erased, signers of both handed out before stop signing, its certificates are kept as
    /// retired.
    fn supersede(&self, name: &str, next: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError>;

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

    /// Keeps what `update` makes of the present secret, or of none, in one change: nobody else
    /// writes in between.
    fn update_secret(
        &self,
        name: &str,
        update: &mut Update<'_>,
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
