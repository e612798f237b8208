//! 用户空间: files with their trust levels and watermarks [B-36 to B-50].

mod content;
mod error;
mod events;
mod file;
mod manage;
mod raise;
mod stamp;
mod table;
mod trust;
mod upload;

pub use content::{FileKind, sniff};
pub use error::MaterialError;
pub use events::{FileDeleted, FileRaised, FileStored};
pub use file::{FileCard, Group};
pub use manage::{Usage, delete, files, read, usable, usage};
pub use raise::{raise_to_b, stamp_on_submit};
pub use table::stored_files;
pub use trust::{TrustLevel, note};
pub use upload::{FILE_LIMIT, SPACE_LIMIT, Upload, upload};

/// The tables of user spaces.
pub const MIGRATIONS: &[store::Migration] = &[store::Migration {
    name: "materials/0001",
    sql: include_str!("../migrations/0001_material.sql"),
}];
