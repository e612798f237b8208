//! What the journal learns of receipts.

use journal::Event;
use serde::{Deserialize, Serialize};

/// `collection.refused`: data of a licence arrived and made none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApprovalRefused {
    pub agency: String,
    /// Short code, as it was sent.
    pub type_code: String,
    pub source_class: String,
    /// Code of the problem.
    pub reason: String,
    /// The library has a licence of that number.
    pub duplicate: bool,
}

impl Event for ApprovalRefused {
    const KIND: &'static str = "collection.refused";
}

/// `collection.receipts_seen`: somebody took note of what came in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReceiptsSeen {
    pub agency: String,
    pub receipts: u64,
}

impl Event for ReceiptsSeen {
    const KIND: &'static str = "collection.receipts_seen";
}

/// The stream of what an agency received.
pub(super) fn stream(agency: &str) -> String {
    format!("collection_receipt/{agency}")
}
