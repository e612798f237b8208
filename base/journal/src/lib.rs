//! What happened. One mechanism is audit trail, outbox, supervision feed and exchange feed: events
//! are written in the transaction of the change they tell of, chained within their stream,
//! gathered into signed batches, and handed to subscribers in order. Jobs and schedules stand
//! beside it because they are written in the same transaction.

mod append;
mod batch;
mod deliver;
mod event;
mod hash;
mod jobs;
mod read;
mod table;
mod unread;
mod verify;
mod worker;

pub use append::{Head, append, append_to};
pub use batch::{RootLog, SignedRoot};
pub use event::{ActorStamp, Event, StoredEvent};
pub use jobs::enqueue;
pub use read::{Parked, parked, stream};
pub use table::head_columns;
pub use unread::{Stretch, mark_read, read_until, unread};
pub use verify::{Fault, Report, verify};
pub use worker::{Handlers, JobFn, Schedule, Subscriber, SubscriberFn, Worker};

/// The tables of the journal.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "journal/0001",
        sql: include_str!("../migrations/0001_journal.sql"),
    },
    store::Migration {
        name: "journal/read",
        sql: include_str!("../migrations/0002_read.sql"),
    },
];

/// How the journal fails.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error("an event could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("key: {0}")]
    Key(#[from] gm::KeyError),
    #[error("encryption: {0}")]
    Vault(String),
    #[error("the file of signed roots: {0}")]
    RootLog(#[from] std::io::Error),
}

impl From<JournalError> for store::StoreError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Store(e) => e,
            other => Self::Driver(other.to_string()),
        }
    }
}
