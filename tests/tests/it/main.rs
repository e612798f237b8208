//! Whole journeys through the city, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod acts;
mod api;
mod authorities;
mod browser;
mod clocks;
mod codes;
mod collecting;
mod conflicts;
mod corrections;
mod desks;
mod digitising;
mod exchanging;
mod exchanging_shown;
mod foreign;
mod forgeries;
mod life;
mod modes;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../../../base/gm/tests/it/outside.rs"]
mod outside;
mod parsing;
mod plans;
mod prints;
mod receipts;
mod reports;
mod results;
mod revocations;
mod scanning;
mod scenarios;
mod scopes;
mod sealings;
mod shown;
mod stamps;
mod types;
mod usage;
mod verify;
