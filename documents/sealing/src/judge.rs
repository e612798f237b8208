//! What is said of a signer's certificate, the same for every kind of file [I-11, I-12].

use gm::{Certificate, ChainError, Evidence, Revocation, RevocationReason};
use jiff::{SignedDuration, Timestamp};

use crate::pdf::time_stamp::TimeStamp;
use crate::report::Report;
use crate::{Check, Reason, Trust};

/// How far the clocks of signer and verifier may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// Whose certificate is judged. It decides the words and the reasons.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Signer,
    Maker,
}

impl Role {
    fn words(self) -> &'static str {
        match self {
            Role::Signer => "signer",
            Role::Maker => "seal maker",
        }
    }

    fn expired(self) -> Reason {
        match self {
            Role::Signer => Reason::CertificateExpired,
            Role::Maker => Reason::MakerExpired,
        }
    }

    fn foreign(self) -> Reason {
        match self {
            Role::Signer => Reason::CertificateForeign,
            Role::Maker => Reason::MakerForeign,
        }
    }
}

/// One certificate at the time it was used.
pub(crate) struct Used<'a> {
    pub(crate) role: Role,
    pub(crate) certificate: &'a Certificate,
    /// Certificates that came along.
    pub(crate) extra: &'a [Certificate],
    /// When it signed, by its own word.
    pub(crate) at: Timestamp,
    pub(crate) signature: Option<usize>,
}

/// What helps to judge a certificate long after it was used.
#[derive(Default)]
pub(crate) struct Proof {
    /// Revocation data that came with the document.
    pub(crate) evidence: Evidence,
    /// A moment by which, as a trusted time stamp says, the signature existed.
    pub(crate) proven: Option<Timestamp>,
}

impl Used<'_> {
    /// Validity by its own dates, chain to a trusted root, revocation. True when the chain holds.
    pub(crate) fn judge(&self, trust: &Trust, report: &mut Report) -> bool {
        self.judge_with(trust, &Proof::default(), report)
    }

    /// The same, with what came along.
    pub(crate) fn judge_with(&self, trust: &Trust, proof: &Proof, report: &mut Report) -> bool {
        self.dates(report);
        self.chain(trust, proof, report)
    }

    fn dates(&self, report: &mut Report) {
        let (from, to) = (self.certificate.not_before(), self.certificate.not_after());
        let evidence = format!("{}: {from} to {to}, used {}", self.role.words(), self.at);
        if self.certificate.is_valid_at(self.at) {
            report.pass(Check::SealValidity, self.signature, evidence);
        } else {
            report.fail(
                Check::SealValidity,
                self.role.expired(),
                self.signature,
                evidence,
            );
        }
    }

    fn chain(&self, trust: &Trust, proof: &Proof, report: &mut Report) -> bool {
        let (role, index) = (self.role, self.signature);
        let unchecked = |report: &mut Report| {
            let evidence = format!(
                "{}: without a chain no revocation list applies",
                role.words()
            );
            report.skip(
                Check::Revocation,
                Reason::RevocationUnknown,
                index,
                evidence,
            );
            false
        };
        if !self.certificate.may_sign() {
            let evidence = format!("“{}” may not sign documents", self.certificate.subject());
            report.fail(Check::Chain, role.foreign(), index, evidence);
            return unchecked(report);
        }
        let chain = match trust.store().chain(self.certificate, self.extra, self.at) {
            Ok(chain) => chain,
            Err(ChainError::NoRoots) => {
                let evidence = format!("{}: {}", role.words(), ChainError::NoRoots);
                report.skip(Check::Chain, Reason::TrustUnknown, index, evidence);
                return unchecked(report);
            }
            Err(error) => {
                let evidence = format!("{}: {error}", role.words());
                report.fail(Check::Chain, role.foreign(), index, evidence);
                return unchecked(report);
            }
        };
        let names: Vec<String> = chain.0.iter().map(Certificate::subject).collect();
        report.pass(
            Check::Chain,
            index,
            format!("{}: {}", role.words(), names.join(" < ")),
        );
        let check = Check::Revocation;
        let mut evidence = trust.evidence(&chain);
        evidence.extend(proof.evidence.clone());
        let store = trust.store();
        match store.revocation_with(&chain, &evidence, proof.proven, trust.now()) {
            Revocation::Good => {
                report.pass(
                    check,
                    index,
                    format!("{}: on no revocation list", role.words()),
                );
            }
            Revocation::Unknown(why) => {
                let evidence = format!("{}: {why}", role.words());
                report.skip(check, Reason::RevocationUnknown, index, evidence);
            }
            // What was made before the revocation stays valid as made at that time [I-12] …
            Revocation::Revoked(whose, entry) if entry.at > self.at => {
                let evidence = format!("“{whose}” was revoked later, {}", entry.at);
                // … but the time is the signer's own word, which a stolen key can give as well,
                // unless somebody else vouches for it.
                let stolen = matches!(
                    entry.reason,
                    RevocationReason::KeyCompromise | RevocationReason::AuthorityCompromise
                );
                if stolen && proof.proven.is_none_or(|proven| proven >= entry.at) {
                    report.warn(check, Reason::CertificateRevoked, index, evidence);
                } else {
                    report.pass(check, index, evidence);
                }
            }
            Revocation::Revoked(whose, entry) => {
                let evidence = format!("“{whose}” was revoked {}", entry.at);
                report.fail(check, Reason::CertificateRevoked, index, evidence);
            }
        }
        true
    }
}

/// A signature that claims to be from the future is told, not refused: clocks differ, and the
/// claim gains nobody anything.
pub(crate) fn future(at: Timestamp, trust: &Trust, index: Option<usize>, report: &mut Report) {
    if at.duration_since(trust.now()) > SKEW {
        let evidence = format!("the signature claims a time still to come, {at}");
        report.warn(
            Check::SealValidity,
            Reason::FormatDeviation,
            index,
            evidence,
        );
    }
}

/// A signature that claims to be younger than the time stamp over it is told: one of the two clocks
/// is wrong, and the trusted one counts.
pub(crate) fn clocks_differ(
    claimed: Timestamp,
    stamped: Timestamp,
    index: Option<usize>,
    report: &mut Report,
) {
    if claimed.duration_since(stamped) > SKEW {
        let evidence = format!("it claims {claimed}, the time stamp over it is of {stamped}");
        let reason = Reason::FormatDeviation;
        report.warn(Check::SealValidity, reason, index, evidence);
    }
}

/// A time stamp over a signature value: its time, when it holds and its authority is trusted. One
/// that does not hold fails the signature, because something was changed. `check` is the stamp's or the seal's.
pub(crate) fn stamped(
    check: Check,
    token: &[u8],
    value: &[u8],
    trust: &Trust,
    index: Option<usize>,
    report: &mut Report,
) -> Option<Timestamp> {
    let failed = match TimeStamp::read(token) {
        Err(malformed) => malformed.to_string(),
        Ok(stamp) => match stamp.holds() {
            Ok(()) if !stamp.covers(value) => "the time stamp belongs to another signature".into(),
            Ok(()) if stamp.is_trusted(trust) => return Some(stamp.time),
            Ok(()) => {
                let evidence = format!("time stamp by “{}”, not trusted", stamp.authority());
                report.skip(Check::SealValidity, Reason::TrustUnknown, index, evidence);
                return None;
            }
            Err(why) => why,
        },
    };
    report.fail(check, Reason::TimeStampBroken, index, failed);
    None
}
