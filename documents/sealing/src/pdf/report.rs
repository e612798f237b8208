//! Gathering findings.

use crate::{Check, FileKind, Finding, Outcome, Reason, SignatureInfo, Verdict};

/// The findings of one file, in the order in which they come up.
#[derive(Default)]
pub(super) struct Report {
    pub signatures: Vec<SignatureInfo>,
    findings: Vec<Finding>,
}

impl Report {
    pub fn pass(&mut self, check: Check, signature: Option<usize>, evidence: impl Into<String>) {
        self.add(check, Outcome::Pass, None, signature, evidence.into());
    }

    pub fn fail(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(check, Outcome::Fail, Some(reason), signature, evidence.into());
    }

    pub fn warn(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(check, Outcome::Warn, Some(reason), signature, evidence.into());
    }

    pub fn skip(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(check, Outcome::NotChecked, Some(reason), signature, evidence.into());
    }

    fn add(
        &mut self,
        check: Check,
        outcome: Outcome,
        reason: Option<Reason>,
        signature: Option<usize>,
        evidence: String,
    ) {
        self.findings.push(Finding { check, outcome, reason, signature, evidence });
    }

    /// Nothing has failed in this check.
    pub fn is_clean(&self, check: Check) -> bool {
        !self.findings.iter().any(|f| f.check == check && f.outcome == Outcome::Fail)
    }

    /// The verdict, findings in the order of the checks and then of the signatures.
    pub fn verdict(mut self) -> Verdict {
        self.findings.sort_by_key(|f| (rank(f.check), f.signature));
        Verdict { kind: FileKind::Pdf, signatures: self.signatures, findings: self.findings }
    }
}

fn rank(check: Check) -> u8 {
    match check {
        Check::Container => 0,
        Check::Integrity => 1,
        Check::Coverage => 2,
        Check::Stamp => 3,
        Check::Seal => 4,
        Check::SealValidity => 5,
        Check::Chain => 6,
        Check::Revocation => 7,
    }
}
