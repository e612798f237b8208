//! What the journal learns of user spaces. No names of files: they may hold anything.

use journal::Event;
use serde::{Deserialize, Serialize};

/// A file entered a user space.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileStored {
    pub owner: String,
    pub file_key: String,
    pub kind: String,
    pub trust: String,
    pub bytes: u64,
    /// SM3 of the original.
    pub digest: String,
}

impl Event for FileStored {
    const KIND: &'static str = "material.stored";
}

/// The window checked the original: level C became B [B-41].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileRaised {
    pub owner: String,
    pub file_key: String,
    pub case_no: String,
    pub valid_to: String,
}

impl Event for FileRaised {
    const KIND: &'static str = "material.raised";
}

/// The owner deleted a file. Cases that use it keep it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileDeleted {
    pub owner: String,
    pub file_key: String,
}

impl Event for FileDeleted {
    const KIND: &'static str = "material.deleted";
}
