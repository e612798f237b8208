//! What the journal learns of collecting: sums and keys, no personal data.

use journal::Event;
use serde::{Deserialize, Serialize};

/// `collection.batch`: something was done to a batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchMoved {
    pub batch_key: String,
    pub agency: String,
    /// `begun`, `mapped`, `scanned`, `sent`, `ended`, or a kind of work with how it stands: `take.running`.
    pub what: String,
    pub rows: u64,
    pub done: u64,
    pub failed: u64,
    /// Of the failed, those that the library or the table has already.
    #[serde(default)]
    pub duplicates: u64,
    #[serde(default)]
    pub source_class: String,
}

impl Event for BatchMoved {
    const KIND: &'static str = "collection.batch";
}

/// `collection.row`: a person completed, checked or discarded one row, or typed an original or did
/// something to a page of it before it was one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RowMoved {
    pub batch_key: String,
    pub row_no: u32,
    /// `edited`, `checked`, `discarded`; of an original `typed`, `set_aside`, `restored`, or what was
    /// done to a page: `page.turned`.
    pub what: String,
    /// Codes of the fields that were typed; the number of the page.
    pub fields: Vec<String>,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub reason: String,
}

impl Event for RowMoved {
    const KIND: &'static str = "collection.row";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "reason": self.reason }))
    }
}

/// `collection.base`: an extract of a register was taken in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BaseTaken {
    pub base_key: String,
    pub name: String,
    pub rows: u64,
    pub rejects: u64,
}

impl Event for BaseTaken {
    const KIND: &'static str = "collection.base";
}

/// The stream of a batch.
pub(crate) fn stream(batch_key: &str) -> String {
    format!("collection/{batch_key}")
}
