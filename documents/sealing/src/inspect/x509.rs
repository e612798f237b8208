//! Certificates and revocation lists.

use gm::asn1::{Element, Reader, tag};
use gm::{Certificate, Crl};
use jiff::Timestamp;
use serde::Serialize;

use super::{hex, name};
use crate::time;
use crate::value::{Algorithm, dotted};

/// Entries of a revocation list that are told one by one.
const ENTRIES: usize = 10_000;

/// A certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateInspection {
    pub subject: String,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    /// Kind of the key: `SM2`, `P-256`, `RSA`.
    pub key: String,
    pub algorithm: String,
    /// Says of itself that it may issue certificates.
    pub authority: bool,
    /// Its key usage allows signatures over documents.
    pub may_sign: bool,
    pub signs_itself: bool,
    /// SHA-256 of the DER form, hexadecimal.
    pub fingerprint: String,
}

pub(super) fn certificate(one: &Certificate) -> CertificateInspection {
    let algorithm = one.signature_algorithm().map(|known| known.name().into());
    CertificateInspection {
        subject: name::text(one.subject_der()),
        issuer: name::text(one.issuer_der()),
        serial: one.serial(),
        valid_from: one.not_before(),
        valid_to: one.not_after(),
        key: one.public_key().kind().into(),
        algorithm: algorithm.unwrap_or_else(|| one.signature_algorithm_oid().into()),
        authority: one.is_ca(),
        may_sign: one.may_sign(),
        signs_itself: one.is_self_issued() && one.is_signed_by(one).is_ok(),
        fingerprint: hex(one.fingerprint()),
    }
}

/// A revocation list.
#[derive(Clone, Debug, Serialize)]
pub struct CrlInspection {
    pub issuer: String,
    pub made: Timestamp,
    pub next_due: Option<Timestamp>,
    pub algorithm: String,
    pub entries: usize,
    pub revoked: Vec<RevokedInspection>,
}

/// An entry of a revocation list.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedInspection {
    /// Hexadecimal.
    pub serial: String,
    pub revoked_at: Option<Timestamp>,
    pub reason: Option<String>,
}

pub(super) fn list(der: &[u8]) -> Option<CrlInspection> {
    let crl = Crl::from_der(der).ok()?;
    let mut outer = Element::parse(der).ok()?.inside();
    let mut fields = outer.expect(tag::SEQUENCE).ok()?.inside();
    let algorithm = outer.expect(tag::SEQUENCE).ok()?;
    let id = algorithm.inside().expect(tag::OID).ok()?.value;
    fields.optional(tag::INTEGER).ok()?;
    fields.expect(tag::SEQUENCE).ok()?;
    let issuer = fields.expect(tag::SEQUENCE).ok()?.raw;
    fields.element().ok()?;
    if matches!(fields.peek(), Some(tag::UTC_TIME | tag::GENERALIZED_TIME)) {
        fields.element().ok()?;
    }
    let revoked = match fields.optional(tag::SEQUENCE).ok()? {
        Some(entries) => entries_of(&crl, entries.inside()),
        None => Vec::new(),
    };
    Some(CrlInspection {
        issuer: name::text(issuer),
        made: crl.this_update(),
        next_due: crl.next_update(),
        algorithm: Algorithm::read(id)
            .name(None)
            .map_or_else(|| dotted(id), str::to_string),
        entries: crl.len(),
        revoked,
    })
}

fn entries_of(crl: &Crl, mut entries: Reader<'_>) -> Vec<RevokedInspection> {
    let mut found = Vec::new();
    while let Ok(entry) = entries.element() {
        let mut entry = entry.inside();
        let (Ok(serial), Ok(at)) = (entry.expect(tag::INTEGER), entry.element()) else {
            break;
        };
        let digits = hex(serial.value);
        let digits = match digits.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        let known = crl.entry(digits);
        let reason = known.and_then(|known| serde_json::to_value(known.reason).ok());
        found.push(RevokedInspection {
            serial: digits.to_string(),
            revoked_at: time::from_asn1(&at),
            reason: reason.and_then(|reason| reason.as_str().map(str::to_string)),
        });
        if found.len() >= ENTRIES {
            break;
        }
    }
    found
}
