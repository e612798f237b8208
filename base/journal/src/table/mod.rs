//! Every SQL statement of the journal, and rows ↔ types.

mod batches;
mod deliveries;
mod events;
mod jobs;

pub(crate) use batches::*;
pub(crate) use deliveries::*;
pub use events::head_columns;
pub(crate) use events::*;
pub(crate) use jobs::*;
