//! One signature: digest, value, time, certificate.

use std::collections::HashMap;

use gm::cms::{Named, Signed};
use gm::{Certificate, DigestAlgorithm, VerifyError};
use jiff::Timestamp;

use super::file::File;
use super::form::SigField;
use super::object::{Dict, Obj};
use super::range::{Mark, Unsound};
use super::store::Store;
use super::text;
use super::time_stamp::TimeStamp;
use crate::judge::{Proof, Role, Used, clocks_differ, future};
use crate::report::Report;
use crate::{Check, Reason, SignatureInfo, Trust};

/// What a signature dictionary holds, by its `SubFilter`.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Pades,
    Pkcs7,
    /// The signed content is the SHA-1 digest of the document.
    Sha1,
    TimeStamp,
    Other(String),
}

impl Kind {
    pub(super) fn of(dict: &Dict) -> Self {
        match dict.get("SubFilter").and_then(Obj::as_name) {
            Some(b"ETSI.CAdES.detached") => Kind::Pades,
            Some(b"adbe.pkcs7.detached") => Kind::Pkcs7,
            Some(b"adbe.pkcs7.sha1") => Kind::Sha1,
            Some(b"ETSI.RFC3161") => Kind::TimeStamp,
            other => Kind::Other(String::from_utf8_lossy(other.unwrap_or_default()).into_owned()),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Kind::Pades => "PAdES",
            Kind::Pkcs7 => "PDF PKCS#7",
            Kind::Sha1 => "PDF PKCS#7 SHA-1",
            Kind::TimeStamp => "PDF time stamp",
            Kind::Other(_) => "PDF",
        }
    }
}

/// A signature that could not be read.
pub(super) fn unsound(field: &SigField, unsound: &Unsound, report: &mut Report) {
    let index = Some(report.signatures.len());
    report.signatures.push(SignatureInfo {
        format: "PDF".into(),
        ..Default::default()
    });
    let (check, reason, what) = match unsound {
        Unsound::Removed(what) => (Check::Stamp, Reason::SealRemoved, *what),
        Unsound::Odd(what) => (Check::Container, Reason::ContainerAnomaly, &what[..]),
    };
    report.fail(
        check,
        reason,
        index,
        format!("field {}: {what}", field.name),
    );
}

/// Judges all signatures, in the order in which they were made.
pub(super) fn signatures(
    file: &File<'_>,
    marks: &[Mark],
    store: &Store,
    trust: &Trust,
    report: &mut Report,
) {
    let mut digests = Digests {
        data: file.data,
        marks,
        known: HashMap::new(),
    };
    let clocks = clocks(marks, trust, &mut digests);
    let mut seals = 0;
    for (at, mark) in marks.iter().enumerate() {
        let kind = Kind::of(&mark.dict);
        let claimed = mark
            .dict
            .get("M")
            .and_then(Obj::as_text)
            .and_then(text::parse_date);
        let index = Some(report.signatures.len());
        report.signatures.push(SignatureInfo {
            format: kind.name().to_owned(),
            seal_name: mark
                .dict
                .get("Name")
                .and_then(Obj::as_text)
                .map(text::decode),
            signed_at: claimed.map(|time| time.to_string()),
            ..Default::default()
        });
        let mut judge = Judge {
            at,
            digests: &mut digests,
            store,
            proven: clocks.iter().find(|(i, _)| *i > at).map(|(_, time)| *time),
            trust,
            index,
            report,
        };
        let broken = match &kind {
            Kind::Pades | Kind::Pkcs7 => {
                seals += 1;
                Signed::read(&mark.contents).map(|signed| judge.seal(&kind, &signed, claimed))
            }
            Kind::Sha1 => {
                seals += 1;
                Signed::read_with_content(&mark.contents)
                    .map(|(signed, content)| judge.sha1(&signed, content.bytes, claimed))
            }
            Kind::TimeStamp => {
                TimeStamp::read(&mark.contents).map(|stamp| judge.document_time_stamp(&stamp))
            }
            Kind::Other(name) => {
                seals += 1;
                let evidence = format!("the SubFilter “{name}” is not supported");
                report.fail(Check::Stamp, Reason::AlgorithmUnknown, index, evidence);
                continue;
            }
        };
        if let Err(malformed) = broken {
            report.fail(
                Check::Stamp,
                Reason::StampBroken,
                index,
                malformed.to_string(),
            );
        }
    }
    if seals == 0 && !marks.is_empty() {
        report.fail(
            Check::Stamp,
            Reason::Unsigned,
            None,
            "nothing but time stamps",
        );
    }
}

