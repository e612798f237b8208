//! Names and values in an attachment, whatever its structure: JSON, XML with elements of their own,
//! XML of named items.

use serde_json::Value;

use ofd::xml;

/// Leaves of a file, and how deep they may lie.
pub(super) const MOST: usize = 2_000;
const DEEPEST: usize = 32;
/// Longest value: what is longer is a picture or a file.
const LONGEST: usize = 4_000;

/// A name with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub name: String,
    pub value: String,
    /// It stands inside of what the file calls its face.
    pub of_face: bool,
}

impl Leaf {
    pub fn of_pair((name, value): &(String, String)) -> Self {
        Self {
            name: name.clone(),
            value: value.trim().to_owned(),
            of_face: false,
        }
    }
}

/// Names of what holds the face, folded.
const FACES: &[&str] = &[
    "kz_zm",
    "照面信息",
    "照面",
    "face",
    "facedata",
    "face_data",
    "surface",
    "zmxx",
    "certdata",
];

fn is_face(name: &str) -> bool {
    let folded = name.trim().to_lowercase();
    FACES.contains(&folded.as_str())
}

/// What an attachment says; nothing where it is no data.
pub(super) fn of_attachment(content: &[u8]) -> Vec<Leaf> {
    let mut found = Vec::new();
    let text = content.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match text.first() {
        Some(b'{' | b'[') => {
            if let Ok(value) = serde_json::from_slice::<Value>(text) {
                json(&mut found, "", &value, false, 0);
            }
        }
        Some(b'<') => {
            if let Ok(element) = xml::parse(text) {
                elements(&mut found, &element, false, 0);
            }
        }
        _ => {}
    }
    found
}

fn push(found: &mut Vec<Leaf>, name: &str, value: &str, of_face: bool) {
    let (name, value) = (name.trim(), value.trim());
    let fits = !name.is_empty() && name.len() <= 200 && value.len() <= LONGEST;
    if fits && !value.is_empty() && found.len() < MOST {
        found.push(Leaf {
            name: name.to_owned(),
            value: value.to_owned(),
            of_face,
        });
    }
}

fn json(found: &mut Vec<Leaf>, name: &str, value: &Value, of_face: bool, depth: usize) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    match value {
        Value::Object(members) => {
            let of_face = of_face || is_face(name);
            // `{"name": "证照编号", "value": "…"}`: a named item.
            if let (Some(name), Some(value)) = (named(members, NAMES), named(members, VALUES)) {
                push(found, name, value, of_face);
                return;
            }
            for (name, value) in members {
                json(found, name, value, of_face, depth + 1);
            }
        }
        Value::Array(items) => {
            // A list of plain values is one value.
            if items
                .iter()
                .all(|item| !item.is_object() && !item.is_array())
            {
                let plain: Vec<String> = items.iter().map(plain).collect();
                push(found, name, &plain.join("、"), of_face);
                return;
            }
            for item in items {
                json(found, name, item, of_face, depth + 1);
            }
        }
        // A null end of validity says something: there is none.
        Value::Null if super::fields::element_named(name).is_some() => {
            push(found, name, "null", of_face);
        }
        Value::Null => {}
        value => push(found, name, &plain(value), of_face),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

const NAMES: &[&str] = &["name", "key", "title", "label", "zh"];
const VALUES: &[&str] = &["value", "val", "text", "content"];

fn named<'v>(members: &'v serde_json::Map<String, Value>, names: &[&str]) -> Option<&'v str> {
    // Two members that say it, beside at most a code: more is an object of its own.
    if members.len() > 4 {
        return None;
    }
    let find = |wanted: &&str| {
        let same = |(key, _): &(&String, &Value)| key.eq_ignore_ascii_case(wanted);
        members
            .iter()
            .find(same)
            .and_then(|(_, value)| value.as_str())
    };
    names.iter().find_map(find)
}

fn elements(found: &mut Vec<Leaf>, element: &xml::Element, of_face: bool, depth: usize) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    let attribute = |names: &[&str]| {
        let mut all = element.attributes.iter();
        all.find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value.as_str())
    };
    let name = attribute(NAMES).unwrap_or(&element.name);
    if element.children.is_empty() {
        let value = attribute(VALUES).unwrap_or(&element.text);
        push(found, name, value, of_face);
        return;
    }
    let of_face = of_face || is_face(name) || is_face(&element.name);
    for child in &element.children {
        elements(found, child, of_face, depth + 1);
    }
}
