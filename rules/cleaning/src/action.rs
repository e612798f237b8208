//! What is done with a row.

use serde::{Deserialize, Serialize};

/// 处理方式. The order is that of weight: the heaviest finding of a row decides.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 保留.
    #[default]
    Keep,
    /// 更正.
    Correct,
    /// 合并.
    Merge,
    /// 退回来源单位.
    ReturnToSource,
    /// 剔除.
    Drop,
}

impl Action {
    pub const ALL: [Self; 5] = [
        Self::Keep,
        Self::Correct,
        Self::Merge,
        Self::ReturnToSource,
        Self::Drop,
    ];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Correct => "correct",
            Self::Merge => "merge",
            Self::ReturnToSource => "return_to_source",
            Self::Drop => "drop",
        }
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::Keep => "保留",
            Self::Correct => "更正",
            Self::Merge => "合并",
            Self::ReturnToSource => "退回",
            Self::Drop => "剔除",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Correct => "correct",
            Self::Merge => "merge",
            Self::ReturnToSource => "return to source",
            Self::Drop => "drop",
        }
    }

    /// Whether the row enters the library as a licence of its own.
    pub fn stays(self) -> bool {
        matches!(self, Self::Keep | Self::Correct)
    }
}
