//! The zip container of an OFD file: read with suspicion, written plainly.

mod entry;
mod part;
mod read;
mod write;

pub(crate) use part::{Damage, PackagePart};
pub(crate) use read::{Anomaly, Package};
pub(crate) use write::check_names;
pub use write::{Part, pack, unpack};
