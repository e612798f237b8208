//! One signature: digest, value, certificate, chain, revocation.

use gm::{ChainError, Revocation, RevocationReason};
use jiff::{SignedDuration, Timestamp};

use super::cms::Digest;
use super::cms_read::{Named, Signed};
use super::file::File;
use super::form::SigField;
use super::object::{Dict, Obj};
use super::range::{Mark, Unsound};
use super::report::Report;
use super::text;
use crate::{Check, Reason, SignatureInfo, Trust};

/// How far the clocks of signer and verifier may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// A signature that could not be read.
pub(super) fn unsound(field: &SigField, unsound: &Unsound, report: &mut Report) {
    let index = Some(report.signatures.len());
    report.signatures.push(SignatureInfo { format: "PDF".into(), ..Default::default() });
    let (check, reason, what) = unsound.reason();
    report.fail(check, reason, index, format!("field {}: {what}", field.name));
}

/// Judges all signatures, in the order in which they were made.
pub(super) fn signatures(file: &File<'_>, marks: &[Mark], trust: &Trust, report: &mut Report) {
    let contents: Vec<Vec<u8>> = marks.iter().map(|mark| mark.covered(file.data)).collect();
    for (mark, content) in marks.iter().zip(&contents) {
        let index = report.signatures.len();
        let (format, known) = format(&mark.dict);
        let mut info = describe(&mark.dict);
        info.format = format;
        report.signatures.push(info);
        let index = Some(index);
        if !known {
            let evidence = "the signature's SubFilter is not supported";
            report.fail(Check::Stamp, Reason::AlgorithmUnknown, index, evidence);
            continue;
        }
        match Signed::read(&mark.contents) {
            Ok(signed) => judge(mark, &signed, content, &contents, trust, index, report),
            Err(malformed) => {
                report.fail(Check::Stamp, Reason::StampBroken, index, malformed.to_string());
            }
        }
    }
}

/// What kind of signature it is, and whether it is understood.
fn format(dict: &Dict) -> (String, bool) {
    match dict.get("SubFilter").and_then(Obj::as_name) {
        Some(b"ETSI.CAdES.detached") => ("PAdES".into(), true),
        Some(b"adbe.pkcs7.detached") => ("PDF PKCS#7".into(), true),
        Some(other) => (String::from_utf8_lossy(other).into_owned(), false),
        None => ("PDF".into(), false),
    }
}

fn describe(dict: &Dict) -> SignatureInfo {
    let claimed = dict.get("M").and_then(Obj::as_text).and_then(text::parse_date);
    SignatureInfo {
        seal_name: dict.get("Name").and_then(Obj::as_text).map(text::decode),
        signed_at: claimed.map(|time| time.to_string()),
        ..Default::default()
    }
}

fn judge(
    mark: &Mark,
    signed: &Signed,
    content: &[u8],
    contents: &[Vec<u8>],
    trust: &Trust,
    index: Option<usize>,
    report: &mut Report,
) {
    let claimed = mark.dict.get("M").and_then(Obj::as_text).and_then(text::parse_date);
    let time = signed.signing_time.or(claimed);
    if let Some(info) = report.signatures.last_mut() {
        info.algorithm = match signed.algorithm {
            Some(algorithm) => algorithm.name().to_owned(),
            None => signed.algorithm_oid.clone(),
        };
        info.signer = signed.signer.subject();
        info.signer_serial = signed.signer.serial();
        info.issuer = signed.signer.issuer();
        info.signed_at = time.map(|time| time.to_string());
        info.certificate = signed.signer.der().to_vec();
    }
    integrity(signed, content, contents, index, report);
    stamp(mark, signed, content, index, report);
    validity(signed, time, trust.now(), index, report);
    chain(signed, time.unwrap_or(trust.now()), trust, index, report);
}

fn integrity(
    signed: &Signed,
    content: &[u8],
    contents: &[Vec<u8>],
    index: Option<usize>,
    report: &mut Report,
) {
    let check = Check::Integrity;
    match (signed.digest, &signed.message_digest) {
        (None, _) => {
            let evidence = "the digest's algorithm is not supported";
            report.fail(check, Reason::AlgorithmUnknown, index, evidence);
        }
        // Without attributes the value covers the document itself; the check of the value is this
        // check as well.
        (Some(_), None) => match signed.verify(content) {
            Ok(()) => report.pass(check, index, "the value covers the document directly"),
            Err(_) => {
                let evidence = "the value does not hold over the document";
                report.fail(check, Reason::PartChanged, index, evidence);
            }
        },
        (Some(digest), Some(wanted)) => {
            if digest.of(content) == *wanted {
                let evidence = format!("{digest:?} of {} bytes", content.len());
                report.pass(check, index, evidence);
            } else if belongs_elsewhere(digest, wanted, contents) {
                let evidence = "the value was made for another revision of this file";
                report.fail(check, Reason::StampMoved, index, evidence);
            } else {
                let evidence = format!("{digest:?} of the covered bytes is not the signed one");
                report.fail(check, Reason::PartChanged, index, evidence);
            }
        }
    }
}

