//! The platform's own certificate authorities, made when it first starts.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};

use crate::ledger::Ledger;
use crate::{
    CertError, Certificate, CertificateSpec, Crl, Entropy, Extras, Issued, KeyError, KeyKind,
    KeyStore, Profile, PublicKey, RevocationReason, Revoked, Signer, Subject, TrustStore,
};

/// Validity of the authorities, and the default of a seal, in years.
const ROOT_YEARS: i32 = 20;
pub(crate) const ISSUING_YEARS: i32 = 10;
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
/// in the key store under `ca.<kind>.…`, and beside them what was issued and revoked.
///
/// The issuing authority may have a certificate of another authority in place of the own root's:
/// then the top of its chain is the root that verifiers trust.
#[derive(Clone)]
pub struct Authority {
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) kind: KeyKind,
    root: Certificate,
    pub(crate) issuing: Certificate,
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
        let issuing = read("issuing")?;
        let above = store.describe(&key(kind, "issuing"))?.chain;
        let root = match above.last() {
            Some(top) if above.len() > 1 => top.clone(),
            _ => read("root")?,
        };
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
            profile: Profile::SealMaker,
            not_before: now.max(authority.issuing.not_before()),
            not_after: authority.issuing.not_after(),
        };
        let maker = authority.issue(&spec, Extras::default(), entropy)?;
        store.certify(&key(kind, "maker"), &maker, &authority.chain()?, entropy)?;
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

    /// Issuing authority and those above it, nearest first, root last.
    pub fn chain(&self) -> Result<Vec<Certificate>, CertError> {
        Ok(self.store.describe(&key(self.kind, "issuing"))?.chain)
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
                    .certify(name, &certificate, &self.chain()?, entropy)?)
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
        let above = self.chain()?;
        let mut issued = Vec::new();
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
            let certificate = spec.issue(&*issuer, entropy)?;
            issued.push(Issued::new(&certificate, spec.profile));
            let mut chain = vec![certificate];
            chain.extend_from_slice(&above);
            Ok(chain)
        };
        self.store.enrol(&names, self.kind, &mut certify, entropy)?;
        self.ledger().enter(&issued, entropy)?;
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
        self.issue(&spec, Extras::default(), entropy)
    }

    /// A certificate of any profile, entered into the books. Roots issue issuing authorities,
    /// issuing authorities everything else.
    pub fn issue(
        &self,
        spec: &CertificateSpec<'_>,
        extras: Extras<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let (signer, ledger) = match spec.profile {
            Profile::Root | Profile::Issuing => (self.own_root()?, self.root_ledger()),
            _ => (self.issuing_signer()?, self.ledger()),
        };
        // Serial numbers are random; that one is there already is seen in the books.
        for _ in 0..3 {
            let certificate = spec.issue_with(extras, &*signer, entropy)?;
            let entry = Issued::new(&certificate, spec.profile);
            match ledger.enter(&[entry], entropy) {
                Ok(()) => return Ok(certificate),
                Err(CertError::SerialTaken(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let why = "the source of randomness repeats itself";
        Err(KeyError::Failed(why.into()).into())
    }

    /// The same name, key and profile with new dates and a new serial number. A certificate that
    /// was revoked is not made anew: whoever lost a key needs a new one.
    pub fn reissue(
        &self,
        old: &Certificate,
        (from, to): (Timestamp, Timestamp),
        extras: Extras<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let refused = |why| CertError::NotReissued(old.serial(), why);
        let issued = self.issued()?;
        let entry = issued
            .iter()
            .find(|one| one.serial == old.serial())
            .ok_or_else(|| refused("this authority did not issue it"))?;
        let revoked = [self.revoked()?, self.root_revoked()?].concat();
        if revoked.iter().any(|one| one.serial == entry.serial) {
            return Err(refused("it is revoked"));
        }
        let profile = Profile::from_name(&entry.profile)
            .ok_or_else(|| refused("its profile is not known"))?;
        let spec = CertificateSpec {
            subject: &Subject::default(),
            key: old.public_key(),
            profile,
            not_before: from,
            not_after: to,
        };
        let extras = Extras {
            name: Some(old.subject_der()),
            ..extras
        };
        self.issue(&spec, extras, entropy)
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
        let new = Revoked {
            serial: serial.to_string(),
            at,
            reason,
        };
        // What only the root issued stands in the root's list.
        let root = self.root_ledger();
        if root.issued()?.iter().any(|one| one.serial == serial) {
            return root.revoke(new, entropy);
        }
        self.ledger().revoke(new, entropy)
    }

    /// Everything the issuing authority has revoked.
    pub fn revoked(&self) -> Result<Vec<Revoked>, CertError> {
        self.ledger().revoked()
    }

    /// Everything the root has revoked.
    pub fn root_revoked(&self) -> Result<Vec<Revoked>, CertError> {
        self.root_ledger().revoked()
    }

    /// Everything that root and issuing authority have issued, but for themselves.
    pub fn issued(&self) -> Result<Vec<Issued>, CertError> {
        let mut all = self.root_ledger().issued()?;
        all.extend(self.ledger().issued()?);
        Ok(all)
    }

    fn ledger(&self) -> Ledger<'_> {
        Ledger {
            store: &*self.store,
            name: format!("ca.{}", self.kind.name()),
        }
    }

    fn root_ledger(&self) -> Ledger<'_> {
        Ledger {
            store: &*self.store,
            name: key(self.kind, "root"),
        }
    }

    pub(crate) fn own_root(&self) -> Result<Arc<dyn Signer>, CertError> {
        Ok(self.store.signer(&key(self.kind, "root"))?)
    }

    /// The issuing authority's revocation list, valid for a week.
    pub fn crl(&self, now: Timestamp) -> Result<Crl, CertError> {
        self.crl_until(now, days_after(now, CRL_DAYS))
    }

    /// The same, valid as long as is said.
    pub fn crl_until(&self, now: Timestamp, until: Timestamp) -> Result<Crl, CertError> {
        Crl::build(&*self.issuing_signer()?, &self.revoked()?, now, until)
    }

    /// The own root's revocation list: issuing authorities beside the one in use that were
    /// revoked. Revoking the one in use means a new authority.
    pub fn root_crl(&self, now: Timestamp) -> Result<Crl, CertError> {
        self.root_crl_until(now, days_after(now, CRL_DAYS))
    }

    /// The same, valid as long as is said.
    pub fn root_crl_until(&self, now: Timestamp, until: Timestamp) -> Result<Crl, CertError> {
        Crl::build(&*self.own_root()?, &self.root_revoked()?, now, until)
    }

    /// Makes a trust store trust this authority and know its present revocation lists. What was
    /// issued under a chain that was in use before is still led to its root.
    pub fn entrust(&self, trust: &mut TrustStore, now: Timestamp) -> Result<(), CertError> {
        trust.add_root(self.root.der())?;
        let info = self.store.describe(&key(self.kind, "issuing"))?;
        for chain in std::iter::once(&info.chain).chain(&info.retired) {
            for above in chain {
                trust.add_intermediate(above.der())?;
            }
        }
        let own = self.own_root()?;
        if own.certificate() != self.root.der() {
            trust.add_root(own.certificate())?;
        }
        trust.add_crl(self.crl(now)?.der())?;
        trust.add_crl(self.root_crl(now)?.der())
    }

    fn issuing_signer(&self) -> Result<Arc<dyn Signer>, CertError> {
        Ok(self.store.signer(&key(self.kind, "issuing"))?)
    }
}

pub(crate) fn key(kind: KeyKind, part: &str) -> String {
    format!("ca.{}.{part}", kind.name())
}

pub(crate) fn years_after(at: Timestamp, years: i32) -> Timestamp {
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
