//! What is indexed.

use serde::{Deserialize, Serialize};

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// Unique in the index; a second document of the same id replaces the first.
    pub id: String,
    /// What kind of thing it is, for result tabs: `item`, `licence_type`, `notice`.
    pub kind: String,
    /// Its own name.
    pub title: String,
    /// Everyday names, the most usual first.
    #[serde(default)]
    pub names: Vec<String>,
    /// Words people use for it.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Codes under which it is found when typed in full.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Everything else that is searched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Facet and value; a facet may stand several times with different values.
    #[serde(default)]
    pub facets: Vec<(String, String)>,
    /// How often it is wanted, from 0 to 1: decides among equally good matches.
    #[serde(default)]
    pub weight: f32,
}
