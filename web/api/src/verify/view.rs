//! Verdicts as the API shows them.

use jiff::Timestamp;
use jiff::civil::Date;
use licences::Verification;
use sealing::{Finding, Reason};
use serde::Serialize;
use utoipa::ToSchema;

/// The outcome of a verification.
#[derive(Serialize, ToSchema)]
pub struct VerdictView {
    /// The number under which the log holds this verification.
    number: String,
    valid: bool,
    /// SM3 of the file that was judged, hexadecimal.
    digest: Option<String>,
    at: Timestamp,
    /// Security, revocation, data, in this order; the first failure stops.
    steps: Vec<VerificationStep>,
    /// What anybody may be told of the licence.
    licence: Option<LicenceSummary>,
    /// The record of the document, when the file is one and no licence.
    document: Option<DocumentSummary>,
    /// The checks on the file.
    findings: Vec<FindingView>,
}

/// One step.
#[derive(Serialize, ToSchema)]
struct VerificationStep {
    /// `security`, `revocation` or `data`.
    #[schema(value_type = String)]
    step: licences::Step,
    /// None: not run, because an earlier step failed.
    passed: Option<bool>,
    reason: Option<ReasonView>,
    evidence: String,
    /// When the step ended, or was found not to be needed.
    at: Timestamp,
}

/// Why a check failed.
#[derive(Serialize, ToSchema)]
struct ReasonView {
    /// Stable.
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.code(),
            zh: reason.zh(),
            en: reason.en(),
        }
    }
}

/// What anybody may be told of a licence [H-59].
#[derive(Serialize, ToSchema)]
struct LicenceSummary {
    type_name: String,
    licence_no: String,
    holder: String,
    issuer: String,
    issue_date: Date,
    valid_to: Option<Date>,
    state: &'static str,
}

/// What anybody who holds a document's file may be told of it.
#[derive(Serialize, ToSchema)]
struct DocumentSummary {
    title: String,
    number: String,
    state: &'static str,
    /// Number of the document that replaces it.
    replaced_by: Option<String>,
}

/// One check on a file.
#[derive(Serialize, ToSchema)]
struct FindingView {
    #[schema(value_type = String)]
    check: sealing::Check,
    /// `pass`, `fail`, `warn` or `not_checked`.
    #[schema(value_type = String)]
    outcome: sealing::Outcome,
    reason: Option<ReasonView>,
    evidence: String,
}

impl From<&Finding> for FindingView {
    fn from(f: &Finding) -> Self {
        Self {
            check: f.check,
            outcome: f.outcome,
            reason: f.reason.map(Into::into),
            evidence: f.evidence.clone(),
        }
    }
}

impl VerdictView {
    pub fn of(v: Verification) -> Self {
        Self {
            number: v.number,
            valid: v.valid,
            digest: v.digest,
            at: v.at,
            steps: v
                .steps
                .into_iter()
                .map(|s| VerificationStep {
                    step: s.step,
                    passed: s.passed,
                    reason: s.reason.map(Into::into),
                    evidence: s.evidence,
                    at: s.at,
                })
                .collect(),
            licence: v.summary.map(|s| LicenceSummary {
                type_name: s.type_name,
                licence_no: s.licence_no,
                holder: s.holder,
                issuer: s.issuer,
                issue_date: s.issue_date,
                valid_to: s.valid_to,
                state: s.state.code(),
            }),
            document: v.document.map(|d| DocumentSummary {
                title: d.title,
                number: d.number,
                state: d.state.code(),
                replaced_by: d.replaced_by,
            }),
            findings: v
                .verdict
                .iter()
                .flat_map(|verdict| &verdict.findings)
                .map(Into::into)
                .collect(),
        }
    }
}
