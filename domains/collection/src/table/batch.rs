//! SQL of batches, their pieces and their counts.

use store::{Ctx, Row, Run, args};

use crate::batch::{Batch, BatchBody, BatchState, Count, SourceClass};
use crate::error::CollectionError;
use crate::pieces::Piece;

const COLUMNS: &str = "batch_key, agency, region, state, rev, source_class, source_system, \
                       collector, started_at, rows, summary, body, case_no";

fn read(ctx: &Ctx, row: &Row) -> Result<Batch, CollectionError> {
    let batch_key: String = row.get(0)?;
    let (state, class): (String, String) = (row.get(3)?, row.get(5)?);
    let sealed: Vec<u8> = row.get(11)?;
    let plain = ctx
        .open_sealed("collection_batch", "body", &batch_key, &sealed)
        .map_err(CollectionError::data)?;
    let body: BatchBody = serde_json::from_slice(&plain)?;
    let summary: Option<String> = row.get(10)?;
    let rows: i64 = row.get(9)?;
    Ok(Batch {
        agency: row.get(1)?,
        region: row.get(2)?,
        state: BatchState::from_code(&state).ok_or(CollectionError::Data(state))?,
        rev: row.get(4)?,
        source_class: SourceClass::from_code(&class).ok_or(CollectionError::Data(class))?,
        source_system: row.get(6)?,
        collector: row.get(7)?,
        started_at: row.get(8)?,
        rows: rows.unsigned_abs(),
        case_no: row.get(12)?,
        summary: summary
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        body,
        batch_key,
    })
}

fn sealed(ctx: &Ctx, batch: &Batch) -> Result<Vec<u8>, CollectionError> {
    let plain = serde_json::to_vec(&batch.body)?;
    Ok(ctx.seal("collection_batch", "body", &batch.batch_key, &plain))
}

fn summary(batch: &Batch) -> Result<Option<String>, CollectionError> {
    let summary = batch.summary.as_ref().map(serde_json::to_string);
    Ok(summary.transpose()?)
}

pub(crate) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Batch, CollectionError> {
    let sql = format!("SELECT {COLUMNS} FROM collection_batch WHERE batch_key = ?");
    let row = run.row(&sql, args![key]).await?;
    read(ctx, &row.ok_or(CollectionError::NotFound)?)
}

/// Keys of the newest batches.
pub(crate) async fn newest(run: &mut impl Run) -> Result<Vec<String>, CollectionError> {
    let mut all: Vec<(String, String)> = Vec::new();
    for state in BatchState::ALL {
        let sql = "SELECT batch_key, started_at FROM collection_batch WHERE state = ? \
                   ORDER BY started_at DESC LIMIT 500";
        for row in run.rows(sql, args![state.code()]).await? {
            all.push((row.get(1)?, row.get(0)?));
        }
    }
    all.sort_by(|a, b| b.cmp(a));
    Ok(all.into_iter().map(|one| one.1).collect())
}

pub(crate) async fn same_file(run: &mut impl Run, digest: &[u8]) -> Result<bool, CollectionError> {
    let sql = "SELECT count(*) FROM collection_batch WHERE digest = ? AND state <> 'ended'";
    Ok(run.count(sql, args![digest]).await? > 0)
}

