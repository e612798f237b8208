//! A key store in one encrypted file.
//!
//! ```text
//! "TBKEYS1\n" ‖ kind (1) ‖ memory KiB (4) ‖ passes (4) ‖ lanes (4) ‖ salt (16)
//!             ‖ nonce (12) ‖ SM4-GCM(JSON)
//! ```
//! The first line of fields is associated data of the encryption, so it cannot be changed either.
//! Every change is written to a new file, flushed, renamed over the old one, and the folder
//! flushed: after a power cut the file is the old one or the new one.
//!
//! Keys of kinds that a hardware token holds live there; the file then has their names and
//! certificates only.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use zeroize::Zeroizing;

use crate::aead::{NONCE, Sm4Gcm};
use crate::content::{Content, Entry, decode, decode_all, decrypt};
use crate::durable::{Disk, RealDisk, rename_durably, store, suffixed, write_durably};
use crate::entropy::draw;
use crate::token::{AbsentKey, Token, TokenKey};
use crate::unlock::HEADER;
use crate::{Entropy, KeyError, KeyKind, PublicKey, SignatureAlgorithm, Signer, SoftKey, Unlock};

pub(crate) struct Opened {
    header: Vec<u8>,
    cipher: Sm4Gcm,
    pub(crate) content: Content,
    pub(crate) signers: HashMap<String, Arc<StoredKey>>,
    /// Set when a key is destroyed; shared by all its signers, also those from before it was
    /// certified anew.
    pub(crate) destroyed: HashMap<String, Arc<AtomicBool>>,
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

    /// Forgets the signers of a key whose private half is gone; those handed out stop signing.
    pub(crate) fn forget(&mut self, name: &str) {
        self.signers.remove(name);
        if let Some(destroyed) = self.destroyed.remove(name) {
            destroyed.store(true, Ordering::Release);
        }
    }
}

/// Keys and secrets in one encrypted file, and beside it a token for the kinds that it holds.
pub struct FileKeyStore {
    pub(crate) path: PathBuf,
    opened: RwLock<Opened>,
    pub(crate) token: Option<Arc<dyn Token>>,
    disk: Arc<dyn Disk>,
}

