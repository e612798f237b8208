//! What the journal learns of corrections: fields by their codes, no values.

use serde::{Deserialize, Serialize};

/// `licence.correction`: a correction was proposed, made, refused or withdrawn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorrectionMoved {
    pub correction_key: String,
    pub licence_key: String,
    pub version: u32,
    /// `proposed`, `made`, `refused`, `withdrawn`.
    pub state: String,
    pub fields: Vec<String>,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub words: String,
}

impl journal::Event for CorrectionMoved {
    const KIND: &'static str = "licence.correction";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "words": self.words }))
    }
}
