//! A key store in one encrypted file.
//!
//! ```text
//! "TBKEYS1\n" ‖ kind (1) ‖ memory KiB (4) ‖ passes (4) ‖ lanes (4) ‖ salt (16)
//!             ‖ nonce (12) ‖ SM4-GCM(JSON)
//! ```
//! The first line of fields is associated data of the encryption, so it cannot be changed either.
//! Every change is written to a new file, flushed, renamed over the old one, and the folder
//! flushed: after a power cut the file is the old one or the new one.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::aead::{NONCE, Sm4Gcm};
use crate::entropy::draw;
use crate::unlock::{HEADER, store, suffixed, write_durably};
use crate::{
    CertError, Certificate, Certify, Entropy, KeyError, KeyKind, KeyStore, PublicKey,
    SignatureAlgorithm, Signer, SoftKey, Unlock,
};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Content {
    keys: BTreeMap<String, Entry>,
    /// Base64.
    secrets: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    /// PKCS#8, base64.
    key: String,
    /// DER, base64; the key's own first.
    certificates: Vec<String>,
}

impl Drop for Content {
    fn drop(&mut self) {
        self.keys.values_mut().for_each(|entry| entry.key.zeroize());
        self.secrets.values_mut().for_each(Zeroize::zeroize);
    }
}

struct Opened {
    header: Vec<u8>,
    cipher: Sm4Gcm,
    content: Content,
    signers: HashMap<String, Arc<StoredKey>>,
    /// Set when a key is destroyed; shared by all its signers, also those from before it was
    /// certified anew.
    destroyed: HashMap<String, Arc<AtomicBool>>,
}

impl Opened {
    fn new(header: Vec<u8>, cipher: Sm4Gcm, content: Content) -> Self {
        Self {
            header,
            cipher,
            content,
            signers: HashMap::new(),
            destroyed: HashMap::new(),
        }
    }
}

/// Keys and secrets in one encrypted file.
pub struct FileKeyStore {
    path: PathBuf,
    opened: RwLock<Opened>,
}

/// A key that stops signing when it is destroyed, wherever it is still held.
struct StoredKey {
    name: String,
    key: SoftKey,
    destroyed: Arc<AtomicBool>,
}

impl Signer for StoredKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn certificate(&self) -> &[u8] {
        self.key.certificate()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.key.chain()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        if self.destroyed.load(Ordering::Acquire) {
            return Err(KeyError::Unknown(self.name.clone()));
        }
        self.key.sign(message)
    }
}

impl FileKeyStore {
    /// Makes a new, empty store. Fails when the file exists.
    pub fn create(
        path: &Path,
        unlock: &Unlock,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, KeyError> {
        let header = unlock.header(entropy);
        let cipher = unlock.cipher(path, &header)?;
        let opened = Opened::new(header, cipher, Content::default());
        let this = Self {
            path: path.to_path_buf(),
            opened: RwLock::new(opened),
        };
        let _lock = this.lock()?;
        if path.exists() {
            return Err(store(path, "exists already"));
        }
        this.write(&*this.read_opened()?, entropy)?;
        Ok(this)
    }

    /// Opens a store.
    pub fn open(path: &Path, unlock: &Unlock) -> Result<Self, KeyError> {
        let bytes = fs::read(path).map_err(|error| store(path, error))?;
        let header = bytes
            .get(..HEADER)
            .ok_or_else(|| store(path, "not a key store"))?
            .to_vec();
        let cipher = unlock.cipher(path, &header)?;
        let content = decrypt(path, &bytes, &header, &cipher)?;
        let opened = Opened::new(header, cipher, content);
        Ok(Self {
            path: path.to_path_buf(),
            opened: RwLock::new(opened),
        })
    }

    /// Opens a store, or makes it when there is none.
    pub fn open_or_create(
        path: &Path,
        unlock: &Unlock,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, KeyError> {
        if path.exists() {
            Self::open(path, unlock)
        } else {
            Self::create(path, unlock, entropy)
        }
    }

    /// Encrypts the file anew, under another passphrase or key file.
    pub fn rekey(&self, unlock: &Unlock, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let header = unlock.header(entropy);
        let cipher = unlock.cipher(&self.path, &header)?;
        let _lock = self.lock()?;
        let mut opened = self.write_opened()?;
        self.refresh(&mut opened)?;
        opened.header = header;
        opened.cipher = cipher;
        self.write(&opened, entropy)
    }

    /// One change: the file is read again under the lock, so that what another process wrote
    /// meanwhile is kept; memory changes only after the file has.
    fn change<T>(
        &self,
        entropy: &mut dyn Entropy,
        change: impl FnOnce(&mut Content, &mut dyn Entropy) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let _lock = self.lock()?;
        let mut opened = self.write_opened()?;
        self.refresh(&mut opened)?;
        let before = opened.content.clone();
        let done = change(&mut opened.content, entropy)
            .and_then(|value| self.write(&opened, entropy).map(|()| value));
        if done.is_err() {
            opened.content = before;
        }
        done
    }

    fn refresh(&self, opened: &mut Opened) -> Result<(), KeyError> {
        let bytes = fs::read(&self.path).map_err(|error| store(&self.path, error))?;
        opened.content = decrypt(&self.path, &bytes, &opened.header, &opened.cipher)?;
        Ok(())
    }

    fn write(&self, opened: &Opened, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let plain = serde_json::to_vec(&opened.content).map_err(|e| store(&self.path, e))?;
        let plain = Zeroizing::new(plain);
        let nonce = draw::<NONCE>(entropy);
        let sealed = opened.cipher.seal(&nonce, &opened.header, &plain);
        write_durably(&self.path, &[&opened.header[..], &nonce, &sealed].concat())
    }

    /// Held while the file changes, by one process at a time.
    fn lock(&self) -> Result<File, KeyError> {
        let path = suffixed(&self.path, ".lock");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|error| store(&path, error))?;
        file.lock().map_err(|error| store(&path, error))?;
        Ok(file)
    }

    fn read_opened(&self) -> Result<RwLockReadGuard<'_, Opened>, KeyError> {
        self.opened
            .read()
            .map_err(|_| store(&self.path, "a former change was broken off"))
    }

