//! Electronic forms: an item's form is a JSON Schema with a few keywords of its own; from
//! it come the fields to draw, what is filled in beforehand, typed values out of a posted page,
//! and errors in words.

mod check;
mod error;
mod field;
mod fold;
mod form;
mod prefill;
mod read;
mod sections;
mod summary;
mod words;

pub use error::{FieldError, FormError, Rule};
pub use field::{Field, Format, Input, Kind, PhotoRule, Prefill, Widget};
pub use form::{Filling, Form, Values};
pub use prefill::{Origin, Prefilled, Sources};
pub use read::Reading;
pub use sections::{FieldView, RequiredWhen, STEP_FIELDS, Section};
pub use summary::SummaryRow;
pub use words::Words;
