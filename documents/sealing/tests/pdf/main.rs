//! Seal signatures in PDF files: ours and foreign verifiers, and every attack on them we know.

#![allow(clippy::unwrap_used)]

mod attack;
mod foreign;
mod fuzz;
mod make;
mod others;
mod sign;
mod trust;
