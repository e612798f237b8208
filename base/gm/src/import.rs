//! What an authority sends back: certificates and keys in PEM, DER, PKCS#7, PKCS#8 and PKCS#12.

use jiff::Timestamp;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;

use crate::asn1::{Element, Malformed, tag};
use crate::pem::{OLD, sections};
use crate::{CertError, Certificate, PublicKey, SoftKey, pbes};

/// Why a file or a certificate was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not what it should be.
    #[error("not a readable {0}")]
    Malformed(&'static str),
    /// Encrypted, and no password was given.
    #[error("the file is encrypted: give its password")]
    PasswordNeeded,
    /// The password does not open it.
    #[error("the password is wrong, or the file is damaged")]
    WrongPassword,
    /// An encryption or a form that is not read; the reason in words.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// No certificate of the file names the key; the names found.
    #[error("no certificate names this key; the file has: {0}")]
    OtherKey(String),
    /// A certificate that has ended: its name and end.
    #[error("“{0}” ended at {1}")]
    Ended(String, Timestamp),
    /// A certificate that has not begun: its name and begin.
    #[error("“{0}” begins only at {1}")]
    NotBegun(String, Timestamp),
    /// The issuer of a certificate is missing: the certificate, the issuer.
    #[error("the chain is incomplete: the issuer of “{0}”, named “{1}”, is missing")]
    Incomplete(String, String),
    /// A certificate of the chain does not hold or may not do this: its name, the reason.
    #[error("“{0}”: {1}")]
    Unfit(String, String),
    /// A key or certificate inside cannot be used.
    #[error(transparent)]
    Inside(#[from] CertError),
}

/// What a certificate is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing documents, seals, time stamps or answers.
    Signing,
    /// Issuing certificates and revocation lists.
    Issuing,
}

/// Keys and certificates of one file.
#[derive(Default)]
pub struct Bundle {
    pub keys: Vec<SoftKey>,
    pub certificates: Vec<Certificate>,
}

