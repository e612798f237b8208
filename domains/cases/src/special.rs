//! 特别程序: hearing, testing, public notice and the like, and extensions [D-33, K-43].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One special procedure of a case.
#[derive(Clone, Debug)]
pub struct Special {
    pub open: SpecialOpen,
    pub private: SpecialPrivate,
}

/// The part without free text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SpecialOpen {
    pub no: i64,
    /// 1 extended approval, 2 other.
    pub type_code: String,
    pub kind: String,
    pub name: String,
    pub start: Timestamp,
    pub planned_days: u32,
    pub basis: String,
    pub end: Option<Timestamp>,
    pub agency: String,
    pub officer: String,
    pub approver: String,
}

/// Free text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SpecialPrivate {
    pub reason: String,
    pub result: String,
    pub opinion: String,
}
