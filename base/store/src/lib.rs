//! The database: SQLite and PostgreSQL behind one door. Domains write one SQL text with `?`
//! placeholders and never see the driver.
//!
//! All writes pass [`Db::write`]. On SQLite one writer takes what is queued, runs one use case after
//! the other, undoes those that fail, commits once with `synchronous=FULL`, and only then
//! acknowledges them all.
//! On PostgreSQL each use case is a serialisable transaction, retried on a conflict.

mod ctx;
mod db;
mod dialect;
mod error;
mod health;
mod kept;
pub mod lists;
mod lock;
mod migrate;
pub mod numbers;
pub mod once;
mod plan;
mod postgres;
mod pressure;
mod row;
mod run;
mod seen;
mod shared;
mod snapshot;
mod sqlite;
pub mod testing;
mod value;
mod work;

pub use ctx::{Ctx, Parts};
pub use db::{Db, Engine, Reader};
pub use error::StoreError;
pub use health::Risk;
pub use kept::Kept;
pub use lock::DataLock;
pub use migrate::Migration;
pub use row::{FromColumn, Row};
pub use run::{Run, Tx};
pub use shared::Shared;
pub use snapshot::{ColumnKind, Snapshot, Table};
pub use value::Value;

/// The future that a transaction's body returns.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Marks of a statement that writes several rows: `(?, ?), (?, ?)`.
pub fn marks(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

/// Builds the argument list of a statement: `args![case_id, state.code(), now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::Value::from($value)),*]
    };
}
