//! The tests of this domain.

mod city;
mod common;
mod life;
mod reserve;
mod sign;