/// The digests of what each signature covers, made when they are asked for.
struct Digests<'a> {
    data: &'a [u8],
    marks: &'a [Mark],
    known: HashMap<(usize, DigestAlgorithm), Vec<u8>>,
}

impl Digests<'_> {
    /// The bytes in one piece: only signatures without signed attributes need them so.
    fn content(&self, at: usize) -> Vec<u8> {
        self.marks[at].parts(self.data).concat()
    }

    fn get(&mut self, at: usize, digest: DigestAlgorithm) -> Vec<u8> {
        let (marks, data) = (self.marks, self.data);
        let made = || digest.of_parts(&marks[at].parts(data));
        self.known.entry((at, digest)).or_insert_with(made).clone()
    }
}

/// Time stamps over the document whose word can be relied upon: everything before them existed at
/// their time. The earliest stands first.
fn clocks(marks: &[Mark], trust: &Trust, digests: &mut Digests<'_>) -> Vec<(usize, Timestamp)> {
    let mut clocks = Vec::new();
    for (i, mark) in marks.iter().enumerate().filter(|(_, m)| m.is_time_stamp()) {
        let Ok(stamp) = TimeStamp::read(&mark.contents) else {
            continue;
        };
        let digest = stamp.token.digest;
        if digest.is_some_and(|digest| digests.get(i, digest) == stamp.token.imprint)
            && stamp.holds().is_ok()
            && stamp.is_trusted(trust)
        {
            clocks.push((i, stamp.time));
        }
    }
    clocks
}

struct Judge<'j, 'a> {
    /// Which of the signatures.
    at: usize,
    digests: &'j mut Digests<'a>,
    store: &'j Store,
    /// When, as a later time stamp over the document says, the signature existed.
    proven: Option<Timestamp>,
    trust: &'j Trust,
    index: Option<usize>,
    report: &'j mut Report,
}

impl Judge<'_, '_> {
    fn seal(&mut self, kind: &Kind, signed: &Signed, claimed: Option<Timestamp>) {
        let claimed = signed.signing_time.or(claimed);
        self.describe(signed, claimed);
        self.integrity(signed);
        self.stamp(signed);
        if *kind == Kind::Pades && signed.named == Named::Weakly {
            let evidence = "it names its certificate by SHA-1 alone (ETSI EN 319 122-1, 5.2.2)";
            self.report
                .warn(Check::Stamp, Reason::FormatDeviation, self.index, evidence);
        }
        if *kind == Kind::Pades && signed.named == Named::No {
            let evidence = "it does not name its certificate (ETSI EN 319 122-1, 5.2.2)";
            self.report
                .warn(Check::Stamp, Reason::FormatDeviation, self.index, evidence);
        }
        self.times(signed, claimed);
    }

    /// `adbe.pkcs7.sha1`: the value covers a SHA-1 digest that it carries inside. Whoever can make
    /// two documents of one digest can have one signed and show the other.
    fn sha1(&mut self, signed: &Signed, content: Option<Vec<u8>>, claimed: Option<Timestamp>) {
        let claimed = signed.signing_time.or(claimed);
        self.describe(signed, claimed);
        let (index, found) = (self.index, self.digests.get(self.at, DigestAlgorithm::Sha1));
        let inside = content.unwrap_or_default();
        if inside == found {
            let evidence = "SHA-1 of the covered bytes";
            self.report.pass(Check::Integrity, index, evidence);
        } else {
            let evidence = "SHA-1 of the covered bytes is not the signed one";
            self.report
                .fail(Check::Integrity, Reason::PartChanged, index, evidence);
        }
        let holds = match (signed.digest, &signed.message_digest) {
            (Some(digest), Some(wanted)) => {
                digest.of(&inside) == *wanted && signed.verify(&[]).is_ok()
            }
            _ => signed.verify(&inside).is_ok(),
        };
        let weak = "adbe.pkcs7.sha1: the document is signed by its SHA-1 digest";
        let (reason, evidence) = match (signed.algorithm, holds) {
            (Some(_), false) => (
                Reason::StampBroken,
                "the value does not hold under the signer's key",
            ),
            _ => (Reason::AlgorithmWeak, weak),
        };
        self.report.fail(Check::Stamp, reason, index, evidence);
        self.times(signed, claimed);
    }

