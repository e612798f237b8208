//! Passwords, and what is counted against limits.

use jiff::Timestamp;
use store::{Run, StoreError, args};

/// A password as it is stored.
#[derive(Clone)]
pub(crate) struct Credential {
    /// The PHC string, encrypted.
    pub hash: Vec<u8>,
    pub changed_at: Timestamp,
    pub generated: bool,
}

pub(crate) async fn load(
    run: &mut impl Run,
    subject: &str,
) -> Result<Option<Credential>, StoreError> {
    let sql = "SELECT hash, changed_at, generated FROM credential WHERE subject = ?";
    let read = |r: store::Row| {
        Ok(Credential {
            hash: r.get(0)?,
            changed_at: r.get(1)?,
            generated: r.get(2)?,
        })
    };
    run.row(sql, args![subject]).await?.map(read).transpose()
}

/// Sets the password and keeps it in the history, of which the newest `keep` stay.
pub(crate) async fn put(
    run: &mut impl Run,
    subject: &str,
    c: &Credential,
    keep: usize,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO credential (subject, hash, changed_at, generated) VALUES (?, ?, ?, ?) \
               ON CONFLICT (subject) DO UPDATE SET hash = excluded.hash, \
               changed_at = excluded.changed_at, generated = excluded.generated";
    run.exec(
        sql,
        args![subject, c.hash.clone(), c.changed_at, c.generated],
    )
    .await?;
    let sql = "INSERT INTO credential_history (subject, changed_at, hash) VALUES (?, ?, ?) \
               ON CONFLICT (subject, changed_at) DO UPDATE SET hash = excluded.hash";
    run.exec(sql, args![subject, c.changed_at, c.hash.clone()])
        .await?;
    let kept = history(run, subject).await?;
    if let Some((oldest, _)) = kept.get(keep.saturating_sub(1)) {
        let sql = "DELETE FROM credential_history WHERE subject = ? AND changed_at < ?";
        run.exec(sql, args![subject, *oldest]).await?;
    }
    Ok(())
}

/// Former passwords, the present one first.
pub(crate) async fn history(
    run: &mut impl Run,
    subject: &str,
) -> Result<Vec<(Timestamp, Vec<u8>)>, StoreError> {
    let sql = "SELECT changed_at, hash FROM credential_history WHERE subject = ? \
               ORDER BY changed_at DESC";
    run.rows(sql, args![subject])
        .await?
        .iter()
        .map(|r| Ok((r.get(0)?, r.get(1)?)))
        .collect()
}

pub(crate) async fn delete(run: &mut impl Run, subject: &str) -> Result<(), StoreError> {
    run.exec("DELETE FROM credential WHERE subject = ?", args![subject])
        .await?;
    run.exec(
        "DELETE FROM credential_history WHERE subject = ?",
        args![subject],
    )
    .await
    .map(drop)
}

pub(crate) async fn add_attempt(
    run: &mut impl Run,
    subject: &str,
    key: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempt (subject, attempt_key, at) VALUES (?, ?, ?)";
    run.exec(sql, args![subject, key, at]).await.map(drop)
}

pub(crate) async fn attempts(
    run: &mut impl Run,
    subject: &str,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM attempt WHERE subject = ? AND at > ?";
    run.count(sql, args![subject, since]).await
}

pub(crate) async fn delete_attempt(
    run: &mut impl Run,
    subject: &str,
    key: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM attempt WHERE subject = ? AND attempt_key = ?";
    run.exec(sql, args![subject, key]).await.map(drop)
}

pub(crate) async fn delete_attempts(run: &mut impl Run, subject: &str) -> Result<(), StoreError> {
    run.exec("DELETE FROM attempt WHERE subject = ?", args![subject])
        .await
        .map(drop)
}

pub(crate) async fn delete_old_attempts(
    run: &mut impl Run,
    before: Timestamp,
) -> Result<u64, StoreError> {
    run.exec("DELETE FROM attempt WHERE at < ?", args![before])
        .await
}

pub(crate) async fn locked_until(
    run: &mut impl Run,
    subject: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT until FROM lockout WHERE subject = ?";
    run.row(sql, args![subject])
        .await?
        .map(|r| r.get(0))
        .transpose()
}

pub(crate) async fn lock(
    run: &mut impl Run,
    subject: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO lockout (subject, until) VALUES (?, ?) \
               ON CONFLICT (subject) DO UPDATE SET until = excluded.until";
    run.exec(sql, args![subject, until]).await.map(drop)
}

pub(crate) async fn unlock(run: &mut impl Run, subject: &str) -> Result<(), StoreError> {
    run.exec("DELETE FROM lockout WHERE subject = ?", args![subject])
        .await
        .map(drop)
}

/// Subjects whose lock is over.
pub(crate) async fn locks_over(
    run: &mut impl Run,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT subject FROM lockout WHERE until <= ? ORDER BY until LIMIT ?";
    run.rows(sql, args![now, limit])
        .await?
        .iter()
        .map(|r| r.get(0))
        .collect()
}
