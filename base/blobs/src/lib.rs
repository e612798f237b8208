//! Files: a folder in which each file is named by the digest of its bytes. Everything is encrypted
//! whole before it is written, because most files hold personal data and none is worth the risk of
//! sorting wrongly.
//!
//! A file is written, flushed, renamed, its folder flushed; only then may the row that names its
//! digest commit. [`Blobs::sweep`] removes what no row names after a day.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gm::sm3;
use store::Ctx;

/// How files fail.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("no file {0}")]
    Missing(String),
    #[error("file {0} was changed on disk")]
    Changed(String),
    #[error("file {0} cannot be decrypted")]
    Sealed(String),
    #[error("file store: {0}")]
    Io(#[from] io::Error),
}

/// A file that was stored: what a row keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRef {
    /// Hexadecimal SM3 of the bytes on disk: the file's name.
    pub name: String,
    /// Hexadecimal SM3 of the content.
    pub digest: String,
    /// Bytes of the content.
    pub len: u64,
}

/// A folder of encrypted files.
#[derive(Clone, Debug)]
pub struct Blobs {
    root: PathBuf,
    /// Inner folders whose own entry is known to be flushed.
    flushed: Arc<Mutex<HashSet<PathBuf>>>,
}

/// Keeps sweepers, or other sweepers, away while it lives; also let go when the process is killed.
#[derive(Debug)]
pub struct FolderGuard {
    _file: File,
}

impl Blobs {
    /// Opens the folder, creating it.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        fs::create_dir_all(root.join("tmp"))?;
        Ok(Self {
            root: root.to_owned(),
            flushed: Arc::default(),
        })
    }

    /// Stores a file durably. Digests and encryption of a large file take milliseconds: they run
    /// off the async threads too.
    pub async fn put(&self, ctx: &Ctx, content: Vec<u8>) -> Result<BlobRef, BlobError> {
        let (this, ctx) = (self.clone(), ctx.clone());
        blocking(move || {
            let digest = hex::encode(sm3(&content));
            let sealed = ctx.seal("blob", "content", "", &content);
            let name = hex::encode(sm3(&sealed));
            let len = content.len() as u64;
            let (target, tmp) = (this.path(&name), this.root.join("tmp").join(ctx.rng.key()));
            if let Some(folder) = target.parent() {
                this.make_folder(folder)?;
            }
            write_durably(&tmp, &target, &sealed)?;
            Ok(BlobRef { name, digest, len })
        })
        .await
    }

    /// Makes an inner folder and flushes its entry. Another thread may have made it and not flushed
    /// it yet, so its being there proves nothing.
    fn make_folder(&self, folder: &Path) -> Result<(), BlobError> {
        let mut flushed = self.flushed.lock().unwrap_or_else(|p| p.into_inner());
        if !flushed.contains(folder) {
            fs::create_dir_all(folder)?;
            File::open(&self.root)?.sync_all()?;
            flushed.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Reads a file back, checking that nobody changed it.
    pub async fn get(&self, ctx: &Ctx, name: &str) -> Result<Vec<u8>, BlobError> {
        let (path, ctx, name) = (self.path(name), ctx.clone(), name.to_owned());
        blocking(move || {
            let sealed = match fs::read(path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return Err(BlobError::Missing(name));
                }
                other => other?,
            };
            if hex::encode(sm3(&sealed)) != name {
                return Err(BlobError::Changed(name));
            }
            ctx.open_sealed("blob", "content", "", &sealed)
                .map_err(|_| BlobError::Sealed(name))
        })
        .await
    }

    /// Removes files older than `age` whose name is not in `named`, and left-over temporary files.
    /// Returns how many.
    pub async fn sweep(&self, named: HashSet<String>, age: Duration) -> Result<u64, BlobError> {
        let root = self.root.clone();
        blocking(move || sweep(&root, &named, age)).await
    }

    /// Keeps the sweeper of every process away while the guard lives: a backup reads the names
    /// first and the files afterwards. Take it before the names are read. Waits for a sweep in
    /// progress, which may take as long as the folder is large.
    pub fn hold(&self) -> Result<FolderGuard, BlobError> {
        let file = self.guard_file()?;
        file.lock_shared()?;
        Ok(FolderGuard { _file: file })
    }

    /// The right to sweep; none while a backup holds the folder. Take it before the names are read.
    pub fn claim(&self) -> Result<Option<FolderGuard>, BlobError> {
        let file = self.guard_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FolderGuard { _file: file })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn guard_file(&self) -> Result<File, BlobError> {
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        Ok(options.open(self.root.join("tmp").join("sweep.lock"))?)
    }

    /// Where a file lies, for backups.
    pub fn path(&self, name: &str) -> PathBuf {
        // Names come from rows; anything but a digest must not leave the folder.
        let safe: String = name.chars().filter(char::is_ascii_hexdigit).collect();
        let shard = safe.get(..2).unwrap_or("00").to_owned();
        self.root.join(shard).join(safe)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(BlobError::Io(io::Error::other(stopped))),
    }
}

fn write_durably(tmp: &Path, target: &Path, bytes: &[u8]) -> Result<(), BlobError> {
    let folder = target.parent().unwrap_or(target);
    let mut file = File::create_new(tmp)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(tmp, target)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn sweep(root: &Path, named: &HashSet<String>, age: Duration) -> Result<u64, BlobError> {
    let mut removed = 0;
    for shard in fs::read_dir(root)? {
        let shard = shard?.path();
        if !shard.is_dir() {
            continue;
        }
        for file in fs::read_dir(&shard)? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name == "sweep.lock" {
                continue;
            }
            let old = file
                .metadata()?
                .modified()?
                .elapsed()
                .is_ok_and(|e| e >= age);
            if old && !named.contains(&name) {
                fs::remove_file(file.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_keeps_the_sweeper_away() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let (one, two) = (blobs.hold().unwrap(), blobs.hold().unwrap());
        assert!(blobs.claim().unwrap().is_none());
        drop(one);
        assert!(blobs.claim().unwrap().is_none());
        drop(two);
        let sweeping = blobs.claim().unwrap();
        assert!(sweeping.is_some());
        assert!(blobs.claim().unwrap().is_none());
    }

    #[tokio::test]
    async fn only_old_files_that_no_row_names_are_swept() {
        let test = store::testing::TestDb::sqlite(&[]).await.unwrap();
        let ctx = store::testing::ctx(&test, "2026-11-16T01:00:00Z");
        let blobs = Blobs::open(&test.path("files")).unwrap();
        let named = blobs.put(&ctx, b"named".to_vec()).await.unwrap();
        let stray = blobs.put(&ctx, b"stray".to_vec()).await.unwrap();
        let names = HashSet::from([named.name.clone()]);
        let day = Duration::from_secs(86_400);
        assert_eq!(blobs.sweep(names.clone(), day).await.unwrap(), 0);
        assert_eq!(blobs.sweep(names, Duration::ZERO).await.unwrap(), 1);
        assert_eq!(blobs.get(&ctx, &named.name).await.unwrap(), b"named");
        assert!(matches!(
            blobs.get(&ctx, &stray.name).await,
            Err(BlobError::Missing(_))
        ));
    }
}
