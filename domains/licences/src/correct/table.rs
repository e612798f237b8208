//! SQL of corrections.

use jiff::Timestamp;
use store::{Ctx, Row, Run, args};

use super::{Correction, CorrectionBody, CorrectionState};
use crate::error::LicenceError;

const COLUMNS: &str = "correction_key, licence_key, version, agency, region, state, proposer, \
                       proposed_at, decider, decided_at, made_version, body";

fn read(ctx: &Ctx, row: &Row) -> Result<Correction, LicenceError> {
    let correction_key: String = row.get(0)?;
    let state: String = row.get(5)?;
    let sealed: Vec<u8> = row.get(11)?;
    let plain = ctx
        .open_sealed("licence_correction", "body", &correction_key, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(Correction {
        licence_key: row.get(1)?,
        version: row.get(2)?,
        agency: row.get(3)?,
        region: row.get(4)?,
        state: CorrectionState::from_code(&state).ok_or(LicenceError::Data(state))?,
        proposer: row.get(6)?,
        proposed_at: row.get(7)?,
        decider: row.get(8)?,
        decided_at: row.get(9)?,
        made_version: row
            .get::<Option<i64>>(10)?
            .and_then(|version| u32::try_from(version).ok()),
        body: serde_json::from_slice(&plain)?,
        correction_key,
    })
}

fn sealed(ctx: &Ctx, key: &str, body: &CorrectionBody) -> Result<Vec<u8>, LicenceError> {
    let plain = serde_json::to_vec(body)?;
    Ok(ctx.seal("licence_correction", "body", key, &plain))
}

pub(super) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Correction, LicenceError> {
    let sql = format!("SELECT {COLUMNS} FROM licence_correction WHERE correction_key = ?");
    let row = run.row(&sql, args![key]).await?;
    read(ctx, &row.ok_or(LicenceError::NotFound)?)
}

/// All of one licence, newest first.
pub(super) async fn of_licence(
    run: &mut impl Run,
    ctx: &Ctx,
    licence_key: &str,
) -> Result<Vec<Correction>, LicenceError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licence_correction WHERE licence_key = ? \
         ORDER BY proposed_at DESC LIMIT 50"
    );
    let rows = run.rows(&sql, args![licence_key]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// Those of an agency that wait, oldest first.
pub(super) async fn waiting(
    run: &mut impl Run,
    ctx: &Ctx,
    agency: &str,
) -> Result<Vec<Correction>, LicenceError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM licence_correction WHERE agency = ? AND state = 'proposed' \
         ORDER BY proposed_at LIMIT 200"
    );
    let rows = run.rows(&sql, args![agency]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// False when another one of that licence waits.
pub(super) async fn insert(
    run: &mut impl Run,
    ctx: &Ctx,
    c: &Correction,
) -> Result<bool, LicenceError> {
    let sql = "INSERT INTO licence_correction (correction_key, licence_key, version, agency, \
               region, state, proposer, proposed_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
               ON CONFLICT DO NOTHING";
    let values = args![
        c.correction_key.as_str(),
        c.licence_key.as_str(),
        c.version,
        c.agency.as_str(),
        c.region.as_str(),
        c.state.code(),
        c.proposer.as_str(),
        c.proposed_at,
        sealed(ctx, &c.correction_key, &c.body)?
    ];
    Ok(run.exec(sql, values).await? == 1)
}

/// Ends one that waits; stale when it waits no more.
pub(super) async fn end(
    run: &mut impl Run,
    ctx: &Ctx,
    c: &Correction,
    at: Timestamp,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence_correction SET state = ?, decider = ?, decided_at = ?, \
               made_version = ?, body = ? WHERE correction_key = ? AND state = 'proposed'";
    let values = args![
        c.state.code(),
        c.decider.as_deref(),
        at,
        c.made_version.map(i64::from),
        sealed(ctx, &c.correction_key, &c.body)?,
        c.correction_key.as_str()
    ];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(LicenceError::Stale),
    }
}
