//! One serving process holds a data folder; over a database server several share one.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::StoreError;

/// The lock on a data folder; released when dropped, also when the process is killed.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock or says that another process has it.
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        Self::by(folder, File::try_lock)
    }

    /// Takes a share of the lock, beside other shares: of a folder that holds keys and files and
    /// no database. Who wants it whole waits for all to end.
    pub fn share(folder: &Path) -> Result<Self, StoreError> {
        Self::by(folder, File::try_lock_shared)
    }

    fn by(
        folder: &Path,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, StoreError> {
        let path = folder.join("tongban.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::Locked(format!("{}: {e}", path.display())))?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(format!(
                "another process is serving the data folder {}",
                folder.display()
            ))),
            Err(TryLockError::Error(e)) => {
                Err(StoreError::Locked(format!("{}: {e}", path.display())))
            }
        }
    }
}
