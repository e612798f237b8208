//! For tests of this and later domains.

use serde_json::Value;

use crate::fault::Fault;
use crate::item::Item;
use crate::read::{self, Standing};

/// Reads a content without a database: an item in draft, version 0, not checked.
pub fn read(content: Value) -> Result<Item, Vec<Fault>> {
    read::read(content, Standing::draft())
}
