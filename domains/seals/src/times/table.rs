//! Statements on time stamp services and on what was sealed without them.

use store::{Row, Run, StoreError, args};

use super::lapse::{Lack, Lapse};
use super::service::{ServiceState, StampDigest, StampRule, StampedKind, TimeService};
use crate::reserve::UseId;
use crate::table::coded;

const COLUMNS: &str = "service_key, name, url, digest, kinds, rule, state, rev, proposed_by, \
    proposed_at, approved_by, approved_at, decided_by, decided_at, reason";

fn service(row: &Row) -> Result<TimeService, StoreError> {
    let kinds: String = row.get(4)?;
    let kinds = kinds.split(' ').map(|code| {
        StampedKind::from_code(code)
            .ok_or_else(|| StoreError::Column(4, format!("no kind of document: {code}")))
    });
    Ok(TimeService {
        key: row.get(0)?,
        name: row.get(1)?,
        url: row.get(2)?,
        digest: coded(row, 3, StampDigest::from_code)?,
        kinds: kinds.collect::<Result<_, _>>()?,
        rule: coded(row, 5, StampRule::from_code)?,
        state: coded(row, 6, ServiceState::from_code)?,
        rev: row.get(7)?,
        proposed_by: row.get(8)?,
        proposed_at: row.get(9)?,
        approved_by: row.get(10)?,
        approved_at: row.get(11)?,
        decided_by: row.get(12)?,
        decided_at: row.get(13)?,
        reason: row.get(14)?,
    })
}

pub(super) async fn insert(run: &mut impl Run, s: &TimeService) -> Result<(), StoreError> {
    let sql = "INSERT INTO time_service (service_key, name, url, digest, kinds, rule, state, rev, \
        proposed_by, proposed_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let kinds: Vec<&str> = s.kinds.iter().map(|kind| kind.code()).collect();
    let values = args![
        &s.key,
        &s.name,
        &s.url,
        s.digest.code(),
        kinds.join(" "),
        s.rule.code(),
        s.state.code(),
        s.rev,
        &s.proposed_by,
        s.proposed_at,
        &s.reason,
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// Writes a decision; false when the row moved since `seen`.
pub(super) async fn decide(
    run: &mut impl Run,
    s: &TimeService,
    seen: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE time_service SET state = ?, rev = ?, approved_by = ?, approved_at = ?, \
        decided_by = ?, decided_at = ?, reason = ? WHERE service_key = ? AND rev = ?";
    let values = args![
        s.state.code(),
        s.rev,
        s.approved_by.as_deref(),
        s.approved_at,
        s.decided_by.as_deref(),
        s.decided_at,
        &s.reason,
        &s.key,
        seen,
    ];
    Ok(run.exec(sql, values).await? == 1)
}

pub(super) async fn by_key(
    run: &mut impl Run,
    key: &str,
) -> Result<Option<TimeService>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM time_service WHERE service_key = ?");
    run.row(&sql, args![key])
        .await?
        .as_ref()
        .map(service)
        .transpose()
}

/// Proposed, in use or paused.
pub(super) async fn is_known(run: &mut impl Run, url: &str) -> Result<bool, StoreError> {
    let sql = "SELECT service_key FROM time_service WHERE url = ? AND state IN (?, ?, ?) LIMIT 1";
    let values = args![
        url,
        ServiceState::Proposed.code(),
        ServiceState::Active.code(),
        ServiceState::Paused.code(),
    ];
    Ok(run.row(sql, values).await?.is_some())
}

/// In whatever state. There are few services.
pub(super) async fn was_proposed(run: &mut impl Run, url: &str) -> Result<bool, StoreError> {
    let sql = "SELECT service_key FROM time_service WHERE url = ? LIMIT 1";
    Ok(run.row(sql, args![url]).await?.is_some())
}

/// Every service of a state, newest proposal first.
pub(super) async fn of_state(
    run: &mut impl Run,
    state: ServiceState,
) -> Result<Vec<TimeService>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM time_service WHERE state = ? ORDER BY proposed_at DESC, service_key"
    );
    let rows = run.rows(&sql, args![state.code()]).await?;
    rows.iter().map(service).collect()
}

pub(super) async fn insert_lapse(
    run: &mut impl Run,
    key: &str,
    lapse: &Lapse,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO time_lapse (lapse_key, use_key, format, lack, why, at) \
        VALUES (?, ?, ?, ?, ?, ?)";
    let values = args![
        key,
        lapse.use_id.as_str(),
        &lapse.format,
        lapse.lack.code(),
        &lapse.why,
        lapse.at,
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// The newest lapses.
pub(super) async fn lapses(run: &mut impl Run, most: i64) -> Result<Vec<Lapse>, StoreError> {
    let sql = "SELECT l.use_key, l.format, l.lack, l.why, l.at, u.purpose FROM time_lapse l \
        JOIN seal_use u ON u.use_key = l.use_key ORDER BY l.at DESC, l.lapse_key LIMIT ?";
    let rows = run.rows(sql, args![most]).await?;
    rows.iter()
        .map(|row| {
            Ok(Lapse {
                use_id: UseId(row.get(0)?),
                format: row.get(1)?,
                lack: coded(row, 2, Lack::from_code)?,
                why: row.get(3)?,
                at: row.get(4)?,
                purpose: row.get(5)?,
            })
        })
        .collect()
}