/// The living batch of a digest.
pub(crate) async fn of_digest(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Option<String>, CollectionError> {
    let sql = "SELECT batch_key FROM collection_batch WHERE digest = ? AND state <> 'ended'";
    let row = run.row(sql, args![digest]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

pub(crate) async fn insert(
    run: &mut impl Run,
    ctx: &Ctx,
    batch: &Batch,
    digest: &[u8],
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_batch (batch_key, agency, region, state, rev, source_class, \
               source_system, collector, started_at, rows, digest, summary, body, case_no) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = args![
        batch.batch_key.as_str(),
        batch.agency.as_str(),
        batch.region.as_str(),
        batch.state.code(),
        batch.rev,
        batch.source_class.code(),
        batch.source_system.as_str(),
        batch.collector.as_str(),
        batch.started_at,
        batch.rows.cast_signed(),
        digest,
        summary(batch)?,
        sealed(ctx, batch)?,
        batch.case_no.clone()
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// What was collected with a case, newest first.
pub(crate) async fn of_case(
    run: &mut impl Run,
    ctx: &Ctx,
    case_no: &str,
) -> Result<Vec<Batch>, CollectionError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM collection_batch WHERE case_no = ? ORDER BY started_at DESC LIMIT 50"
    );
    let rows = run.rows(&sql, args![case_no]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// Writes what changes of a batch, under the revision that was read.
pub(crate) async fn update(
    run: &mut impl Run,
    ctx: &Ctx,
    batch: &Batch,
    seen: i64,
) -> Result<(), CollectionError> {
    let sql = "UPDATE collection_batch SET state = ?, rows = ?, summary = ?, body = ?, rev = rev + 1 \
               WHERE batch_key = ? AND rev = ?";
    let values = args![
        batch.state.code(),
        batch.rows.cast_signed(),
        summary(batch)?,
        sealed(ctx, batch)?,
        batch.batch_key.as_str(),
        seen
    ];
    match run.exec(sql, values).await? {
        1 => Ok(()),
        _ => Err(CollectionError::Stale),
    }
}

pub(crate) async fn insert_piece(
    run: &mut impl Run,
    batch_key: &str,
    piece: &Piece,
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_piece (batch_key, piece, rows, blob) VALUES (?, ?, ?, ?)";
    let values = args![
        batch_key,
        i64::from(piece.piece),
        piece.rows.cast_signed(),
        piece.blob.as_str()
    ];
    run.exec(sql, values).await?;
    Ok(())
}

/// The pieces of a batch, in their order.
pub(crate) async fn pieces(
    run: &mut impl Run,
    batch_key: &str,
) -> Result<Vec<Piece>, CollectionError> {
    let sql = "SELECT piece, rows, blob FROM collection_piece WHERE batch_key = ? ORDER BY piece";
    let rows = run.rows(sql, args![batch_key]).await?;
    let read = |row: &Row| -> Result<Piece, CollectionError> {
        let rows: i64 = row.get(1)?;
        Ok(Piece {
            piece: row.get(0)?,
            rows: rows.unsigned_abs(),
            blob: row.get(2)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn counts(
    run: &mut impl Run,
    batch_key: &str,
) -> Result<Vec<Count>, CollectionError> {
    let sql = "SELECT agency, state, problem, n FROM collection_count WHERE batch_key = ? \
               AND n > 0 ORDER BY agency, state, problem";
    let rows = run.rows(sql, args![batch_key]).await?;
    let read = |row: &Row| -> Result<Count, CollectionError> {
        let state: String = row.get(1)?;
        let (problem, n): (i64, i64) = (row.get(2)?, row.get(3)?);
        Ok(Count {
            agency: row.get(0)?,
            state: licences::State::from_code(&state).ok_or(CollectionError::Data(state))?,
            problem: problem == 1,
            n: n.unsigned_abs(),
        })
    };
    rows.iter().map(read).collect()
}

/// So many more, or fewer, rows are in a state.
pub(crate) async fn count(
    run: &mut impl Run,
    batch_key: &str,
    at: (&str, licences::State, bool),
    more: i64,
) -> Result<(), CollectionError> {
    let sql = "INSERT INTO collection_count (batch_key, agency, state, problem, n) \
               VALUES (?, ?, ?, ?, ?) ON CONFLICT (batch_key, agency, state, problem) \
               DO UPDATE SET n = collection_count.n + excluded.n";
    let values = args![batch_key, at.0, at.1.code(), i64::from(at.2), more];
    run.exec(sql, values).await?;
    Ok(())
}
