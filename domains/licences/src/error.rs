//! How licences fail, in words.

use journal::JournalError;
use kernel::{Denied, Problem};
use store::StoreError;

use crate::ask::RequestKind;
use crate::state::{IllegalMove, State};
use crate::template::IllegalTemplateMove;

/// Why a licence was not issued, found, cited or changed.
#[derive(Debug, thiserror::Error)]
pub enum LicenceError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such licence")]
    NotFound,
    #[error("no licence type {0}")]
    UnknownType(String),
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// A move that versions of types do not have.
    #[error(transparent)]
    IllegalTemplate(#[from] IllegalTemplateMove),
    /// No licences of this type are issued any more.
    #[error("the type {0} is stopped")]
    Stopped(String),
    /// Why a type stays.
    #[error("the type cannot be deleted: {0}")]
    NotDeletable(&'static str),
    #[error("no such version of a type")]
    NoTemplate,
    /// A type of this code is there already.
    #[error("the type {0} exists")]
    TypeExists(String),
    /// Another version is being worked on.
    #[error("a version is open already")]
    OpenVersion,
    #[error("changed meanwhile")]
    Stale,
    /// 双人复核: who proposed a correction does not approve it.
    #[error("one person may not do both")]
    SamePerson,
    /// No agency answers for this platform's verifications.
    #[error("no operator is configured")]
    NoOperator,
    #[error("not citable: {}", .0.code())]
    NotCitable(State),
    /// A holder's request that the state does not allow.
    #[error("not to be asked of a licence that is {}", .0.code())]
    NotAskable(State, RequestKind),
    #[error("the copy is over")]
    CopyOver,
    #[error("asked already")]
    AskedAlready,
    #[error("the number is taken")]
    NumberTaken,
    #[error("numbering: {0}")]
    Numbering(String),
    #[error("field {0}")]
    Field(String, String),
    #[error("type file: {0}")]
    TypeFile(String),
    #[error("drawing: {0}")]
    Paper(#[from] paper::Error),
    #[error("OFD: {0}")]
    Ofd(#[from] ofd::Error),
    #[error("seal: {0}")]
    Seal(#[from] seals::SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Blob(#[from] blobs::BlobError),
    #[error("{0:?}")]
    Other(Problem),
    #[error("stored data cannot be read: {0}")]
    Data(String),
}

impl LicenceError {
    pub(crate) fn other(problem: impl Into<Problem>) -> Self {
        Self::Other(problem.into())
    }
}

impl From<serde_json::Error> for LicenceError {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(error.to_string())
    }
}

impl From<LicenceError> for Problem {
    fn from(error: LicenceError) -> Self {
        match error {
            LicenceError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有使用证照库的权限",
                "You may not do this",
            ),
            LicenceError::NotFound => Problem::not_found("没有找到这份证照", "No such licence"),
            LicenceError::NoOperator => Problem::conflict(
                "no_operator",
                "平台尚未指定出具核验报告的机构",
                "No agency is named that seals verification reports",
            ),
            LicenceError::UnknownType(code) => Problem::not_found(
                format!("没有证照类型“{code}”"),
                format!("No licence type {code}"),
            ),
            LicenceError::Illegal(e) => Problem::conflict(
                "wrong_state",
                format!(
                    "证照当前为“{}”，不能{}",
                    e.from.map_or("新建", State::zh),
                    e.event.zh()
                ),
                e.to_string(),
            ),
            LicenceError::IllegalTemplate(e) => Problem::conflict(
                "wrong_state",
                format!("该版本当前为“{}”，不能{}", e.from.zh(), e.event.zh()),
                e.to_string(),
            ),
            LicenceError::Stopped(name) => Problem::conflict(
                "type_stopped",
                format!("证照类型“{name}”已停用，不再签发"),
                format!("{name} is not issued any more"),
            ),
            LicenceError::NotDeletable(why) => Problem::conflict(
                "not_deletable",
                format!("不能删除：{why}"),
                "Only a stopped type of which no licence was made can be deleted",
            ),
            LicenceError::NoTemplate => {
                Problem::not_found("没有这个证照类型版本", "No such version of a licence type")
            }
            LicenceError::TypeExists(code) => Problem::conflict(
                "type_exists",
                format!("简码或代码“{code}”已有证照类型使用"),
                format!("{code} is a licence type already"),
            ),
            LicenceError::OpenVersion => Problem::conflict(
                "version_open",
                "这个证照类型已有一个版本正在编制或待审核",
                "A version of this type is a draft or in review already",
            ),
            LicenceError::Stale => Problem::conflict(
                "stale",
                "证照刚刚被他人处理过，请刷新后再办",
                "The licence was changed meanwhile",
            ),
            LicenceError::SamePerson => Problem::conflict(
                "same_person",
                "须由提出人以外的人员复核",
                "It is approved by another person than who proposed it",
            ),
            LicenceError::NotCitable(state) => Problem::conflict(
                "not_citable",
                format!("证照为“{}”，不能引用", state.zh()),
                format!("A licence that is {} cannot be cited", state.code()),
            ),
            LicenceError::NotAskable(state, kind) => Problem::conflict(
                "not_askable",
                format!("证照为“{}”，不能申请{}", state.zh(), kind.zh()),
                format!(
                    "The licence is {}: you cannot ask to {}",
                    state.code(),
                    kind.en()
                ),
            ),
            LicenceError::CopyOver => Problem::conflict(
                "copy_over",
                "加注件已过使用期限或者已收回",
                "The copy is over or was ended",
            ),
            LicenceError::AskedAlready => Problem::conflict(
                "asked_already",
                "同样的申请正在等待答复，不必重复提交",
                "The same request waits for its answer already",
            ),
            LicenceError::NumberTaken => Problem::conflict(
                "number_taken",
                "证照编号重复，请重新办理",
                "The licence number is taken",
            ),
            LicenceError::Numbering(why) => Problem::new(
                "numbering",
                422,
                format!("无法编制证照编号：{why}"),
                format!("The licence number cannot be made: {why}"),
            ),
            LicenceError::Field(name, why) => Problem::new(
                "face_field",
                422,
                format!("照面信息“{name}”有误：{why}"),
                format!("Face field {name}: {why}"),
            ),
            LicenceError::Paper(error) => Problem::new(
                "cannot_draw",
                422,
                format!("证照无法排版：{}", error.zh()),
                error.to_string(),
            ),
            LicenceError::Seal(error) => error.into(),
            LicenceError::Other(problem) => problem,
            LicenceError::TypeFile(why) => {
                Problem::new("type_file", 422, format!("证照类型有误：{why}"), why)
            }
            LicenceError::Store(StoreError::Conflict)
            | LicenceError::Journal(JournalError::Store(
                StoreError::Conflict | StoreError::Duplicate,
            )) => Problem::conflict(
                "busy",
                "同时办理的人较多，请再试一次",
                "Too many at once, please try again",
            ),
            LicenceError::Ofd(_)
            | LicenceError::Store(_)
            | LicenceError::Journal(_)
            | LicenceError::Blob(_)
            | LicenceError::Data(_) => Problem::internal(),
        }
    }
}
