//! The key store's operations on its encrypted file.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, Zeroizing};

use crate::content::{Entry, decode, decode_all};
use crate::durable::store;
use crate::entropy::draw;
use crate::key_store::{KeyInfo, KeyPlace, Update};
use crate::{
    CertError, Certificate, Certify, Entropy, FileKeyStore, KeyError, KeyKind, KeyStore, PublicKey,
    Signer, SoftKey,
};

impl FileKeyStore {
    /// Puts new entries into the directory, all or none. Where that fails, what they name on the
    /// token is erased again.
    fn enter(&self, made: Vec<(String, Entry)>, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let done = self.change(entropy, |content| {
            for (name, entry) in &made {
                if content.keys.contains_key(name) {
                    return Err(KeyError::Exists(name.clone()));
                }
                content.keys.insert(name.clone(), entry.clone());
            }
            Ok(())
        });
        if done.is_err() {
            self.unmake_all(&made);
        }
        done
    }

    /// Best effort: the failure that led here is the one to tell.
    fn unmake_all(&self, made: &[(String, Entry)]) {
        for (_, entry) in made {
            let _ = self.unmake(entry);
        }
    }

    /// Fails early where the name is known to be taken; whether it is free is seen when the entry
    /// is made.
    fn free(&self, name: &str) -> Result<(), KeyError> {
        if self.read_opened()?.content.keys.contains_key(name) {
            return Err(KeyError::Exists(name.to_string()));
        }
        Ok(())
    }

    fn certificates(&self, texts: &[String]) -> Result<Vec<Certificate>, KeyError> {
        decode_all(&self.path, texts)?
            .iter()
            .map(|der| Certificate::from_der(der).map_err(|error| store(&self.path, error)))
            .collect()
    }
}

fn names_key(name: &str, key: &PublicKey, chain: &[Certificate]) -> Result<(), KeyError> {
    match chain.first() {
        None => Err(KeyError::Uncertified(name.to_string())),
        Some(own) if !own.public_key().is_same(key) => Err(KeyError::Mismatch(name.to_string())),
        Some(_) => Ok(()),
    }
}

impl KeyStore for FileKeyStore {
    fn signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError> {
        let stored = self.stored(name)?;
        if stored.certificate().is_empty() {
            return Err(KeyError::Uncertified(name.to_string()));
        }
        Ok(stored)
    }

    fn bare_signer(&self, name: &str) -> Result<Arc<dyn Signer>, KeyError> {
        Ok(self.stored(name)?)
    }

    fn public_key(&self, name: &str) -> Result<PublicKey, KeyError> {
        Ok(self.stored(name)?.public.clone())
    }

    fn describe(&self, name: &str) -> Result<KeyInfo, KeyError> {
        let entry = self.entry(name)?;
        let public_key = self.public_key(name)?;
        let unknown = || store(&self.path, format!("the key {name} is of no known kind"));
        let retired = entry.retired.iter().map(|chain| self.certificates(chain));
        Ok(KeyInfo {
            name: name.to_string(),
            kind: public_key.key_kind().ok_or_else(unknown)?,
            place: match (&entry.token, &self.token) {
                (None, _) => KeyPlace::File,
                (Some(_), Some(token)) => KeyPlace::Token(token.label().to_string()),
                (Some(_), None) => KeyPlace::AbsentToken,
            },
            public_key,
            chain: self.certificates(&entry.certificates)?,
            retired: retired.collect::<Result<_, _>>()?,
        })
    }

    fn create(
        &self,
        name: &str,
        kind: KeyKind,
        entropy: &mut dyn Entropy,
    ) -> Result<PublicKey, KeyError> {
        self.free(name)?;
        let (public, entry) = self.make(name, kind, entropy)?;
        self.enter(vec![(name.to_string(), entry)], entropy)?;
        Ok(public)
    }

    fn import(
        &self,
        name: &str,
        key: &SoftKey,
        chain: &[Certificate],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        self.free(name)?;
        let public = key.public_key();
        if !chain.is_empty() {
            names_key(name, &public, chain)?;
        }
        let mut entry = match &self.token {
            Some(token) if token.holds(key.kind()) => {
                let id = draw::<16>(entropy);
                token.import(&id, name, key)?;
                Entry::on_token(&id, &public)
            }
            _ => Entry::soft(key)?,
        };
        entry.certify(chain);
        self.enter(vec![(name.to_string(), entry)], entropy)
    }

    fn certify(
        &self,
        name: &str,
        certificate: &Certificate,
        chain: &[Certificate],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        let all: Vec<Certificate> = std::iter::once(certificate).chain(chain).cloned().collect();
        names_key(name, &self.public_key(name)?, &all)?;
        self.change(entropy, |content| {
            let unknown = || KeyError::Unknown(name.to_string());
            let entry = content.keys.get_mut(name).ok_or_else(unknown)?;
            entry.certify(&all);
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
        let mut made: Vec<(String, Entry)> = Vec::new();
        let mut one = |name: &str, entropy: &mut dyn Entropy| -> Result<(), CertError> {
            self.free(name)?;
            let (public, entry) = self.make(name, kind, entropy)?;
            made.push((name.to_string(), entry));
            let chain = certify(name, &public, entropy)?;
            names_key(name, &public, &chain)?;
            if let Some((_, entry)) = made.last_mut() {
                entry.certify(&chain);
            }
            Ok(())
        };
        let all = names.iter().try_for_each(|name| one(name, entropy));
        if let Err(error) = all {
            self.unmake_all(&made);
            return Err(error);
        }
        Ok(self.enter(made, entropy)?)
    }

    fn supersede(&self, name: &str, next: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        let old = self.change(entropy, |content| {
            let unknown = |name: &str| KeyError::Unknown(name.to_string());
            let mut new = content.keys.remove(next).ok_or_else(|| unknown(next))?;
            if new.certificates.is_empty() {
                return Err(KeyError::Uncertified(next.to_string()));
            }
            let mut old = content.keys.remove(name).ok_or_else(|| unknown(name))?;
            new.retired = std::mem::take(&mut old.retired);
            if !old.certificates.is_empty() {
                new.retired.push(old.certificates.clone());
            }
            content.keys.insert(name.to_string(), new);
            Ok(old)
        })?;
        let mut opened = self.write_opened()?;
        opened.forget(name);
        opened.forget(next);
        drop(opened);
        self.unmake(&old)
    }

    fn destroy(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        // The token first: a directory without the key would leave the key there for ever.
        self.unmake(&self.entry(name)?)?;
        self.change(entropy, |content| match content.keys.remove(name) {
            Some(_) => Ok(()),
            None => Err(KeyError::Unknown(name.to_string())),
        })?;
        self.write_opened()?.forget(name);
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
        Ok(Zeroizing::new(decode(&self.path, text)?))
    }

    fn put_secret(
        &self,
        name: &str,
        secret: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        self.change(entropy, |content| {
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
        self.change(entropy, |content| {
            content
                .secrets
                .insert(name.to_string(), STANDARD.encode(secret));
            Ok(())
        })
    }

    fn update_secret(
        &self,
        name: &str,
        update: &mut Update<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeyError> {
        self.change(entropy, |content| {
            let before = content.secrets.get(name);
            let before = before.map(|text| decode(&self.path, text)).transpose()?;
            let after = update(before.as_deref())?;
            content
                .secrets
                .insert(name.to_string(), STANDARD.encode(after));
            Ok(())
        })
    }

    fn remove_secret(&self, name: &str, entropy: &mut dyn Entropy) -> Result<(), KeyError> {
        self.change(entropy, |content| match content.secrets.remove(name) {
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
