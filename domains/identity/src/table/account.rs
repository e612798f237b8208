//! Accounts and the numbers they are found by.

use jiff::Timestamp;
use store::{Run, StoreError, args};

use crate::account::AccountRow;
use crate::state::State;

/// Kinds of look-ups; also the domains of their digests.
pub(crate) const ID_NUMBER: &str = "id_number";
pub(crate) const MOBILE: &str = "mobile";
pub(crate) const USCC: &str = "uscc";
pub(crate) const USERNAME: &str = "username";

pub(crate) async fn load(run: &mut impl Run, key: &str) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM account a WHERE a.account_key = ?",
        AccountRow::COLUMNS
    );
    run.row(&sql, args![key])
        .await?
        .as_ref()
        .map(AccountRow::read)
        .transpose()
}

pub(crate) async fn find(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
) -> Result<Option<AccountRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM account_lookup l JOIN account a ON a.account_key = l.account_key \
         WHERE l.kind = ? AND l.digest = ?",
        AccountRow::COLUMNS
    );
    run.row(&sql, args![kind, digest])
        .await?
        .as_ref()
        .map(AccountRow::read)
        .transpose()
}

/// Living accounts of legal persons whose representative's account this is.
pub(crate) async fn represented_by(
    run: &mut impl Run,
    person: &str,
) -> Result<Vec<AccountRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM account a WHERE a.representative = ? \
         AND a.state IN ('ACTIVE', 'LOCKED', 'CHANGING') ORDER BY a.user_no",
        AccountRow::COLUMNS
    );
    run.rows(&sql, args![person])
        .await?
        .iter()
        .map(AccountRow::read)
        .collect()
}

/// Whether anything but a cancelled or rejected account hangs on this representative.
pub(crate) async fn represents_any(run: &mut impl Run, person: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM account WHERE representative = ? \
               AND state NOT IN ('CANCELLED', 'REJECTED')";
    Ok(run.count(sql, args![person]).await? > 0)
}

pub(crate) async fn insert(run: &mut impl Run, a: &AccountRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO account (account_key, user_no, kind, state, level, verified, profile, \
               proposed, representative, agreement, route, reason, enable_asked, created_at, \
               updated_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let args = args![
        &a.key,
        &a.user_no,
        a.kind.code(),
        a.state.code(),
        a.level.map(|l| l.code()),
        verified(a),
        a.profile.clone(),
        a.proposed.clone(),
        &a.representative,
        &a.agreement,
        a.route.code(),
        a.reason.clone(),
        &a.enable_asked,
        a.created_at,
        a.created_at,
        a.rev
    ];
    run.exec(sql, args).await.map(drop)
}

/// Writes what may change of an account, if nobody wrote it since it was read.
pub(crate) async fn update(
    run: &mut impl Run,
    a: &AccountRow,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET state = ?, level = ?, verified = ?, profile = ?, proposed = ?, \
               representative = ?, agreement = ?, reason = ?, enable_asked = ?, updated_at = ?, \
               rev = rev + 1 WHERE account_key = ? AND rev = ?";
    let args = args![
        a.state.code(),
        a.level.map(|l| l.code()),
        verified(a),
        a.profile.clone(),
        a.proposed.clone(),
        &a.representative,
        &a.agreement,
        a.reason.clone(),
        &a.enable_asked,
        at,
        &a.key,
        a.rev
    ];
    Ok(run.exec(sql, args).await? == 1)
}

fn verified(a: &AccountRow) -> String {
    let codes: Vec<_> = a
        .verified
        .iter()
        .map(|c| format!("\"{}\"", c.code()))
        .collect();
    format!("[{}]", codes.join(","))
}

pub(crate) async fn delete(run: &mut impl Run, key: &str) -> Result<(), StoreError> {
    delete_lookups(run, key).await?;
    run.exec("DELETE FROM account WHERE account_key = ?", args![key])
        .await
        .map(drop)
}

/// Binds a number; false when another account has it.
pub(crate) async fn put_lookup(
    run: &mut impl Run,
    kind: &str,
    digest: &[u8],
    key: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO account_lookup (kind, digest, account_key) VALUES (?, ?, ?) \
               ON CONFLICT (kind, digest) DO NOTHING";
    Ok(run.exec(sql, args![kind, digest, key]).await? == 1)
}

pub(crate) async fn delete_lookup(
    run: &mut impl Run,
    kind: &str,
    key: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM account_lookup WHERE account_key = ? AND kind = ?";
    run.exec(sql, args![key, kind]).await.map(drop)
}

pub(crate) async fn delete_lookups(run: &mut impl Run, key: &str) -> Result<(), StoreError> {
    run.exec(
        "DELETE FROM account_lookup WHERE account_key = ?",
        args![key],
    )
    .await
    .map(drop)
}

/// Accounts in a state since before a moment.
pub(crate) async fn older(
    run: &mut impl Run,
    state: State,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<AccountRow>, StoreError> {
    let sql = format!(
        "SELECT {} FROM account a WHERE a.state = ? AND a.created_at < ? \
         ORDER BY a.created_at LIMIT ?",
        AccountRow::COLUMNS
    );
    let rows = run.rows(&sql, args![state.code(), before, limit]).await?;
    rows.iter().map(AccountRow::read).collect()
}

pub(crate) async fn any(run: &mut impl Run) -> Result<bool, StoreError> {
    Ok(run
        .row("SELECT 1 FROM account LIMIT 1", args![])
        .await?
        .is_some())
}
