//! SQLite: one writer that groups use cases into commits, and readers beside it.
//!
//! Statements run on the thread that asks for them. A driver with a thread for each connection
//! costs two changes of thread a statement, which is more than most statements cost themselves.

mod checkpoints;
mod conn;
mod readers;
mod writer;

use std::path::Path;

use tokio::sync::mpsc;

pub(crate) use conn::Conn;
pub(crate) use readers::Readers;
pub(crate) use writer::Message;

use crate::StoreError;

/// Connections that read.
const READERS: usize = 4;
/// Connections that read for the background.
const READERS_BESIDE: usize = 3;

/// Opens the readers and starts the writer.
pub(crate) async fn open(path: &Path) -> Result<(Readers, mpsc::Sender<Message>), StoreError> {
    let conn = Conn::open(path)?;
    conn.batch("PRAGMA optimize")?;
    let readers = Readers::open(path, READERS)?;
    let checkpoints = checkpoints::Checkpoints::start(path)?;
    let (send, receive) = mpsc::channel(4096);
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || writer::write_loop(conn, receive, checkpoints, &runtime))
        .map_err(|e| StoreError::Driver(e.to_string()))?;
    Ok((readers, send))
}

/// Other readers of the same file.
pub(crate) fn readers_like(readers: &Readers) -> Result<Readers, StoreError> {
    Readers::open(readers.path(), READERS_BESIDE)
}
