//! What the journal learns of copies. Purpose and recipient stand in the encrypted detail.

use journal::Event;
use serde::{Deserialize, Serialize};

/// `licence.copy_made`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyMade {
    pub copy_key: String,
    pub licence_key: String,
    pub version: u32,
    pub until: String,
    #[serde(skip)]
    pub purpose: String,
    #[serde(skip)]
    pub recipient: String,
}

impl Event for CopyMade {
    const KIND: &'static str = "licence.copy_made";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "purpose": self.purpose, "recipient": self.recipient }))
    }
}

/// `licence.copy_fetched`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyFetched {
    pub copy_key: String,
    pub licence_key: String,
    pub format: String,
}

impl Event for CopyFetched {
    const KIND: &'static str = "licence.copy_fetched";
}

/// `licence.copy_ended`: its holder ended it before its time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyEnded {
    pub copy_key: String,
    pub licence_key: String,
}

impl Event for CopyEnded {
    const KIND: &'static str = "licence.copy_ended";
}
