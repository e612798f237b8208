//! Seal signatures in PDF files: ours and foreign verifiers, and every attack on them we know.

mod attack;
mod foreign;
mod fuzz;
mod make;
mod sign;
mod trust;
