//! Revocation lists: making and reading (RFC 5280, 5).

use std::collections::HashMap;
use std::sync::OnceLock;

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::certificate::Raw;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlReason};

use crate::asn1::{self, Element, Malformed, tag};
use crate::certificate::{pem, serial_text, timestamp};
use crate::issue::time;
use crate::{CertError, Certificate, SignatureAlgorithm, Signer, VerifyError, extension};

const CRL_NUMBER: &str = "2.5.29.20";
const AUTHORITY_KEY: &str = "2.5.29.35";
const REASON: &str = "2.5.29.21";
const CHANGES_ONLY: &str = "2.5.29.27";
const SCOPE: &str = "2.5.29.28";

/// Why a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    AuthorityCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    CertificateHold,
    PrivilegeWithdrawn,
}

impl RevocationReason {
    fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AuthorityCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The reason of a CRLReason's number; an unknown one is unspecified.
    pub(crate) fn from_code(code: u8) -> Self {
        let all = [
            Self::KeyCompromise,
            Self::AuthorityCompromise,
            Self::AffiliationChanged,
            Self::Superseded,
            Self::CessationOfOperation,
            Self::CertificateHold,
            Self::PrivilegeWithdrawn,
        ];
        all.into_iter()
            .find(|reason| reason.code() == code)
            .unwrap_or(Self::Unspecified)
    }

