//! The tests of this domain.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod city;
mod common;
mod desk;
mod life;
mod outside;
mod race;
mod reserve;
mod roots;
mod several;
mod sign;
mod upload;
