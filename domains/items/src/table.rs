//! Every SQL statement of this domain.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Row, Run, StoreError, Tx, args};

use crate::state::{Event, State};

/// A version as it was written.
#[derive(Clone, Debug)]
pub(crate) struct VersionRow {
    pub version: u32,
    pub digest: Vec<u8>,
    pub content: String,
}

/// One step of a version's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRow {
    pub item_id: String,
    pub version: u32,
    /// From 1.
    pub seq: i64,
    pub event: Event,
    pub state: State,
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    pub opinion: String,
}

/// Which version stands for an item.
#[derive(Clone, Debug)]
pub(crate) struct CurrentRow {
    pub item_id: String,
    pub version: u32,
    pub state: State,
    pub since: Timestamp,
    pub successors: Vec<String>,
    pub rev: i64,
}

fn bad(what: &str) -> StoreError {
    StoreError::Driver(format!("items: {what}"))
}

fn state(code: &str) -> Result<State, StoreError> {
    State::from_code(code).ok_or_else(|| bad(code))
}

pub(crate) async fn revision(run: &mut impl Run) -> Result<i64, StoreError> {
    let row = run
        .row(
            "SELECT rev FROM item_revision WHERE name = 'items'",
            args![],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get(0))
}

pub(crate) async fn raise_revision(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_revision (name, rev) VALUES ('items', 1) \
               ON CONFLICT (name) DO UPDATE SET rev = item_revision.rev + 1";
    tx.exec(sql, args![]).await.map(drop)
}

pub(crate) async fn insert_version(
    tx: &mut Tx<'_>,
    item_id: &str,
    row: &VersionRow,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_version (item_id, version, digest, content, created_at) \
               VALUES (?, ?, ?, ?, ?)";
    let args = args![item_id, row.version, row.digest.clone(), &row.content, at];
    tx.exec(sql, args).await.map(drop)
}

