//! How collecting fails, in words.

use journal::JournalError;
use kernel::{Denied, Problem};
use licences::LicenceError;
use scans::ScanError;
use store::StoreError;
use tables::TableError;

use crate::work::WorkKind;

/// Why something was not collected, checked or made.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such batch or row")]
    NotFound,
    #[error("changed meanwhile")]
    Stale,
    /// The work was paused, stopped or taken over.
    #[error("interrupted")]
    Interrupted,
    #[error("not possible now")]
    WrongState,
    /// Something is being done to the batch.
    #[error("{0} is on its way")]
    Working(WorkKind),
    #[error("the same file is here already")]
    SameFile,
    /// 双人校验: who collected or edited does not check.
    #[error("one person may not do both")]
    SamePerson,
    #[error("nothing to do")]
    Nothing,
    #[error("{0}: {1}")]
    Field(&'static str, String),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("facts: {0}")]
    Facts(String),
    #[error(transparent)]
    Licence(#[from] LicenceError),
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

impl CollectionError {
    pub(crate) fn other(problem: impl Into<Problem>) -> Self {
        Self::Other(problem.into())
    }

    /// Whether it is nothing that a person could mend: others were in the way, or the database was
    /// away for a moment.
    pub(crate) fn passes(&self) -> bool {
        use seals::SealError;
        matches!(
            self,
            Self::Stale
                | Self::Store(_)
                | Self::Journal(JournalError::Store(_))
                | Self::Licence(
                    LicenceError::Store(_)
                        | LicenceError::Journal(JournalError::Store(_))
                        | LicenceError::Seal(
                            SealError::Store(_) | SealError::Journal(JournalError::Store(_))
                        )
                )
        )
    }

    /// Whether files or data of the platform are broken: nobody who sends anything can mend it.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Data(_)
                | Self::Blob(_)
                | Self::Licence(LicenceError::Data(_) | LicenceError::Blob(_))
        )
    }

    pub(crate) fn data(why: impl std::fmt::Display) -> Self {
        Self::Data(why.to_string())
    }
}

impl From<licences::IllegalMove> for CollectionError {
    fn from(error: licences::IllegalMove) -> Self {
        Self::Licence(error.into())
    }
}

impl From<serde_json::Error> for CollectionError {
    fn from(error: serde_json::Error) -> Self {
        Self::Data(error.to_string())
    }
}

impl From<CollectionError> for Problem {
    fn from(error: CollectionError) -> Self {
        use CollectionError as E;
        match error {
            E::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有采集这些证照的权限",
                "You may not collect these licences",
            ),
            E::NotFound => Problem::not_found("没有找到这条采集记录", "No such batch or row"),
            E::Stale | E::Interrupted => Problem::conflict(
                "stale",
                "记录刚刚被他人处理过，请刷新后再办",
                "It was changed meanwhile",
            ),
            E::WrongState => Problem::conflict(
                "wrong_state",
                "批次当前的状态不能办理此操作",
                "The batch is not in a state for this",
            ),
            E::Working(kind) => Problem::conflict(
                "working",
                format!("本批次正在{}，请等它完成或者先停止", kind.zh()),
                format!("The batch is busy ({}): wait or stop it first", kind.en()),
            ),
            E::SameFile => Problem::conflict(
                "same_file",
                "同一个文件已经上传过，请在列表中打开那个批次",
                "The same file was uploaded before: open that batch",
            ),
            E::SamePerson => Problem::conflict(
                "same_person",
                "须由采集人、补录人以外的人员校验",
                "Another person than who collected or completed it checks it",
            ),
            E::Nothing => {
                Problem::conflict("nothing", "没有待办理的记录", "There is nothing left to do")
            }
            E::Field(name, why) => {
                Problem::invalid("field", format!("{name}：{why}"), format!("{name}: {why}"))
            }
            E::Table(error) => {
                let en = error.en();
                Problem::new("table", 422, error.to_string(), en)
            }
            E::Scan(error) => scan(error),
            E::Facts(why) => Problem::new("facts", 422, why.clone(), why),
            E::Licence(error) => error.into(),
            E::Other(problem) => problem,
            E::Store(StoreError::Conflict)
            | E::Journal(JournalError::Store(StoreError::Conflict | StoreError::Duplicate)) => {
                Problem::conflict(
                    "busy",
                    "同时办理的人较多，请再试一次",
                    "Too many at once, please try again",
                )
            }
            E::Store(_) | E::Journal(_) | E::Blob(_) | E::Data(_) => Problem::internal(),
        }
    }
}

/// What somebody typed, without blanks around it: it must be there and is no longer than `most`.
pub(crate) fn filled(
    name: &'static str,
    text: &str,
    most: usize,
) -> Result<String, CollectionError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(CollectionError::Field(name, "请填写".into())),
        n if n > most => Err(CollectionError::Field(name, format!("最多{most}字"))),
        _ => Ok(text.to_owned()),
    }
}

/// Why a file of scans gives no pages, in words.
fn scan(error: ScanError) -> Problem {
    use ScanError as S;
    let zh = match &error {
        S::Format => "只能上传 PDF、TIFF、JPEG、PNG 文件".to_owned(),
        S::Broken { page, .. } => format!("第{page}页无法读取，文件可能已损坏，请重新扫描"),
        S::Locked => "文件有密码，请先取消密码再上传".to_owned(),
        S::NoPicture { page } => format!("第{page}页不是扫描图像，请上传扫描得到的文件"),
        S::Large {
            page,
            width,
            height,
        } => format!("第{page}页有{width}×{height}像素，请用不高于600dpi的分辨率重新扫描"),
        S::Pages { most } => format!("一个文件最多{most}页，请分成几个文件"),
        S::Taker(why) => why.clone(),
    };
    Problem::new("scan", 422, zh, error.to_string())
}
