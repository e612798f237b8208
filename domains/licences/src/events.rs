//! What the journal learns of licences. Numbers may be derived from identity numbers: they are not
//! in here, keys are.

use jiff::Timestamp;
use journal::Event;
use serde::{Deserialize, Serialize};

use crate::verify::{Step, StepResult};

/// A licence, or a new version of one, was issued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceIssued {
    pub licence_key: String,
    pub version: u32,
    pub type_code: String,
    pub agency: String,
    pub region: String,
    pub case_no: Option<String>,
    pub source_class: String,
    /// Day of issue, as the licence says.
    #[serde(default)]
    pub issued_on: Option<String>,
    /// Key of the licence that this one replaces.
    pub replaces: Option<String>,
    pub ofd_digest: String,
    pub pdf_digest: String,
}

impl Event for LicenceIssued {
    const KIND: &'static str = "licence.issued";
}

/// A licence changed its state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceChanged {
    pub licence_key: String,
    pub type_code: String,
    pub agency: String,
    pub event: String,
    pub from: String,
    pub to: String,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub reason: String,
}

impl Event for LicenceChanged {
    const KIND: &'static str = "licence.changed";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "reason": self.reason }))
    }
}

/// Somebody used a licence as a material.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceCited {
    pub licence_key: String,
    pub purpose: String,
    pub case_no: String,
    /// Code of the agency that handles the case and is spared the paper.
    #[serde(default)]
    pub agency: Option<String>,
}

impl Event for LicenceCited {
    const KIND: &'static str = "licence.cited";
}

/// A client of the interface read a licence, or one of its files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceRead {
    pub licence_key: String,
    /// `data`, or the format of the file.
    pub what: String,
}

impl Event for LicenceRead {
    const KIND: &'static str = "licence.read";
}

/// Somebody verified a licence [H-58].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceVerified {
    /// 核验编号, as the result and its print show it.
    #[serde(default)]
    pub number: String,
    pub licence_key: Option<String>,
    /// `file`, `number`, `token`.
    pub way: String,
    pub valid: bool,
    /// Code of the reason of the step that failed.
    pub reason: Option<String>,
    /// All three, in their order.
    #[serde(default)]
    pub steps: Vec<StepLogged>,
}

/// One step of a verification as the log keeps it. What was seen stays out: the codes tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLogged {
    /// `security`, `revocation`, `data`.
    pub step: Step,
    /// None: not run.
    pub passed: Option<bool>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

impl StepLogged {
    pub(crate) fn of(result: &StepResult) -> Self {
        Self {
            step: result.step,
            passed: result.passed,
            reason: result.reason.map(|reason| reason.code().to_owned()),
            at: result.at,
        }
    }
}

impl Event for LicenceVerified {
    const KIND: &'static str = "licence.verified";
}

/// An inspection was attached to a licence [H-44].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceInspected {
    pub licence_key: String,
    pub type_code: String,
    /// The day on which it was due.
    pub due_on: String,
    pub passed: bool,
    pub from: String,
    pub to: String,
    /// The day of the next one.
    pub next: Option<String>,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub note: String,
}

impl Event for LicenceInspected {
    const KIND: &'static str = "licence.inspected";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "note": self.note }))
    }
}

/// A licence will end in so many days [H-46].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceEnding {
    pub licence_key: String,
    pub type_code: String,
    pub days: i64,
    pub valid_to: String,
}

impl Event for LicenceEnding {
    const KIND: &'static str = "licence.ending";
}

/// The journal's stream of what interfaces read of a licence: apart from the licence's own, so that
/// reading never stands in the way of changing.
pub(crate) fn read_stream(licence_key: &str) -> String {
    format!("licence_read/{licence_key}")
}

/// The journal's stream of a licence.
pub(crate) fn stream(licence_key: &str) -> String {
    format!("licence/{licence_key}")
}