    fn read(reason: CrlReason) -> Self {
        match reason {
            CrlReason::KeyCompromise => Self::KeyCompromise,
            CrlReason::CaCompromise | CrlReason::AaCompromise => Self::AuthorityCompromise,
            CrlReason::AffiliationChanged => Self::AffiliationChanged,
            CrlReason::Superseded => Self::Superseded,
            CrlReason::CessationOfOperation => Self::CessationOfOperation,
            CrlReason::CertificateHold => Self::CertificateHold,
            CrlReason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
            CrlReason::Unspecified | CrlReason::RemoveFromCRL => Self::Unspecified,
        }
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Revoked {
    /// As [`Certificate::serial`] gives it.
    pub serial: String,
    pub at: Timestamp,
    pub reason: RevocationReason,
}

/// A revocation list.
pub struct Crl {
    der: Vec<u8>,
    tbs: std::ops::Range<usize>,
    algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
    issuer: Vec<u8>,
    authority_key: Option<Vec<u8>>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entries: HashMap<String, Revoked>,
    scope: Scope,
    usable: bool,
    /// What was found of the first authority asked about, by fingerprint: lists are judged often
    /// and change never.
    judged: OnceLock<([u8; 32], Result<(), VerifyError>)>,
}

/// Which certificates a list is about (issuing distribution point, RFC 5280, 5.2.5).
#[derive(Debug, Default)]
struct Scope {
    /// The addresses it is published at; empty when it does not say.
    urls: Vec<String>,
    users_only: bool,
    authorities_only: bool,
}

impl Scope {
    /// None when the list is about something that cannot be judged by it alone: attribute
    /// certificates, some reasons only, certificates of other issuers.
    fn read(value: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut fields = Element::parse(value)?.expect(tag::SEQUENCE)?.inside();
        let (mut scope, mut plain) = (Self::default(), true);
        while !fields.is_empty() {
            let field = fields.element()?;
            let yes = field.value != [0];
            match field.tag {
                0xa0 => scope.urls = extension::point_urls(field.value)?,
                0x81 => scope.users_only = yes,
                0x82 => scope.authorities_only = yes,
                0x84 | 0x85 => plain &= !yes,
                _ => plain = false,
            }
        }
        Ok(plain.then_some(scope))
    }
}

impl Crl {
    /// Makes and signs a list, valid from `at` to `until`. The number is the moment in seconds,
    /// which rises as the standard demands.
    pub fn build(
        issuer: &dyn Signer,
        revoked: &[Revoked],
        at: Timestamp,
        until: Timestamp,
    ) -> Result<Self, CertError> {
        let above = Certificate::from_der(issuer.certificate())?;
        let algorithm = issuer.algorithm().identifier();
        let mut entries = Vec::new();
        for one in revoked {
            let serial = serial_bytes(&one.serial)?;
            let reason = asn1::tlv(0x0a, &[one.reason.code()]);
            let reason = asn1::sequence(&[&encoded(REASON, &reason)]);
            // An unspecified reason is left out (RFC 5280, 5.3.1).
            let reason = if one.reason == RevocationReason::Unspecified {
                vec![]
            } else {
                reason
            };
            let entry = asn1::sequence(&[&asn1::unsigned(&serial), &time(one.at), &reason]);
            entries.extend_from_slice(&entry);
        }
        let list = if entries.is_empty() {
            vec![]
        } else {
            asn1::tlv(tag::SEQUENCE, &entries)
        };
        let key = above
            .subject_key()
            .map_or_else(|| above.public_key().identifier().to_vec(), <[u8]>::to_vec);
        // The key identifier of the authority that signs the list, not of the one above it.
        let key = asn1::sequence(&[&asn1::tlv(0x80, &key)]);
        let number = asn1::unsigned(&at.as_second().max(1).to_be_bytes());
        let extensions =
            asn1::sequence(&[&encoded(AUTHORITY_KEY, &key), &encoded(CRL_NUMBER, &number)]);
        let signed = asn1::sequence(&[
            &asn1::small(1),
            &algorithm,
            above.subject_der(),
            &time(at),
            &time(until),
            &list,
            &asn1::tlv(tag::context(0), &extensions),
        ]);
        let signature = issuer.sign(&signed)?;
        Self::from_der(&asn1::sequence(&[
            &signed,
            &algorithm,
            &asn1::bits(&signature),
        ]))
    }

    /// Reads a DER list.
    pub fn from_der(der: &[u8]) -> Result<Self, CertError> {
        const WRONG: CertError = CertError::Malformed("revocation list");
        let list = CertificateList::<Raw>::from_der(der).map_err(|_| WRONG)?;
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let signed = outer.expect(tag::SEQUENCE)?.raw;
        let algorithm = outer.expect(tag::SEQUENCE)?.raw;
        let signature = outer.expect(tag::BIT_STRING)?.bits()?.to_vec();
        let start = signed.as_ptr() as usize - der.as_ptr() as usize;
        let fields = &list.tbs_cert_list;
        if fields.signature.to_der().map_err(|_| WRONG)? != algorithm {
            return Err(WRONG);
        }
        let understood = [CRL_NUMBER, AUTHORITY_KEY, REASON].map(ObjectIdentifier::new_unwrap);
        let mut authority_key = None;
        let mut usable = true;
        let mut scope = Scope::default();
        for extension in fields.crl_extensions.iter().flatten() {
            if extension.extn_id == ObjectIdentifier::new_unwrap(AUTHORITY_KEY) {
                let value = AuthorityKeyIdentifier::from_der(extension.extn_value.as_bytes());
                let value = value.map_err(|_| WRONG)?.key_identifier;
                authority_key = value.map(|id| id.as_bytes().to_vec());
            }
            if extension.extn_id == ObjectIdentifier::new_unwrap(SCOPE) {
                match Scope::read(extension.extn_value.as_bytes())? {
                    Some(found) => scope = found,
                    None => usable = false,
                }
                continue;
            }
            // A list of changes says nothing of what stood on the list before (RFC 5280, 5.2.4).
            usable &= extension.extn_id != ObjectIdentifier::new_unwrap(CHANGES_ONLY);
            usable &= !extension.critical || understood.contains(&extension.extn_id);
        }
        let mut entries = HashMap::new();
        for entry in fields.revoked_certificates.iter().flatten() {
            let mut reason = RevocationReason::Unspecified;
            for extension in entry.crl_entry_extensions.iter().flatten() {
                if extension.extn_id == ObjectIdentifier::new_unwrap(REASON) {
                    let value = CrlReason::from_der(extension.extn_value.as_bytes());
                    reason = RevocationReason::read(value.map_err(|_| WRONG)?);
                }
                usable &= !extension.critical || understood.contains(&extension.extn_id);
            }
            let serial = serial_text(entry.serial_number.as_bytes());
            let at = timestamp(entry.revocation_date);
            entries.insert(serial.clone(), Revoked { serial, at, reason });
        }
        Ok(Self {
            tbs: start..start + signed.len(),
            algorithm: SignatureAlgorithm::from_identifier(algorithm)?,
            signature,
            issuer: fields.issuer.to_der().map_err(|_| WRONG)?,
            authority_key,
            this_update: timestamp(fields.this_update),
            next_update: fields.next_update.map(timestamp),
            entries,
            scope,
            usable,
            judged: OnceLock::new(),
            der: der.to_vec(),
        })
    }

    /// Reads the list of a PEM text, or of a DER file.
    pub fn from_pem_or_der(bytes: &[u8]) -> Result<Self, CertError> {
        if !bytes.trim_ascii_start().starts_with(b"-----") {
            return Self::from_der(bytes);
        }
        let (label, der) = der::pem::decode_vec(bytes.trim_ascii())
            .map_err(|_| CertError::Malformed("PEM revocation list"))?;
        if label != "X509 CRL" {
            return Err(CertError::Malformed("PEM revocation list"));
        }
        Self::from_der(&der)
    }

    /// The list, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The list as PEM.
    pub fn to_pem(&self) -> String {
        pem("X509 CRL", &self.der)
    }

    /// When it was made.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is due.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// How many certificates it names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Names no certificate.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry of a certificate, by [`Certificate::serial`].
    pub fn entry(&self, serial: &str) -> Option<&Revoked> {
        self.entries.get(serial)
    }

    /// Issued and signed by that authority, and free of critical extensions that would change its
    /// meaning.
    pub fn is_issued_by(&self, authority: &Certificate) -> Result<(), VerifyError> {
        match self.judged.get() {
            Some((known, result)) if known == authority.fingerprint() => return *result,
            _ => {}
        }
        let result = self.check_issuer(authority);
        // Whoever only shares a name is not worth remembering.
        if self.issuer == authority.subject_der() {
            let _ = self.judged.set((*authority.fingerprint(), result));
        }
        result
    }

    /// Says that it is that authority's, and is not: forged, of another key, or of a form that is
    /// not read.
    pub fn only_claims(&self, authority: &Certificate) -> bool {
        self.issuer == authority.subject_der() && self.is_issued_by(authority).is_err()
    }

    /// The list is about that certificate: about users or authorities alone, or about those that
    /// name one of its addresses.
    pub fn is_about(&self, certificate: &Certificate) -> bool {
        let scope = &self.scope;
        let named = |urls: Vec<String>| urls.iter().any(|url| scope.urls.contains(url));
        let excluded = match certificate.is_ca() {
            true => scope.users_only,
            false => scope.authorities_only,
        };
        !excluded && (scope.urls.is_empty() || named(certificate.crl_urls()))
    }

    fn check_issuer(&self, authority: &Certificate) -> Result<(), VerifyError> {
        let same_key = match (&self.authority_key, authority.subject_key()) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        if !self.usable
            || !same_key
            || self.issuer != authority.subject_der()
            || !authority.may_revoke()
        {
            return Err(VerifyError::Wrong);
        }
        let algorithm = self.algorithm.ok_or(VerifyError::Unsupported)?;
        authority
            .public_key()
            .verify(algorithm, &self.der[self.tbs.clone()], &self.signature)
    }
}

fn encoded(oid: &str, value: &[u8]) -> Vec<u8> {
    let oid = asn1::oid(ObjectIdentifier::new_unwrap(oid));
    asn1::sequence(&[&oid, &asn1::tlv(tag::OCTET_STRING, value)])
}

fn serial_bytes(text: &str) -> Result<Vec<u8>, CertError> {
    let wrong = |_| CertError::Malformed("serial number");
    let even = if text.len().is_multiple_of(2) {
        text.to_string()
    } else {
        format!("0{text}")
    };
    (0..even.len())
        .step_by(2)
        .map(|at| {
            even.get(at..at + 2)
                .map_or(Ok(0), |two| u8::from_str_radix(two, 16))
        })
        .collect::<Result<_, _>>()
        .map_err(wrong)
}
