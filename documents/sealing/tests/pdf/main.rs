//! Seal signatures in PDF files: ours and foreign verifiers, and every attack on them we know.

#![allow(clippy::unwrap_used)]

mod attachments;
mod attack;
mod authorities;
mod fixtures;
mod foreign;
mod fuzz;
mod lasting;
mod make;
mod others;
#[path = "../../../../base/gm/tests/it/outside.rs"]
mod outside;
mod shadow;
mod sign;
mod trust;
