//! Cleaning against the demonstration city and against rows as they really come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod city;
mod common;
mod edges;
mod properties;
mod returned;
mod spoilt;
mod twins;
