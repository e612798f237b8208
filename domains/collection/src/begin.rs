//! Beginning a batch: the file is read once, row by row, and kept as it came.

use std::io::SeekFrom;
use std::sync::Arc;

use gm::Sm3;
use kernel::Permission;
use store::Ctx;
use tables::{Input, Options, Row, Table};
use tokio::runtime::Handle;

use crate::batch::{Batch, BatchBody, BatchState, Given, SourceClass, check_given, moved, target};
use crate::error::{CollectionError, filled};
use crate::pieces::{self, Came, Piece, ROWS};
use crate::table;

/// Broken rows that are told one by one.
const TOLD: usize = 100;

/// What is said of a file of licences.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Code of the agency that collects.
    pub agency: String,
    pub source_class: SourceClass,
    /// 来源系统, at most 60 characters.
    pub source_system: String,
    pub file_name: String,
    pub given: Given,
}

struct Taken {
    headings: Vec<String>,
    first: Vec<String>,
    pieces: Vec<Piece>,
    rows: u64,
    unreadable: Vec<String>,
    unreadable_rows: u64,
    digest: Vec<u8>,
}

/// Takes the file in: CSV in UTF-8 or GB 18030, XLSX or ODS, with headings. It is read here and now,
/// in bounded memory; cleaning follows in the background.
pub async fn begin(
    ctx: &Ctx,
    new: NewBatch,
    file: impl Input + 'static,
) -> Result<String, CollectionError> {
    take_in(ctx, new, Box::new(file)).await
}

async fn take_in(
    ctx: &Ctx,
    new: NewBatch,
    file: Box<dyn Input>,
) -> Result<String, CollectionError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let agency = directory
        .agency(&new.agency)
        .ok_or(CollectionError::NotFound)?;
    let (code, region) = (agency.code.clone(), agency.region_code.clone());
    ctx.actor
        .require(Permission::LicenceCollect, &target(&code, &region))?;
    let system = filled("来源系统", &new.source_system, 60)?;
    let (inner, handle) = (ctx.clone(), Handle::current());
    let read = tokio::task::spawn_blocking(move || read(&inner, &handle, file));
    let read = read.await.map_err(CollectionError::data)??;
    if read.rows == 0 {
        return Err(CollectionError::Field("文件", "没有数据行".into()));
    }
    check_given(ctx, &read.headings, &new.given).await?;
    let batch = Batch {
        batch_key: ctx.rng.key(),
        agency: code,
        region,
        state: BatchState::Uploaded,
        rev: 1,
        source_class: new.source_class,
        source_system: system,
        collector: ctx.actor.id.clone(),
        started_at: ctx.now(),
        rows: read.rows,
        case_no: None,
        summary: None,
        body: BatchBody {
            file_name: new.file_name.chars().take(200).collect(),
            headings: read.headings,
            first: read.first,
            given: new.given,
            unreadable: read.unreadable,
            unreadable_rows: read.unreadable_rows,
            scanned: None,
        },
    };
    let key = batch.batch_key.clone();
    let (inner, work) = (ctx.clone(), Arc::new((batch, read.pieces, read.digest)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (batch, pieces, digest) = &*work;
                if table::batch::same_file(tx, digest).await? {
                    return Err(CollectionError::SameFile);
                }
                table::batch::insert(tx, &ctx, batch, digest).await?;
                for piece in pieces {
                    table::batch::insert_piece(tx, &batch.batch_key, piece).await?;
                }
                moved(tx, &ctx, batch, "begun", 0, 0).await
            })
        })
        .await?;
    Ok(key)
}

/// Bytes of a file that are digested at a time.
const BLOCK: usize = 1 << 16;

fn read(ctx: &Ctx, handle: &Handle, mut file: Box<dyn Input>) -> Result<Taken, CollectionError> {
    let digest = digest(ctx, &mut *file)?;
    let mut table = Table::open(file, &Options::default())?;
    let headings = table.headings().to_vec();
    let (mut pieces, mut open) = (Vec::new(), Vec::with_capacity(ROWS));
    let mut first = Vec::new();
    let (mut unreadable, mut unreadable_rows, mut rows) = (Vec::new(), 0_u64, 0_u64);
    let mut row = Row::default();
    loop {
        let more = match table.next_row(&mut row) {
            Ok(more) => more,
            Err(error) if error.of_one_row() => {
                unreadable_rows += 1;
                if unreadable.len() < TOLD {
                    unreadable.push(error.to_string());
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if more {
            if first.is_empty() {
                first.clone_from(&row.cells);
            }
            open.push(Came {
                number: u32::try_from(row.number).map_err(CollectionError::data)?,
                cells: std::mem::take(&mut row.cells),
                typist: None,
            });
        }
        if open.len() == ROWS || (!more && !open.is_empty()) {
            let blob = handle.block_on(pieces::put(ctx, &open))?;
            rows += open.len() as u64;
            pieces.push(Piece {
                piece: u32::try_from(pieces.len()).map_err(CollectionError::data)?,
                rows: open.len() as u64,
                blob,
            });
            open.clear();
        }
        if !more {
            break;
        }
    }
    Ok(Taken {
        headings,
        first,
        pieces,
        rows,
        unreadable,
        unreadable_rows,
        digest,
    })
}

/// A keyed digest of the whole file: the same one is not taken in twice.
fn digest(ctx: &Ctx, file: &mut dyn Input) -> Result<Vec<u8>, CollectionError> {
    file.seek(SeekFrom::Start(0))
        .map_err(CollectionError::data)?;
    let (mut state, mut block) = (Sm3::new(), vec![0; BLOCK]);
    loop {
        let n = file.read(&mut block).map_err(CollectionError::data)?;
        if n == 0 {
            let whole: String = state.finish().iter().map(|b| format!("{b:02x}")).collect();
            return Ok(ctx.lookup("collection_file", &whole));
        }
        state.update(block.get(..n).unwrap_or_default());
    }
}
