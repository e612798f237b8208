//! Every statement of this domain.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::kind::Kind;
use crate::notice::{Format, Notice};
use crate::state::State;

const COLUMNS: &str = "doc_id, kind, number, title, template_version, case_key, case_no, \
    item_code, owner, agency_code, region_code, maker, made_at, state, rev, sealer, sealed_at, \
    delivered_at, withdrawn_at, withdrawn_by, replaces, replaced_by";

fn coded<T>(row: &Row, column: usize, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let code: String = row.get(column)?;
    read(&code).ok_or_else(|| StoreError::Column(column, format!("unknown code {code}")))
}

fn notice(row: &Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        doc_id: row.get(0)?,
        kind: coded(row, 1, Kind::from_code)?,
        number: row.get(2)?,
        title: row.get(3)?,
        template_version: row.get(4)?,
        case_key: row.get(5)?,
        case_no: row.get(6)?,
        item_code: row.get(7)?,
        owner: row.get(8)?,
        agency_code: row.get(9)?,
        region_code: row.get(10)?,
        maker: row.get(11)?,
        made_at: row.get(12)?,
        state: coded(row, 13, State::from_code)?,
        rev: row.get(14)?,
        sealer: row.get(15)?,
        sealed_at: row.get(16)?,
        delivered_at: row.get(17)?,
        withdrawn_at: row.get(18)?,
        withdrawn_by: row.get(19)?,
        replaces: row.get(20)?,
        replaced_by: row.get(21)?,
    })
}

pub(crate) async fn insert(
    run: &mut impl Run,
    n: &Notice,
    content: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice (doc_id, kind, number, title, template_version, case_key, \
        case_no, item_code, owner, agency_code, region_code, maker, made_at, content, state, rev, \
        replaces) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    run.queue(
        sql,
        args![
            &n.doc_id,
            n.kind.code(),
            &n.number,
            &n.title,
            n.template_version,
            &n.case_key,
            &n.case_no,
            &n.item_code,
            &n.owner,
            &n.agency_code,
            &n.region_code,
            &n.maker,
            n.made_at,
            content,
            n.state.code(),
            n.rev,
            &n.replaces,
        ],
    )
    .await
}

/// Takes a number for a document. False: it belongs to another.
pub(crate) async fn take_number(
    run: &mut impl Run,
    number: &str,
    doc_id: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO notice_number (number, doc_id) VALUES (?, ?) \
        ON CONFLICT (number) DO NOTHING";
    run.exec_one(sql, args![number, doc_id]).await
}

pub(crate) async fn by_id(run: &mut impl Run, doc_id: &str) -> Result<Option<Notice>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM notice WHERE doc_id = ?");
    run.row(&sql, args![doc_id])
        .await?
        .as_ref()
        .map(notice)
        .transpose()
}

/// The encrypted content.
pub(crate) async fn content(run: &mut impl Run, doc_id: &str) -> Result<Vec<u8>, StoreError> {
    let sql = "SELECT content FROM notice WHERE doc_id = ?";
    match run.row(sql, args![doc_id]).await? {
        Some(row) => row.get(0),
        None => Ok(Vec::new()),
    }
}

/// The documents of a case, oldest first.
pub(crate) async fn of_case(run: &mut impl Run, case_key: &str) -> Result<Vec<Notice>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM notice WHERE case_key = ? ORDER BY made_at, doc_id");
    run.rows(&sql, args![case_key])
        .await?
        .iter()
        .map(notice)
        .collect()
}

