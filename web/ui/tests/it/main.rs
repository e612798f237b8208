//! The interface as a whole: texts, templates, and pages over HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod http;
mod kept;
mod templates;
mod texts;
