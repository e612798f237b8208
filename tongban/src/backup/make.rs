//! Making a backup.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use blobs::Blobs;
use gm::Sm3;
use jiff::Timestamp;
use store::{Migration, Run, Snapshot};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::FORMAT;
use super::{Entry, KEYS, LAST, MANIFEST, Manifest, ROOTS, SavedTable, UNLOCK, rows};
use crate::platform::{self, Place};
use crate::stop::Stop;
use crate::{keys, schema, wiring};

/// A finished backup.
pub struct Made {
    pub file: PathBuf,
    /// SM3 of the manifest, hexadecimal: noted elsewhere, it shows that the file was not exchanged.
    pub fingerprint: String,
    pub manifest: Manifest,
}

/// Saves an installation, which may be running. `out` is a new file, or a folder in which one is
/// made that is named by the moment. With `with_unlock` the key file goes into the backup: whoever
/// has the backup then has everything.
pub async fn make(
    place: &Place,
    out: &Path,
    with_unlock: bool,
    now: Timestamp,
) -> Result<Made, Stop> {
    if !place.data.join(KEYS).is_file() {
        return Err(Stop::new(format!(
            "{} 不是通办的数据目录 / not a data folder of this program",
            place.data.display()
        )));
    }
    if with_unlock && !keys::key_file(&place.data).is_file() {
        return Err(Stop::new(
            "密钥库用口令打开，没有密钥文件可备份 / the key store is opened with a passphrase: \
             there is no key file to include",
        ));
    }
    let file = target(out, now);
    if file.exists() {
        return Err(Stop::new(format!(
            "{} 已存在，不覆盖 / exists already and is not overwritten",
            file.display()
        )));
    }
    let mut part = file.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = write(place, &part, with_unlock, now).await;
    let finished = made.and_then(|(manifest, fingerprint)| {
        fs::rename(&part, &file)?;
        flush_folder(&file)?;
        // For `doctor`; that it cannot be written does not spoil the backup.
        if let Err(error) = fs::write(place.data.join(LAST), format!("{now}\n")) {
            tracing::warn!(%error, "the moment of the backup was not noted");
        }
        Ok(Made {
            file,
            fingerprint,
            manifest,
        })
    });
    if finished.is_err() {
        let _ = fs::remove_file(&part);
    }
    finished
}

/// When the last backup of a data folder was finished.
pub fn last(data: &Path) -> Option<Timestamp> {
    let text = fs::read_to_string(data.join(LAST)).ok()?;
    text.trim().parse().ok()
}

fn target(out: &Path, now: Timestamp) -> PathBuf {
    if out.is_dir() {
        out.join(format!("tongban-{}.zip", now.strftime("%Y%m%dT%H%M%SZ")))
    } else {
        out.to_owned()
    }
}

/// Flushes the folder that a file stands in.
pub(super) fn flush_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

