//! Full-text search for Chinese: finds by word, by two characters or one, by everyday name, by
//! pinyin and its initials, and in spite of one typo. Knows nothing of what it indexes: documents
//! have a kind, a title, other names, a body and facets.
//!
//! An [`Index`] lives in memory or in a folder. It is a copy that can be rebuilt at any time; the
//! truth is wherever the documents come from.

mod doc;
mod error;
mod fold;
mod gather;
mod grams;
mod highlight;
mod index;
mod nearest;
mod plan;
mod rank;
mod schema;
mod search;
mod snapshot;
mod sound;
mod tally;
mod typo;
mod words;

pub use doc::Doc;
pub use error::TextError;
pub use highlight::{Segment, mark};
pub use index::Index;
pub use search::{FacetCount, Filter, Found, Hit, Matched, Query, Suggestion};

/// The facet under which every document's kind is counted and filtered.
pub const KIND: &str = "kind";
