//! The flow of an item as its implementation list holds it (element 15).

use calendar::Unit;
use conditions::{Answers, Condition};
use serde::{Deserialize, Serialize};

use crate::{Method, Span};

/// 办理流程: the outward steps, the internal posts and the review methods.
///
/// Reads `elements.flow`. Reading checks shapes only; [`Definition::validate`] checks that the
/// flow can be followed to its end.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Definition {
    /// What the applicant sees [C-33].
    pub outward: Vec<OutwardStep>,
    /// Code of the first post.
    pub start: String,
    #[serde(rename = "internal_posts")]
    pub posts: Vec<Post>,
    /// The longest path as the list declares it; validation compares it with the sum.
    #[serde(default)]
    pub longest_path_limit: Option<Span>,
    pub methods: Vec<Method>,
    /// What an inspection, testing, quarantine or appraisal result shows is whether equipment,
    /// facilities, products or goods meet technical standards, so that the reviewer decides on it
    /// [C-42]. An item has to say so: an appraisal of a person shows nothing of the kind.
    #[serde(default)]
    pub standards_shown: bool,
    /// Steps a later post may send the case back to.
    #[serde(default)]
    pub return_to: Vec<Step>,
}

/// 岗位: one internal post.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Post {
    #[serde(rename = "post_code")]
    pub code: String,
    pub step: Step,
    #[serde(rename = "post_name")]
    pub name: String,
    /// The role an officer needs, and is not enough: the officer must be listed too.
    pub role: String,
    pub duty: String,
    #[serde(rename = "limit_value")]
    pub limit: Span,
    pub limit_unit: Unit,
    /// Minutes of office hours, for the posts of immediate cases.
    #[serde(default)]
    pub limit_minutes: Option<u32>,
    /// Whether the post's time counts towards the promised limit.
    pub counted: bool,
    #[serde(rename = "staff_usernames")]
    pub staff: Vec<String>,
    /// 会签: how many different officers must sign before the post can be completed.
    pub countersign: u32,
    /// 用印: who seals the decision beside the deciding agency; at decisions only.
    #[serde(default)]
    pub seals: DecisionSeals,
    /// All routes that hold are entered at once; otherwise the first that holds.
    pub parallel: bool,
    #[serde(default)]
    pub join: Option<Join>,
    /// Where the case goes next; empty at the end.
    pub next: Vec<Route>,
}

/// Who seals a written decision beside the agency that issues it [I-13].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionSeals {
    /// 个人名章: the officer who decides, with the personal name seal.
    #[serde(default)]
    pub officer: bool,
    /// 联合决定: codes of the agencies that decide together with it, in their order, each with its
    /// official seal.
    #[serde(default)]
    pub agencies: Vec<String>,
}

impl DecisionSeals {
    /// Only the deciding agency's own.
    pub fn is_plain(&self) -> bool {
        !self.officer && self.agencies.is_empty()
    }
}

/// 汇合: the post begins when every branch that was started and leads to it has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    All,
}

/// 去向: a post to go to and when.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Route {
    /// None always holds.
    pub when: Option<Condition>,
    pub to: String,
}

/// 环节: what a post is for the case as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 受理: pre-review, intake, acceptance.
    Accept,
    /// 审查: review of documents.
    Review,
    /// 现场核查.
    SiteCheck,
    /// 技术审查.
    TechnicalReview,
    /// 决定.
    Decide,
    /// 办结: completion and licence making.
    Complete,
    /// 送达: hand-over or courier.
    Deliver,
}

/// 外部流程 step: what faces the user [C-33].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OutwardStep {
    pub no: u32,
    #[serde(rename = "step_code")]
    pub code: String,
    #[serde(rename = "step_name")]
    pub name: String,
    pub actor: String,
    /// The limit in words.
    #[serde(default)]
    pub duration_text: String,
    #[serde(default)]
    pub note: String,
    /// Whether the applicant is told when it happens.
    #[serde(default)]
    pub pushed: bool,
}

impl Step {
    /// 环节名称.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accept => "受理",
            Self::Review => "审查",
            Self::SiteCheck => "现场核查",
            Self::TechnicalReview => "技术审查",
            Self::Decide => "决定",
            Self::Complete => "办结",
            Self::Deliver => "送达",
        }
    }

    /// The code it is written with.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Review => "review",
            Self::SiteCheck => "site_check",
            Self::TechnicalReview => "technical_review",
            Self::Decide => "decide",
            Self::Complete => "complete",
            Self::Deliver => "deliver",
        }
    }

    /// Whether officers give an opinion at it.
    pub fn is_review(self) -> bool {
        matches!(self, Self::Review | Self::SiteCheck | Self::TechnicalReview)
    }
}

impl Definition {
    /// The post with this code.
    pub fn post(&self, code: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.code == code)
    }
}

impl Post {
    /// Whether `who` is listed at the post.
    pub fn lists(&self, who: &str) -> bool {
        self.staff.iter().any(|listed| listed == who)
    }

    /// The posts the case goes to from here with these answers; the routes that hold, of which a
    /// post that is not parallel takes the first.
    pub fn taken<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a str> {
        let holds = |route: &&Route| route.when.as_ref().is_none_or(|when| when.holds(answers));
        let most = if self.parallel { usize::MAX } else { 1 };
        self.next
            .iter()
            .filter(holds)
            .take(most)
            .map(|route| route.to.as_str())
    }
}
