//! What a verification says: its steps, what anybody may be told of the licence, the verdict.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::Clock;
use sealing::{Reason, Verdict};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::copy::CopyNote;
use crate::state::State;

/// The three steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 安全核验.
    Security,
    /// 吊销核查.
    Revocation,
    /// 数据核验.
    Data,
}

impl Step {
    pub fn zh(self) -> &'static str {
        match self {
            Self::Security => "安全核验",
            Self::Revocation => "吊销核查",
            Self::Data => "数据核验",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Security => "Security",
            Self::Revocation => "Revocation",
            Self::Data => "Data",
        }
    }
}

/// How a step ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepResult {
    pub step: Step,
    /// None: not run, because an earlier step failed.
    pub passed: Option<bool>,
    pub reason: Option<Reason>,
    /// What was seen. No personal data.
    pub evidence: String,
    /// When the step ended, or was found not to be needed.
    pub at: Timestamp,
}

/// How the licence was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    File,
    Number,
    Token,
}

impl Way {
    /// Chinese words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::File => "上传文件",
            Self::Number => "证照编号",
            Self::Token => "二维码",
        }
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Number => "number",
            Self::Token => "token",
        }
    }
}

/// What anybody may be told of a licence [H-59].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    pub type_name: String,
    /// Hidden where it is derived from an identity number.
    pub licence_no: String,
    /// Masked for persons.
    pub holder: String,
    pub issuer: String,
    pub issue_date: Date,
    pub valid_to: Option<Date>,
    pub state: State,
    /// Every version in the library with the day it was issued, newest first.
    pub versions: Vec<(u32, Date)>,
}

/// The outcome.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verification {
    /// 核验编号: the number under which the log holds this verification [H-58].
    pub number: String,
    pub way: Way,
    pub valid: bool,
    pub steps: Vec<StepResult>,
    pub summary: Option<Summary>,
    /// What the copy that was shown is for.
    #[serde(default)]
    pub copy: Option<CopyNote>,
    /// The record of the document, when the file is one of the platform's notices.
    pub document: Option<notices::Record>,
    /// SM3 of the file that was judged, hexadecimal; none when no file was found.
    pub digest: Option<String>,
    /// The findings on the file.
    pub verdict: Option<Verdict>,
    pub at: Timestamp,
}

impl Verification {
    /// The failure that stopped the verification.
    pub fn failure(&self) -> Option<&StepResult> {
        self.steps.iter().find(|s| s.passed == Some(false))
    }
}

pub(super) struct Run {
    clock: Arc<dyn Clock>,
    pub(super) steps: Vec<StepResult>,
}

impl Run {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self {
            clock: Arc::clone(&ctx.clock),
            steps: Vec::new(),
        }
    }

    pub(super) fn failed(&self) -> bool {
        self.steps.iter().any(|s| s.passed == Some(false))
    }

    /// Records a step; after a failure every further one counts as not run.
    pub(super) fn record(&mut self, step: Step, outcome: Result<String, (Reason, String)>) {
        let result = if self.failed() {
            (None, None, String::new())
        } else {
            match outcome {
                Ok(evidence) => (Some(true), None, evidence),
                Err((reason, evidence)) => (Some(false), Some(reason), evidence),
            }
        };
        let (passed, reason, evidence) = result;
        self.steps.push(StepResult {
            step,
            passed,
            reason,
            evidence,
            at: self.clock.now(),
        });
    }

    pub(super) fn skip(&mut self, step: Step) {
        self.steps.push(StepResult {
            step,
            passed: None,
            reason: None,
            evidence: String::new(),
            at: self.clock.now(),
        });
    }
}
