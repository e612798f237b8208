//! Gathering findings.

use crate::{Check, FileKind, Finding, Outcome, Reason, SignatureInfo, Verdict};

/// The findings of one file, in the order in which they come up.
pub(crate) struct Report {
    kind: FileKind,
    pub(crate) signatures: Vec<SignatureInfo>,
    findings: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(kind: FileKind) -> Self {
        Self {
            kind,
            signatures: Vec::new(),
            findings: Vec::new(),
        }
    }

    pub(crate) fn pass(
        &mut self,
        check: Check,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(check, Outcome::Pass, None, signature, evidence.into());
    }

    pub(crate) fn fail(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(
            check,
            Outcome::Fail,
            Some(reason),
            signature,
            evidence.into(),
        );
    }

    pub(crate) fn warn(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(
            check,
            Outcome::Warn,
            Some(reason),
            signature,
            evidence.into(),
        );
    }

    pub(crate) fn skip(
        &mut self,
        check: Check,
        reason: Reason,
        signature: Option<usize>,
        evidence: impl Into<String>,
    ) {
        self.add(
            check,
            Outcome::NotChecked,
            Some(reason),
            signature,
            evidence.into(),
        );
    }

    fn add(
        &mut self,
        check: Check,
        outcome: Outcome,
        reason: Option<Reason>,
        signature: Option<usize>,
        evidence: String,
    ) {
        self.findings.push(Finding {
            check,
            outcome,
            reason,
            signature,
            evidence,
        });
    }

    /// Nothing has failed in this check, of this signature or of the whole file.
    pub(crate) fn is_clean(&self, check: Check, signature: Option<usize>) -> bool {
        let concerns = |f: &&Finding| f.check == check && f.signature == signature;
        !self
            .findings
            .iter()
            .filter(concerns)
            .any(|f| f.outcome == Outcome::Fail)
    }

    /// The verdict, findings in the order of the checks and then of the signatures.
    pub(crate) fn verdict(mut self) -> Verdict {
        self.findings
            .sort_by_key(|finding| (finding.check, finding.signature));
        Verdict {
            kind: self.kind,
            signatures: self.signatures,
            findings: self.findings,
        }
    }
}
