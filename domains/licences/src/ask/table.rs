//! SQL of holders' requests.

use jiff::Timestamp;
use store::{Ctx, Row, Run, args};

use super::{HolderRequest, RequestBody, RequestKind, RequestState};
use crate::error::LicenceError;

const COLUMNS: &str =
    "request_key, licence_key, agency, kind, state, asked_at, officer, answered_at, body";

fn read(ctx: &Ctx, row: &Row) -> Result<HolderRequest, LicenceError> {
    let request_key: String = row.get(0)?;
    let (kind, state): (String, String) = (row.get(3)?, row.get(4)?);
    let sealed: Vec<u8> = row.get(8)?;
    let plain = ctx
        .open_sealed("licence_request", "body", &request_key, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(HolderRequest {
        licence_key: row.get(1)?,
        agency: row.get(2)?,
        kind: RequestKind::from_code(&kind).ok_or(LicenceError::Data(kind))?,
        state: RequestState::from_code(&state).ok_or(LicenceError::Data(state))?,
        asked_at: row.get(5)?,
        officer: row.get(6)?,
        answered_at: row.get(7)?,
        body: serde_json::from_slice(&plain)?,
        request_key,
    })
}

fn sealed(ctx: &Ctx, key: &str, body: &RequestBody) -> Result<Vec<u8>, LicenceError> {
    let plain = serde_json::to_vec(body)?;
    Ok(ctx.seal("licence_request", "body", key, &plain))
}

pub(super) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<HolderRequest, LicenceError> {
    let sql = format!("SELECT {COLUMNS} FROM licence_request WHERE request_key = ?");
    let row = run.row(&sql, args![key]).await?;
    read(ctx, &row.ok_or(LicenceError::NotFound)?)
}

pub(super) async fn of_licence(
    run: &mut impl Run,
    ctx: &Ctx,
    licence_key: &str,
) -> Result<Vec<HolderRequest>, LicenceError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licence_request WHERE licence_key = ? \
         ORDER BY asked_at DESC LIMIT 50"
    );
    let rows = run.rows(&sql, args![licence_key]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

pub(super) async fn waiting(
    run: &mut impl Run,
    ctx: &Ctx,
    agency: &str,
) -> Result<Vec<HolderRequest>, LicenceError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licence_request WHERE agency = ? AND state = 'open' \
         ORDER BY asked_at LIMIT 200"
    );
    let rows = run.rows(&sql, args![agency]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// False when one of that kind waits for that licence.
pub(super) async fn insert(
    run: &mut impl Run,
    ctx: &Ctx,
    r: &HolderRequest,
) -> Result<bool, LicenceError> {
    let sql = "INSERT INTO licence_request (request_key, licence_key, agency, kind, state, \
               asked_at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let values = args![
        r.request_key.as_str(),
        r.licence_key.as_str(),
        r.agency.as_str(),
        r.kind.code(),
        r.state.code(),
        r.asked_at,
        sealed(ctx, &r.request_key, &r.body)?
    ];
    Ok(run.exec(sql, values).await? == 1)
}

/// Ends one that waits; stale when it waits no more.
pub(super) async fn end(
    run: &mut impl Run,
    ctx: &Ctx,
    r: &HolderRequest,
    at: Timestamp,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_request SET state = ?, officer = ?, answered_at = ?, body = ? \
               WHERE request_key = ? AND state = 'open'";
    let values = args![
        r.state.code(),
        r.officer.as_deref(),
        at,
        sealed(ctx, &r.request_key, &r.body)?,
        r.request_key.as_str()
    ];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(LicenceError::Stale),
    }
}
