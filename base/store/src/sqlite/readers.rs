//! Connections that read, lent one statement at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, TryAcquireError};

use crate::StoreError;
use crate::sqlite::Conn;

/// A few connections; clones share them.
#[derive(Clone)]
pub(crate) struct Readers {
    path: Arc<PathBuf>,
    count: u32,
    /// One permit for each connection that is at hand.
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Conn>>>,
}

impl Readers {
    /// Opens so many connections to a file.
    pub fn open(path: &Path, count: usize) -> Result<Self, StoreError> {
        let all: Result<Vec<Conn>, StoreError> =
            (0..count).map(|_| Conn::open_to_read(path)).collect();
        Ok(Self {
            path: Arc::new(path.to_owned()),
            count: count as u32,
            free: Arc::new(Semaphore::new(count)),
            idle: Arc::new(Mutex::new(all?)),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads with a connection. Nothing waits while it is lent, so one thread holds one at most.
    pub async fn read<T>(
        &self,
        read: impl FnOnce(&Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let permit = match self.free.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits) => {
                self.free.acquire().await.map_err(|_| StoreError::Closed)?
            }
            Err(TryAcquireError::Closed) => return Err(StoreError::Closed),
        };
        let conn = self.take().ok_or(StoreError::Closed)?;
        let done = read(&conn);
        self.lock().push(conn);
        drop(permit);
        done
    }

    fn take(&self) -> Option<Conn> {
        self.lock().pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for reads in hand and closes all connections; later reads are told so.
    pub async fn close(&self) {
        if let Ok(all) = self.free.acquire_many(self.count).await {
            self.free.close();
            drop(all);
        }
        for conn in std::mem::take(&mut *self.lock()) {
            conn.close();
        }
    }
}