/// A value copied from another signature of the same file. A value from another file cannot be told
/// from a change of this one: both mean that these bytes are not those that were signed.
fn belongs_elsewhere(digest: Digest, wanted: &[u8], contents: &[Vec<u8>]) -> bool {
    contents.len() > 1 && contents.iter().any(|content| digest.of(content) == wanted)
}

fn stamp(mark: &Mark, signed: &Signed, content: &[u8], index: Option<usize>, report: &mut Report) {
    let check = Check::Stamp;
    if signed.algorithm.is_none() {
        let evidence = format!("algorithm {}", signed.algorithm_oid);
        report.fail(check, Reason::AlgorithmUnknown, index, evidence);
    } else if signed.verify(content).is_err() {
        let evidence = "the value does not hold under the signer's key";
        report.fail(check, Reason::StampBroken, index, evidence);
    } else if signed.named == Named::Other {
        let evidence = "the signed certificate reference names another certificate";
        report.fail(check, Reason::StampBroken, index, evidence);
    } else {
        report.pass(check, index, signed.signer.subject());
    }
    if signed.odd_certificates {
        let evidence = "the signature holds a certificate that cannot be read";
        report.warn(check, Reason::FormatDeviation, index, evidence);
    }
    let pades = mark.dict.get("SubFilter").and_then(Obj::as_name) == Some(b"ETSI.CAdES.detached");
    if pades && signed.named == Named::No {
        let evidence = "the signature does not name its certificate (ETSI EN 319 122-1, 5.2.2)";
        report.warn(check, Reason::FormatDeviation, index, evidence);
    }
}

fn validity(
    signed: &Signed,
    time: Option<Timestamp>,
    now: Timestamp,
    index: Option<usize>,
    report: &mut Report,
) {
    let check = Check::SealValidity;
    let signer = &signed.signer;
    let at = time.unwrap_or(now);
    let dates = format!("{} to {}, signed {at}", signer.not_before(), signer.not_after());
    if time.is_none() {
        let evidence = "the signature tells no time; judged as of now";
        report.warn(check, Reason::FormatDeviation, index, evidence);
    } else if at.duration_since(now) > SKEW {
        let evidence = format!("the signature claims a time still to come, {at}");
        report.warn(check, Reason::FormatDeviation, index, evidence);
    }
    if signer.is_valid_at(at) {
        report.pass(check, index, dates);
    } else {
        report.fail(check, Reason::CertificateExpired, index, dates);
    }
}

fn chain(
    signed: &Signed,
    at: Timestamp,
    trust: &Trust,
    index: Option<usize>,
    report: &mut Report,
) {
    let unchecked = |report: &mut Report| {
        let evidence = "without a chain no revocation list applies";
        report.skip(Check::Revocation, Reason::RevocationUnknown, index, evidence);
    };
    if !signed.signer.may_sign() {
        let evidence = format!("{} may not sign documents", signed.signer.subject());
        report.fail(Check::Chain, Reason::CertificateForeign, index, evidence);
        return unchecked(report);
    }
    let chain = match trust.store().chain(&signed.signer, &signed.certificates, at) {
        Ok(chain) => chain,
        Err(ChainError::NoRoots) => {
            let evidence = ChainError::NoRoots.to_string();
            report.skip(Check::Chain, Reason::TrustUnknown, index, evidence);
            return unchecked(report);
        }
        Err(error) => {
            report.fail(Check::Chain, Reason::CertificateForeign, index, error.to_string());
            return unchecked(report);
        }
    };
    let names: Vec<String> = chain.0.iter().map(|certificate| certificate.subject()).collect();
    report.pass(Check::Chain, index, names.join(" < "));
    let check = Check::Revocation;
    match trust.store().revocation(&chain, trust.now()) {
        Revocation::Good => report.pass(check, index, "on no revocation list"),
        Revocation::Unknown(why) => {
            report.skip(check, Reason::RevocationUnknown, index, why);
        }
        // What was made before the revocation stays valid as made at that time [I-12] …
        Revocation::Revoked(whose, entry) if entry.at > at => {
            let evidence = format!("{whose} was revoked later, {}", entry.at);
            let stolen = matches!(
                entry.reason,
                RevocationReason::KeyCompromise | RevocationReason::AuthorityCompromise
            );
            // … but the time is the signer's own word, which a stolen key can give as well.
            if stolen {
                report.warn(check, Reason::CertificateRevoked, index, evidence);
            } else {
                report.pass(check, index, evidence);
            }
        }
        Revocation::Revoked(whose, entry) => {
            let evidence = format!("{whose} was revoked {}", entry.at);
            report.fail(check, Reason::CertificateRevoked, index, evidence);
        }
    }
}
