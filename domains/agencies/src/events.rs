//! What this domain tells.

use journal::Event;
use serde::{Deserialize, Serialize};

/// The stream of the directory.
pub(crate) const STREAM: &str = "directory";

/// Entries of the directory were added or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryChanged {
    pub revision: i64,
    pub regions: u64,
    pub agencies: u64,
    pub halls: u64,
    pub calendars: u64,
}

impl Event for DirectoryChanged {
    const KIND: &'static str = "directory.changed";
}
