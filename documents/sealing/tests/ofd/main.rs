//! Seal signatures in OFD files: round trips, every tampering with its own reason, foreign files.

mod container;
mod formats;
mod fuzz;
mod interop;
mod make;
mod people;
mod seal;
mod sign;
mod tamper;
