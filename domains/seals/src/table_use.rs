//! Every statement on uses of seals and their daily counters.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Row, Run, StoreError, Value, args};

use crate::authorise::HolderKind;
use crate::query::Uses;
use crate::reserve::{Reserve, UseId};
use crate::state::State;
use crate::table::coded;
use crate::usage::{SealUse, UseResult, UsedDocument};

/// The authorisation under which a use falls.
pub(crate) struct Granted {
    pub key: String,
    pub daily_maximum: i64,
}

/// The authorisation of this holder for this kind of document and item at `now`; one that names
/// the item goes before one for every item.
pub(crate) async fn authorisation(
    run: &mut impl Run,
    wish: &Reserve,
    kind: HolderKind,
    holder: &str,
    now: Timestamp,
) -> Result<Option<Granted>, StoreError> {
    let sql = "SELECT auth_key, daily_maximum FROM seal_authorisation WHERE seal_key = ? \
        AND holder_kind = ? AND holder = ? AND document_kind = ? AND withdrawn_at IS NULL \
        AND valid_from <= ? AND valid_to >= ? AND (item_code = '' OR item_code = ?) \
        ORDER BY item_code DESC, auth_key LIMIT 1";
    let values = args![
        &wish.seal,
        kind.code(),
        holder,
        &wish.document_kind,
        now,
        now,
        &wish.item_code,
    ];
    let Some(row) = run.row(sql, values).await? else {
        return Ok(None);
    };
    Ok(Some(Granted {
        key: row.get(0)?,
        daily_maximum: row.get(1)?,
    }))
}

/// The seals for which somebody holds an authorisation at `now`, each with one kind of document; in
/// order of both, none twice.
pub(crate) async fn held_by(
    run: &mut impl Run,
    kind: HolderKind,
    holder: &str,
    now: Timestamp,
) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT DISTINCT seal_key, document_kind FROM seal_authorisation WHERE holder = ? \
        AND holder_kind = ? AND withdrawn_at IS NULL AND valid_from <= ? AND valid_to >= ? \
        ORDER BY seal_key, document_kind";
    run.rows(sql, args![holder, kind.code(), now, now])
        .await?
        .iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Counts one more use of the day unless the maximum is reached. False: it is reached.
pub(crate) async fn count_use(
    run: &mut impl Run,
    seal_key: &str,
    granted: &Granted,
    day: Date,
) -> Result<bool, StoreError> {
    let update = "UPDATE seal_day SET used = used + 1 \
        WHERE seal_key = ? AND auth_key = ? AND day = ? AND used < ?";
    let values = || args![seal_key, &granted.key, day, granted.daily_maximum];
    if run.exec(update, values()).await? == 1 {
        return Ok(true);
    }
    // No row yet, or none left: make the day's row and try once more.
    let insert = "INSERT INTO seal_day (seal_key, auth_key, day, used) VALUES (?, ?, ?, 0) \
        ON CONFLICT (seal_key, auth_key, day) DO NOTHING";
    run.exec(insert, args![seal_key, &granted.key, day]).await?;
    Ok(run.exec(update, values()).await? == 1)
}

/// What is written when a use is allowed.
pub(crate) struct Reserved<'a> {
    pub id: &'a UseId,
    pub auth_key: &'a str,
    pub agency: &'a str,
    pub caller: &'a str,
    pub at: Timestamp,
    pub wish: &'a Reserve,
}

pub(crate) async fn insert(run: &mut impl Run, r: &Reserved<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_use (use_key, seal_key, auth_key, agency_code, document_kind, \
        purpose, case_no, item_code, caller, person, at, result, note) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')";
    let w = r.wish;
    run.queue(
        sql,
        args![
            r.id.as_str(),
            &w.seal,
            r.auth_key,
            r.agency,
            &w.document_kind,
            &w.purpose,
            &w.case_no,
            &w.item_code,
            r.caller,
            &w.person,
            r.at,
            UseResult::Reserved.code(),
        ],
    )
    .await
}

/// What a stamp needs to know of its use and seal at this moment.
pub(crate) struct Open {
    pub seal_key: String,
    pub result: UseResult,
    pub at: Timestamp,
    pub state: State,
    pub frozen: bool,
    pub purpose: String,
    pub document_kind: String,
    pub caller: String,
    pub valid_to: Option<Timestamp>,
    pub agency: String,
}

pub(crate) async fn open(run: &mut impl Run, id: &UseId) -> Result<Option<Open>, StoreError> {
    let sql = "SELECT u.seal_key, u.result, u.at, s.state, u.purpose, u.caller, \
        s.frozen_at, s.valid_to, u.agency_code, u.document_kind FROM seal_use u \
        JOIN seal s ON s.seal_key = u.seal_key WHERE u.use_key = ?";
    let Some(row) = run.row(sql, args![id.as_str()]).await? else {
        return Ok(None);
    };
    Ok(Some(Open {
        seal_key: row.get(0)?,
        result: coded(&row, 1, UseResult::from_code)?,
        at: row.get(2)?,
        state: coded(&row, 3, State::from_code)?,
        purpose: row.get(4)?,
        caller: row.get(5)?,
        frozen: row.get::<Option<Timestamp>>(6)?.is_some(),
        valid_to: row.get(7)?,
        agency: row.get(8)?,
        document_kind: row.get(9)?,
    }))
}

