//! The tests of this domain.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod city;
mod journey;
mod papers;
mod reading;
mod sample;
mod several;
