//! The platform's own certificate authorities, made when it first starts.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};

use crate::{
    CertError, Certificate, CertificateSpec, Crl, Entropy, KeyError, KeyKind, KeyStore, Profile,
    PublicKey, RevocationReason, Revoked, Signer, Subject, TrustStore,
};

/// Validity of the authorities, and the default of a seal, in years.
const ROOT_YEARS: i32 = 20;
const ISSUING_YEARS: i32 = 10;
const SEAL_YEARS: i32 = 5;

/// Days for which a revocation list is valid. It is made anew whenever it is asked for.
const CRL_DAYS: i32 = 7;

/// How the certificates of an authority are named.
#[derive(Clone, Debug)]
pub struct AuthorityNames {
    /// Who runs it: the city's government service body.
    pub organization: String,
    /// What stands before “root”, “issuing” and “seal maker” in the common names.
    pub title: String,
}

/// One authority: a root, an issuing authority under it, and a seal maker.
///
/// There is one of SM2 and one of P-256, because no common PDF reader verifies SM2. All keys live
/// in the key store under `ca.<kind>.…`.
#[derive(Clone)]
pub struct Authority {
    store: Arc<dyn KeyStore>,
    kind: KeyKind,
    root: Certificate,
    issuing: Certificate,
}

impl Authority {
    /// The authority of this kind, made when the store has none.
    pub fn open_or_create(
        store: Arc<dyn KeyStore>,
        kind: KeyKind,
        names: &AuthorityNames,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, CertError> {
        match Self::open(store.clone(), kind) {
            Err(CertError::NoAuthority(_)) => Self::create(store, kind, names, now, entropy),
            found => found,
        }
    }

    /// The authority of this kind that the store holds.
    pub fn open(store: Arc<dyn KeyStore>, kind: KeyKind) -> Result<Self, CertError> {
        let missing = |error| match error {
            KeyError::Unknown(_) | KeyError::Uncertified(_) => {
                CertError::NoAuthority(kind.name().into())
            }
            other => CertError::Key(other),
        };
        // The seal maker is certified last: where it is, everything is.
        store.signer(&key(kind, "maker")).map_err(missing)?;
        let read = |part| {
            let signer = store.signer(&key(kind, part)).map_err(missing)?;
            Certificate::from_der(signer.certificate())
        };
        let (root, issuing) = (read("root")?, read("issuing")?);
        Ok(Self {
            store,
            kind,
            root,
            issuing,
        })
    }

    /// Makes root (20 years), issuing authority (10 years) and seal maker. A creation that was
    /// broken off is taken up again where it stopped.
    pub fn create(
        store: Arc<dyn KeyStore>,
        kind: KeyKind,
        names: &AuthorityNames,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, CertError> {
        let subject = |part: &str| {
            let name = format!("{}{part}（{}）", names.title, kind.name().to_uppercase());
            Subject::new(&names.organization, &name)
        };
        let made = |part: &str, entropy: &mut dyn Entropy| {
            let name = key(kind, part);
            match store.create(&name, kind, entropy) {
                Ok(_) | Err(KeyError::Exists(_)) => store.bare_signer(&name),
                Err(error) => Err(error),
            }
        };
        let own_key = |part: &str| store.public_key(&key(kind, part));

        let root_signer = made("root", entropy)?;
        let root = match root_signer.certificate() {
            [] => {
                let spec = CertificateSpec {
                    subject: &subject("根证书"),
                    key: &own_key("root")?,
                    profile: Profile::Root,
                    not_before: now,
                    not_after: years_after(now, ROOT_YEARS),
                };
                let root = spec.self_sign(&*root_signer, entropy)?;
                store.certify(&key(kind, "root"), &root, &[], entropy)?;
                root
            }
            der => Certificate::from_der(der)?,
        };

        let issuing_signer = made("issuing", entropy)?;
        let issuing = match issuing_signer.certificate() {
            [] => {
                let spec = CertificateSpec {
                    subject: &subject("签发机构"),
                    key: &own_key("issuing")?,
                    profile: Profile::Issuing,
                    not_before: now.max(root.not_before()),
                    not_after: years_after(now, ISSUING_YEARS).min(root.not_after()),
                };
                let signer = store.signer(&key(kind, "root"))?;
                let issuing = spec.issue(&*signer, entropy)?;
                let above = std::slice::from_ref(&root);
                store.certify(&key(kind, "issuing"), &issuing, above, entropy)?;
                issuing
            }
            der => Certificate::from_der(der)?,
        };

        let authority = Self {
            store: store.clone(),
            kind,
            root,
            issuing,
        };
        made("maker", entropy)?;
        let spec = CertificateSpec {
            subject: &subject("制章人"),
            key: &own_key("maker")?,
            profile: Profile::Signer,
            not_before: now.max(authority.issuing.not_before()),
            not_after: authority.issuing.not_after(),
        };
        let maker = spec.issue(&*store.signer(&key(kind, "issuing"))?, entropy)?;
        store.certify(&key(kind, "maker"), &maker, &authority.chain(), entropy)?;
        Ok(authority)
    }

    /// SM2 or P-256.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The root, to be trusted by verifiers.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// The issuing authority.
    pub fn issuing(&self) -> &Certificate {
        &self.issuing
    }

    /// Issuing authority and root.
    fn chain(&self) -> [Certificate; 2] {
        [self.issuing.clone(), self.root.clone()]
    }

    /// The seal maker (制章人).
    pub fn maker(&self) -> Result<Arc<dyn Signer>, CertError> {
        Ok(self.store.signer(&key(self.kind, "maker"))?)
    }

    /// Makes a key of that name in the store, with a certificate for documents.
    pub fn issue_signer(
        &self,
        name: &str,
        subject: &Subject,
        valid_from: Timestamp,
        valid_to: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Arc<dyn Signer>, CertError> {
        let key = self.store.create(name, self.kind, entropy)?;
        let done = self
            .certify(&key, subject, valid_from, valid_to, entropy)
            .and_then(|certificate| {
                Ok(self
                    .store
                    .certify(name, &certificate, &self.chain(), entropy)?)
            })
            .and_then(|()| Ok(self.store.signer(name)?));
        if done.is_err() {
            // A key without certificate is of no use and would block its name.
            self.store.destroy(name, entropy)?;
        }
        done
    }

    /// Makes many keys in the store, each with a certificate for documents, in one change of the
    /// store: all of them or none.
    pub fn issue_signers(
        &self,
        wanted: &[(String, Subject)],
        valid_from: Timestamp,
        valid_to: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<Arc<dyn Signer>>, CertError> {
        let issuer = self.issuing_signer()?;
        let names: Vec<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
        let subjects: HashMap<&str, &Subject> = wanted
            .iter()
            .map(|(name, subject)| (name.as_str(), subject))
            .collect();
        let mut certify = |name: &str, key: &PublicKey, entropy: &mut dyn Entropy| {
            let subject = subjects
                .get(name)
                .ok_or_else(|| KeyError::Unknown(name.to_string()))?;
            let spec = CertificateSpec {
                subject,
                key,
                profile: Profile::Signer,
                not_before: valid_from,
                not_after: valid_to,
            };
            let mut chain = vec![spec.issue(&*issuer, entropy)?];
            chain.extend(self.chain());
            Ok(chain)
        };
        self.store.enrol(&names, self.kind, &mut certify, entropy)?;
        Ok(names
            .iter()
            .map(|name| self.store.signer(name))
            .collect::<Result<_, _>>()?)
    }

    /// A certificate for a key that lives elsewhere.
    pub fn certify(
        &self,
        key: &crate::PublicKey,
        subject: &Subject,
        valid_from: Timestamp,
        valid_to: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let spec = CertificateSpec {
            subject,
            key,
            profile: Profile::Signer,
            not_before: valid_from,
            not_after: valid_to,
        };
        spec.issue(&*self.issuing_signer()?, entropy)
    }

    /// The end of a seal's validity where nothing else is said: five years, but not longer than
    /// its issuer's.
    pub fn default_end(&self, from: Timestamp) -> Timestamp {
        years_after(from, SEAL_YEARS).min(self.issuing.not_after())
    }

    /// Revokes a certificate of this authority, by [`Certificate::serial`]. Revoking again changes
    /// nothing: the first date stands.
    pub fn revoke(
        &self,
        serial: &str,
        at: Timestamp,
        reason: RevocationReason,
        entropy: &mut dyn Entropy,
    ) -> Result<(), CertError> {
        let mut revoked = self.revoked()?;
        if revoked.iter().any(|one| one.serial == serial) {
            return Ok(());
        }
        revoked.push(Revoked {
            serial: serial.to_string(),
            at,
            reason,
        });
        let text =
            serde_json::to_vec(&revoked).map_err(|error| KeyError::Store(error.to_string()))?;
        Ok(self
            .store
            .replace_secret(&key(self.kind, "revoked"), &text, entropy)?)
    }

    /// Everything this authority has revoked.
    pub fn revoked(&self) -> Result<Vec<Revoked>, CertError> {
        match self.store.secret(&key(self.kind, "revoked")) {
            Ok(text) => Ok(serde_json::from_slice(&text)
                .map_err(|error| KeyError::Store(error.to_string()))?),
            Err(KeyError::Unknown(_)) => Ok(vec![]),
            Err(error) => Err(error.into()),
        }
    }

    /// The issuing authority's revocation list, valid for a week.
    pub fn crl(&self, now: Timestamp) -> Result<Crl, CertError> {
        Crl::build(
            &*self.issuing_signer()?,
            &self.revoked()?,
            now,
            days_after(now, CRL_DAYS),
        )
    }

    /// The root's revocation list: empty, because the only certificate under the root is the
    /// issuing authority, and revoking that one means a new authority.
    pub fn root_crl(&self, now: Timestamp) -> Result<Crl, CertError> {
        let root = self.store.signer(&key(self.kind, "root"))?;
        Crl::build(&*root, &[], now, days_after(now, CRL_DAYS))
    }

    /// Makes a trust store trust this authority and know its present revocation lists.
    pub fn entrust(&self, trust: &mut TrustStore, now: Timestamp) -> Result<(), CertError> {
        trust.add_root(self.root.der())?;
        trust.add_intermediate(self.issuing.der())?;
        trust.add_crl(self.crl(now)?.der())?;
        trust.add_crl(self.root_crl(now)?.der())
    }

    fn issuing_signer(&self) -> Result<Arc<dyn Signer>, CertError> {
        Ok(self.store.signer(&key(self.kind, "issuing"))?)
    }
}

fn key(kind: KeyKind, part: &str) -> String {
    format!("ca.{}.{part}", kind.name())
}

fn years_after(at: Timestamp, years: i32) -> Timestamp {
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
    zoned
        .checked_add(years.years())
        .map_or(Timestamp::MAX, |later| later.timestamp())
}

fn days_after(at: Timestamp, days: i32) -> Timestamp {
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
    zoned
        .checked_add(days.days())
        .map_or(Timestamp::MAX, |later| later.timestamp())
}