async fn write(
    place: &Place,
    part: &Path,
    with_unlock: bool,
    now: Timestamp,
) -> Result<(Manifest, String), Stop> {
    let blobs = Blobs::open(&place.data.join("files"))?;
    // From here to the end no sweeper removes what the database is about to name.
    let _hold = blobs.hold()?;
    let mut archive = Archive::create(part)?;
    archive.put(ROOTS, &whole_lines(&place.data.join(ROOTS))?)?;
    let mut snapshot = platform::snapshot(place).await?;
    let tables = save_tables(&mut snapshot, &mut archive).await?;
    let migrations = applied(&mut snapshot).await?;
    let named: BTreeSet<String> = wiring::stored_files(&mut snapshot)
        .await?
        .into_iter()
        .collect();
    snapshot.close().await?;
    archive.put(KEYS, &fs::read(place.data.join(KEYS))?)?;
    if with_unlock {
        archive.put(UNLOCK, &fs::read(keys::key_file(&place.data))?)?;
    }
    let (mut missing_files, mut damaged_files) = (Vec::new(), Vec::new());
    for name in named {
        let Ok(mut file) = File::open(blobs.path(&name)) else {
            missing_files.push(name);
            continue;
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        // Each file is named by its digest. A damaged one is kept: it may be all there is.
        if hex::encode(gm::sm3(&bytes)) != name {
            damaged_files.push(name.clone());
        }
        archive.put(&format!("files/{name}"), &bytes)?;
    }
    let manifest = Manifest {
        format: FORMAT.into(),
        program: env!("CARGO_PKG_VERSION").into(),
        made_at: now.to_string(),
        engine: if place.database.is_some() {
            "postgres"
        } else {
            "sqlite"
        }
        .into(),
        migrations,
        tables,
        entries: archive.entries.clone(),
        missing_files,
        damaged_files,
        with_unlock,
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    archive.put(MANIFEST, &text)?;
    archive.finish()?;
    Ok((manifest, hex::encode(gm::sm3(&text))))
}

/// The roots that are whole: the server may be in the middle of a line.
fn whole_lines(path: &Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = match fs::read(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        other => other?,
    };
    let end = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    bytes.truncate(end);
    Ok(bytes)
}

async fn save_tables(
    snapshot: &mut Snapshot,
    archive: &mut Archive,
) -> Result<Vec<SavedTable>, Stop> {
    let mut saved = Vec::new();
    for table in snapshot.tables().await? {
        let mut entry = archive.begin(&SavedTable::of(&table, 0).entry(), true)?;
        let mut bytes = Vec::new();
        let count = snapshot
            .each_row::<Stop>(&table, |row| {
                bytes.clear();
                rows::write(&row, &mut bytes)?;
                entry.write(&bytes)
            })
            .await?;
        entry.end();
        saved.push(SavedTable::of(&table, count));
    }
    Ok(saved)
}

/// The applied migrations. One that the program does not know is one it cannot restore.
async fn applied(snapshot: &mut Snapshot) -> Result<Vec<(String, String)>, Stop> {
    let known: Vec<Migration> = schema::migrations();
    let mut applied = Vec::new();
    let sql = "SELECT name, digest FROM schema_migration ORDER BY name";
    for row in snapshot.rows(sql, Vec::new()).await? {
        let (name, digest): (String, String) = (row.get(0)?, row.get(1)?);
        if !known.iter().any(|m| m.name == name && m.digest() == digest) {
            return Err(Stop::new(format!(
                "数据库由另一版本的程序建立（{name}），请用那一版备份 / the database belongs to \
                 another version of the program ({name}): back it up with that one"
            )));
        }
        applied.push((name, digest));
    }
    Ok(applied)
}

struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    entries: Vec<Entry>,
}

impl Archive {
    fn create(path: &Path) -> Result<Self, Stop> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        // It holds the key store, encrypted: nobody else need read it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|e| Stop::new(format!("{}: {e}", path.display())))?;
        Ok(Self {
            zip: ZipWriter::new(BufWriter::new(file)),
            entries: Vec::new(),
        })
    }

    fn begin(&mut self, name: &str, packed: bool) -> Result<Part<'_>, Stop> {
        let method = if packed {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(true);
        self.zip.start_file(name, options)?;
        Ok(Part {
            archive: self,
            name: name.to_owned(),
            sm3: Sm3::new(),
            bytes: 0,
        })
    }

    /// A whole entry. Encrypted bytes do not shrink, so they are stored as they are.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Stop> {
        let packed = name == MANIFEST || name == ROOTS;
        let mut part = self.begin(name, packed)?;
        part.write(bytes)?;
        part.end();
        Ok(())
    }

    fn finish(self) -> Result<(), Stop> {
        let writer = self.zip.finish()?;
        let file = writer.into_inner().map_err(|e| e.into_error())?;
        Ok(file.sync_all()?)
    }
}

/// An entry being written.
struct Part<'a> {
    archive: &'a mut Archive,
    name: String,
    sm3: Sm3,
    bytes: u64,
}

impl Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.sm3.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(self.archive.zip.write_all(bytes)?)
    }

    fn end(self) {
        self.archive.entries.push(Entry {
            name: self.name,
            bytes: self.bytes,
            sm3: hex::encode(self.sm3.finish()),
        });
    }
}
