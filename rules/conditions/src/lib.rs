//! Expressions over the answers of an application: which situation applies, which way a flow
//! goes, which part of a form is shown.

mod answers;
mod cases;
mod cel;
mod condition;
mod error;
mod holds;
mod questions;

pub use answers::{Answer, Answers};
pub use condition::{Bound, Condition, Test};
pub use error::{AnswerError, ConditionError};
pub use questions::{Choice, Question, Questions};
