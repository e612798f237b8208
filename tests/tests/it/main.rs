//! Whole journeys through the city, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod plans;
mod scenarios;
