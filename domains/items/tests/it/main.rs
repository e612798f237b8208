//! The item library on both engines, with the demonstration city's 29 items.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where something is missing"
)]

mod city;
mod faults;
mod finding;
mod guide;
mod import;
mod lists;
mod materials;
mod public;
mod states;
