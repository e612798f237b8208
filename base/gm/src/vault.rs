//! Personal data at rest: encrypted field by field, found by keyed digests.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::aead::{NONCE, Sm4Gcm};
use crate::entropy::draw;
use crate::{Entropy, KeyStore, VaultError, hmac_sm3, secret_or_new};

const DIGEST_SECRET: &str = "vault.digest";
const KEY_SECRET: &str = "vault.key.";

/// Encrypts and finds sensitive fields.
///
/// A sealed value is `version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, SM4-GCM. Its associated
/// data are the version and the place (table, column, key), so that a value copied to another row
/// does not open there.
pub struct Vault {
    keys: BTreeMap<u8, Sm4Gcm>,
    newest: u8,
    digest_key: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// A vault over keys by version. The highest version seals, all open.
    pub fn from_keys(keys: Vec<(u8, [u8; 16])>, digest_key: [u8; 32]) -> Result<Self, VaultError> {
        let count = keys.len();
        let keys: BTreeMap<_, _> = keys
            .into_iter()
            .map(|(version, key)| (version, Sm4Gcm::new(&key)))
            .collect();
        match keys.last_key_value() {
            Some((&newest, _)) if keys.len() == count => Ok(Self {
                newest,
                keys,
                digest_key: Zeroizing::new(digest_key),
            }),
            _ => Err(VaultError::Keys),
        }
    }

    /// The vault of a key store; on first use its keys are made there.
    pub fn from_store(store: &dyn KeyStore, entropy: &mut dyn Entropy) -> Result<Self, VaultError> {
        let digest = secret_or_new(store, DIGEST_SECRET, 32, entropy)?;
        let mut names = Self::key_names(store);
        if names.is_empty() {
            secret_or_new(store, &format!("{KEY_SECRET}1"), 16, entropy)?;
            names = Self::key_names(store);
        }
        let mut keys = Vec::new();
        for (version, name) in names {
            let key = store.secret(&name)?;
            keys.push((
                version,
                key.as_slice().try_into().map_err(|_| VaultError::Keys)?,
            ));
        }
        Self::from_keys(
            keys,
            digest.as_slice().try_into().map_err(|_| VaultError::Keys)?,
        )
    }

    /// Adds a key of the next version to the store. Vaults opened from then on seal with
    /// it; what older keys sealed still opens. The digest key stays: every look-up hangs on it.
    pub fn rotate(store: &dyn KeyStore, entropy: &mut dyn Entropy) -> Result<u8, VaultError> {
        let newest = Self::key_names(store)
            .last()
            .map_or(0, |(version, _)| *version);
        let next = newest.checked_add(1).ok_or(VaultError::Keys)?;
        let key = Zeroizing::new(draw::<16>(entropy));
        store.put_secret(&format!("{KEY_SECRET}{next}"), key.as_slice(), entropy)?;
        Ok(next)
    }

    fn key_names(store: &dyn KeyStore) -> Vec<(u8, String)> {
        let mut names: Vec<_> = store
            .secrets()
            .into_iter()
            .filter_map(|name| Some((name.strip_prefix(KEY_SECRET)?.parse().ok()?, name)))
            .collect();
        names.sort();
        names
    }

    /// Encrypts a field of a row.
    pub fn seal(
        &self,
        table: &str,
        column: &str,
        key: &str,
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Vec<u8> {
        let nonce = draw::<NONCE>(entropy);
        let place = place(self.newest, table, column, key);
        let sealed = self.keys[&self.newest].seal(&nonce, &place, plaintext);
        [&[self.newest][..], &nonce, &sealed].concat()
    }

    /// Decrypts a field that was sealed for the same table, column and key.
    pub fn open(
        &self,
        table: &str,
        column: &str,
        key: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let (&version, rest) = sealed.split_first().ok_or(VaultError::Broken)?;
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(VaultError::Broken)?;
        let cipher = self
            .keys
            .get(&version)
            .ok_or(VaultError::UnknownVersion(version))?;
        let place = place(version, table, column, key);
        cipher.open(nonce, &place, rest).ok_or(VaultError::Broken)
    }

    /// True when the value should be sealed anew because a newer key exists.
    pub fn is_outdated(&self, sealed: &[u8]) -> bool {
        sealed.first() != Some(&self.newest)
    }

    /// The keyed digest by which a value is found and kept unique. `domain` keeps digests of
    /// different kinds of numbers apart; `normalised` is the canonical form of the value (full
    /// width folded, prefix removed), the same for every way of writing it.
    pub fn digest(&self, domain: &str, normalised: &str) -> [u8; 32] {
        let mut message = Vec::with_capacity(4 + domain.len() + normalised.len());
        push(&mut message, domain);
        message.extend_from_slice(normalised.as_bytes());
        hmac_sm3(self.digest_key.as_slice(), &message)
    }
}

/// Associated data: unambiguous, because every text carries its length.
fn place(version: u8, table: &str, column: &str, key: &str) -> Vec<u8> {
    let mut out = vec![version];
    for text in [table, column, key] {
        push(&mut out, text);
    }
    out
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::testing::seeded;

    fn vault(versions: &[u8]) -> Vault {
        let keys = versions.iter().map(|v| (*v, [*v; 16])).collect();
        Vault::from_keys(keys, [9; 32]).unwrap()
    }

    #[test]
    fn a_value_opens_only_in_its_place() {
        let vault = vault(&[1]);
        let sealed = vault.seal("user", "phone", "u1", b"13800000000", &mut seeded(1));
        assert_eq!(
            vault.open("user", "phone", "u1", &sealed).unwrap(),
            b"13800000000"
        );
        for (table, column, key) in [
            ("usep", "hone", "u1"),
            ("user", "phone", "u2"),
            ("user", "id", "u1"),
        ] {
            assert!(matches!(
                vault.open(table, column, key, &sealed),
                Err(VaultError::Broken)
            ));
        }
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let vault = vault(&[1]);
        let sealed = vault.seal("t", "c", "k", b"value", &mut seeded(1));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.open("t", "c", "k", &changed).is_err(), "byte {at}");
            assert!(
                vault.open("t", "c", "k", &sealed[..at]).is_err(),
                "cut at {at}"
            );
        }
    }

    #[test]
    fn the_newest_key_seals_and_all_open() {
        let old = vault(&[1]).seal("t", "c", "k", b"value", &mut seeded(1));
        let both = vault(&[2, 1]);
        assert_eq!(both.open("t", "c", "k", &old).unwrap(), b"value");
        assert!(both.is_outdated(&old));
        let new = both.seal("t", "c", "k", b"value", &mut seeded(2));
        assert!(!both.is_outdated(&new));
        let error = vault(&[1]).open("t", "c", "k", &new);
        assert!(matches!(error, Err(VaultError::UnknownVersion(2))));
        assert!(Vault::from_keys(vec![], [0; 32]).is_err());
        assert!(Vault::from_keys(vec![(1, [0; 16]), (1, [1; 16])], [0; 32]).is_err());
    }

    #[test]
    fn digests_differ_by_domain_and_key() {
        let vault = vault(&[1]);
        assert_eq!(vault.digest("phone", "138"), vault.digest("phone", "138"));
        assert_ne!(vault.digest("phone", "138"), vault.digest("bank", "138"));
        assert_ne!(vault.digest("phone1", "38"), vault.digest("phone", "138"));
        let other = Vault::from_keys(vec![(1, [1; 16])], [8; 32]).unwrap();
        assert_ne!(vault.digest("phone", "138"), other.digest("phone", "138"));
    }
}
