//! Rows of lists.

use cases::CaseRow;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::view_parts::ClockView;

/// A case in a list.
#[derive(Serialize, ToSchema)]
pub struct CaseRowView {
    /// For addresses.
    id: String,
    /// 办件编号; a draft has none.
    case_no: Option<String>,
    item_id: String,
    item_name: String,
    state: &'static str,
    state_name: &'static str,
    agency: String,
    clock: Option<ClockView>,
    updated_at: Timestamp,
    submitted_at: Option<Timestamp>,
    /// When the applicant's time is over.
    deadline: Option<Timestamp>,
    /// Masked.
    applicant: String,
    /// The open post, in lists of tasks.
    post: Option<String>,
    step: Option<String>,
    /// What the clock of that post shows.
    task_clock: Option<ClockView>,
    /// Who claimed the task, by user name.
    holder: Option<String>,
}

impl From<CaseRow> for CaseRowView {
    fn from(row: CaseRow) -> Self {
        let task = row.task;
        Self {
            id: row.case_id,
            case_no: row.case_no,
            item_id: row.item_id,
            item_name: row.item_name,
            state: row.state.code(),
            state_name: row.state.zh(),
            agency: row.agency,
            clock: row.reading.map(ClockView::of),
            updated_at: row.updated_at,
            submitted_at: row.submitted_at,
            deadline: row.deadline,
            applicant: row.applicant,
            post: task.as_ref().map(|t| t.post.clone()),
            step: task.as_ref().map(|t| t.step.clone()),
            task_clock: task.as_ref().and_then(|t| t.reading).map(ClockView::of),
            holder: task.and_then(|t| t.holder),
        }
    }
}
