//! How user spaces fail.

use kernel::{Denied, Problem};

/// Why a file was not taken, found or changed.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("no such file")]
    NotFound,
    #[error("executable")]
    Executable,
    #[error("broken or empty file")]
    Broken,
    #[error("kind not taken")]
    Kind,
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    #[error("the space is full")]
    Full { used: u64, limit: u64 },
    #[error("past its validity")]
    Expired,
    #[error("changed meanwhile")]
    Stale,
    #[error("the stamp could not be drawn: {0}")]
    Stamp(String),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    #[error(transparent)]
    Blob(#[from] blobs::BlobError),
    #[error("stored data cannot be read: {0}")]
    Data(String),
}

impl From<MaterialError> for Problem {
    fn from(error: MaterialError) -> Self {
        let invalid = |code, zh: &str, en: &str| Problem::new(code, 422, zh, en);
        let mb = |bytes: u64| bytes / 1_048_576;
        match error {
            MaterialError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有管理这份材料的权限",
                "Not your material",
            ),
            MaterialError::NotFound => Problem::not_found("没有找到这份材料", "No such material"),
            MaterialError::Executable => invalid(
                "executable",
                "不能上传程序文件，请上传PDF、OFD、JPG或PNG",
                "Programs are not taken; upload PDF, OFD, JPG or PNG",
            ),
            MaterialError::Broken => invalid(
                "broken_file",
                "文件是空的或已损坏，请重新扫描或导出后再上传",
                "The file is empty or broken",
            ),
            MaterialError::Kind => invalid(
                "file_kind",
                "只能上传PDF、OFD、JPG、PNG文件",
                "Only PDF, OFD, JPG and PNG files are taken",
            ),
            MaterialError::TooLarge(limit) => invalid(
                "too_large",
                &format!("文件超过{} MB，请压缩后再上传", mb(limit)),
                &format!("The file is larger than {} MB", mb(limit)),
            ),
            MaterialError::Full { used, limit } => Problem::conflict(
                "space_full",
                format!(
                    "您的空间已用{} MB，上限{} MB，请先删除不用的材料",
                    mb(used),
                    mb(limit)
                ),
                "Your space is full; delete what you no longer need",
            ),
            MaterialError::Expired => Problem::conflict(
                "expired",
                "这份材料已过有效期，不能用于新的申请",
                "The material is past its validity",
            ),
            MaterialError::Stale => Problem::conflict(
                "stale",
                "材料刚刚被处理过，请刷新",
                "The material was changed meanwhile",
            ),
            MaterialError::Stamp(_)
            | MaterialError::Store(_)
            | MaterialError::Journal(_)
            | MaterialError::Blob(_)
            | MaterialError::Data(_) => Problem::internal(),
        }
    }
}
