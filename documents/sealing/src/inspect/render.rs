//! An inspection as text: one field a line, Chinese and English.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Inspection;
use super::label::{label, word};

/// JSON with the order of its fields.
enum Tree {
    Leaf(String),
    List(Vec<Tree>),
    Fields(Vec<(String, Tree)>),
    Nothing,
}

pub(super) fn text(inspection: &Inspection) -> String {
    // Serialising plain data to a string does not fail; nothing is shown if it ever should.
    let json = serde_json::to_string(inspection).unwrap_or_default();
    let tree: Tree = serde_json::from_str(&json).unwrap_or(Tree::Nothing);
    let mut out = String::new();
    write(&tree, 0, &mut out);
    out
}

fn write(tree: &Tree, depth: usize, out: &mut String) {
    let Tree::Fields(fields) = tree else { return };
    for (key, value) in fields {
        let indent = "  ".repeat(depth);
        let (zh, en) = label(key);
        match value {
            Tree::Nothing => {}
            Tree::Leaf(text) => out.push_str(&format!("{indent}{zh} {en}: {}\n", word(text))),
            Tree::List(items) if items.is_empty() => {}
            Tree::List(items) => {
                out.push_str(&format!("{indent}{zh} {en} ({}):\n", items.len()));
                for (number, item) in items.iter().enumerate() {
                    list_item(item, number + 1, depth + 1, out);
                }
            }
            Tree::Fields(_) => {
                out.push_str(&format!("{indent}{zh} {en}:\n"));
                write(value, depth + 1, out);
            }
        }
    }
}

fn list_item(item: &Tree, number: usize, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match item {
        Tree::Leaf(text) => out.push_str(&format!("{indent}{number}. {}\n", word(text))),
        // What fits a line is easier to read on one.
        Tree::Fields(fields) if fields.iter().all(|(_, value)| is_flat(value)) => {
            let fields = fields.iter().filter_map(|(key, value)| match value {
                Tree::Leaf(text) if SHORT.contains(&&**key) => Some(word(text)),
                Tree::Leaf(text) => Some(format!("{} {}", label(key).1, word(text))),
                _ => None,
            });
            let line = fields.collect::<Vec<_>>().join(", ");
            if line.chars().count() <= 160 {
                out.push_str(&format!("{indent}{number}. {line}\n"));
            } else {
                out.push_str(&format!("{indent}{number}.\n"));
                write(item, depth + 1, out);
            }
        }
        _ => {
            out.push_str(&format!("{indent}{number}.\n"));
            write(item, depth + 1, out);
        }
    }
}

/// Fields that speak for themselves in a line.
const SHORT: [&str; 10] = [
    "name", "path", "state", "digest", "zh", "en", "place", "code", "boundary", "damage",
];

fn is_flat(tree: &Tree) -> bool {
    matches!(tree, Tree::Leaf(_) | Tree::Nothing)
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ordered;

        impl<'de> Visitor<'de> for Ordered {
            type Value = Tree;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Nothing)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Leaf(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                // Nothing in a file may steer the terminal it is shown on.
                let plain = |c: char| if c.is_control() { ' ' } else { c };
                Ok(Tree::Leaf(value.chars().map(plain).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Tree::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Tree::Fields(fields))
            }
        }

        deserializer.deserialize_any(Ordered)
    }
}
