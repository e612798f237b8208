//! The demonstration city for whole-journey tests: loaded once a process, copied for each test.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod drive;
mod people;
mod snapshot;
mod town;

pub use drive::{answers, complete_as};
pub use people::drawing;
pub use town::Town;