    /// Time of signing, and the certificates at that time.
    fn times(&mut self, signed: &Signed, claimed: Option<Timestamp>) {
        let stamped = self.time_stamp(signed);
        if let (Some(claimed), Some(stamped)) = (claimed, stamped) {
            clocks_differ(claimed, stamped, self.index, self.report);
        }
        if claimed.or(stamped).is_none() {
            let evidence = "the signature tells no time; judged as of now";
            self.report.warn(
                Check::SealValidity,
                Reason::FormatDeviation,
                self.index,
                evidence,
            );
        }
        let at = stamped.or(claimed).unwrap_or(self.trust.now());
        future(at, self.trust, self.index, self.report);
        self.certificate(signed, at, stamped.or(self.proven));
        self.companions(signed, at);
    }

    /// A time stamp over the whole document, which stands in a signature field of its own.
    fn document_time_stamp(&mut self, stamp: &TimeStamp) {
        let signed = &stamp.token.signed;
        self.describe(signed, Some(stamp.time));
        let covers = stamp
            .token
            .digest
            .is_some_and(|d| self.digests.get(self.at, d) == stamp.token.imprint);
        if covers {
            let evidence = "the time stamp is one of the covered bytes";
            self.report.pass(Check::Integrity, self.index, evidence);
        } else {
            let evidence = "the time stamp is not one of the covered bytes";
            self.report
                .fail(Check::Integrity, Reason::PartChanged, self.index, evidence);
        }
        if let Err(why) = stamp.holds() {
            self.report
                .fail(Check::Stamp, Reason::TimeStampBroken, self.index, why);
            return;
        }
        self.report
            .pass(Check::Stamp, self.index, stamp.time.to_string());
        if stamp.is_trusted(self.trust) {
            self.stamped(stamp.time);
            self.certificate(signed, stamp.time, self.proven);
        } else {
            self.untrusted(stamp);
        }
        self.companions(signed, stamp.time);
    }

    /// A time stamp of an authority that nobody told us to trust takes nothing from the seals.
    fn untrusted(&mut self, stamp: &TimeStamp) {
        let evidence = format!("time stamp by “{}”, not trusted", stamp.authority());
        self.report.skip(
            Check::SealValidity,
            Reason::TrustUnknown,
            self.index,
            evidence,
        );
    }

    fn describe(&mut self, signed: &Signed, time: Option<Timestamp>) {
        let Some(info) = self.report.signatures.last_mut() else {
            return;
        };
        info.algorithm = match signed.algorithm {
            Some(_) => signed.algorithm_name(),
            None => signed.algorithm_oid.clone(),
        };
        info.signer = signed.signer.subject();
        info.signer_serial = signed.signer.serial();
        info.issuer = signed.signer.issuer();
        info.signed_at = time.map(|time| time.to_string());
        info.certificate = signed.signer.der().to_vec();
    }

    fn stamped(&mut self, time: Timestamp) {
        if let Some(info) = self.report.signatures.last_mut() {
            info.stamped_at = Some(time.to_string());
        }
    }

    fn integrity(&mut self, signed: &Signed) {
        let (check, index) = (Check::Integrity, self.index);
        match (signed.digest, &signed.message_digest) {
            (Some(digest), _) if digest.is_weak() => {
                let evidence = format!("the document is signed by its {} digest", digest.name());
                self.report
                    .fail(check, Reason::AlgorithmWeak, index, evidence);
            }
            (None, _) => {
                let evidence = "the digest's algorithm is not supported";
                self.report
                    .fail(check, Reason::AlgorithmUnknown, index, evidence);
            }
            // Without attributes the value covers the document itself; the check of the value is
            // this check as well.
            (Some(_), None) => match signed.verify(&self.digests.content(self.at)) {
                Ok(()) => self
                    .report
                    .pass(check, index, "the value covers the document directly"),
                Err(_) => {
                    let evidence = "the value does not hold over the document";
                    self.report
                        .fail(check, Reason::PartChanged, index, evidence);
                }
            },
            (Some(digest), Some(wanted)) => {
                if self.digests.get(self.at, digest) == *wanted {
                    let evidence = format!("{} of the covered bytes", digest.name());
                    self.report.pass(check, index, evidence);
                } else if self.belongs_elsewhere(digest, wanted) {
                    let evidence = "the value was made for another revision of this file";
                    self.report.fail(check, Reason::StampMoved, index, evidence);
                } else {
                    let evidence = format!(
                        "{} of the covered bytes is not the signed one",
                        digest.name()
                    );
                    self.report
                        .fail(check, Reason::PartChanged, index, evidence);
                }
            }
        }
    }

