//! Statements on foreign roots and their revocation lists.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use super::root::{RootScope, RootState, TrustedRoot};
use crate::table::coded;

const COLUMNS: &str = "root_key, name, root, below, fingerprint, scope, basis, valid_from, \
    valid_to, state, rev, proposed_by, proposed_at, decided_by, decided_at, reason";

/// A revocation list with the authority that issued it.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub root_key: String,
    /// SM3 of the issuer's certificate, hex.
    pub issuer: String,
    pub crl: Vec<u8>,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub given_by: String,
    pub given_at: Timestamp,
}

/// DER certificates, one after another, taken apart again.
fn apart(joined: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
    let all = gm::asn1::apart(joined).map_err(|e| StoreError::Column(3, e.to_string()))?;
    Ok(all.into_iter().map(<[u8]>::to_vec).collect())
}

fn root(row: &Row) -> Result<TrustedRoot, StoreError> {
    Ok(TrustedRoot {
        key: row.get(0)?,
        name: row.get(1)?,
        root: row.get(2)?,
        below: apart(&row.get::<Vec<u8>>(3)?)?,
        fingerprint: row.get(4)?,
        scope: coded(row, 5, RootScope::from_code)?,
        basis: row.get(6)?,
        valid_from: row.get(7)?,
        valid_to: row.get(8)?,
        state: coded(row, 9, RootState::from_code)?,
        rev: row.get(10)?,
        proposed_by: row.get(11)?,
        proposed_at: row.get(12)?,
        decided_by: row.get(13)?,
        decided_at: row.get(14)?,
        reason: row.get(15)?,
        lists: Vec::new(),
    })
}

pub(crate) async fn insert(run: &mut impl Run, r: &TrustedRoot) -> Result<(), StoreError> {
    let sql = "INSERT INTO trusted_root (root_key, name, root, below, fingerprint, scope, basis, \
        valid_from, valid_to, state, rev, proposed_by, proposed_at, reason) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let below = r.below.concat();
    let values = args![
        &r.key,
        &r.name,
        r.root.as_slice(),
        below.as_slice(),
        &r.fingerprint,
        r.scope.code(),
        &r.basis,
        r.valid_from,
        r.valid_to,
        r.state.code(),
        r.rev,
        &r.proposed_by,
        r.proposed_at,
        &r.reason,
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// Writes a decision; false when the row moved since `seen`.
pub(crate) async fn decide(
    run: &mut impl Run,
    r: &TrustedRoot,
    seen: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE trusted_root SET state = ?, rev = ?, decided_by = ?, decided_at = ?, \
        reason = ? WHERE root_key = ? AND rev = ?";
    let values = args![
        r.state.code(),
        r.rev,
        r.decided_by.as_deref(),
        r.decided_at,
        &r.reason,
        &r.key,
        seen,
    ];
    Ok(run.exec(sql, values).await? == 1)
}

pub(crate) async fn by_key(
    run: &mut impl Run,
    key: &str,
) -> Result<Option<TrustedRoot>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM trusted_root WHERE root_key = ?");
    run.rows(&sql, args![key])
        .await?
        .first()
        .map(root)
        .transpose()
}

/// Proposed or trusted already.
pub(crate) async fn is_known(run: &mut impl Run, fingerprint: &str) -> Result<bool, StoreError> {
    let sql = "SELECT root_key FROM trusted_root WHERE fingerprint = ? AND state IN (?, ?) LIMIT 1";
    let states = (RootState::Proposed.code(), RootState::Trusted.code());
    let rows = run
        .rows(sql, args![fingerprint, states.0, states.1])
        .await?;
    Ok(!rows.is_empty())
}

/// Every root of a state, newest proposal first. There are few.
pub(crate) async fn of_state(
    run: &mut impl Run,
    state: RootState,
) -> Result<Vec<TrustedRoot>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM trusted_root WHERE state = ? ORDER BY proposed_at DESC, root_key"
    );
    let rows = run.rows(&sql, args![state.code()]).await?;
    rows.iter().map(root).collect()
}

/// What is trusted, as one word that changes when any of it does: keys, revisions and lists.
pub(crate) async fn mark(run: &mut impl Run) -> Result<String, StoreError> {
    let sql = "SELECT r.root_key, r.rev, l.this_update FROM trusted_root r \
        LEFT JOIN trusted_root_crl l ON l.root_key = r.root_key \
        WHERE r.state = ? ORDER BY r.root_key, l.issuer";
    let mut mark = String::new();
    for row in run.rows(sql, args![RootState::Trusted.code()]).await? {
        let (key, rev): (String, i64) = (row.get(0)?, row.get(1)?);
        let list: Option<String> = row.get(2)?;
        mark.push_str(&format!("{key}/{rev}/{};", list.unwrap_or_default()));
    }
    Ok(mark)
}

pub(crate) async fn put_list(run: &mut impl Run, list: &List) -> Result<bool, StoreError> {
    let sql = "INSERT INTO trusted_root_crl (root_key, issuer, crl, this_update, next_update, \
        given_by, given_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (root_key, issuer) DO UPDATE \
        SET crl = excluded.crl, this_update = excluded.this_update, \
        next_update = excluded.next_update, given_by = excluded.given_by, \
        given_at = excluded.given_at WHERE trusted_root_crl.this_update < excluded.this_update";
    let values = args![
        &list.root_key,
        &list.issuer,
        list.crl.as_slice(),
        list.this_update,
        list.next_update,
        &list.given_by,
        list.given_at,
    ];
    Ok(run.exec(sql, values).await? == 1)
}

/// The lists of a root.
pub(crate) async fn lists(run: &mut impl Run, root_key: &str) -> Result<Vec<List>, StoreError> {
    let sql = "SELECT root_key, issuer, crl, this_update, next_update, given_by, given_at \
        FROM trusted_root_crl WHERE root_key = ? ORDER BY issuer";
    let rows = run.rows(sql, args![root_key]).await?;
    rows.iter()
        .map(|row| {
            Ok(List {
                root_key: row.get(0)?,
                issuer: row.get(1)?,
                crl: row.get(2)?,
                this_update: row.get(3)?,
                next_update: row.get(4)?,
                given_by: row.get(5)?,
                given_at: row.get(6)?,
            })
        })
        .collect()
}
