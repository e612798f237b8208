//! SQL of exchange.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Ctx, Row, Run, args};

use super::compare::Difference;
use super::record::ExchangeLicence;
use super::{ConflictRule, ExchangeSource, Outcome, TakenBatch};
use crate::error::CollectionError;

/// The newest word of a record.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub record_key: String,
    pub source_code: String,
    pub row_digest: Vec<u8>,
    pub told_at: Timestamp,
    pub content: Vec<u8>,
    pub outcome: Outcome,
    pub licence_key: Option<String>,
    pub batch_no: String,
    pub received_at: Timestamp,
    pub rev: i64,
    pub body: StoredBody,
}

/// What is encrypted of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredBody {
    pub row_id: String,
    pub operation: String,
    /// Kept only where a person has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<ExchangeLicence>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// Why it was refused, Chinese and English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<(String, String)>,
}

const SOURCE: &str = "source_code, name, agency, region, rule, every_minutes, active, officer, \
                      rev, updated_at, read_at";

fn source_of(row: &Row) -> Result<ExchangeSource, CollectionError> {
    let rule: String = row.get(4)?;
    let (every, active): (i64, i64) = (row.get(5)?, row.get(6)?);
    Ok(ExchangeSource {
        source_code: row.get(0)?,
        name: row.get(1)?,
        agency: row.get(2)?,
        region: row.get(3)?,
        rule: ConflictRule::from_code(&rule).ok_or(CollectionError::Data(rule))?,
        every_minutes: u32::try_from(every).map_err(CollectionError::data)?,
        active: active == 1,
        officer: row.get(7)?,
        rev: row.get(8)?,
        updated_at: row.get(9)?,
        read_at: row.get(10)?,
    })
}

pub(super) async fn sources(run: &mut impl Run) -> Result<Vec<ExchangeSource>, CollectionError> {
    let sql = format!("SELECT {SOURCE} FROM collection_exchange ORDER BY source_code");
    let rows = run.rows(&sql, args![]).await?;
    rows.iter().map(source_of).collect()
}

pub(super) async fn source(
    run: &mut impl Run,
    code: &str,
) -> Result<Option<ExchangeSource>, CollectionError> {
    let sql = format!("SELECT {SOURCE} FROM collection_exchange WHERE source_code = ?");
    let row = run.row(&sql, args![code]).await?;
    row.as_ref().map(source_of).transpose()
}

