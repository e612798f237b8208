//! The zip container of an OFD file: read with suspicion, written plainly.

mod entry;
mod read;
mod write;

pub(crate) use read::{Anomaly, Damage, Package};
pub(crate) use write::check_names;
pub use write::{Part, pack, unpack};
