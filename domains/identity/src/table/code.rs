//! One-time codes.

use jiff::Timestamp;
use store::{Run, StoreError, args};

/// A code as it is stored.
#[derive(Clone)]
pub(crate) struct CodeRow {
    pub challenge: Vec<u8>,
    pub purpose: String,
    pub subject: String,
    pub code: Vec<u8>,
    /// The phone number, encrypted; empty for a decoy.
    pub sent_to: Vec<u8>,
    pub tries: i64,
    pub expires_at: Timestamp,
}

pub(crate) async fn insert(run: &mut impl Run, c: &CodeRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO one_time_code (challenge, purpose, subject, code, sent_to, tries, \
               expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let CodeRow {
        challenge,
        purpose,
        subject,
        code,
        sent_to,
        tries,
        expires_at,
    } = c.clone();
    let args = args![
        challenge, purpose, subject, code, sent_to, tries, expires_at
    ];
    run.exec(sql, args).await.map(drop)
}

/// Counts a try; false when the code takes none any more.
pub(crate) async fn count_try(
    run: &mut impl Run,
    challenge: &[u8],
    most: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE one_time_code SET tries = tries + 1 WHERE challenge = ? \
               AND used_at IS NULL AND tries < ? AND expires_at > ?";
    Ok(run.exec(sql, args![challenge, most, now]).await? == 1)
}

pub(crate) async fn load(
    run: &mut impl Run,
    challenge: &[u8],
) -> Result<Option<CodeRow>, StoreError> {
    let sql = "SELECT challenge, purpose, subject, code, sent_to, tries, expires_at \
               FROM one_time_code WHERE challenge = ?";
    let read = |r: store::Row| {
        Ok(CodeRow {
            challenge: r.get(0)?,
            purpose: r.get(1)?,
            subject: r.get(2)?,
            code: r.get(3)?,
            sent_to: r.get(4)?,
            tries: r.get(5)?,
            expires_at: r.get(6)?,
        })
    };
    run.row(sql, args![challenge]).await?.map(read).transpose()
}

/// Uses the code up; false when somebody else did.
pub(crate) async fn spend(
    run: &mut impl Run,
    challenge: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE one_time_code SET used_at = ? WHERE challenge = ? AND used_at IS NULL";
    Ok(run.exec(sql, args![now, challenge]).await? == 1)
}

pub(crate) async fn delete_old(run: &mut impl Run, before: Timestamp) -> Result<u64, StoreError> {
    run.exec(
        "DELETE FROM one_time_code WHERE expires_at < ?",
        args![before],
    )
    .await
}
