//! Writing a file so that a power cut leaves the old one or the new one, never a half.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::KeyError;

/// The three steps that a durable write consists of. Tests put in one that fails between them.
pub(crate) trait Disk: Send + Sync {
    /// Makes a file that only its owner may read, and flushes it.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Puts a file in the place of another.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Flushes the names of a folder.
    fn flush_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The real one.
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

/// Writes beside, flushes, renames, flushes the folder. Only the owner may read.
pub(crate) fn write_durably(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let beside = suffixed(path, ".new");
    disk.write(&beside, bytes)
        .and_then(|()| rename_durably(disk, &beside, path))
        .map_err(|error| store(path, error))
}

/// Renames and flushes the folder.
pub(crate) fn rename_durably(disk: &dyn Disk, from: &Path, to: &Path) -> io::Result<()> {
    disk.rename(from, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    disk.flush_folder(folder.unwrap_or(Path::new(".")))
}

pub(crate) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

pub(crate) fn store(path: &Path, why: impl std::fmt::Display) -> KeyError {
    KeyError::Store(format!("{}: {why}", path.display()))
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A machine that loses its power at the given step: that step is done by half, and nothing
    /// after it.
    pub(crate) struct PowerCut {
        left: AtomicUsize,
    }

    impl PowerCut {
        pub(crate) fn after(steps: usize) -> Self {
            Self {
                left: AtomicUsize::new(steps),
            }
        }

        /// True while there is power.
        fn step(&self) -> bool {
            self.left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok()
        }

        /// Whether a cut happened: every step was used up.
        pub(crate) fn happened(&self) -> bool {
            self.left.load(Ordering::SeqCst) == 0
        }
    }

    fn dark() -> io::Error {
        io::Error::other("no power")
    }

    impl Disk for PowerCut {
        fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            if self.step() {
                return RealDisk.write(path, bytes);
            }
            RealDisk.write(path, &bytes[..bytes.len() / 2])?;
            Err(dark())
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            if self.step() {
                return RealDisk.rename(from, to);
            }
            Err(dark())
        }

        fn flush_folder(&self, folder: &Path) -> io::Result<()> {
            if self.step() {
                return RealDisk.flush_folder(folder);
            }
            Err(dark())
        }
    }
}
