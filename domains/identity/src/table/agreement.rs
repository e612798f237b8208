//! Agreement versions and who accepted them.

use jiff::Timestamp;
use store::{Run, StoreError, args};

use crate::agreement::Acceptance;

/// Version and text of the one published last.
pub(crate) async fn latest(run: &mut impl Run) -> Result<Option<(String, String)>, StoreError> {
    let sql =
        "SELECT version, body FROM agreement ORDER BY published_at DESC, version DESC LIMIT 1";
    run.row(sql, args![])
        .await?
        .map(|r| Ok((r.get(0)?, r.get(1)?)))
        .transpose()
}

pub(crate) async fn body(run: &mut impl Run, version: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM agreement WHERE version = ?";
    run.row(sql, args![version])
        .await?
        .map(|r| r.get(0))
        .transpose()
}

pub(crate) async fn insert(
    run: &mut impl Run,
    version: &str,
    body: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO agreement (version, body, published_at) VALUES (?, ?, ?)";
    run.exec(sql, args![version, body, at]).await.map(drop)
}

/// Writes an acceptance and marks the account; false when it had accepted this version before.
pub(crate) async fn accept(
    run: &mut impl Run,
    account: &str,
    version: &str,
    at: Timestamp,
    channel: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO agreement_acceptance (account_key, version, accepted_at, channel) \
               VALUES (?, ?, ?, ?) ON CONFLICT (account_key, version) DO NOTHING";
    let new = run.exec(sql, args![account, version, at, channel]).await? == 1;
    let sql = "UPDATE account SET agreement = ?, rev = rev + 1 WHERE account_key = ?";
    run.exec(sql, args![version, account]).await?;
    Ok(new)
}

pub(crate) async fn acceptances(
    run: &mut impl Run,
    account: &str,
) -> Result<Vec<Acceptance>, StoreError> {
    let sql = "SELECT version, accepted_at, channel FROM agreement_acceptance \
               WHERE account_key = ? ORDER BY accepted_at DESC, version DESC";
    run.rows(sql, args![account])
        .await?
        .iter()
        .map(|r| {
            Ok(Acceptance {
                version: r.get(0)?,
                at: r.get(1)?,
                channel: r.get(2)?,
            })
        })
        .collect()
}
