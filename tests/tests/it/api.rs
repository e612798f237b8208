//! The JSON API as the programs of others meet it: over HTTP, with tokens.

mod access;
pub mod client;
mod documents;
mod journey;
mod limits;
mod problems;
mod schema;
mod seals;
