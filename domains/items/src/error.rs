//! How this domain fails.

use kernel::{Denied, Problem};

use crate::fault::Fault;
use crate::state::IllegalMove;

/// A failure of the item library.
#[derive(Debug, thiserror::Error)]
pub enum ItemsError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no such item or version")]
    NotFound,
    #[error(transparent)]
    IllegalMove(#[from] IllegalMove),
    /// Somebody else changed the item in the meantime.
    #[error("the item was changed in the meantime")]
    Stale,
    /// A field of the request cannot be used.
    #[error("{zh}")]
    Invalid {
        field: &'static str,
        zh: &'static str,
        en: &'static str,
    },
    /// A stored version does not read back.
    #[error("version {version} of item {item_id} cannot be read: {}",
        faults.first().map_or("", |f| f.en.as_str()))]
    Content {
        item_id: String,
        version: u32,
        faults: Vec<Fault>,
    },
    #[error("a stored row cannot be read: {0}")]
    Data(String),
    #[error(transparent)]
    Agencies(#[from] agencies::AgenciesError),
    #[error(transparent)]
    Text(#[from] text::TextError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Journal(#[from] journal::JournalError),
}

impl From<ItemsError> for Problem {
    fn from(error: ItemsError) -> Self {
        match error {
            ItemsError::Denied(_) => Problem::new(
                "denied",
                403,
                "您没有办理此事的权限",
                "You are not permitted to do this",
            ),
            ItemsError::NotFound => {
                Problem::not_found("没有这个事项或版本", "There is no such item or version")
            }
            ItemsError::IllegalMove(m) => {
                let from = m.from.map_or("Not yet made", crate::State::en);
                Problem::conflict(
                    "wrong_state",
                    format!(
                        "事项为“{}”，不能{}",
                        m.from.map_or("未建立", crate::State::zh),
                        m.event.zh()
                    ),
                    format!("The item's state ({from}) does not allow this"),
                )
            }
            ItemsError::Stale => Problem::conflict(
                "stale",
                "事项已被他人修改，请刷新后重试",
                "The item was changed by somebody else, please reload",
            ),
            ItemsError::Invalid { field, zh, en } => {
                Problem::invalid("item_invalid", zh, en).at(field)
            }
            ItemsError::Agencies(error) => error.into(),
            error @ (ItemsError::Content { .. }
            | ItemsError::Data(_)
            | ItemsError::Text(_)
            | ItemsError::Store(_)
            | ItemsError::Journal(_)) => {
                tracing::error!(%error, "items");
                Problem::internal()
            }
        }
    }
}
