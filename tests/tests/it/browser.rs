//! The pages in Chromium, as residents and officers use them.

mod account;
mod city;
mod collecting;
mod correct;
mod journey;
mod kept;
mod keyboard;
mod life;
mod outcomes;
mod papers;
mod plain;
pub mod routes;
mod scanning;
mod seals;
mod stamp;
mod times;
mod trust;
mod types;
mod verdict;
mod visual;
mod walk;
