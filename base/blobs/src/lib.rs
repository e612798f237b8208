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
}

impl Blobs {
    /// Opens the folder, creating it.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        fs::create_dir_all(root.join("tmp"))?;
        Ok(Self {
            root: root.to_owned(),
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
            let tmp = this.root.join("tmp").join(ctx.rng.key());
            write_durably(&tmp, &this.path(&name), &sealed)?;
            Ok(BlobRef { name, digest, len })
        })
        .await
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

    /// The folder, for backups.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, name: &str) -> PathBuf {
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
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        if let Some(root) = folder.parent() {
            File::open(root)?.sync_all()?;
        }
    }
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
