//! Every SQL statement of user spaces.

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::PageRequest;
use store::{Ctx, Row, Run, args};

use crate::content::FileKind;
use crate::error::MaterialError;
use crate::file::{Body, FileCard};
use crate::trust::{TrustLevel, note};

const FILE: &str =
    "owner, file_key, at, bytes, kind, trust, valid_to, rev, original, stamped, body";

/// A file's row.
#[derive(Clone, Debug)]
pub(crate) struct FileRow {
    pub owner: String,
    pub file_key: String,
    pub at: Timestamp,
    pub bytes: u64,
    pub kind: FileKind,
    pub trust: TrustLevel,
    pub valid_to: Option<Date>,
    pub rev: i64,
    /// Name of the clean original's blob.
    pub original: String,
    /// Name of the stamped copy's blob.
    pub stamped: Option<String>,
    pub body: Body,
}

impl FileRow {
    fn read(ctx: &Ctx, row: &Row) -> Result<Self, MaterialError> {
        let (owner, file_key): (String, String) = (row.get(0)?, row.get(1)?);
        let bad = |what: &str| MaterialError::Data(what.to_owned());
        let sealed: Vec<u8> = row.get(10)?;
        let plain = ctx
            .open_sealed("user_file", "body", &file_key, &sealed)
            .map_err(|e| MaterialError::Data(e.to_string()))?;
        Ok(Self {
            at: row.get(2)?,
            bytes: row.get(3)?,
            kind: FileKind::from_code(&row.get::<String>(4)?).ok_or_else(|| bad("kind"))?,
            trust: TrustLevel::from_code(&row.get::<String>(5)?).ok_or_else(|| bad("trust"))?,
            valid_to: row.get(6)?,
            rev: row.get(7)?,
            original: row.get(8)?,
            stamped: row.get(9)?,
            body: serde_json::from_slice(&plain).map_err(|e| MaterialError::Data(e.to_string()))?,
            owner,
            file_key,
        })
    }

    pub fn note(&self) -> String {
        note(self.trust, "", self.valid_to)
    }

    pub fn card(&self) -> FileCard {
        FileCard {
            file_key: self.file_key.clone(),
            owner: self.owner.clone(),
            name: self.body.name.clone(),
            group: self.body.group,
            kind: self.kind,
            trust: self.trust.code().to_owned(),
            note: self.note(),
            bytes: self.bytes,
            at: self.at,
            valid_to: self.valid_to,
        }
    }

    pub fn sealed_body(&self, ctx: &Ctx) -> Result<Vec<u8>, MaterialError> {
        let plain =
            serde_json::to_vec(&self.body).map_err(|e| MaterialError::Data(e.to_string()))?;
        Ok(ctx.seal("user_file", "body", &self.file_key, &plain))
    }
}

pub(crate) async fn insert(
    run: &mut impl Run,
    f: &FileRow,
    digest: &str,
    body: &[u8],
) -> Result<(), MaterialError> {
    let sql = "INSERT INTO user_file (owner, file_key, at, bytes, kind, trust, valid_to, deleted, \
               rev, original, stamped, digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 1, ?, ?, ?, ?)";
    let bytes = i64::try_from(f.bytes).unwrap_or(i64::MAX);
    let args = args![
        f.owner.as_str(),
        f.file_key.as_str(),
        f.at,
        bytes,
        f.kind.code(),
        f.trust.code(),
        f.valid_to,
        f.original.as_str(),
        &f.stamped,
        digest,
        body
    ];
    run.exec(sql, args).await?;
    let sql = "INSERT INTO user_file_key (file_key, owner) VALUES (?, ?)";
    run.exec(sql, args![f.file_key.as_str(), f.owner.as_str()])
        .await?;
    Ok(())
}

