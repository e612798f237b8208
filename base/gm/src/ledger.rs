//! What an authority has issued and revoked: its books, kept beside its keys.

use jiff::Timestamp;

use crate::{CertError, Certificate, Entropy, KeyError, KeyStore, Profile, Revoked};

/// One certificate that an authority issued.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Issued {
    /// As [`Certificate::serial`] gives it; unique within the authority.
    pub serial: String,
    pub subject: String,
    /// [`Profile::name`].
    pub profile: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Issued {
    pub(crate) fn new(certificate: &Certificate, profile: Profile) -> Self {
        Self {
            serial: certificate.serial(),
            subject: certificate.subject(),
            profile: profile.name().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }
}

/// The books of one authority under one name in the key store.
pub(crate) struct Ledger<'a> {
    pub(crate) store: &'a dyn KeyStore,
    /// `ca.<kind>` or `ca.<kind>.root`.
    pub(crate) name: String,
}

impl Ledger<'_> {
    /// Everything that was issued, oldest first.
    pub(crate) fn issued(&self) -> Result<Vec<Issued>, CertError> {
        self.read("issued")
    }

    /// Everything that was revoked, oldest first.
    pub(crate) fn revoked(&self) -> Result<Vec<Revoked>, CertError> {
        self.read("revoked")
    }

    /// Enters certificates. A serial number that is there already refuses all of them.
    pub(crate) fn enter(&self, new: &[Issued], entropy: &mut dyn Entropy) -> Result<(), CertError> {
        let key = format!("{}.issued", self.name);
        let mut taken = None;
        let done = self.store.update_secret(
            &key,
            &mut |before| {
                let mut all: Vec<Issued> = parse(before)?;
                let known: std::collections::HashSet<&str> =
                    all.iter().map(|one| one.serial.as_str()).collect();
                if let Some(one) = new.iter().find(|one| known.contains(one.serial.as_str())) {
                    taken = Some(one.serial.clone());
                    return Err(KeyError::Exists(one.serial.clone()));
                }
                all.extend_from_slice(new);
                write(&all)
            },
            entropy,
        );
        match taken {
            Some(serial) => Err(CertError::SerialTaken(serial)),
            None => Ok(done?),
        }
    }

    /// Enters a revocation. Revoking again changes nothing: the first date stands.
    pub(crate) fn revoke(&self, new: Revoked, entropy: &mut dyn Entropy) -> Result<(), CertError> {
        if self.revoked()?.iter().any(|one| one.serial == new.serial) {
            return Ok(());
        }
        let key = format!("{}.revoked", self.name);
        let mut update = |before: Option<&[u8]>| {
            let mut all: Vec<Revoked> = parse(before)?;
            // Another process may have been first.
            if all.iter().all(|one| one.serial != new.serial) {
                all.push(new.clone());
            }
            write(&all)
        };
        Ok(self.store.update_secret(&key, &mut update, entropy)?)
    }

    fn read<T: serde::de::DeserializeOwned>(&self, part: &str) -> Result<Vec<T>, CertError> {
        match self.store.secret(&format!("{}.{part}", self.name)) {
            Ok(text) => Ok(parse(Some(text.as_slice()))?),
            Err(KeyError::Unknown(_)) => Ok(vec![]),
            Err(error) => Err(error.into()),
        }
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: Option<&[u8]>) -> Result<Vec<T>, KeyError> {
    let Some(text) = text else {
        return Ok(vec![]);
    };
    serde_json::from_slice(text).map_err(|error| KeyError::Store(error.to_string()))
}

fn write<T: serde::Serialize>(all: &[T]) -> Result<Vec<u8>, KeyError> {
    serde_json::to_vec(all).map_err(|error| KeyError::Store(error.to_string()))
}
