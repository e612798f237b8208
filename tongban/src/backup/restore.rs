//! Restoring a backup into a new place.

use std::fs::{self, OpenOptions};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use blobs::Blobs;
use store::{Db, Table};

use super::check::{Opened, is_ours};
use super::make::flush_folder;
use super::{Fault, KEYS, Manifest, UNLOCK, check, rows};
use crate::platform::{self, Place};
use crate::stop::Stop;
use crate::{schema, wiring};

/// What is restored, and where to.
pub struct Restore {
    pub from: PathBuf,
    /// A folder that is empty or not there yet.
    pub data: PathBuf,
    /// `postgres://…` of a database without tables; none for SQLite in the data folder.
    pub database: Option<String>,
    /// The key file that opens the key store, where it is not in the backup.
    pub unlock: Option<PathBuf>,
    /// Every series of numbers goes on so much later: numbers given after the backup was made are
    /// lost with their records and must not be given to others.
    pub numbers_ahead: i64,
}

/// What was restored.
pub struct Restored {
    pub manifest: Manifest,
    pub fingerprint: String,
    /// Faults of the installation that the backup tells of.
    pub faults: Vec<Fault>,
    /// Stored files that rows name and that are not there.
    pub missing_files: u64,
}

/// Restores. A damaged backup, a folder that is not empty or a database with tables is refused,
/// and whatever fails on the way leaves nothing behind.
pub async fn restore(wanted: &Restore) -> Result<Restored, Stop> {
    let data = &wanted.data;
    refuse_filled(data)?;
    let checked = check(&wanted.from)?;
    let broken: Vec<String> = checked
        .faults
        .iter()
        .filter(|f| f.of_backup())
        .map(Fault::words)
        .collect();
    if !broken.is_empty() {
        return Err(Stop::new(format!(
            "备份不完整，未恢复 / the backup is not whole, nothing was restored: {}",
            broken.join("; ")
        )));
    }
    let staging = staging(data)?;
    fs::create_dir_all(&staging).map_err(|e| Stop::new(format!("{}: {e}", staging.display())))?;
    let done = fill(wanted, &staging, &checked.manifest).await;
    let missing_files = match done {
        Ok(missing) => missing,
        Err(stop) => {
            let _ = fs::remove_dir_all(&staging);
            return Err(stop);
        }
    };
    // An empty folder is replaced, a filled one is not.
    fs::rename(&staging, data)
        .map_err(|e| Stop::new(format!("{} → {}: {e}", staging.display(), data.display())))?;
    flush_folder(data)?;
    Ok(Restored {
        manifest: checked.manifest,
        fingerprint: checked.fingerprint,
        faults: checked.faults,
        missing_files,
    })
}

fn refuse_filled(data: &Path) -> Result<(), Stop> {
    match fs::read_dir(data) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Stop::new(format!(
                "{} 不是空目录，恢复只写入新目录 / is not empty: a restore needs a new folder",
                data.display()
            ))),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Stop::new(format!("{}: {e}", data.display()))),
    }
}

/// A folder beside the wanted one, on the same disk, which takes its name at the end.
fn staging(data: &Path) -> Result<PathBuf, Stop> {
    let name = data
        .file_name()
        .ok_or_else(|| Stop::new(format!("{}: no folder's name", data.display())))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".restoring-{}", std::process::id()));
    Ok(data.with_file_name(beside))
}

async fn fill(wanted: &Restore, staging: &Path, manifest: &Manifest) -> Result<u64, Stop> {
    let (mut archive, _, _) = check::open(&wanted.from)?;
    let blobs = Blobs::open(&staging.join("files"))?;
    for entry in manifest.entries.iter().filter(|e| is_ours(&e.name)) {
        let target = match entry.name.strip_prefix("files/") {
            Some(name) => blobs.path(name),
            None => staging.join(&entry.name),
        };
        let mut file = archive.by_name(&entry.name)?;
        write_file(&target, &mut file)?;
    }
    if let Some(unlock) = &wanted.unlock {
        let mut file =
            fs::File::open(unlock).map_err(|e| Stop::new(format!("{}: {e}", unlock.display())))?;
        write_file(&staging.join(UNLOCK), &mut file)?;
    }
    let db = match &wanted.database {
        Some(url) => Db::open_postgres(url).await?,
        None => Db::open_sqlite(&staging.join("tongban.db")).await?,
    };
    if db.table_count().await? > 0 {
        db.close().await;
        return Err(Stop::new(
            "数据库中已有数据表，恢复只写入空数据库 / the database has tables: a restore needs an \
             empty one",
        ));
    }
    let loaded = load((wanted, staging), &db, &mut archive, manifest).await;
    let filled = match loaded {
        Ok(()) => missing(&db, &blobs).await,
        Err(stop) => {
            take_back(wanted, staging, &db).await;
            Err(stop)
        }
    };
    db.close().await;
    let folders = fs::read_dir(staging.join("files"))?;
    for folder in folders {
        fs::File::open(folder?.path())?.sync_all()?;
    }
    fs::File::open(staging)?.sync_all()?;
    filled
}

