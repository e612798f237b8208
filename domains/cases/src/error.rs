//! How cases fail, in words a clerk understands.

use kernel::{Denied, Problem};

use crate::state::IllegalMove;

/// Why an act on a case was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such case")]
    NotFound,
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    #[error("the case was changed by somebody else meanwhile")]
    Stale,
    #[error("the item cannot be applied for: {0}")]
    ItemClosed(String),
    #[error("the form has {} errors", .0.len())]
    Form(Vec<(String, String, String)>),
    #[error("materials are missing")]
    Materials(Vec<String>),
    #[error("{0}")]
    Input(&'static str, String, String),
    #[error("not possible here: {0}")]
    Rule(&'static str, String, String),
    #[error("not allowed at this post: {0}")]
    Post(String),
    #[error("flow: {0}")]
    Flow(#[from] flow::FlowError),
    #[error("calendar: {0}")]
    Calendar(#[from] calendar::CalendarError),
    #[error("clock: {0}")]
    Clock(#[from] calendar::ClockError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    #[error("{0:?}")]
    Other(Problem),
    #[error("stored data cannot be read: {0}")]
    Data(String),
}

impl CaseError {
    /// A refused input, with its code and words.
    pub(crate) fn input(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Input(code, zh.into(), en.into())
    }

    /// A rule that stands against the act.
    pub(crate) fn rule(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Rule(code, zh.into(), en.into())
    }

    /// An error of a domain that came earlier, in that domain's own words.
    pub(crate) fn other(problem: impl Into<Problem>) -> Self {
        Self::Other(problem.into())
    }
}

impl From<serde_json::Error> for CaseError {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(error.to_string())
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有办理此项操作的权限",
                "You may not do this",
            ),
            CaseError::NotFound => Problem::not_found("没有找到这个办件", "No such case"),
            CaseError::Illegal(e) => {
                let state = e.from.map_or("未开始", |s| s.zh());
                Problem::conflict(
                    "wrong_state",
                    format!(
                        "办件当前为“{state}”，不能进行“{}”，请刷新页面查看最新状态",
                        e.event.zh()
                    ),
                    format!("The case is in another state: {e}"),
                )
            }
            CaseError::Stale => Problem::conflict(
                "stale",
                "办件刚刚被他人处理过，请刷新后再办",
                "Somebody else has just worked on the case; reload and try again",
            ),
            CaseError::ItemClosed(why) => Problem::conflict(
                "item_closed",
                format!("本事项目前不能申请：{why}"),
                format!("This item cannot be applied for: {why}"),
            ),
            CaseError::Form(fields) => {
                let (field, zh, en) = fields.into_iter().next().unwrap_or_default();
                Problem::new("form_invalid", 422, zh, en).at(field)
            }
            CaseError::Materials(names) => Problem::new(
                "materials_missing",
                422,
                format!("还缺少材料：{}", names.join("、")),
                format!("Materials are missing: {}", names.join(", ")),
            ),
            CaseError::Input(code, zh, en) => Problem::new(code, 422, zh, en),
            CaseError::Rule(code, zh, en) => Problem::conflict(code, zh, en),
            CaseError::Post(why) => Problem::new(
                "not_your_post",
                403,
                why,
                "You are not on duty at this post",
            ),
            CaseError::Flow(e) => {
                let words = e.to_string();
                let (zh, en) = words.split_once(" / ").unwrap_or((&words, &words));
                Problem::conflict("flow", zh, en)
            }
            CaseError::Calendar(e) => Problem::conflict(
                "calendar",
                format!("工作日历不全，请联系管理员：{e}"),
                format!("The working-day calendar is incomplete: {e}"),
            ),
            CaseError::Clock(e) => {
                Problem::conflict("clock", format!("计时记录有误：{e}"), e.to_string())
            }
            CaseError::Store(store::StoreError::Conflict) => Problem::conflict(
                "busy",
                "同时办理的人较多，请再试一次",
                "Too many at once, please try again",
            ),
            CaseError::Other(problem) => problem,
            CaseError::Store(_) | CaseError::Journal(_) | CaseError::Data(_) => Problem::internal(),
        }
    }
}