impl Bundle {
    /// Reads a file of any of the usual kinds. Private keys of kinds that the platform does not
    /// use are errors: nothing is left out silently.
    pub fn read(bytes: &[u8], password: Option<&str>) -> Result<Self, ImportError> {
        let mut bundle = Self::default();
        let sections = sections(bytes)?;
        if sections.is_empty() {
            bundle.der(bytes, password)?;
        }
        for section in &sections {
            let der = section.der.as_slice();
            match section.label.as_str() {
                "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                    bundle.certificates.push(Certificate::from_der(der)?);
                }
                "PKCS7" | "CMS" => bundle.pkcs7(der)?,
                "PRIVATE KEY" => bundle.key(der)?,
                "ENCRYPTED PRIVATE KEY" => bundle.encrypted(der, password)?,
                "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "SM2 PRIVATE KEY" => {
                    let key = SoftKey::from_traditional(der).map_err(CertError::from)?;
                    bundle.keys.push(key);
                }
                label if label.ends_with(OLD) => {
                    return Err(ImportError::Unsupported(
                        "the old encryption of PEM; convert it: openssl pkcs8 -topk8".into(),
                    ));
                }
                // Curve parameters and the like say nothing that the key does not.
                _ => {}
            }
        }
        if bundle.keys.is_empty() && bundle.certificates.is_empty() {
            return Err(ImportError::Malformed("certificate or key"));
        }
        Ok(bundle)
    }

    /// DER of any kind, told by its structure.
    fn der(&mut self, bytes: &[u8], password: Option<&str>) -> Result<(), ImportError> {
        const WRONG: ImportError = ImportError::Malformed("certificate or key");
        let wrong = |_: Malformed| WRONG;
        let outer = Element::parse(bytes).and_then(|all| all.expect(tag::SEQUENCE));
        let mut inside = outer.map_err(wrong)?.inside();
        let first = inside.element().map_err(wrong)?;
        let second = inside.element().map_err(wrong)?;
        match (first.tag, second.tag) {
            (tag::OID, _) => self.pkcs7(bytes),
            (tag::SEQUENCE, tag::OCTET_STRING) => self.encrypted(bytes, password),
            (tag::SEQUENCE, _) => {
                self.certificates.push(Certificate::from_der(bytes)?);
                Ok(())
            }
            // `PFX` has version 3, `PrivateKeyInfo` 0 or 1.
            (tag::INTEGER, tag::SEQUENCE) if first.value == [3] => self.pkcs12(bytes, password),
            (tag::INTEGER, tag::SEQUENCE) => self.key(bytes),
            (tag::INTEGER, _) => {
                let key = SoftKey::from_traditional(bytes).map_err(CertError::from)?;
                self.keys.push(key);
                Ok(())
            }
            _ => Err(WRONG),
        }
    }

    fn key(&mut self, der: &[u8]) -> Result<(), ImportError> {
        let key = SoftKey::from_pkcs8(der).map_err(CertError::from)?;
        self.keys.push(key);
        Ok(())
    }

    fn encrypted(&mut self, der: &[u8], password: Option<&str>) -> Result<(), ImportError> {
        let password = password.ok_or(ImportError::PasswordNeeded)?;
        self.key(&pbes::decrypt(der, password)?)
    }

    /// The certificates of a SignedData, also of the national kind; signatures in it are not
    /// judged: it is an envelope.
    fn pkcs7(&mut self, der: &[u8]) -> Result<(), ImportError> {
        let read = || -> Result<Vec<&[u8]>, Malformed> {
            let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
            outer.expect(tag::OID)?;
            let content = outer.expect(tag::context(0))?;
            let mut signed = content.inside().expect(tag::SEQUENCE)?.inside();
            signed.expect(tag::INTEGER)?;
            signed.expect(tag::SET)?;
            signed.expect(tag::SEQUENCE)?;
            let mut found = Vec::new();
            if let Some(all) = signed.optional(tag::context(0))? {
                let mut all = all.inside();
                while let Some(one) = all.optional(tag::SEQUENCE)? {
                    found.push(one.raw);
                }
            }
            Ok(found)
        };
        for der in read().map_err(|_| ImportError::Malformed("PKCS#7 file"))? {
            self.certificates.push(Certificate::from_der(der)?);
        }
        Ok(())
    }

    fn pkcs12(&mut self, der: &[u8], password: Option<&str>) -> Result<(), ImportError> {
        let given = password.unwrap_or_default();
        let archive = Pkcs12Archive::from_pkcs12(der, given).map_err(|error| match error {
            Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError if password.is_none() => {
                ImportError::PasswordNeeded
            }
            Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError => ImportError::WrongPassword,
            Pkcs12Error::UnsupportedEncryptionScheme
            | Pkcs12Error::UnsupportedMacAlgorithm
            | Pkcs12Error::UnsupportedContentType
            | Pkcs12Error::Pkcs5Error(_) => ImportError::Unsupported(format!(
                "this PKCS#12 encryption ({error}); convert it: openssl pkcs12"
            )),
            _ => ImportError::Malformed("PKCS#12 file"),
        })?;
        for bag in &archive.keys {
            self.key(bag.key.as_der())?;
        }
        for bag in &archive.certs {
            let certificate = Certificate::from_der(bag.cert.as_der())?;
            self.certificates.push(certificate);
        }
        Ok(())
    }

    /// The chain of a key: its certificate first, its root last. The newest certificate that names
    /// the key is taken. Every signature of the chain holds, every certificate is valid at `at`,
    /// and may be used for the purpose. `known` are certificates that help to complete it.
    pub fn chain(
        &self,
        key: &PublicKey,
        known: &[Certificate],
        purpose: Purpose,
        at: Timestamp,
    ) -> Result<Vec<Certificate>, ImportError> {
        let own = self
            .certificates
            .iter()
            .filter(|one| one.public_key().is_same(key))
            .max_by_key(|one| one.not_before());
        let Some(own) = own else {
            let names: Vec<String> = self.certificates.iter().map(Certificate::subject).collect();
            return Err(ImportError::OtherKey(names.join(", ")));
        };
        fit(own, purpose)?;
        let mut chain = vec![own.clone()];
        loop {
            let last = chain.last().unwrap_or(own).clone();
            valid(&last, at)?;
            if last.is_self_issued() && last.is_signed_by(&last).is_ok() {
                return Ok(chain);
            }
            let above = self
                .certificates
                .iter()
                .chain(known)
                .find(|above| last.names_issuer(above) && last.is_signed_by(above).is_ok());
            let Some(above) = above else {
                let named = self.certificates.iter().chain(known);
                let named = named.filter(|above| *above != &last && last.names_issuer(above));
                return Err(if named.count() > 0 {
                    let why = "was not signed by the issuer it names".to_string();
                    ImportError::Unfit(last.subject(), why)
                } else {
                    ImportError::Incomplete(last.subject(), last.issuer())
                });
            };
            if chain.contains(above) {
                return Err(ImportError::Incomplete(last.subject(), last.issuer()));
            }
            fit(above, Purpose::Issuing)?;
            chain.push(above.clone());
        }
    }
}

fn valid(certificate: &Certificate, at: Timestamp) -> Result<(), ImportError> {
    if certificate.not_after() < at {
        let end = certificate.not_after();
        return Err(ImportError::Ended(certificate.subject(), end));
    }
    if certificate.not_before() > at {
        let begin = certificate.not_before();
        return Err(ImportError::NotBegun(certificate.subject(), begin));
    }
    Ok(())
}

fn fit(certificate: &Certificate, purpose: Purpose) -> Result<(), ImportError> {
    let why = match purpose {
        Purpose::Signing if certificate.is_ca() => "it is an authority's, not a signer's",
        Purpose::Signing if !certificate.may_sign() => "its key usage does not allow signing",
        Purpose::Issuing if !certificate.is_ca() && !certificate.is_self_issued() => {
            "it is not an authority's certificate"
        }
        Purpose::Issuing if !certificate.may_certify() => {
            "its key usage does not allow issuing certificates"
        }
        _ => return Ok(()),
    };
    Err(ImportError::Unfit(certificate.subject(), why.into()))
}