fn write_file(target: &Path, from: &mut impl std::io::Read) -> Result<(), Stop> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    if target.file_name().is_some_and(|n| n == KEYS || n == UNLOCK) {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options
        .open(target)
        .map_err(|e| Stop::new(format!("{}: {e}", target.display())))?;
    std::io::copy(from, &mut file)?;
    file.flush()?;
    Ok(file.sync_all()?)
}

/// Rows written in one transaction.
const CHUNK: usize = 2_000;

async fn load(
    (wanted, staging): (&Restore, &Path),
    db: &Db,
    archive: &mut Opened,
    manifest: &Manifest,
) -> Result<(), Stop> {
    let known = schema::migrations();
    for (name, digest) in &manifest.migrations {
        let found = known
            .iter()
            .any(|m| m.name == name && m.digest() == *digest);
        if !found {
            return Err(Stop::new(format!(
                "备份来自另一版本的程序（{name}） / the backup was made by another version ({name})"
            )));
        }
    }
    // First the schema as it was, then the rows, then whatever the program has learnt since.
    let as_it_was: Vec<_> = known
        .iter()
        .filter(|m| manifest.migrations.iter().any(|(name, _)| name == m.name))
        .copied()
        .collect();
    db.migrate(&as_it_was).await?;
    let there = tables(wanted, staging).await?;
    for saved in &manifest.tables {
        let fits = saved.table().filter(|table| {
            let mut same = there.iter().filter(|t| t.name == table.name);
            same.any(|t| sorted(t) == sorted(table))
        });
        let table = fits.ok_or_else(|| {
            Stop::new(format!(
                "数据表 {} 与程序不符 / the table {} is not one of this program",
                saved.name, saved.name
            ))
        })?;
        if table.name == "schema_migration" {
            continue;
        }
        db.empty_table(&table).await?;
        let mut from = BufReader::new(archive.by_name(&saved.entry())?);
        let mut chunk = Vec::new();
        while let Some(row) = rows::read(&table, &mut from)? {
            chunk.push(row);
            if chunk.len() >= CHUNK {
                db.load_rows(&table, std::mem::take(&mut chunk)).await?;
            }
        }
        if !chunk.is_empty() {
            db.load_rows(&table, chunk).await?;
        }
    }
    db.migrate(&known).await?;
    if wanted.numbers_ahead > 0 {
        store::numbers::skip(db, wanted.numbers_ahead).await?;
    }
    Ok(())
}

fn sorted(table: &Table) -> Vec<String> {
    let mut columns: Vec<String> = table
        .columns
        .iter()
        .map(|(name, kind)| format!("{name} {}", kind.code()))
        .collect();
    columns.sort();
    columns
}

async fn tables(wanted: &Restore, staging: &Path) -> Result<Vec<Table>, Stop> {
    let mut snapshot = platform::snapshot(&Place {
        data: staging.to_owned(),
        database: wanted.database.clone(),
        base_url: String::new(),
        operator: None,
    })
    .await?;
    let tables = snapshot.tables().await?;
    snapshot.close().await?;
    Ok(tables)
}

/// A SQLite file goes with its folder; on a server the tables are removed again.
async fn take_back(wanted: &Restore, staging: &Path, db: &Db) {
    if wanted.database.is_none() {
        return;
    }
    for table in tables(wanted, staging).await.unwrap_or_default() {
        if let Err(error) = db.drop_table(&table.name).await {
            tracing::error!(%error, table = table.name, "a table could not be taken back");
        }
    }
}

async fn missing(db: &Db, blobs: &Blobs) -> Result<u64, Stop> {
    let names = wiring::stored_files(&mut db.reader()).await?;
    let gone = names.iter().filter(|n| !blobs.path(n).is_file());
    Ok(gone.count() as u64)
}
