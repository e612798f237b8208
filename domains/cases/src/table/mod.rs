//! Every SQL statement of this domain, and rows ↔ types.

mod lists;
mod record;
pub(crate) mod results;
mod rows;
pub(crate) mod rules;

pub(crate) use lists::*;
pub(crate) use record::*;
pub(crate) use rows::*;
