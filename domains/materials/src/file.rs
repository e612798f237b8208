//! A file of a user space.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::content::FileKind;
use crate::trust::TrustLevel;

/// The group it stands in [B-36]; licences pushed by agencies are the wallet's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// A licence, as a picture or file of the user.
    Licence,
    /// 第三方报告.
    Report,
    /// 自制信息.
    SelfMade,
}

impl Group {
    /// The level a file of this group enters with [B-39, B-43].
    pub(crate) fn entry_level(self) -> TrustLevel {
        match self {
            Self::Licence => TrustLevel::C,
            Self::Report | Self::SelfMade => TrustLevel::D,
        }
    }
}

/// A file as lists show it.
#[derive(Clone, Debug)]
pub struct FileCard {
    pub file_key: String,
    pub owner: String,
    pub name: String,
    pub group: Group,
    pub kind: FileKind,
    /// Code of the trust level.
    pub trust: String,
    /// The note that stands on it.
    pub note: String,
    pub bytes: u64,
    pub at: Timestamp,
    pub valid_to: Option<Date>,
}

/// The private part, stored encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub name: String,
    pub group: Group,
    /// Who checked it, when, for which case [B-41].
    pub checked: Option<Checked>,
}

/// 与原件核对.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub officer: String,
    pub at: Timestamp,
    pub case_no: String,
}
