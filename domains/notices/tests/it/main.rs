//! The tests of this domain.

mod city;
mod journey;
mod papers;
mod sample;
