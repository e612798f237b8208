//! The demonstration city for whole-journey tests: loaded once a process, copied for each test.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

pub mod browser;
mod client;
mod drive;
mod people;
mod prepare;
mod process;
mod served;
mod snapshot;
mod town;

pub use client::{Client, FilePart, Reply, encode};
pub use drive::{answers, complete_as};
pub use people::drawing;
pub use process::Process;
pub use served::Served;
pub use town::{Left, Town};
