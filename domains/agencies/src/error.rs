//! How this domain fails.

use kernel::{Denied, Problem};

/// A failure of the directory.
#[derive(Debug, thiserror::Error)]
pub enum AgenciesError {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// An entry contradicts itself or another one.
    #[error("{what}: {zh}")]
    Invalid {
        what: String,
        zh: String,
        en: String,
    },
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    /// A stored entry cannot be read.
    #[error("a stored directory entry cannot be read: {0}")]
    Entry(String),
}

impl AgenciesError {
    pub(crate) fn invalid(
        what: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            what: what.into(),
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl From<AgenciesError> for Problem {
    fn from(error: AgenciesError) -> Self {
        match error {
            AgenciesError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有办理此事的权限",
                "You are not permitted to do this",
            ),
            AgenciesError::Invalid { what, zh, en } => {
                Problem::invalid("directory_invalid", zh, en).at(what)
            }
            AgenciesError::Store(_) | AgenciesError::Journal(_) | AgenciesError::Entry(_) => {
                tracing::error!(%error, "directory");
                Problem::internal()
            }
        }
    }
}
