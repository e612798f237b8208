//! How messages fail.

use kernel::{Denied, Problem};

/// Why a message could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
    #[error("stored message cannot be read: {0}")]
    Data(String),
    #[error("the SMS gateway refused: {0}")]
    Gateway(String),
}

impl From<MessageError> for Problem {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有查看消息的权限",
                "You may not read messages",
            ),
            MessageError::Gateway(_) => Problem::new(
                "sms_unavailable",
                503,
                "短信暂时发送不出去，请稍后再试",
                "SMS cannot be sent at the moment, please try later",
            ),
            _ => Problem::internal(),
        }
    }
}
