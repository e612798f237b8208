//! Reading the documents of strangers for drawing: leniently, within bounds.
//!
//! [`crate::inspect`] says what a package claims and stops at the first fault, as a judge needs
//! it. [`Document`] finds its way through what producers really write, and tells as [`Finding`]s
//! what it could not find.

mod document;
mod finding;
mod info;
pub(crate) mod parts;
pub(crate) mod resources;
pub(crate) mod value;

pub(crate) use document::Annotation;
pub use document::Document;
pub(crate) use finding::Findings;
pub use finding::{Finding, Weight, What};
pub use info::{Attachment, Metadata};
