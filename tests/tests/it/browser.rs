//! The pages in Chromium, as residents and officers use them.

mod city;
mod journey;

