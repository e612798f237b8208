//! Whole journeys through the city, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod acts;
mod api;
mod browser;
mod clocks;
mod codes;
mod conflicts;
mod desks;
mod foreign;
mod forgeries;
mod modes;
mod plans;
mod receipts;
mod reports;
mod scenarios;
mod scopes;
mod sealings;
mod verify;
