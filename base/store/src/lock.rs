//! One serving process holds a data folder.

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
        let path = folder.join("tongban.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::Locked(format!("{}: {e}", path.display())))?;
        match file.try_lock() {
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
