//! Files at intervals: each source has a folder of its own, into whose `in` its agency writes batches
//! and in whose `out` it finds the answers [K-24]. The platform never reaches into the agency's
//! systems.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use kernel::Problem;
use serde_json::{Value, json};
use store::Ctx;

use super::record::ExchangeBatch;
use super::source::ExchangeSource;
use super::table;
use super::take::{ExchangeAnswer, take};
use crate::clean::acting;
use crate::error::CollectionError;

/// Where the folders of all sources lie.
#[derive(Clone, Debug)]
pub struct ExchangeFolder {
    pub path: PathBuf,
}

/// Records in one file.
pub(super) const RECORDS: usize = 10_000;
/// Largest file.
const LARGEST: u64 = 64 << 20;
/// Files of one source that are taken at a time; the rest waits for the next time.
const FILES: usize = 100;

/// Reads the folders of all sources that are due. Returns how many files were taken.
pub async fn read_folders(ctx: &Ctx) -> Result<usize, CollectionError> {
    let Some(folder) = ctx.shared.get::<ExchangeFolder>() else {
        return Ok(0);
    };
    let mut files = 0;
    for source in table::sources(&mut ctx.db.reader()).await? {
        if !due(ctx, &source) {
            continue;
        }
        let zone = folder.path.join(&source.source_code);
        // Another source's trouble is not this one's.
        match read_zone(ctx, &source, &zone).await {
            Ok(n) => files += n,
            Err(error) => tracing::warn!(source = %source.source_code, %error, "exchange"),
        }
        let (inner, code) = (ctx.clone(), source.source_code.clone());
        ctx.db
            .write(move |tx| {
                let (at, code) = (inner.now(), code.clone());
                Box::pin(async move { table::set_read(tx, &code, at).await })
            })
            .await?;
    }
    Ok(files)
}

fn due(ctx: &Ctx, source: &ExchangeSource) -> bool {
    let every = SignedDuration::from_mins(i64::from(source.every_minutes));
    let again = source.read_at.is_none_or(|at| at + every <= ctx.now());
    source.active && source.every_minutes > 0 && again
}

async fn read_zone(
    ctx: &Ctx,
    source: &ExchangeSource,
    zone: &Path,
) -> Result<usize, CollectionError> {
    let officer = acting(ctx, &source.officer).await?;
    let names = waiting(zone).map_err(CollectionError::data)?;
    let mut taken = 0;
    for name in names.into_iter().take(FILES) {
        let told = match read(&zone.join("in").join(&name)).await {
            Ok(batch) => {
                let most = ("file", RECORDS);
                match take(&officer, &source.source_code, batch, most).await {
                    Ok(answer) => Ok(answered(&answer)),
                    // Nothing is wrong with the file: it is read again the next time.
                    Err(error) if error.passes() => return Err(error),
                    Err(error) => Err(Problem::from(error)),
                }
            }
            Err(problem) => Err(problem),
        };
        settle(zone, &name, told).map_err(CollectionError::data)?;
        taken += 1;
    }
    Ok(taken)
}

/// Whole files in `in`, by name: batches are named in the order in which they are to be read. What
/// is still being written is named `.part` or begins with a dot.
fn waiting(zone: &Path) -> io::Result<Vec<String>> {
    for folder in ["in", "out"] {
        std::fs::create_dir_all(zone.join(folder))?;
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(zone.join("in"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let whole = Path::new(&name).extension() == Some(OsStr::new("json"));
        // A link would lead out of the zone.
        if whole && !name.starts_with('.') && entry.file_type()?.is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

async fn read(path: &Path) -> Result<ExchangeBatch, Problem> {
    let wrong = |zh: String, en: &str| Problem::invalid("file", zh, en.to_owned());
    let unreadable = |error: io::Error| wrong(format!("文件无法读取：{error}"), "Unreadable file");
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(wrong(
            "文件超过64 MB".into(),
            "The file is larger than 64 MB",
        ));
    }
    let bytes = tokio::fs::read(path).await.map_err(unreadable)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let at = format!("第{}行第{}列", error.line(), error.column());
        wrong(
            format!("文件不是规定的格式：{at}"),
            "Not a batch of records",
        )
    })
}

/// The answer as the agency's system reads it.
fn answered(answer: &ExchangeAnswer) -> Value {
    let rows = answer.rows.iter().map(|row| {
        json!({
            "row_id": row.row_id,
            "outcome": row.outcome.code(),
            "licence_key": row.licence_key,
            "reason": row.problem.as_ref().map(|p| p.zh.to_string()),
        })
    });
    json!({
        "batch_no": answer.batch.batch_no,
        "received_at": answer.batch.received_at.to_string(),
        "counts": answer.batch.counts,
        "records": rows.collect::<Vec<_>>(),
    })
}

/// Writes the answer, then removes the file, which holds personal data and is the agency's to keep: a
/// process that dies between the two takes the file again and answers the same.
fn settle(zone: &Path, name: &str, told: Result<Value, Problem>) -> io::Result<()> {
    let answer =
        told.unwrap_or_else(|problem| json!({ "error": problem.zh, "error_en": problem.en }));
    let text = serde_json::to_vec_pretty(&answer)?;
    let part = zone.join("out").join(format!(".{name}.part"));
    let file = std::fs::File::create(&part)?;
    io::Write::write_all(&mut &file, &text)?;
    file.sync_all()?;
    std::fs::rename(&part, zone.join("out").join(name))?;
    std::fs::remove_file(zone.join("in").join(name))
}
