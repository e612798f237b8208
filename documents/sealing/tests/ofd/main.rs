//! Seal signatures in OFD files: round trips, every tampering with its own reason, foreign files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod attack;
mod container;
mod der;
mod deviations;
mod foreign;
mod formats;
mod fuzz;
mod inspect;
mod interop;
mod make;
mod openssl;
mod people;
mod persons;
mod seal;
mod sign;
mod stamped;
mod tamper;
