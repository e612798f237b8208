//! Every SQL statement on messages. Bodies are encrypted.

use jiff::Timestamp;
use kernel::PageRequest;
use store::{Row, Run, StoreError, args};

/// A site message as it is stored.
pub(crate) struct SiteRow {
    pub id: String,
    pub at: Timestamp,
    pub read: bool,
    pub case_no: Option<String>,
    pub body: Vec<u8>,
}

/// A site message to be written.
pub(crate) struct NewSite<'a> {
    pub account: &'a str,
    pub id: &'a str,
    pub at: Timestamp,
    pub kind: &'a str,
    pub case_no: Option<&'a str>,
    pub body: &'a [u8],
}

/// Writes a message; false when it is there.
pub(crate) async fn put_site(run: &mut impl Run, new: &NewSite<'_>) -> Result<bool, StoreError> {
    let sql = "INSERT INTO site_message (account, message_id, at, kind, case_no, body) \
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, message_id) DO NOTHING";
    let values = args![new.account, new.id, new.at, new.kind, new.case_no, new.body];
    Ok(run.exec(sql, values).await? == 1)
}

pub(crate) async fn count_site(run: &mut impl Run, account: &str) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM site_message WHERE account = ?";
    run.count(sql, args![account]).await
}

/// A page of an account's messages, newest first.
pub(crate) async fn site_page(
    run: &mut impl Run,
    account: &str,
    page: PageRequest,
) -> Result<Vec<SiteRow>, StoreError> {
    let sql = "SELECT message_id, at, read_at, case_no, body FROM site_message \
        WHERE account = ? ORDER BY at DESC, message_id LIMIT ? OFFSET ?";
    let rows = run
        .rows(sql, args![account, page.size, page.offset()])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(SiteRow {
                id: row.get(0)?,
                at: row.get(1)?,
                read: row.get::<Option<String>>(2)?.is_some(),
                case_no: row.get(3)?,
                body: row.get(4)?,
            })
        })
        .collect()
}

/// How many messages an account has not read.
pub(crate) async fn unread(run: &mut impl Run, account: &str) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM site_message WHERE account = ? AND read_at IS NULL";
    run.count(sql, args![account]).await
}

/// Marks all messages of an account as read.
pub(crate) async fn mark_read(
    run: &mut impl Run,
    account: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE site_message SET read_at = ? WHERE account = ? AND read_at IS NULL";
    run.exec(sql, args![at, account]).await?;
    Ok(())
}

/// Queues a short message; false when it is there.
pub(crate) async fn queue_sms(
    run: &mut impl Run,
    id: &str,
    at: Timestamp,
    purpose: &str,
    body: &[u8],
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO sms (sms_id, at, state, purpose, body) VALUES (?, ?, 'queued', ?, ?) \
        ON CONFLICT (sms_id) DO NOTHING";
    Ok(run.exec(sql, args![id, at, purpose, body]).await? == 1)
}

/// State and body of a short message.
pub(crate) async fn sms(
    run: &mut impl Run,
    id: &str,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let sql = "SELECT state, body FROM sms WHERE sms_id = ?";
    let row = run.row(sql, args![id]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

pub(crate) async fn set_sent(run: &mut impl Run, id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE sms SET state = 'sent' WHERE sms_id = ?";
    run.exec(sql, args![id]).await?;
    Ok(())
}

/// The newest short messages: id, moment, state, purpose, body.
pub(crate) async fn newest_sms(run: &mut impl Run, limit: u32) -> Result<Vec<Row>, StoreError> {
    let sql = "SELECT sms_id, at, state, purpose, body FROM sms ORDER BY at DESC LIMIT ?";
    run.rows(sql, args![limit]).await
}
