//! What the journal learns of cases. No personal data.

use journal::Event;
use serde::{Deserialize, Serialize};

/// A case was begun, moved or worked on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseMoved {
    pub case_id: String,
    pub case_no: Option<String>,
    pub item_id: String,
    pub item_version: u32,
    pub agency: String,
    pub region: String,
    pub owner: String,
    /// Account of the person who acts for the owner.
    pub person: String,
    /// Code of the event in the table of states.
    pub event: String,
    pub from: Option<String>,
    pub to: String,
    pub post: Option<String>,
    pub due_at: Option<String>,
    /// When the applicant's time is over.
    #[serde(default)]
    pub deadline: Option<String>,
    pub visits: u32,
}

impl Event for CaseMoved {
    const KIND: &'static str = "case.moved";
}

/// More visits than the mode allows [D-02].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VisitsExceeded {
    pub case_id: String,
    pub case_no: Option<String>,
    pub item_id: String,
    pub agency: String,
    pub visits: u32,
    pub max_visits: u32,
}

impl Event for VisitsExceeded {
    const KIND: &'static str = "case.visits_exceeded";
}

/// A case is completed, and a day later its licence is not in the library [H-82].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceMissing {
    pub case_id: String,
    pub case_no: Option<String>,
    pub item_id: String,
    pub agency: String,
}

impl Event for LicenceMissing {
    const KIND: &'static str = "case.licence_missing";
}

/// Somebody unmasked personal data of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseRevealed {
    pub case_id: String,
    pub case_no: Option<String>,
}

impl Event for CaseRevealed {
    const KIND: &'static str = "case.revealed";
}