/// Writes what moves may change, if nobody changed the row since `seen`.
pub(crate) async fn update(run: &mut impl Run, n: &Notice, seen: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE notice SET state = ?, rev = ?, sealer = ?, sealed_at = ?, \
        delivered_at = ?, withdrawn_at = ?, withdrawn_by = ?, replaced_by = ? \
        WHERE doc_id = ? AND rev = ?";
    let changed = run
        .exec(
            sql,
            args![
                n.state.code(),
                n.rev,
                &n.sealer,
                n.sealed_at,
                n.delivered_at,
                n.withdrawn_at,
                &n.withdrawn_by,
                &n.replaced_by,
                &n.doc_id,
                seen,
            ],
        )
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn set_use(
    run: &mut impl Run,
    doc_id: &str,
    use_key: &str,
) -> Result<(), StoreError> {
    run.queue(
        "UPDATE notice SET use_key = ? WHERE doc_id = ?",
        args![use_key, doc_id],
    )
    .await
}

pub(crate) async fn set_reason(
    run: &mut impl Run,
    doc_id: &str,
    reason: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "UPDATE notice SET withdraw_reason = ? WHERE doc_id = ?";
    run.exec(sql, args![reason, doc_id]).await?;
    Ok(())
}

pub(crate) async fn reason(
    run: &mut impl Run,
    doc_id: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT withdraw_reason FROM notice WHERE doc_id = ?";
    match run.row(sql, args![doc_id]).await? {
        Some(row) => row.get(0),
        None => Ok(None),
    }
}

/// A stored file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub format: Format,
    pub blob: String,
    /// SM3, hexadecimal.
    pub digest: String,
    pub length: u64,
}

pub(crate) async fn insert_file(
    run: &mut impl Run,
    doc_id: &str,
    file: &StoredFile,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice_file (doc_id, format, blob, digest, length) \
        VALUES (?, ?, ?, ?, ?)";
    let length = i64::try_from(file.length).unwrap_or(i64::MAX);
    run.queue(
        sql,
        args![doc_id, file.format.code(), &file.blob, &file.digest, length],
    )
    .await
}

pub(crate) async fn blob_of(
    run: &mut impl Run,
    doc_id: &str,
    format: Format,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT blob FROM notice_file WHERE doc_id = ? AND format = ?";
    run.row(sql, args![doc_id, format.code()])
        .await?
        .map(|row| row.get(0))
        .transpose()
}

pub(crate) async fn by_digest(
    run: &mut impl Run,
    digest: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT doc_id FROM notice_file WHERE digest = ? ORDER BY doc_id LIMIT 1";
    run.row(sql, args![digest])
        .await?
        .map(|row| row.get(0))
        .transpose()
}

/// The names of all stored files, for the sweeper of the file store.
pub(crate) async fn blobs(run: &mut impl Run) -> Result<Vec<String>, StoreError> {
    let rows = run.rows("SELECT blob FROM notice_file", Vec::new()).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Registers the word of an agency, in place of the one it had.
pub(crate) async fn set_word(
    run: &mut impl Run,
    agency: &str,
    word: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice_word (agency_code, word) VALUES (?, ?) \
        ON CONFLICT (agency_code) DO UPDATE SET word = excluded.word";
    run.exec(sql, args![agency, word]).await?;
    Ok(())
}

pub(crate) async fn word(run: &mut impl Run, agency: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT word FROM notice_word WHERE agency_code = ?";
    run.row(sql, args![agency])
        .await?
        .map(|row| row.get(0))
        .transpose()
}

/// The versions of a kind's template with the moment from which each is used, newest first.
pub(crate) async fn versions(
    run: &mut impl Run,
    kind: Kind,
) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let sql = "SELECT version, used_from FROM notice_template WHERE kind = ? ORDER BY version DESC";
    let rows = run.rows(sql, args![kind.code()]).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

pub(crate) async fn newest_version(run: &mut impl Run, kind: Kind) -> Result<i64, StoreError> {
    let sql = "SELECT version FROM notice_template WHERE kind = ? ORDER BY version DESC LIMIT 1";
    match run.row(sql, args![kind.code()]).await? {
        Some(row) => row.get(0),
        None => Ok(0),
    }
}

pub(crate) async fn template(
    run: &mut impl Run,
    kind: Kind,
    version: i64,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM notice_template WHERE kind = ? AND version = ?";
    run.row(sql, args![kind.code(), version])
        .await?
        .map(|row| row.get(0))
        .transpose()
}

pub(crate) async fn insert_template(
    run: &mut impl Run,
    (kind, version): (Kind, i64),
    used_from: Timestamp,
    body: &str,
    author: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO notice_template (kind, version, used_from, body, author) \
        VALUES (?, ?, ?, ?, ?)";
    run.exec(sql, args![kind.code(), version, used_from, body, author])
        .await?;
    Ok(())
}