pub(crate) async fn content(
    run: &mut impl Run,
    item_id: &str,
    version: u32,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT content FROM item_version WHERE item_id = ? AND version = ?";
    let row = run.row(sql, args![item_id, version]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Number and digest of the latest version.
pub(crate) async fn latest(
    run: &mut impl Run,
    item_id: &str,
) -> Result<Option<(u32, Vec<u8>)>, StoreError> {
    let sql = "SELECT version, digest FROM item_version WHERE item_id = ? \
               ORDER BY version DESC LIMIT 1";
    let row = run.row(sql, args![item_id]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

fn current_row(row: &Row) -> Result<CurrentRow, StoreError> {
    let successors: String = row.get(4)?;
    Ok(CurrentRow {
        item_id: row.get(0)?,
        version: row.get(1)?,
        state: state(&row.get::<String>(2)?)?,
        since: row.get(3)?,
        successors: successors
            .split(' ')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect(),
        rev: row.get(5)?,
    })
}

const CURRENT: &str = "SELECT item_id, version, state, since, successors, rev FROM item_current";

/// Every item that is or was in use.
pub(crate) async fn all_current(run: &mut impl Run) -> Result<Vec<CurrentRow>, StoreError> {
    let rows = run
        .rows(&format!("{CURRENT} ORDER BY item_id"), args![])
        .await?;
    rows.iter().map(current_row).collect()
}

pub(crate) async fn current(
    run: &mut impl Run,
    item_id: &str,
) -> Result<Option<CurrentRow>, StoreError> {
    let row = run
        .row(&format!("{CURRENT} WHERE item_id = ?"), args![item_id])
        .await?;
    row.as_ref().map(current_row).transpose()
}

/// Puts the first current version, or replaces the one that was read with `rev`. False when
/// somebody else was faster.
pub(crate) async fn put_current(
    tx: &mut Tx<'_>,
    row: &CurrentRow,
    known: Option<i64>,
) -> Result<bool, StoreError> {
    let successors = row.successors.join(" ");
    let done = match known {
        None => {
            let sql = "INSERT INTO item_current (item_id, version, state, since, successors, rev) \
                       VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (item_id) DO NOTHING";
            let args = args![
                &row.item_id,
                row.version,
                row.state.code(),
                row.since,
                successors
            ];
            tx.exec(sql, args).await?
        }
        Some(rev) => {
            let sql = "UPDATE item_current SET version = ?, state = ?, since = ?, successors = ?, \
                       rev = rev + 1 WHERE item_id = ? AND rev = ?";
            let args = args![
                row.version,
                row.state.code(),
                row.since,
                successors,
                &row.item_id,
                rev
            ];
            tx.exec(sql, args).await?
        }
    };
    Ok(done == 1)
}

fn state_row(row: &Row) -> Result<StateRow, StoreError> {
    let event: String = row.get(3)?;
    Ok(StateRow {
        item_id: row.get(0)?,
        version: row.get(1)?,
        seq: row.get(2)?,
        event: Event::from_code(&event).ok_or_else(|| bad(&event))?,
        state: state(&row.get::<String>(4)?)?,
        at: row.get(5)?,
        actor: row.get(6)?,
        opinion: row.get(7)?,
    })
}

const STATE: &str = "SELECT item_id, version, seq, event, state, at, actor, opinion \
                     FROM item_version_state";

/// The last step of a version: its state.
pub(crate) async fn last_state(
    run: &mut impl Run,
    item_id: &str,
    version: u32,
) -> Result<Option<StateRow>, StoreError> {
    let sql = format!("{STATE} WHERE item_id = ? AND version = ? ORDER BY seq DESC LIMIT 1");
    let row = run.row(&sql, args![item_id, version]).await?;
    row.as_ref().map(state_row).transpose()
}

/// Every step of all versions of an item, in order.
pub(crate) async fn states(run: &mut impl Run, item_id: &str) -> Result<Vec<StateRow>, StoreError> {
    let sql = format!("{STATE} WHERE item_id = ? ORDER BY version, seq");
    let rows = run.rows(&sql, args![item_id]).await?;
    rows.iter().map(state_row).collect()
}

pub(crate) async fn insert_state(tx: &mut Tx<'_>, row: &StateRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_version_state \
               (item_id, version, seq, event, state, at, actor, opinion) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let args = args![
        &row.item_id,
        row.version,
        row.seq,
        row.event.code(),
        row.state.code(),
        row.at,
        &row.actor,
        &row.opinion
    ];
    tx.exec(sql, args).await.map(drop)
}

/// Steps that the public can see, from a moment on, oldest first.
pub(crate) async fn public_steps(
    run: &mut impl Run,
    since: Timestamp,
    offset: i64,
    limit: i64,
) -> Result<Vec<StateRow>, StoreError> {
    let sql = format!(
        "{STATE} WHERE at >= ? AND event IN ('publish', 'suspend', 'resume', 'cancel') \
         ORDER BY at, item_id, version, seq LIMIT ? OFFSET ?"
    );
    let rows = run.rows(&sql, args![since, limit, offset]).await?;
    rows.iter().map(state_row).collect()
}

pub(crate) async fn count_public_steps(
    run: &mut impl Run,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM item_version_state \
               WHERE at >= ? AND event IN ('publish', 'suspend', 'resume', 'cancel')";
    run.count(sql, args![since]).await
}

pub(crate) async fn put_pending(
    tx: &mut Tx<'_>,
    item_id: &str,
    version: u32,
    on: Date,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_pending (item_id, version, effective_on) VALUES (?, ?, ?) \
               ON CONFLICT (item_id, version) DO NOTHING";
    tx.exec(sql, args![item_id, version, on]).await.map(drop)
}

/// Drops a version that came into use, and older ones: they do not come back.
pub(crate) async fn drop_pending(
    tx: &mut Tx<'_>,
    item_id: &str,
    version: u32,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM item_pending WHERE item_id = ? AND version <= ?";
    tx.exec(sql, args![item_id, version]).await.map(drop)
}

/// Approved versions whose day has come, earlier versions first.
pub(crate) async fn due(run: &mut impl Run, today: Date) -> Result<Vec<(String, u32)>, StoreError> {
    let sql = "SELECT item_id, version FROM item_pending WHERE effective_on <= ? \
               ORDER BY effective_on, item_id, version";
    let rows = run.rows(sql, args![today]).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Gives a code to an item. False when another item has it.
pub(crate) async fn take_code(
    tx: &mut Tx<'_>,
    code: &str,
    kind: &str,
    item_id: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO item_code (code, kind, item_id) VALUES (?, ?, ?) \
               ON CONFLICT (code) DO NOTHING";
    tx.exec(sql, args![code, kind, item_id]).await?;
    Ok(owner_of(tx, code).await?.as_deref() == Some(item_id))
}

/// The item that has a code.
pub(crate) async fn owner_of(run: &mut impl Run, code: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT item_id FROM item_code WHERE code = ?";
    let row = run.row(sql, args![code]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Base code, version, digest and content of the latest version of every catalogue entry.
pub(crate) async fn catalogue_entries(
    run: &mut impl Run,
) -> Result<Vec<(String, u32, Vec<u8>, String)>, StoreError> {
    let sql = "SELECT base_code, version, digest, content FROM catalogue_entry \
               ORDER BY base_code, version DESC";
    let mut latest: Vec<(String, u32, Vec<u8>, String)> = Vec::new();
    for row in run.rows(sql, args![]).await? {
        let base_code: String = row.get(0)?;
        if latest.last().is_none_or(|last| last.0 != base_code) {
            latest.push((base_code, row.get(1)?, row.get(2)?, row.get(3)?));
        }
    }
    Ok(latest)
}

pub(crate) async fn insert_catalogue_entry(
    tx: &mut Tx<'_>,
    base_code: &str,
    row: &VersionRow,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO catalogue_entry (base_code, version, digest, content, created_at) \
               VALUES (?, ?, ?, ?, ?)";
    let args = args![base_code, row.version, row.digest.clone(), &row.content, at];
    tx.exec(sql, args).await.map(drop)
}

pub(crate) async fn add_uses(
    tx: &mut Tx<'_>,
    item_id: &str,
    day: Date,
    uses: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_use (item_id, day, uses) VALUES (?, ?, ?) \
               ON CONFLICT (item_id, day) DO UPDATE SET uses = item_use.uses + ?";
    tx.exec(sql, args![item_id, day, uses, uses])
        .await
        .map(drop)
}

/// Uses of items since a day, a row for each day. Added up by the caller: told to group them, SQLite
/// would rather walk through all days in the order of items.
pub(crate) async fn uses_since(
    run: &mut impl Run,
    day: Date,
) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT item_id, uses FROM item_use WHERE day >= ?";
    let rows = run.rows(sql, args![day]).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}
