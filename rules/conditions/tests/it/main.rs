//! The condition language against its reference table, against CEL, and on the demonstration
//! items.

#![allow(clippy::unwrap_used)]

mod cel;
mod demo;
mod language;
mod reference;
mod strategy;
