//! Parts of an item, in the shapes of the implementation list.

use conditions::{Answers, Condition};
use serde::{Deserialize, Serialize};

/// 设定依据: element 5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalBasis {
    pub law: String,
    pub document_no: String,
    pub clause: String,
    pub text: String,
    /// `summary` or `original`.
    #[serde(default)]
    pub text_kind: String,
    /// Whether a legal department has compared the clause with the text in force.
    #[serde(default)]
    pub clause_confirmed: bool,
}

/// An agency as an item names it: elements 7 and 30.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgRef {
    pub agency_code: String,
    pub uscc: String,
    pub name: String,
}

/// 结果样本: element 11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSample {
    /// Path of the picture or file.
    pub file: String,
    /// `svg`, `png`, `jpg`, `pdf`, `ofd`.
    pub format: String,
    /// Personal data are hidden [B-24].
    pub desensitised: bool,
}

/// 收费标准: one line of element 12.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    #[serde(rename = "fee_name")]
    pub name: String,
    /// Amount as set, `20.00`.
    pub standard: String,
    /// `元/证`.
    pub unit: String,
    #[serde(default)]
    pub reduction_allowed: bool,
    #[serde(default)]
    pub reduction_basis: Option<String>,
    pub step: FeeStep,
}

/// 缴费位置: before which step a fee is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeStep {
    BeforeAcceptance,
    BeforeDecision,
    AfterDecision,
    BeforeHandOver,
}

impl FeeStep {
    pub fn zh(self) -> &'static str {
        match self {
            Self::BeforeAcceptance => "受理前缴费",
            Self::BeforeDecision => "决定前缴费",
            Self::AfterDecision => "决定后缴费",
            Self::BeforeHandOver => "领取前缴费",
        }
    }
}

/// 决定文书: what tells of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionDocument {
    /// A document of its own.
    Document,
    /// The licence is the decision.
    LicenceIsDecision,
    /// None: registration as a public service, or the parent of several items.
    None,
}

/// 网上办理方式: one of the three online modes [D-01].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 原件预审.
    PreReview,
    /// 原件核验.
    Verification,
    /// 全程网办.
    FullyOnline,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::PreReview, Mode::Verification, Mode::FullyOnline];

    pub fn code(self) -> &'static str {
        match self {
            Self::PreReview => "pre_review",
            Self::Verification => "verification",
            Self::FullyOnline => "fully_online",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::PreReview => "原件预审",
            Self::Verification => "原件核验",
            Self::FullyOnline => "全程网办",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::PreReview => "Pre-review of originals",
            Self::Verification => "Verification of originals",
            Self::FullyOnline => "Fully online",
        }
    }

    /// The most visits the mode allows.
    pub fn most_visits(self) -> u32 {
        match self {
            Self::PreReview => 2,
            Self::Verification => 1,
            Self::FullyOnline => 0,
        }
    }
}

/// 办理地点: one place of element 22.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub hall_code: String,
    pub hall_name: String,
    pub address: String,
    pub window: String,
}

/// 运行系统: element 35.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningSystem {
    pub name: String,
    pub level: String,
    /// `platform` or `external`.
    pub kind: String,
}

/// 常见问题: one of element 36.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faq {
    pub question: String,
    pub answer: String,
}

/// 办理项: split from the item by an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandlingItem {
    #[serde(rename = "handling_item_code")]
    pub code: String,
    #[serde(rename = "handling_item_name")]
    pub name: String,
    /// The answers that lead to it.
    #[serde(default)]
    pub situation_answers: Answers,
}

/// 情形: a condition with its materials [C-16].
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Situation {
    #[serde(rename = "situation_code")]
    pub code: String,
    #[serde(rename = "situation_name")]
    pub name: String,
    #[serde(rename = "conditions")]
    pub condition: Condition,
    pub material_codes: Vec<String>,
}

/// 特别程序 that an item may need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialProcedure {
    pub procedure_name: String,
    /// 1 extension, 2 others, such as tests and expert review.
    pub procedure_type: String,
    /// `extension`, `testing`, `expert_review`, `appraisal`, …
    pub kind: String,
    pub planned_days: u32,
    pub unit: calendar::Unit,
    /// Its time does not count towards the limit.
    pub excluded_from_limit: bool,
    pub basis: String,
}
