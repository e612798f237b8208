//! The tests of this domain.

mod papers;
mod sample;
