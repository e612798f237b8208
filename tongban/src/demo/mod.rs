//! The demonstration city.

mod load;
mod once;

pub use load::{City, Loaded, load};
pub use once::once;
