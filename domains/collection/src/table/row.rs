//! SQL of rows.

use cleaning::Action;
use jiff::Timestamp;
use kernel::PageRequest;
use licences::State;
use store::{Ctx, Row, Run, Value, args};

use crate::error::CollectionError;
use crate::row::{CollectedRow, RowBody, RowQuery};

const COLUMNS: &str = "batch_key, row_no, rev, state, action, agency, problem, editor, checker, \
                       checked_at, licence_key, body";

/// Rows that one statement inserts: 12 columns each.
const AT_ONCE: usize = 100;

fn bound(batch_key: &str, row_no: u32) -> String {
    format!("{batch_key}/{row_no}")
}

pub(crate) fn sealed(ctx: &Ctx, row: &CollectedRow) -> Result<Vec<u8>, CollectionError> {
    let plain = serde_json::to_vec(&row.body)?;
    let key = bound(&row.batch_key, row.row_no);
    Ok(ctx.seal("collection_row", "body", &key, &plain))
}

fn action(code: &str) -> Result<Action, CollectionError> {
    let found = Action::ALL.into_iter().find(|one| one.code() == code);
    found.ok_or_else(|| CollectionError::Data(code.to_owned()))
}

fn read(ctx: &Ctx, row: &Row) -> Result<CollectedRow, CollectionError> {
    let (batch_key, row_no): (String, u32) = (row.get(0)?, row.get(1)?);
    let state: String = row.get(3)?;
    let sealed: Vec<u8> = row.get(11)?;
    let key = bound(&batch_key, row_no);
    let plain = ctx
        .open_sealed("collection_row", "body", &key, &sealed)
        .map_err(CollectionError::data)?;
    let body: RowBody = serde_json::from_slice(&plain)?;
    let problem: i64 = row.get(6)?;
    Ok(CollectedRow {
        batch_key,
        row_no,
        rev: row.get(2)?,
        state: State::from_code(&state).ok_or(CollectionError::Data(state))?,
        action: action(&row.get::<String>(4)?)?,
        agency: row.get(5)?,
        problem: problem == 1,
        editor: row.get(7)?,
        checker: row.get(8)?,
        checked_at: row.get(9)?,
        licence_key: row.get(10)?,
        body,
    })
}

fn values(row: &CollectedRow, body: &[u8]) -> Vec<Value> {
    args![
        row.batch_key.as_str(),
        row.row_no,
        row.rev,
        row.state.code(),
        row.action.code(),
        row.agency.as_str(),
        i64::from(row.problem),
        row.editor.as_deref(),
        row.checker.as_deref(),
        row.checked_at,
        row.licence_key.as_deref(),
        body
    ]
}

/// New rows with their bodies sealed beforehand.
pub(crate) async fn insert_all(
    run: &mut impl Run,
    rows: &[(CollectedRow, Vec<u8>)],
) -> Result<(), CollectionError> {
    for some in rows.chunks(AT_ONCE) {
        let sql = format!(
            "INSERT INTO collection_row ({COLUMNS}) VALUES {}",
            store::marks(some.len(), 12)
        );
        let all = some.iter().flat_map(|(row, body)| values(row, body));
        run.exec(&sql, all.collect()).await?;
    }
    Ok(())
}

pub(crate) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    batch_key: &str,
    row_no: u32,
) -> Result<CollectedRow, CollectionError> {
    let sql = format!("SELECT {COLUMNS} FROM collection_row WHERE batch_key = ? AND row_no = ?");
    let row = run.row(&sql, args![batch_key, row_no]).await?;
    read(ctx, &row.ok_or(CollectionError::NotFound)?)
}

