//! What is told of a batch: row by row, and the rows that go back to their sources.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use cleaning::{Action, Format, Line, ReturnedFiles};
use licences::State;
use store::Ctx;
use tables::CsvWriter;

use crate::batch::{batch, may_collect};
use crate::clean::rules;
use crate::error::CollectionError;
use crate::pieces::{self, Came};
use crate::table;

/// Rows read at a time.
const AT_ONCE: i64 = 1_000;

/// The report row by row for those who collect, as CSV: one line a finding, then how the row stands now.
pub async fn report(ctx: &Ctx, batch_key: &str) -> Result<Vec<u8>, CollectionError> {
    may_collect(ctx, &batch(ctx, batch_key).await?)?;
    let headings = Line::HEADINGS.into_iter().chain(["state", "problem"]);
    let mut csv = CsvWriter::new(Vec::new(), headings).map_err(CollectionError::data)?;
    let mut place = 0;
    loop {
        let mut reader = ctx.db.reader();
        let rows = table::row::after(&mut reader, ctx, batch_key, place, AT_ONCE).await?;
        let Some(last) = rows.last() else {
            return csv.finish().map_err(CollectionError::data);
        };
        place = u64::from(last.row_no);
        for row in &rows {
            for line in Line::of(&row.verdict()) {
                let now = [row.state.code().to_owned(), row.body.problem.clone()];
                let cells = line.cells().into_iter().chain(now);
                csv.row(cells).map_err(CollectionError::data)?;
            }
        }
    }
}

/// The rows of one source that go back, as they came and with what is wrong.
#[derive(Clone, Debug)]
pub struct ReturnedFile {
    pub source: String,
    pub rows: u64,
    /// XLSX: spreadsheets keep long numbers in it as they are.
    pub content: Vec<u8>,
}

/// A file in memory that is still reachable when its writer is gone.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Shared {
    fn with<T>(&self, act: impl FnOnce(&mut Cursor<Vec<u8>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(|p| p.into_inner()))
    }
}

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.with(|inner| inner.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Shared {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.with(|inner| inner.seek(to))
    }
}

/// The files for the sources whose rows go back, for those who collect.
pub async fn returned(ctx: &Ctx, batch_key: &str) -> Result<Vec<ReturnedFile>, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    may_collect(ctx, &batch)?;
    let rules = rules()?;
    let open: Arc<Mutex<BTreeMap<String, Shared>>> = Arc::default();
    let known = open.clone();
    let make = move |source: &str| {
        let file = Shared::default();
        let mut all = known.lock().unwrap_or_else(|p| p.into_inner());
        all.insert(source.to_owned(), file.clone());
        Ok(file)
    };
    let headings = batch.body.headings.clone();
    let mut files = ReturnedFiles::new(Format::Xlsx, &headings, make, None);
    for piece in table::batch::pieces(&mut ctx.db.reader(), batch_key).await? {
        let came = pieces::get::<Came>(ctx, &piece.blob).await?;
        let Some(first) = came.first() else {
            continue;
        };
        let before = u64::from(first.number).saturating_sub(1);
        let limit = i64::try_from(came.len()).map_err(CollectionError::data)?;
        let mut reader = ctx.db.reader();
        let rows = table::row::after(&mut reader, ctx, batch_key, before, limit).await?;
        let mut came = came.into_iter();
        for row in rows {
            let original = came.find(|one| one.number == row.row_no);
            let back = row.action == Action::ReturnToSource && row.state == State::Discarded;
            let (Some(original), true) = (original, back) else {
                continue;
            };
            files.add(&headings, &original.cells, &row.verdict(), &rules)?;
        }
    }
    let counts = files.finish()?;
    let mut open = open.lock().unwrap_or_else(|p| p.into_inner());
    let file = |(source, rows): (String, u64)| {
        let content = open
            .remove(&source)?
            .with(|inner| std::mem::take(inner.get_mut()));
        Some(ReturnedFile {
            source,
            rows,
            content,
        })
    };
    Ok(counts.into_iter().filter_map(file).collect())
}
