//! What the journal learns of exchange: sums and keys, no personal data.

use std::collections::BTreeMap;

use journal::Event;
use serde::{Deserialize, Serialize};

/// `collection.exchange`: a batch of another library was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeTaken {
    pub source_code: String,
    pub batch_no: String,
    pub agency: String,
    /// `api` or `file`.
    pub way: String,
    /// Records by code of what became of them.
    pub counts: BTreeMap<String, u64>,
}

impl Event for ExchangeTaken {
    const KIND: &'static str = "collection.exchange";
}

/// `collection.exchange_settled`: a person decided on a conflict.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeSettled {
    pub source_code: String,
    pub record_key: String,
    pub licence_key: Option<String>,
    /// Code of the outcome.
    pub outcome: String,
}

impl Event for ExchangeSettled {
    const KIND: &'static str = "collection.exchange_settled";
}

/// `collection.exchange_source`: a source was set up or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeSourceSet {
    pub source_code: String,
    pub agency: String,
    pub rule: String,
    pub every_minutes: u32,
    pub active: bool,
}

impl Event for ExchangeSourceSet {
    const KIND: &'static str = "collection.exchange_source";
}

/// The stream of a source.
pub(super) fn stream(source_code: &str) -> String {
    format!("collection_exchange/{source_code}")
}
