//! What differs between two versions of a type.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::definition::LicenceType;
use crate::error::LicenceError;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// From the outside inwards: `face_fields`, `holder`, `position`, `value_x_mm`. Face fields are
    /// named by their codes, other lists by their places, from 1.
    pub path: Vec<String>,
    /// None: it is not there.
    pub was: Option<String>,
    pub now: Option<String>,
}

/// Parts that every version has of its own.
const OWN: [&str; 6] = [
    "style_id",
    "style_version",
    "valid_from",
    "valid_to",
    "base_picture",
    "sample",
];

/// What differs, in the order of the definition's names; the base picture as a whole.
pub fn differences(a: &LicenceType, b: &LicenceType) -> Result<Vec<Difference>, LicenceError> {
    let (mut was, mut now) = (BTreeMap::new(), BTreeMap::new());
    flatten(&placed(a)?, &mut Vec::new(), &mut was);
    flatten(&placed(b)?, &mut Vec::new(), &mut now);
    let paths: std::collections::BTreeSet<_> = was.keys().chain(now.keys()).cloned().collect();
    let mut found: Vec<Difference> = paths
        .into_iter()
        .filter(|path| was.get(path) != now.get(path))
        .map(|path| Difference {
            was: was.get(&path).cloned(),
            now: now.get(&path).cloned(),
            path,
        })
        .collect();
    if a.ground != b.ground {
        let size = |kind: &LicenceType| format!("{} KB", kind.ground.kept().len().div_ceil(1024));
        found.push(Difference {
            path: vec!["style".into(), "base_picture".into()],
            was: Some(size(a)),
            now: Some(size(b)),
        });
    }
    Ok(found)
}

/// The definition with its place in the catalogue, also where that goes without saying.
fn placed(kind: &LicenceType) -> Result<Value, LicenceError> {
    let mut kind = kind.clone();
    kind.catalogue = Some(kind.shelf());
    kind.definition()
}

fn flatten(value: &Value, path: &mut Vec<String>, out: &mut BTreeMap<Vec<String>, String>) {
    let mut deeper = |name: String, value: &Value| {
        path.push(name);
        flatten(value, path, out);
        path.pop();
    };
    match value {
        Value::Object(all) => {
            for (name, value) in all {
                if !OWN.contains(&name.as_str()) {
                    deeper(name.clone(), value);
                }
            }
        }
        Value::Array(all) => {
            for (at, value) in all.iter().enumerate() {
                let code = value.get("field_code").and_then(Value::as_str);
                deeper(
                    code.map_or_else(|| (at + 1).to_string(), str::to_owned),
                    value,
                );
            }
        }
        Value::Null => {}
        Value::String(text) => {
            out.insert(path.clone(), text.clone());
        }
        other => {
            out.insert(path.clone(), other.to_string());
        }
    }
}