/// A key that stops signing when it is destroyed, wherever it is still held.
pub(crate) struct StoredKey {
    name: String,
    pub(crate) public: PublicKey,
    key: Box<dyn Signer>,
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
        let this = Self::new(path, Opened::new(header, cipher, Content::default()));
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
        Ok(Self::new(path, Opened::new(header, cipher, content)))
    }

    fn new(path: &Path, opened: Opened) -> Self {
        Self {
            path: path.to_path_buf(),
            opened: RwLock::new(opened),
            token: None,
            disk: Arc::new(RealDisk),
        }
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

    /// Opens a store with the key file at this place, and brings to its end a change of key file
    /// that was broken off ([`FileKeyStore::rekey_file`]).
    pub fn open_by_key_file(path: &Path, key_file: &Path) -> Result<Self, KeyError> {
        let first = Unlock::key_file(key_file).and_then(|unlock| Self::open(path, &unlock));
        let next = suffixed(key_file, ".next");
        if first.is_ok() || !next.exists() {
            return first;
        }
        let Ok(opened) = Unlock::key_file(&next).and_then(|unlock| Self::open(path, &unlock))
        else {
            return first;
        };
        match rename_durably(&RealDisk, &next, key_file) {
            // Another process was first.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(opened),
            done => done
                .map(|()| opened)
                .map_err(|error| store(key_file, error)),
        }
    }

    /// Puts keys of the kinds that the token holds there from now on, and finds those that are.
    #[must_use]
    pub fn with_token(mut self, token: Arc<dyn Token>) -> Self {
        self.token = Some(token);
        self
    }

    #[cfg(test)]
    pub(crate) fn with_disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Encrypts the file anew, under another passphrase or key file, or with the same under a new
    /// key: the salt is fresh each time [Q-16]. Signers go on signing meanwhile. Another process
    /// that has the store open goes on reading what it knows, and is told on its next change to
    /// open it anew.
    pub fn rekey(&self, unlock: &Unlock, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let header = unlock.header(entropy);
        // Takes long with a passphrase, so before anything is locked.
        let cipher = unlock.cipher(&self.path, &header)?;
        let _lock = self.lock()?;
        let mut opened = self.write_opened()?;
        self.refresh(&mut opened)?;
        let before = (
            std::mem::replace(&mut opened.header, header),
            std::mem::replace(&mut opened.cipher, cipher),
        );
        let done = self.write(&opened, entropy);
        // A write that failed after its renaming has taken effect all the same.
        let took = fs::read(&self.path).is_ok_and(|bytes| bytes.starts_with(&opened.header));
        if done.is_err() && !took {
            (opened.header, opened.cipher) = before;
        }
        done
    }

    /// Encrypts the file anew under fresh random bytes, which take the place of the key file. The
    /// new key file is there, flushed, before the store changes, and the old one is there until
    /// the store has: wherever this is broken off, [`FileKeyStore::open_by_key_file`] opens it.
    pub fn rekey_file(&self, key_file: &Path, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let key = Zeroizing::new(draw::<32>(entropy));
        let next = suffixed(key_file, ".next");
        write_durably(&*self.disk, &next, key.as_slice())?;
        self.rekey(&Unlock::Key(key), entropy)?;
        rename_durably(&*self.disk, &next, key_file).map_err(|error| store(key_file, error))
    }

    /// One change: the file is read again under the lock, so that what another process wrote
    /// meanwhile is kept; memory changes only after the file has.
    pub(crate) fn change<T>(
        &self,
        entropy: &mut dyn Entropy,
        change: impl FnOnce(&mut Content) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let _lock = self.lock()?;
        let mut opened = self.write_opened()?;
        self.refresh(&mut opened)?;
        let before = opened.content.clone();
        let done = change(&mut opened.content)
            .and_then(|value| self.write(&opened, entropy).map(|()| value));
        if done.is_err() {
            opened.content = before;
        }
        done
    }

    pub(crate) fn refresh(&self, opened: &mut Opened) -> Result<(), KeyError> {
        let bytes = fs::read(&self.path).map_err(|error| store(&self.path, error))?;
        opened.content = decrypt(&self.path, &bytes, &opened.header, &opened.cipher)?;
        let names = opened.signers.keys();
        let gone = names.filter(|name| !opened.content.keys.contains_key(*name));
        for name in gone.cloned().collect::<Vec<_>>() {
            // Another process erased it.
            opened.forget(&name);
        }
        Ok(())
    }

    fn write(&self, opened: &Opened, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let plain = serde_json::to_vec(&opened.content).map_err(|e| store(&self.path, e))?;
        let plain = Zeroizing::new(plain);
        let nonce = draw::<NONCE>(entropy);
        let sealed = opened.cipher.seal(&nonce, &opened.header, &plain);
        let bytes = [&opened.header[..], &nonce, &sealed].concat();
        write_durably(&*self.disk, &self.path, &bytes)
    }

    /// Held while the file changes, by one process at a time.
    fn lock(&self) -> Result<File, KeyError> {
        let path = suffixed(&self.path, ".lock");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|error| store(&path, error))?;
        file.lock().map_err(|error| store(&path, error))?;
        Ok(file)
    }

    pub(crate) fn read_opened(&self) -> Result<RwLockReadGuard<'_, Opened>, KeyError> {
        self.opened
            .read()
            .map_err(|_| store(&self.path, "a former change was broken off"))
    }

    pub(crate) fn write_opened(&self) -> Result<RwLockWriteGuard<'_, Opened>, KeyError> {
        self.opened
            .write()
            .map_err(|_| store(&self.path, "a former change was broken off"))
    }

    /// The entry of a key, also when another process made it.
    pub(crate) fn entry(&self, name: &str) -> Result<Entry, KeyError> {
        if let Some(entry) = self.read_opened()?.content.keys.get(name) {
            return Ok(entry.clone());
        }
        let mut opened = self.write_opened()?;
        self.refresh(&mut opened)?;
        let found = opened.content.keys.get(name).cloned();
        found.ok_or_else(|| KeyError::Unknown(name.to_string()))
    }

    pub(crate) fn stored(&self, name: &str) -> Result<Arc<StoredKey>, KeyError> {
        if let Some(found) = self.read_opened()?.signers.get(name) {
            return Ok(found.clone());
        }
        let entry = self.entry(name)?;
        let mut chain = decode_all(&self.path, &entry.certificates)?.into_iter();
        let own = chain.next().unwrap_or_default();
        let (public, key) = self.held(name, &entry, own, chain.collect())?;
        let mut opened = self.write_opened()?;
        // Destroyed or certified anew while its key was being read.
        let now = opened.content.keys.get(name);
        if now.is_none_or(|now| now.key != entry.key || now.certificates != entry.certificates) {
            drop(opened);
            return self.stored(name);
        }
        let destroyed = opened.destroyed.entry(name.to_string()).or_default();
        let stored = Arc::new(StoredKey {
            name: name.into(),
            public,
            key,
            destroyed: destroyed.clone(),
        });
        opened.signers.insert(name.to_string(), stored.clone());
        Ok(stored)
    }

    fn held(
        &self,
        name: &str,
        entry: &Entry,
        certificate: Vec<u8>,
        chain: Vec<Vec<u8>>,
    ) -> Result<(PublicKey, Box<dyn Signer>), KeyError> {
        let Some(place) = &entry.token else {
            let der = Zeroizing::new(decode(&self.path, &entry.key)?);
            let key = SoftKey::from_pkcs8(&der)?.with_certificate(certificate, chain);
            return Ok((key.public_key(), Box::new(key)));
        };
        let public = PublicKey::from_spki(&decode(&self.path, &place.public)?)
            .map_err(|error| store(&self.path, error))?;
        let kind = public
            .key_kind()
            .ok_or_else(|| store(&self.path, format!("the key {name} is of no known kind")))?;
        let key: Box<dyn Signer> = match &self.token {
            Some(token) => Box::new(TokenKey {
                token: token.clone(),
                id: place.id(&self.path)?,
                kind,
                certificate,
                chain,
            }),
            None => Box::new(AbsentKey {
                name: name.to_string(),
                kind,
                certificate,
                chain,
            }),
        };
        Ok((public, key))
    }

    /// A new key of this kind, where such keys live; it is in no directory yet.
    pub(crate) fn make(
        &self,
        name: &str,
        kind: KeyKind,
        entropy: &mut dyn Entropy,
    ) -> Result<(PublicKey, Entry), KeyError> {
        match &self.token {
            Some(token) if token.holds(kind) => {
                let id = draw::<16>(entropy);
                let public = token.create(&id, name, kind)?;
                let entry = Entry::on_token(&id, &public);
                Ok((public, entry))
            }
            _ => {
                let key = SoftKey::generate(kind, entropy);
                Ok((key.public_key(), Entry::soft(&key)?))
            }
        }
    }

    /// Erases what [`FileKeyStore::make`] made, or what an entry that is gone named, from the
    /// token; what was in the file went with the file.
    pub(crate) fn unmake(&self, entry: &Entry) -> Result<(), KeyError> {
        match (&entry.token, &self.token) {
            (None, _) => Ok(()),
            (Some(place), Some(token)) => token.destroy(&place.id(&self.path)?),
            (Some(_), None) => Err(KeyError::Token(
                "the key is on a hardware token, and none is configured".into(),
            )),
        }
    }
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