    fn write_opened(&self) -> Result<std::sync::RwLockWriteGuard<'_, Opened>, KeyError> {
        self.opened
            .write()
            .map_err(|_| store(&self.path, "a former change was broken off"))
    }

    fn stored(&self, name: &str) -> Result<Arc<StoredKey>, KeyError> {
        if let Some(found) = self.read_opened()?.signers.get(name) {
            return Ok(found.clone());
        }
        let mut opened = self.write_opened()?;
        if !opened.content.keys.contains_key(name) {
            // Another process may have made it.
            self.refresh(&mut opened)?;
        }
        let unknown = || KeyError::Unknown(name.to_string());
        let entry = opened.content.keys.get(name).ok_or_else(unknown)?;
        let key = SoftKey::from_pkcs8(&Zeroizing::new(self.decode(&entry.key)?))?;
        let mut chain = entry.certificates.iter().map(|text| self.decode(text));
        let own = chain.next().transpose()?.unwrap_or_default();
        let key = key.with_certificate(own, chain.collect::<Result<_, _>>()?);
        let destroyed = opened
            .destroyed
            .entry(name.to_string())
            .or_default()
            .clone();
        let stored = Arc::new(StoredKey {
            name: name.into(),
            key,
            destroyed,
        });
        opened.signers.insert(name.to_string(), stored.clone());
        Ok(stored)
    }

    fn decode(&self, text: &str) -> Result<Vec<u8>, KeyError> {
        STANDARD
            .decode(text)
            .map_err(|error| store(&self.path, error))
    }
}

impl KeyStore for FileKeyStore {
    fn signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError> {
        let stored = self.stored(name)?;
        if stored.key.certificate().is_empty() {
            return Err(KeyError::Uncertified(name.to_string()));
        }
        Ok(stored)
    }

    fn bare_signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError> {
        Ok(self.stored(name)?)
    }

    fn public_key(&self, name: &str) -> Result<PublicKey, KeyError> {
        Ok(self.stored(name)?.key.public_key())
    }

    fn create(
        &self,
        name: &str,
        kind: KeyKind,
        entropy: &mut dyn Entropy,
    ) -> Result<PublicKey, KeyError> {
        self.change(entropy, |content, entropy| {
            if content.keys.contains_key(name) {
                return Err(KeyError::Exists(name.to_string()));
            }
            let key = SoftKey::generate(kind, entropy);
            let text = STANDARD.encode(&*key.to_pkcs8()?);
            content.keys.insert(
                name.to_string(),
                Entry {
                    key: text,
                    certificates: vec![],
                },
            );
            Ok(key.public_key())
        })
    }