/// A page of rows of these issuers in the order of the file, and how many there are up to [`kernel::COUNTED`].
pub(crate) async fn page(
    run: &mut impl Run,
    ctx: &Ctx,
    (batch_key, agencies): (&str, Option<&[String]>),
    query: RowQuery,
    page: PageRequest,
) -> Result<(Vec<CollectedRow>, u64), CollectionError> {
    let mut held = String::from("batch_key = ?");
    let mut bound = args![batch_key];
    if let Some(agencies) = agencies {
        if agencies.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let marks = vec!["?"; agencies.len()].join(", ");
        held.push_str(&format!(" AND agency IN ({marks})"));
        bound.extend(agencies.iter().map(Value::from));
    }
    if let Some(state) = query.state {
        held.push_str(" AND state = ? AND problem = ?");
        bound.push(state.code().into());
        bound.push(i64::from(query.problem).into());
    } else if let Some(action) = query.action {
        held.push_str(" AND action = ?");
        bound.push(action.code().into());
    }
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM collection_row WHERE {held} LIMIT {}) AS counted",
        kernel::COUNTED + 1
    );
    let total = run.count(&sql, bound.clone()).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_row WHERE {held} ORDER BY row_no LIMIT ? OFFSET ?"
    );
    bound.push(i64::from(page.size).into());
    bound.push(page.offset().into());
    let rows = run.rows(&sql, bound).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(|row| read(ctx, row)).collect();
    Ok((rows?, total))
}

/// Rows behind a place, in the order of the file.
pub(crate) async fn after(
    run: &mut impl Run,
    ctx: &Ctx,
    batch_key: &str,
    place: u64,
    limit: i64,
) -> Result<Vec<CollectedRow>, CollectionError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_row WHERE batch_key = ? AND row_no > ? \
         ORDER BY row_no LIMIT ?"
    );
    let rows = run
        .rows(&sql, args![batch_key, place.cast_signed(), limit])
        .await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// Rows in a state behind a place, those that stopped or those that did not, in the order of the
/// file.
pub(crate) async fn waiting(
    run: &mut impl Run,
    ctx: &Ctx,
    batch_key: &str,
    (state, problem): (State, bool),
    place: u64,
    limit: i64,
) -> Result<Vec<CollectedRow>, CollectionError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_row WHERE batch_key = ? AND state = ? AND problem = ? \
         AND row_no > ? ORDER BY row_no LIMIT ?"
    );
    let stopped = i64::from(problem);
    let values = args![batch_key, state.code(), stopped, place.cast_signed(), limit];
    let rows = run.rows(&sql, values).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// Replaces a row that is still what was read.
pub(crate) async fn update(
    run: &mut impl Run,
    ctx: &Ctx,
    was: &CollectedRow,
    now: &CollectedRow,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_row SET state = ?, action = ?, problem = ?, editor = ?, \
               checker = ?, checked_at = ?, licence_key = ?, body = ?, rev = rev + 1 \
               WHERE batch_key = ? AND row_no = ? AND rev = ?";
    let values = args![
        now.state.code(),
        now.action.code(),
        i64::from(now.problem),
        now.editor.as_deref(),
        now.checker.as_deref(),
        now.checked_at,
        now.licence_key.as_deref(),
        sealed(ctx, now)?,
        now.batch_key.as_str(),
        now.row_no,
        was.rev
    ];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}

/// Rows that wait for a check become checked; gives how many were.
pub(crate) async fn check(
    run: &mut impl Run,
    batch_key: &str,
    rows: &[u32],
    checker: &str,
    at: Timestamp,
) -> Result<u64, CollectionError> {
    let mut done = 0;
    for some in rows.chunks(500) {
        let marks = vec!["?"; some.len()].join(", ");
        let sql = format!(
            "UPDATE collection_row SET state = 'CHECKED', checker = ?, checked_at = ?, \
             rev = rev + 1 WHERE batch_key = ? AND state = 'COLLECTED' AND row_no IN ({marks})"
        );
        let mut values = args![checker, at, batch_key];
        values.extend(some.iter().map(|row| Value::from(*row)));
        done += run.exec(&sql, values).await?;
    }
    Ok(done)
}

pub(crate) async fn put_photo(
    run: &mut impl Run,
    batch_key: &str,
    row_no: u32,
    photo: &str,
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_photo (batch_key, row_no, photo) VALUES (?, ?, ?) \
               ON CONFLICT (batch_key, row_no) DO UPDATE SET photo = excluded.photo";
    run.exec(sql, args![batch_key, row_no, photo]).await?;
    Ok(())
}

pub(crate) async fn photo(
    run: &mut impl Run,
    batch_key: &str,
    row_no: u32,
) -> Result<Option<String>, CollectionError> {
    let sql = "SELECT photo FROM collection_photo WHERE batch_key = ? AND row_no = ?";
    let row = run.row(sql, args![batch_key, row_no]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}