/// Takes room in the space; false when there is not enough. The condition stands in the statement,
/// so that two uploads at once cannot both take the last room.
pub(crate) async fn take_room(
    run: &mut impl Run,
    owner: &str,
    bytes: i64,
    limit: i64,
) -> Result<bool, MaterialError> {
    let sql = "INSERT INTO user_space (owner, used) VALUES (?, 0) ON CONFLICT (owner) DO NOTHING";
    run.exec(sql, args![owner]).await?;
    let sql = "UPDATE user_space SET used = used + ? WHERE owner = ? AND used + ? <= ?";
    Ok(run.exec(sql, args![bytes, owner, bytes, limit]).await? == 1)
}

pub(crate) async fn free_room(
    run: &mut impl Run,
    owner: &str,
    bytes: i64,
) -> Result<(), MaterialError> {
    let sql = "UPDATE user_space SET used = used - ? WHERE owner = ?";
    run.exec(sql, args![bytes, owner]).await?;
    Ok(())
}

pub(crate) async fn used(run: &mut impl Run, owner: &str) -> Result<u64, MaterialError> {
    Ok(run
        .count("SELECT used FROM user_space WHERE owner = ?", args![owner])
        .await?)
}

pub(crate) async fn owner_of(
    run: &mut impl Run,
    file_key: &str,
) -> Result<Option<String>, MaterialError> {
    let sql = "SELECT owner FROM user_file_key WHERE file_key = ?";
    Ok(run
        .row(sql, args![file_key])
        .await?
        .map(|r| r.get(0))
        .transpose()?)
}

pub(crate) async fn file(
    run: &mut impl Run,
    ctx: &Ctx,
    owner: &str,
    file_key: &str,
) -> Result<Option<(FileRow, bool)>, MaterialError> {
    let sql = format!("SELECT {FILE}, deleted FROM user_file WHERE owner = ? AND file_key = ?");
    match run.row(&sql, args![owner, file_key]).await? {
        Some(row) => Ok(Some((FileRow::read(ctx, &row)?, row.get(11)?))),
        None => Ok(None),
    }
}

pub(crate) async fn list(
    run: &mut impl Run,
    ctx: &Ctx,
    owner: &str,
    page: PageRequest,
) -> Result<(Vec<FileRow>, u64), MaterialError> {
    let sql = format!(
        "SELECT {FILE} FROM user_file WHERE owner = ? AND deleted = 0 \
         ORDER BY at DESC LIMIT ? OFFSET ?"
    );
    let rows = run
        .rows(&sql, args![owner, page.size, page.offset()])
        .await?;
    let count = "SELECT count(*) FROM user_file WHERE owner = ? AND deleted = 0";
    let total = run.count(count, args![owner]).await?;
    let rows: Result<_, _> = rows.iter().map(|r| FileRow::read(ctx, r)).collect();
    Ok((rows?, total))
}

pub(crate) async fn mark_deleted(
    run: &mut impl Run,
    owner: &str,
    file_key: &str,
) -> Result<bool, MaterialError> {
    let sql = "UPDATE user_file SET deleted = 1, rev = rev + 1 \
               WHERE owner = ? AND file_key = ? AND deleted = 0";
    Ok(run.exec(sql, args![owner, file_key]).await? == 1)
}

/// Level, validity and stamped copy under the revision that was read.
pub(crate) async fn restamp(
    run: &mut impl Run,
    f: &FileRow,
    body: &[u8],
) -> Result<(), MaterialError> {
    let sql = "UPDATE user_file SET trust = ?, valid_to = ?, stamped = ?, body = ?, rev = rev + 1 \
               WHERE owner = ? AND file_key = ? AND rev = ?";
    let args = args![
        f.trust.code(),
        f.valid_to,
        &f.stamped,
        body,
        f.owner.as_str(),
        f.file_key.as_str(),
        f.rev
    ];
    if run.exec(sql, args).await? == 1 {
        Ok(())
    } else {
        Err(MaterialError::Stale)
    }
}

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(
    run: &mut impl Run,
) -> Result<std::collections::HashSet<String>, MaterialError> {
    let sql = "SELECT original FROM user_file UNION SELECT stamped FROM user_file \
               WHERE stamped IS NOT NULL";
    let rows = run.rows(sql, Vec::new()).await?;
    Ok(rows.iter().map(|r| r.get(0)).collect::<Result<_, _>>()?)
}