/// The uses of a seal that are under way, or of one of its authorisations.
pub(crate) async fn running(
    run: &mut impl Run,
    seal_key: &str,
    authorisation: Option<&str>,
) -> Result<Vec<UseId>, StoreError> {
    let mut sql =
        String::from("SELECT use_key FROM seal_use WHERE seal_key = ? AND result = 'reserved'");
    let mut values = args![seal_key];
    if let Some(auth) = authorisation {
        sql.push_str(" AND auth_key = ?");
        values.push(auth.into());
    }
    sql.push_str(" ORDER BY use_key");
    run.rows(&sql, values)
        .await?
        .iter()
        .map(|row| Ok(UseId(row.get(0)?)))
        .collect()
}

/// How often each authorisation of a seal was used on a day.
pub(crate) async fn used_on(
    run: &mut impl Run,
    seal_key: &str,
    day: Date,
) -> Result<BTreeMap<String, i64>, StoreError> {
    // The counters of one seal: a few rows a day, found by the front of their key.
    let sql = "SELECT d.auth_key, d.used FROM seal_authorisation a JOIN seal_day d \
        ON d.seal_key = a.seal_key AND d.auth_key = a.auth_key AND d.day = ? \
        WHERE a.seal_key = ?";
    run.rows(sql, args![day, seal_key])
        .await?
        .iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Finishes a use that is still open. False: somebody did before.
pub(crate) async fn finish(
    run: &mut impl Run,
    id: &UseId,
    result: UseResult,
    at: Timestamp,
    note: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE seal_use SET result = ?, finished_at = ?, note = ? \
        WHERE use_key = ? AND result = 'reserved'";
    Ok(run
        .exec(sql, args![result.code(), at, note, id.as_str()])
        .await?
        == 1)
}

pub(crate) async fn insert_document(
    run: &mut impl Run,
    id: &UseId,
    document: &UsedDocument,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_use_document (use_key, format, digest, length) \
        VALUES (?, ?, ?, ?)";
    let length = i64::try_from(document.length).unwrap_or(i64::MAX);
    run.queue(
        sql,
        args![id.as_str(), &document.format, &document.digest, length],
    )
    .await
}

async fn documents(run: &mut impl Run, id: &UseId) -> Result<Vec<UsedDocument>, StoreError> {
    let sql = "SELECT format, digest, length FROM seal_use_document WHERE use_key = ? \
        ORDER BY format";
    let rows = run.rows(sql, args![id.as_str()]).await?;
    rows.iter()
        .map(|row| {
            Ok(UsedDocument {
                format: row.get(0)?,
                digest: row.get(1)?,
                length: row.get(2)?,
            })
        })
        .collect()
}

/// Uses still open that were reserved before a moment, oldest first.
pub(crate) async fn open_before(
    run: &mut impl Run,
    before: Timestamp,
) -> Result<Vec<UseId>, StoreError> {
    let sql = "SELECT use_key FROM seal_use WHERE result = 'reserved' AND at < ? \
        ORDER BY at LIMIT 1000";
    run.rows(sql, args![before])
        .await?
        .iter()
        .map(|row| Ok(UseId(row.get(0)?)))
        .collect()
}

/// The condition of a list of uses. The agency always stands first: the index begins with it.
fn condition(list: &Uses) -> (String, Vec<Value>) {
    let mut sql = String::from("agency_code = ?");
    let mut values = args![&list.agency];
    if let Some(seal) = &list.seal {
        sql = String::from("seal_key = ? AND agency_code = ?");
        values.insert(0, Value::from(seal));
    }
    if let Some(from) = list.from {
        sql.push_str(" AND at >= ?");
        values.push(from.into());
    }
    if let Some(to) = list.to {
        sql.push_str(" AND at < ?");
        values.push(to.into());
    }
    if let Some(kind) = &list.document_kind {
        sql.push_str(" AND document_kind = ?");
        values.push(kind.into());
    }
    if let Some(text) = &list.purpose {
        sql.push_str(" AND (purpose LIKE ? ESCAPE '!' OR case_no = ?)");
        let plain = text
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        values.push(format!("%{plain}%").into());
        values.push(text.into());
    }
    (sql, values)
}

pub(crate) async fn count(run: &mut impl Run, list: &Uses) -> Result<u64, StoreError> {
    let (condition, values) = condition(list);
    run.count(
        &format!("SELECT count(*) FROM seal_use WHERE {condition}"),
        values,
    )
    .await
}

/// One page of uses, newest first.
pub(crate) async fn page(
    run: &mut impl Run,
    list: &Uses,
    (offset, limit): (i64, i64),
) -> Result<Vec<SealUse>, StoreError> {
    let (condition, mut values) = condition(list);
    let sql = format!(
        "SELECT use_key, seal_key, agency_code, document_kind, purpose, case_no, item_code, \
         caller, person, at, result, finished_at, note FROM seal_use WHERE {condition} \
         ORDER BY at DESC, use_key DESC LIMIT ? OFFSET ?"
    );
    values.extend(args![limit, offset]);
    let mut uses = Vec::new();
    for row in run.rows(&sql, values).await? {
        let mut one = seal_use(&row)?;
        one.documents = documents(run, &one.id).await?;
        uses.push(one);
    }
    Ok(uses)
}

fn seal_use(row: &Row) -> Result<SealUse, StoreError> {
    Ok(SealUse {
        id: UseId(row.get(0)?),
        seal: row.get(1)?,
        agency: row.get(2)?,
        document_kind: row.get(3)?,
        purpose: row.get(4)?,
        case_no: row.get(5)?,
        item_code: row.get(6)?,
        caller: row.get(7)?,
        person: row.get(8)?,
        at: row.get(9)?,
        result: coded(row, 10, UseResult::from_code)?,
        finished_at: row.get(11)?,
        note: row.get(12)?,
        documents: Vec::new(),
    })
}