/// Puts a new source, or the next revision of one.
pub(super) async fn set_source(
    run: &mut impl Run,
    one: &ExchangeSource,
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_exchange (source_code, name, agency, region, rule, \
               every_minutes, active, officer, rev, updated_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
               ON CONFLICT (source_code) DO UPDATE SET name = excluded.name, \
               rule = excluded.rule, every_minutes = excluded.every_minutes, \
               active = excluded.active, officer = excluded.officer, rev = excluded.rev, \
               updated_at = excluded.updated_at \
               WHERE collection_exchange.rev = excluded.rev - 1";
    let values = args![
        one.source_code.as_str(),
        one.name.as_str(),
        one.agency.as_str(),
        one.region.as_str(),
        one.rule.code(),
        i64::from(one.every_minutes),
        i64::from(one.active),
        one.officer.as_str(),
        one.rev,
        one.updated_at
    ];
    changed(run.exec(sql, values).await?)
}

fn changed(rows: u64) -> Result<(), CollectionError> {
    match rows {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}

/// Notes that a folder was read.
pub(super) async fn set_read(
    run: &mut impl Run,
    code: &str,
    at: Timestamp,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_exchange SET read_at = ? WHERE source_code = ?";
    run.exec(sql, args![at, code]).await?;
    Ok(())
}

const RECORD: &str = "record_key, source_code, row_digest, told_at, content, outcome, \
                      licence_key, batch_no, received_at, rev, body";

fn record_of(ctx: &Ctx, row: &Row) -> Result<Stored, CollectionError> {
    let (record_key, outcome): (String, String) = (row.get(0)?, row.get(5)?);
    let sealed: Vec<u8> = row.get(10)?;
    let plain = ctx
        .open_sealed("collection_exchange_record", "body", &record_key, &sealed)
        .map_err(CollectionError::data)?;
    Ok(Stored {
        source_code: row.get(1)?,
        row_digest: row.get(2)?,
        told_at: row.get(3)?,
        content: row.get(4)?,
        outcome: Outcome::from_code(&outcome).ok_or(CollectionError::Data(outcome))?,
        licence_key: row.get(6)?,
        batch_no: row.get(7)?,
        received_at: row.get(8)?,
        rev: row.get(9)?,
        body: serde_json::from_slice(&plain)?,
        record_key,
    })
}

/// The newest word of a source's row.
pub(super) async fn of_row(
    run: &mut impl Run,
    ctx: &Ctx,
    source: &str,
    digest: &[u8],
) -> Result<Option<Stored>, CollectionError> {
    let sql = format!(
        "SELECT {RECORD} FROM collection_exchange_record WHERE source_code = ? AND row_digest = ?"
    );
    let row = run.row(&sql, args![source, digest]).await?;
    row.as_ref().map(|row| record_of(ctx, row)).transpose()
}

pub(super) async fn record(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Stored, CollectionError> {
    let sql = format!("SELECT {RECORD} FROM collection_exchange_record WHERE record_key = ?");
    let row = run.row(&sql, args![key]).await?;
    record_of(ctx, &row.ok_or(CollectionError::NotFound)?)
}

/// The newest records of a source with one outcome.
pub(super) async fn records(
    run: &mut impl Run,
    ctx: &Ctx,
    (source, outcome): (&str, Outcome),
    most: i64,
) -> Result<Vec<Stored>, CollectionError> {
    let sql = format!(
        "SELECT {RECORD} FROM collection_exchange_record WHERE source_code = ? AND outcome = ? \
         ORDER BY received_at DESC LIMIT ?"
    );
    let rows = run.rows(&sql, args![source, outcome.code(), most]).await?;
    rows.iter().map(|row| record_of(ctx, row)).collect()
}

/// Puts the first word of a record, or the one after the revision that was looked at.
pub(super) async fn put_record(
    run: &mut impl Run,
    ctx: &Ctx,
    one: &Stored,
    seen: Option<i64>,
) -> Result<(), CollectionError> {
    let plain = serde_json::to_vec(&one.body)?;
    let (table, key) = ("collection_exchange_record", one.record_key.as_str());
    let body = ctx.seal(table, "body", key, &plain);
    let Some(seen) = seen else {
        let sql = "INSERT INTO collection_exchange_record (record_key, source_code, row_digest, \
                   told_at, content, outcome, licence_key, batch_no, received_at, rev, body) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) \
                   ON CONFLICT (source_code, row_digest) DO NOTHING";
        let values = args![
            key,
            one.source_code.as_str(),
            one.row_digest.as_slice(),
            one.told_at,
            one.content.as_slice(),
            one.outcome.code(),
            one.licence_key.clone(),
            one.batch_no.as_str(),
            one.received_at,
            body
        ];
        return changed(run.exec(sql, values).await?);
    };
    let sql = "UPDATE collection_exchange_record SET told_at = ?, content = ?, outcome = ?, \
               licence_key = ?, batch_no = ?, received_at = ?, rev = rev + 1, body = ? \
               WHERE record_key = ? AND rev = ?";
    let values = args![
        one.told_at,
        one.content.as_slice(),
        one.outcome.code(),
        one.licence_key.clone(),
        one.batch_no.as_str(),
        one.received_at,
        body,
        key,
        seen
    ];
    changed(run.exec(sql, values).await?)
}

/// Notes what was answered to a batch; sent again, the newer answer counts.
pub(super) async fn put_batch(
    run: &mut impl Run,
    source: &str,
    one: &TakenBatch,
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_exchange_batch (source_code, batch_no, received_at, way, \
               taken_by, counts) VALUES (?, ?, ?, ?, ?, ?) \
               ON CONFLICT (source_code, batch_no) DO UPDATE SET \
               received_at = excluded.received_at, way = excluded.way, \
               taken_by = excluded.taken_by, counts = excluded.counts";
    let values = args![
        source,
        one.batch_no.as_str(),
        one.received_at,
        one.way.as_str(),
        one.taken_by.as_str(),
        serde_json::to_string(&one.counts)?
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// The newest batches of a source.
pub(super) async fn batches(
    run: &mut impl Run,
    source: &str,
) -> Result<Vec<TakenBatch>, CollectionError> {
    let sql = "SELECT batch_no, received_at, way, taken_by, counts \
               FROM collection_exchange_batch WHERE source_code = ? \
               ORDER BY received_at DESC LIMIT 50";
    let rows = run.rows(sql, args![source]).await?;
    let read = |row: &Row| -> Result<TakenBatch, CollectionError> {
        let counts: BTreeMap<String, u64> = serde_json::from_str(&row.get::<String>(4)?)?;
        Ok(TakenBatch {
            batch_no: row.get(0)?,
            received_at: row.get(1)?,
            way: row.get(2)?,
            taken_by: row.get(3)?,
            counts,
        })
    };
    rows.iter().map(read).collect()
}
