//! The rules between elements that an item must keep before it is taken in [C-28 to C-32].

mod codes;
mod cross;
mod elements;
mod materials;
mod together;

use crate::fault::Fault;
use crate::item::Item;

pub(crate) use codes::{is_base_code, is_implementation_code};
pub(crate) use together::children;

/// Everything wrong with an item by itself.
pub(crate) fn item(item: &Item) -> Vec<Fault> {
    let mut faults = Vec::new();
    elements::check(item, &mut faults);
    codes::check(item, &mut faults);
    cross::check(item, &mut faults);
    materials::check(item, &mut faults);
    together::check(item, &mut faults);
    faults
}
