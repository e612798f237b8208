//! Two versions, or two implementations, element by element [C-20, C-47].

use serde::Serialize;
use serde_json::Value;

use crate::element::{ELEMENTS, Element};
use crate::item::Item;

/// An element in which two items differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub element: &'static Element,
    /// As imported; null when it is not there.
    pub before: Value,
    pub after: Value,
}

impl Serialize for Difference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Difference", 4)?;
        out.serialize_field("no", &self.element.no)?;
        out.serialize_field("name", self.element.zh)?;
        out.serialize_field("before", &self.before)?;
        out.serialize_field("after", &self.after)?;
        out.end()
    }
}

/// The elements in which two items differ, in order.
pub fn compare(before: &Item, after: &Item) -> Vec<Difference> {
    let value = |item: &Item, code: &str| {
        item.raw
            .get("elements")
            .and_then(|e| e.get(code))
            .cloned()
            .unwrap_or(Value::Null)
    };
    ELEMENTS
        .iter()
        .filter_map(|element| {
            let (before, after) = (value(before, element.code), value(after, element.code));
            (before != after).then_some(Difference {
                element,
                before,
                after,
            })
        })
        .collect()
}
