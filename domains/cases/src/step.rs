//! 办理环节: the record that every act leaves [K-42].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Event, State};

/// One step's record.
#[derive(Clone, Debug)]
pub struct StepRecord {
    pub open: StepOpen,
    pub private: StepPrivate,
}

/// What anybody who may see the case's progress may read [B-35].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepOpen {
    pub seq: i64,
    pub event: Event,
    pub from: Option<State>,
    pub to: State,
    /// The step's name in words.
    pub name: String,
    pub post: Option<String>,
    pub agency: String,
    /// The post's officer number; the name is private.
    pub staff_no: String,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
}

/// What only the applicant and staff read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StepPrivate {
    pub officer: String,
    pub officer_name: String,
    pub opinion: String,
    /// To whom a task was handed: name and officer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<String>,
}
