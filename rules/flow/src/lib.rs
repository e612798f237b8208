//! Flows as agencies configure them: posts, branches, joins, countersigning, limits [D-25, C-40].
//!
//! A [`Definition`] is part of an item version and is checked when the item is edited. What has
//! happened on one case is a [`State`]; every act takes a state and gives the next one with the
//! [`Effect`]s the caller records. Nothing here reads a clock or a database.

mod act;
mod advance;
mod chart;
mod definition;
mod error;
mod method;
mod officer;
mod problem;
mod span;
mod state;
mod validate;

pub use chart::ChartHead;
pub use definition::{DecisionSeals, Definition, Join, OutwardStep, Post, Route, Step};
pub use error::FlowError;
pub use method::{Method, WhoDecides, decides_on_the_spot, who_decides};
pub use officer::{NotAllowed, Officer};
pub use problem::Problem;
pub use span::{Span, limit_words};
pub use state::{Done, Effect, Opinion, Signature, State, Task};
