//! What the journal learns of holders' requests.

use serde::{Deserialize, Serialize};

/// `licence.request`: a holder asked, or was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestMoved {
    pub request_key: String,
    pub licence_key: String,
    /// `found`, `correct`.
    pub kind: String,
    /// `open`, `agreed`, `declined`, `withdrawn`.
    pub state: String,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub words: String,
}

impl journal::Event for RequestMoved {
    const KIND: &'static str = "licence.request";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "words": self.words }))
    }
}
