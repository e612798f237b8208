//! Flows of the demonstration items, random flows, and each rule alone.

#![allow(clippy::unwrap_used)]

mod acts;
mod chart;
mod demo;
mod random;
mod scenarios;

use calendar::Limit;
use conditions::Questions;
use flow::{Definition, Effect};
use serde_json::Value;

pub fn load(path: &str) -> Value {
    let path = format!("{}/../../demo/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

/// One item's flow with what validation needs to know of the item.
#[derive(Clone)]
pub struct Item {
    pub id: String,
    pub flow: Definition,
    pub questions: Questions,
    pub promised: Limit,
    pub raw: Value,
}

pub fn item(id: &str) -> Item {
    let raw = load(&format!("items/{id}.json"));
    let elements = &raw["elements"];
    Item {
        id: id.to_owned(),
        flow: serde_json::from_value(elements["flow"].clone()).expect(id),
        questions: serde_json::from_value(raw["questions"].clone()).expect(id),
        promised: serde_json::from_value(elements["promised_limit"].clone()).expect(id),
        raw,
    }
}

pub fn items() -> Vec<Item> {
    let folder = format!("{}/../../demo/items", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            file.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    names.iter().map(|name| item(name)).collect()
}

/// The posts opened by an act, in order.
pub fn opened(effects: &[Effect]) -> Vec<&str> {
    let opened = effects.iter().filter_map(|effect| match effect {
        Effect::Opened { post, .. } => Some(post.as_str()),
        _ => None,
    });
    opened.collect()
}
