//! Lists, each with the scope in its SQL and an index under it.

use jiff::Timestamp;
use kernel::PageRequest;
use store::lists::Ordered;
use store::{Run, Value, args};

use super::Sealed;
use crate::error::CaseError;

pub(super) const COLUMNS: &str =
    "r.case_id, r.rev, r.state, r.updated_at, r.deadline, r.data, r.private";

/// Cases of one account, of all items or of these only, newest first.
pub(crate) async fn of_owner(
    run: &mut impl Run,
    owner: &str,
    items: Option<&[String]>,
    page: PageRequest,
) -> Result<(Vec<Sealed>, u64), CaseError> {
    let mut values: Vec<Value> = args![owner];
    let mut only = String::new();
    if let Some(items) = items {
        only = format!(" AND item_id IN ({})", vec!["?"; items.len()].join(", "));
        values.extend(items.iter().map(|i| Value::from(i.as_str())));
    }
    let total = run
        .count(
            &format!("SELECT count(*) FROM case_record WHERE owner = ?{only}"),
            values.clone(),
        )
        .await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM case_record r WHERE r.owner = ?{only} \
         ORDER BY r.updated_at DESC LIMIT ? OFFSET ?"
    );
    values.extend(args![page.size, page.offset()]);
    let rows = run.rows(&sql, values).await?;
    let rows: Result<_, _> = rows.iter().map(|r| Sealed::from_row(r, 0)).collect();
    Ok((rows?, total))
}

/// Drafts of one account for one item.
pub(crate) async fn drafts_of(
    run: &mut impl Run,
    owner: &str,
    item_id: &str,
) -> Result<Vec<Sealed>, CaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM case_record r WHERE r.owner = ? AND r.state = 'DRAFT' \
         AND r.item_id = ? ORDER BY r.updated_at DESC LIMIT 10"
    );
    run.rows(&sql, args![owner, item_id])
        .await?
        .iter()
        .map(|r| Sealed::from_row(r, 0))
        .collect()
}

/// An officer's open tasks with their posts, soonest due first; cases without a due date last. The
/// page is chosen among the tasks alone: the cases are wide.
pub(crate) async fn tasks_of(
    run: &mut impl Run,
    username: &str,
    steps: &[&str],
    page: PageRequest,
) -> Result<(Vec<(Sealed, String)>, u64), CaseError> {
    let marks = vec!["?"; steps.len()].join(", ");
    let mut values: Vec<Value> = args![username];
    values.extend(steps.iter().map(|s| Value::from(*s)));
    let total = run
        .count(
            &format!(
                "SELECT count(*) FROM case_task t WHERE t.username = ? AND t.step IN ({marks})"
            ),
            values.clone(),
        )
        .await?;
    values.extend(args![page.size, page.offset()]);
    let sql = format!(
        "SELECT {COLUMNS}, p.post_code FROM (SELECT t.case_id, t.post_code, t.due_at, \
         t.opened_at FROM case_task t WHERE t.username = ? AND t.step IN ({marks}) \
         ORDER BY t.due_at NULLS LAST, t.opened_at LIMIT ? OFFSET ?) p \
         JOIN case_record r ON r.case_id = p.case_id ORDER BY p.due_at NULLS LAST, p.opened_at",
    );
    let mut all = Vec::new();
    for row in run.rows(&sql, values).await? {
        all.push((Sealed::from_row(&row, 0)?, row.get(7)?));
    }
    Ok((all, total))
}

/// Cases in some states, of every agency or of those named, soonest due first.
pub(crate) async fn of_agencies(
    run: &mut impl Run,
    agencies: Option<&[String]>,
    states: &[&str],
    page: PageRequest,
) -> Result<(Vec<Sealed>, u64), CaseError> {
    let list = Ordered {
        table: "case_record",
        key: "case_id",
        columns: COLUMNS,
        group: "agency",
        state: "state",
        order: &[("due_at", "NULLS LAST"), ("updated_at", "")],
        also: &[],
    };
    let (rows, total) = list.page(run, agencies, states, page).await?;
    let rows: Result<_, _> = rows.iter().map(|r| Sealed::from_row(r, 0)).collect();
    Ok((rows?, total))
}

/// Cases whose applicant's time is over.
pub(crate) async fn overdue_applicants(
    run: &mut impl Run,
    state: &str,
    now: Timestamp,
) -> Result<Vec<String>, CaseError> {
    let sql = "SELECT case_id FROM case_record WHERE state = ? AND deadline <= ? LIMIT 200";
    run.rows(sql, args![state, now])
        .await?
        .iter()
        .map(|r| Ok(r.get(0)?))
        .collect()
}

/// Cases whose applicant is to be told that the time is nearly over.
pub(crate) async fn to_remind(
    run: &mut impl Run,
    now: Timestamp,
) -> Result<Vec<String>, CaseError> {
    let sql = "SELECT case_id FROM case_record WHERE remind_at <= ? LIMIT 200";
    run.rows(sql, args![now])
        .await?
        .iter()
        .map(|r| Ok(r.get(0)?))
        .collect()
}

/// Cases in one state, for the platform's own steps.
pub(crate) async fn in_state(run: &mut impl Run, state: &str) -> Result<Vec<String>, CaseError> {
    let sql = "SELECT case_id FROM case_record WHERE state = ? AND deadline IS NULL LIMIT 200";
    run.rows(sql, args![state])
        .await?
        .iter()
        .map(|r| Ok(r.get(0)?))
        .collect()
}

pub(crate) async fn count_of_owner(
    run: &mut impl Run,
    owner: &str,
    states: &[&str],
) -> Result<u64, CaseError> {
    let marks = vec!["?"; states.len()].join(", ");
    let mut values: Vec<Value> = args![owner];
    values.extend(states.iter().map(|s| Value::from(*s)));
    let sql = format!("SELECT count(*) FROM case_record WHERE owner = ? AND state IN ({marks})");
    Ok(run.count(&sql, values).await?)
}
