//! Sessions.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::account::AccountRow;
use crate::delegation::DelegationState;
use crate::table::delegation::items_from;

/// A session as stored.
#[derive(Clone)]
pub(crate) struct SessionRow {
    pub digest: Vec<u8>,
    pub key: String,
    pub kind: String,
    /// Account key, or `staff/USERNAME`.
    pub subject: String,
    pub represented: Option<String>,
    pub delegation: Option<String>,
    pub channel: String,
    pub device: String,
    pub strength: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
}

const COLUMNS: &str = "s.digest, s.session_key, s.kind, s.subject, s.represented, s.delegation, \
     s.channel, s.device, s.strength, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, \
     s.end_reason";

fn read(r: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        digest: r.get(0)?,
        key: r.get(1)?,
        kind: r.get(2)?,
        subject: r.get(3)?,
        represented: r.get(4)?,
        delegation: r.get(5)?,
        channel: r.get(6)?,
        device: r.get(7)?,
        strength: r.get(8)?,
        created_at: r.get(9)?,
        last_seen_at: r.get(10)?,
        expires_at: r.get(11)?,
        ended_at: r.get(12)?,
        end_reason: r.get(13)?,
    })
}

/// A session with its account, where it is a person's, and when its password was set.
pub(crate) struct WithCredential {
    pub session: SessionRow,
    pub account: Option<AccountRow>,
    pub password_at: Option<Timestamp>,
    pub generated: bool,
}

pub(crate) async fn by_digest(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Option<WithCredential>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, c.changed_at, c.generated, {} FROM session s \
         LEFT JOIN credential c ON c.subject = s.subject \
         LEFT JOIN account a ON a.account_key = s.subject WHERE s.digest = ?",
        AccountRow::COLUMNS
    );
    let read = |r: Row| {
        let account: Option<String> = r.get(16)?;
        Ok(WithCredential {
            session: read(&r)?,
            account: account.map(|_| AccountRow::read_at(&r, 16)).transpose()?,
            password_at: r.get(14)?,
            generated: r.get::<Option<i64>>(15)?.is_some_and(|g| g != 0),
        })
    };
    run.row(&sql, args![digest]).await?.map(read).transpose()
}

/// The represented legal person with the delegation acted under, as they stand now.
pub(crate) struct Representation {
    pub account: AccountRow,
    pub delegation: Option<(DelegationState, crate::delegation::Terms)>,
}

pub(crate) async fn representation(
    run: &mut impl Run,
    represented: &str,
    delegation: Option<&str>,
) -> Result<Option<Representation>, StoreError> {
    let sql = format!(
        "SELECT {}, d.state, d.items, d.valid_from, d.valid_to FROM account a \
         LEFT JOIN delegation d ON d.principal = a.account_key AND d.delegation_key = ? \
         WHERE a.account_key = ?",
        AccountRow::COLUMNS
    );
    let Some(r) = run
        .row(&sql, args![delegation.unwrap_or(""), represented])
        .await?
    else {
        return Ok(None);
    };
    let delegation = match r.get::<Option<String>>(15)? {
        Some(state) => {
            let state = DelegationState::from_code(&state)
                .ok_or_else(|| StoreError::Column(15, "unknown code".into()))?;
            let items = items_from(&r.get::<String>(16)?);
            let terms = crate::delegation::Terms {
                items,
                from: r.get(17)?,
                to: r.get(18)?,
            };
            Some((state, terms))
        }
        None => None,
    };
    Ok(Some(Representation {
        account: AccountRow::read(&r)?,
        delegation,
    }))
}

pub(crate) async fn insert(run: &mut impl Run, s: &SessionRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (digest, session_key, kind, subject, represented, delegation, \
               channel, device, strength, created_at, last_seen_at, expires_at, ended_at, \
               end_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let args = args![
        s.digest.clone(),
        &s.key,
        &s.kind,
        &s.subject,
        &s.represented,
        &s.delegation,
        &s.channel,
        &s.device,
        &s.strength,
        s.created_at,
        s.last_seen_at,
        s.expires_at,
        s.ended_at,
        &s.end_reason
    ];
    run.exec(sql, args).await.map(drop)
}

/// Notes that the session is used; a note written by somebody else meanwhile stays.
pub(crate) async fn seen(
    run: &mut impl Run,
    digest: &[u8],
    before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE session SET last_seen_at = ? WHERE digest = ? AND last_seen_at = ?";
    run.exec(sql, args![now, digest, before]).await.map(drop)
}

/// Changes for whom the session acts; false when it has ended.
pub(crate) async fn switch(
    run: &mut impl Run,
    digest: &[u8],
    represented: Option<&str>,
    delegation: Option<&str>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET represented = ?, delegation = ? \
               WHERE digest = ? AND ended_at IS NULL";
    Ok(run
        .exec(sql, args![represented, delegation, digest])
        .await?
        == 1)
}

/// Ends a session; false when it has ended before.
pub(crate) async fn end(
    run: &mut impl Run,
    subject: &str,
    key: &str,
    now: Timestamp,
    why: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET ended_at = ?, end_reason = ? \
               WHERE subject = ? AND session_key = ? AND ended_at IS NULL";
    Ok(run.exec(sql, args![now, why, subject, key]).await? == 1)
}

/// Sessions of a subject, newest first.
pub(crate) async fn of_subject(
    run: &mut impl Run,
    subject: &str,
    limit: i64,
) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session s WHERE s.subject = ? \
         ORDER BY s.created_at DESC, s.session_key LIMIT ?"
    );
    run.rows(&sql, args![subject, limit])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Keys of sessions of a subject that have not ended.
pub(crate) async fn open_of(run: &mut impl Run, subject: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT session_key FROM session WHERE subject = ? AND ended_at IS NULL \
               ORDER BY created_at, session_key";
    run.rows(sql, args![subject])
        .await?
        .iter()
        .map(|r| r.get(0))
        .collect()
}

pub(crate) async fn delete_old(run: &mut impl Run, before: Timestamp) -> Result<u64, StoreError> {
    run.exec("DELETE FROM session WHERE expires_at < ?", args![before])
        .await
}
