//! What opens a key store: a passphrase or a key file.

use std::fs;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::aead::Sm4Gcm;
use crate::durable::{RealDisk, store, write_durably};
use crate::entropy::draw;
use crate::{Entropy, KeyError, hmac_sm3};

pub(crate) const MAGIC: &[u8; 8] = b"TBKEYS1\n";
/// Bytes of the header that says how the key is derived.
pub(crate) const HEADER: usize = MAGIC.len() + 1 + 12 + 16;

/// Work for deriving a key from a passphrase: 64 MiB, three passes, one lane (RFC 9106's second
/// recommendation, with a single lane because it runs once, at start).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// What opens the file.
#[derive(Clone)]
pub enum Unlock {
    /// A passphrase; the key is derived with Argon2id.
    Passphrase(Zeroizing<String>),
    /// 32 random bytes from a key file.
    Key(Zeroizing<[u8; 32]>),
}

impl Unlock {
    /// A passphrase.
    pub fn passphrase(text: &str) -> Self {
        Self::Passphrase(Zeroizing::new(text.to_string()))
    }

    /// Reads a key file: exactly 32 bytes.
    pub fn key_file(path: &Path) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(fs::read(path).map_err(|error| store(path, error))?);
        let key = bytes.as_slice().try_into();
        let key = key.map_err(|_| store(path, "a key file holds exactly 32 bytes"))?;
        Ok(Self::Key(Zeroizing::new(key)))
    }

    /// Reads a key file, or makes it with fresh random bytes, readable by its owner only.
    pub fn key_file_or_new(path: &Path, entropy: &mut dyn Entropy) -> Result<Self, KeyError> {
        if !path.exists() {
            let key = Zeroizing::new(draw::<32>(entropy));
            write_durably(&RealDisk, path, key.as_slice())?;
        }
        Self::key_file(path)
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Key(_) => 1,
            Self::Passphrase(_) => 2,
        }
    }

    pub(crate) fn header(&self, entropy: &mut dyn Entropy) -> Vec<u8> {
        let (memory, passes, lanes) = match self {
            Self::Key(_) => (0, 0, 0),
            Self::Passphrase(_) => (MEMORY_KIB, PASSES, LANES),
        };
        let mut header = MAGIC.to_vec();
        header.push(self.kind());
        for number in [memory, passes, lanes] {
            header.extend_from_slice(&number.to_be_bytes());
        }
        header.extend_from_slice(&draw::<16>(entropy));
        header
    }

    /// The file's key, as the header says it is derived.
    pub(crate) fn cipher(&self, path: &Path, header: &[u8]) -> Result<Sm4Gcm, KeyError> {
        let fields = header
            .strip_prefix(MAGIC)
            .filter(|rest| rest.len() == HEADER - MAGIC.len());
        let fields = fields.ok_or_else(|| store(path, "not a key store"))?;
        let (settings, salt) = fields.split_at(13);
        if settings[0] != self.kind() {
            let wanted = if settings[0] == 1 {
                "a key file"
            } else {
                "a passphrase"
            };
            return Err(store(path, format!("is opened with {wanted}")));
        }
        let number = |at: usize| {
            settings[at..at + 4]
                .iter()
                .fold(0u32, |value, byte| (value << 8) | u32::from(*byte))
        };
        let mut key = Zeroizing::new([0; 16]);
        match self {
            Self::Key(secret) => {
                let message = [b"tongban key store".as_slice(), salt].concat();
                key.copy_from_slice(&hmac_sm3(secret.as_slice(), &message)[..16]);
            }
            Self::Passphrase(text) => {
                // A file that demands more than this was not written by us, and would stop us.
                if number(1) > 1 << 20 || number(5) > 16 || number(9) > 16 {
                    return Err(store(path, "derivation settings out of range"));
                }
                let params = Params::new(number(1), number(5), number(9), Some(16))
                    .map_err(|error| store(path, error))?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(text.as_bytes(), salt, key.as_mut_slice())
                    .map_err(|error| store(path, error))?;
            }
        }
        Ok(Sm4Gcm::new(&key))
    }
}
