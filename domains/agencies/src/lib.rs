//! Who governs where: regions, implementing agencies, service halls with their windows, and
//! working-day calendars.
//!
//! The directory is small, changes seldom and is asked by everything, so it is read as one
//! snapshot: [`directory`].

mod cache;
mod directory;
mod error;
mod events;
mod import;
mod table;
mod types;

pub use cache::directory;
pub use directory::Directory;
pub use error::AgenciesError;
pub use events::DirectoryChanged;
pub use import::{Changes, Import, import};
pub use types::{
    Agency, Appointment, Device, Hall, HallKind, Region, RegionLevel, Slot, Window, WindowKind,
};

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[store::Migration {
    name: "agencies/0001",
    sql: include_str!("../migrations/0001_directory.sql"),
}];