    /// A value copied from another signature of the same file. A value from another file cannot be
    /// told from a change of this one: both mean that these bytes are not those that were signed.
    fn belongs_elsewhere(&mut self, digest: DigestAlgorithm, wanted: &[u8]) -> bool {
        (0..self.digests.marks.len()).any(|other| self.digests.get(other, digest) == wanted)
    }

    fn holds(&self, signed: &Signed) -> Result<(), VerifyError> {
        match signed.message_digest {
            Some(_) => signed.verify(&[]),
            None => signed.verify(&self.digests.content(self.at)),
        }
    }

    fn stamp(&mut self, signed: &Signed) {
        let (check, index) = (Check::Stamp, self.index);
        if signed.algorithm.is_none() {
            let evidence = format!("algorithm {}", signed.algorithm_name());
            self.report
                .fail(check, Reason::AlgorithmUnknown, index, evidence);
        } else if self.holds(signed).is_err() {
            let evidence = "the value does not hold under the signer's key";
            self.report
                .fail(check, Reason::StampBroken, index, evidence);
        } else if signed.named == Named::Other {
            let evidence = "the signed certificate reference names another certificate";
            self.report
                .fail(check, Reason::StampBroken, index, evidence);
        } else {
            self.report.pass(check, index, signed.signer.subject());
        }
        if let Some(odd) = signed.odd {
            let evidence = format!("the signature is odd: {odd}");
            self.report
                .warn(check, Reason::FormatDeviation, index, evidence);
        }
    }

    /// The time that a trusted authority vouches for.
    fn time_stamp(&mut self, signed: &Signed) -> Option<Timestamp> {
        let index = self.index;
        let token = signed.token.as_deref()?;
        let failed = match TimeStamp::read(token) {
            Err(malformed) => malformed.to_string(),
            Ok(stamp) => match stamp.holds() {
                Ok(()) if !stamp.covers(&signed.value) => {
                    "the time stamp belongs to another signature".to_owned()
                }
                Ok(()) if stamp.is_trusted(self.trust) => {
                    self.stamped(stamp.time);
                    return Some(stamp.time);
                }
                Ok(()) => {
                    self.untrusted(&stamp);
                    return None;
                }
                Err(why) => why,
            },
        };
        self.report
            .fail(Check::Stamp, Reason::TimeStampBroken, index, failed);
        None
    }

    /// Dates, chain and revocation of the signer.
    fn certificate(&mut self, signed: &Signed, at: Timestamp, proven: Option<Timestamp>) {
        let used = Used {
            role: Role::Signer,
            certificate: &signed.signer,
            extra: &self.extra(signed),
            at,
            signature: self.index,
        };
        let mut evidence = self.store.evidence.clone();
        evidence.extend(signed.evidence());
        let proof = Proof { evidence, proven };
        used.judge_with(self.trust, &proof, self.report);
    }

    /// What came with the signature, and what came with the document.
    fn extra(&self, signed: &Signed) -> Vec<Certificate> {
        let all = signed.certificates.iter().chain(&self.store.certificates);
        all.cloned().collect()
    }

    /// The certificates that came along.
    fn companions(&mut self, signed: &Signed, at: Timestamp) {
        let chain = self
            .trust
            .store()
            .chain(&signed.signer, &self.extra(signed), at)
            .ok();
        let chain: &[Certificate] = chain.as_ref().map_or(&[], |chain| &chain.0);
        if let Err(malformed) = signed.companions(chain) {
            let evidence = malformed.to_string();
            self.report
                .fail(Check::Stamp, Reason::StampBroken, self.index, evidence);
        }
    }
}
