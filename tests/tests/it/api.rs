//! The JSON API as the programs of others meet it: over HTTP, with tokens.

mod access;
mod approvals;
pub mod client;
mod documents;
mod exchanges;
mod journey;
mod limits;
mod problems;
mod schema;
mod seals;