    fn certify(
        &self,
        name: &str,
        certificate: &Certificate,
        chain: &[Certificate],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        if self.public_key(name)?.spki() != certificate.public_key().spki() {
            return Err(KeyError::Mismatch(name.to_string()));
        }
        self.change(entropy, |content, _| {
            let unknown = || KeyError::Unknown(name.to_string());
            let entry = content.keys.get_mut(name).ok_or_else(unknown)?;
            let all = std::iter::once(certificate).chain(chain);
            entry.certificates = all.map(|one| STANDARD.encode(one.der())).collect();
            Ok(())
        })?;
        self.write_opened()?.signers.remove(name);
        Ok(())
    }

    fn enrol(
        &self,
        names: &[&str],
        kind: KeyKind,
        certify: &mut Certify<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), CertError> {
        let mut refused = None;
        let done = self.change(entropy, |content, entropy| {
            for name in names {
                if content.keys.contains_key(*name) {
                    return Err(KeyError::Exists(name.to_string()));
                }
                let key = SoftKey::generate(kind, entropy);
                let certificates = certify(name, &key.public_key(), entropy).map_err(|error| {
                    let why = KeyError::Uncertified(name.to_string());
                    refused = Some(error);
                    why
                })?;
                match certificates.first() {
                    None => return Err(KeyError::Uncertified(name.to_string())),
                    Some(own) if own.public_key().spki() != key.public_key().spki() => {
                        return Err(KeyError::Mismatch(name.to_string()));
                    }
                    Some(_) => {}
                }
                let entry = Entry {
                    key: STANDARD.encode(&*key.to_pkcs8()?),
                    certificates: certificates
                        .iter()
                        .map(|one| STANDARD.encode(one.der()))
                        .collect(),
                };
                content.keys.insert(name.to_string(), entry);
            }
            Ok(())
        });
        match refused {
            Some(error) => Err(error),
            None => Ok(done?),
        }
    }

    fn destroy(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        self.change(entropy, |content, _| match content.keys.remove(name) {
            Some(mut entry) => {
                entry.key.zeroize();
                Ok(())
            }
            None => Err(KeyError::Unknown(name.to_string())),
        })?;
        let mut opened = self.write_opened()?;
        opened.signers.remove(name);
        if let Some(destroyed) = opened.destroyed.remove(name) {
            destroyed.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn keys(&self) -> Vec<String> {
        self.read_opened()
            .map(|o| o.content.keys.keys().cloned().collect())
            .unwrap_or_default()
    }

    fn secret(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let known = self.read_opened()?.content.secrets.contains_key(name);
        if !known {
            self.refresh(&mut *self.write_opened()?)?;
        }
        let opened = self.read_opened()?;
        let text = opened.content.secrets.get(name);
        let text = text.ok_or_else(|| KeyError::Unknown(name.to_string()))?;
        Ok(Zeroizing::new(self.decode(text)?))
    }

    fn put_secret(
        &self,
        name: &str,
        secret: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        self.change(entropy, |content, _| {
            if content.secrets.contains_key(name) {
                return Err(KeyError::Exists(name.to_string()));
            }
            content
                .secrets
                .insert(name.to_string(), STANDARD.encode(secret));
            Ok(())
        })
    }

    fn replace_secret(
        &self,
        name: &str,
        secret: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        self.change(entropy, |content, _| {
            content
                .secrets
                .insert(name.to_string(), STANDARD.encode(secret));
            Ok(())
        })
    }

    fn remove_secret(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        self.change(entropy, |content, _| match content.secrets.remove(name) {
            Some(mut text) => {
                text.zeroize();
                Ok(())
            }
            None => Err(KeyError::Unknown(name.to_string())),
        })
    }

    fn secrets(&self) -> Vec<String> {
        self.read_opened()
            .map(|o| o.content.secrets.keys().cloned().collect())
            .unwrap_or_default()
    }
}

fn decrypt(path: &Path, bytes: &[u8], header: &[u8], cipher: &Sm4Gcm) -> Result<Content, KeyError> {
    let broken = || {
        store(
            path,
            "wrong passphrase or key file, or the file was changed",
        )
    };
    let rest = bytes.strip_prefix(header).ok_or_else(broken)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    let plain = Zeroizing::new(cipher.open(nonce, header, sealed).ok_or_else(broken)?);
    serde_json::from_slice(&plain).map_err(|error| store(path, error))
}
