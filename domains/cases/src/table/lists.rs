//! Lists, each with the scope in its SQL and an index under it.

use jiff::Timestamp;
use kernel::PageRequest;
use store::{Run, Value, args};

use super::Sealed;
use crate::error::CaseError;

const COLUMNS: &str = "r.case_id, r.rev, r.state, r.updated_at, r.deadline, r.data, r.private";

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
) -> Result<(Vec<(Sealed, String, String)>, u64), CaseError> {
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
        "SELECT {COLUMNS}, p.post_code, p.step FROM (SELECT t.case_id, t.post_code, t.step, \
         t.due_at, t.opened_at FROM case_task t WHERE t.username = ? AND t.step IN ({marks}) \
         ORDER BY t.due_at NULLS LAST, t.opened_at LIMIT ? OFFSET ?) p \
         JOIN case_record r ON r.case_id = p.case_id ORDER BY p.due_at NULLS LAST, p.opened_at",
    );
    let mut all = Vec::new();
    for row in run.rows(&sql, values).await? {
        all.push((Sealed::from_row(&row, 0)?, row.get(7)?, row.get(8)?));
    }
    Ok((all, total))
}

/// Parts that a compound statement may have on SQLite.
const PARTS: usize = 480;

/// Whose cases a list shows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose<'a> {
    Everybody,
    Agencies(&'a [String]),
}

impl Whose<'_> {
    /// A condition and its values.
    fn condition(self, states: &[&str]) -> (String, Vec<Value>) {
        let marks = |n: usize| vec!["?"; n].join(", ");
        let mut sql = format!("r.state IN ({})", marks(states.len()));
        let mut values: Vec<Value> = states.iter().map(|s| Value::from(*s)).collect();
        if let Self::Agencies(agencies) = self {
            sql.push_str(&format!(" AND r.agency IN ({})", marks(agencies.len())));
            values.extend(agencies.iter().map(Value::from));
        }
        (sql, values)
    }

    /// Each pair of agency and state, for which an index has the cases in the order wanted.
    fn pairs(self, states: &[&str]) -> Vec<(&'static str, Vec<Value>)> {
        let one = |state: &str| ("r.state = ?", args![state]);
        let both =
            |state: &str, agency: &String| ("r.agency = ? AND r.state = ?", args![agency, state]);
        match self {
            Self::Everybody => states.iter().map(|s| one(s)).collect(),
            Self::Agencies(all) => states
                .iter()
                .flat_map(|s| all.iter().map(move |a| both(s, a)))
                .collect(),
        }
    }
}

/// Cases in some states, soonest due first. The head of each state's and agency's own order is
/// read from the index, and the page is chosen among the heads: how long the list is does not
/// matter.
pub(crate) async fn of_agencies(
    run: &mut impl Run,
    scope: Whose<'_>,
    states: &[&str],
    page: PageRequest,
) -> Result<(Vec<Sealed>, u64), CaseError> {
    if states.is_empty() || matches!(scope, Whose::Agencies(all) if all.is_empty()) {
        return Ok((Vec::new(), 0));
    }
    let (condition, values) = scope.condition(states);
    let sql = format!("SELECT count(*) FROM case_record r WHERE {condition}");
    let total = run.count(&sql, values.clone()).await?;
    let pairs = scope.pairs(states);
    let heads = if pairs.len() <= PARTS {
        pairs
    } else {
        vec![(condition.as_str(), values)]
    };
    let deep = page.offset() + i64::from(page.size);
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (at, (condition, of)) in heads.into_iter().enumerate() {
        parts.push(format!(
            "SELECT * FROM (SELECT r.case_id, r.due_at, r.updated_at FROM case_record r \
             WHERE {condition} ORDER BY r.due_at NULLS LAST, r.updated_at LIMIT ?) AS h{at}"
        ));
        values.extend(of);
        values.extend(args![deep]);
    }
    values.extend(args![page.size, page.offset()]);
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT * FROM ({}) AS heads \
         ORDER BY due_at NULLS LAST, updated_at LIMIT ? OFFSET ?) p \
         JOIN case_record r ON r.case_id = p.case_id ORDER BY p.due_at NULLS LAST, p.updated_at",
        parts.join(" UNION ALL ")
    );
    let rows: Result<_, _> = run
        .rows(&sql, values)
        .await?
        .iter()
        .map(|r| Sealed::from_row(r, 0))
        .collect();
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
