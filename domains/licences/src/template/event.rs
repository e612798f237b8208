//! What the journal learns of types.

use serde::{Deserialize, Serialize};

/// `licence.type`: a version of a type moved on, or its place in the catalogue changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TemplateChanged {
    pub type_code: String,
    /// None where it concerns the type itself.
    pub version: Option<u32>,
    /// `begun`, `saved`, `dropped`, `submit`, `return`, `publish`, `retire`, `stopped`, `resumed`, `deleted`,
    /// `reorganised`, `class`.
    pub act: String,
    /// In somebody's own words, so it stands in the encrypted detail only.
    #[serde(skip)]
    pub words: String,
}

impl TemplateChanged {
    pub(super) fn of(type_code: &str, version: Option<u32>, act: &str) -> Self {
        Self {
            type_code: type_code.to_owned(),
            version,
            act: act.to_owned(),
            words: String::new(),
        }
    }

    pub(super) fn stream(&self) -> String {
        format!("licence_type/{}", self.type_code)
    }
}

impl journal::Event for TemplateChanged {
    const KIND: &'static str = "licence.type";

    fn detail(&self) -> Option<serde_json::Value> {
        (!self.words.is_empty()).then(|| serde_json::json!({ "words": self.words }))
    }
}
