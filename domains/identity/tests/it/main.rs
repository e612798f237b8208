//! The identity domain on both engines, with people of the demonstration city.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where something is missing"
)]

mod client;
mod delegation;
mod demo;
mod lifecycle;
mod link;
mod privacy;
mod register;
mod session;
mod sign_in;
mod staff;
mod support;
