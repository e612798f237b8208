//! How this domain fails.

use kernel::{Denied, Problem};

/// A failure of the registers.
#[derive(Debug, thiserror::Error)]
pub enum RegistersError {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A record lacks a field that every record of its register has, or a number is wrong. Names
    /// the record's own reference, never the number.
    #[error("record {record}: {field} is missing or wrong")]
    Record { record: String, field: &'static str },
    #[error("no file store is at hand")]
    NoBlobs,
    #[error(transparent)]
    Blob(#[from] blobs::BlobError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// A stored record cannot be read.
    #[error("a stored record cannot be read: {0}")]
    Stored(String),
}

impl From<RegistersError> for Problem {
    fn from(error: RegistersError) -> Self {
        match error {
            RegistersError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有办理此事的权限",
                "You are not permitted to do this",
            ),
            RegistersError::Record { record, field } => Problem::invalid(
                "register_record_invalid",
                format!("基础库记录{record}的{field}缺失或有误"),
                format!("The register record {record} lacks a correct {field}"),
            )
            .at(field),
            other => {
                tracing::error!(error = %other, "registers");
                Problem::internal()
            }
        }
    }
}
