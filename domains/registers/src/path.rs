//! Fields by dotted path.

use serde_json::Value;

use crate::Register;

/// Reads `population.doctor_qualification.qualification_no`. The register's name in front may be
/// there or not: a pre-fill source reads from the record itself as well as from an object of
/// records by register. Numbers index lists. An empty field counts as none.
pub fn lookup_path<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut at = value;
    for (i, part) in path.split('.').enumerate() {
        at = match at {
            Value::Object(fields) => match fields.get(part) {
                Some(found) => found,
                None if i == 0 && names_register(part) => at,
                None => return None,
            },
            Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    if at.is_null() { None } else { Some(at) }
}

fn names_register(part: &str) -> bool {
    [Register::Population, Register::Legal, Register::Credit]
        .iter()
        .any(|r| r.code() == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_are_followed_with_and_without_the_register() {
        let record = json!({ "name": "施予安", "doctor": { "no": "2015" }, "gone": null,
            "estate": [{ "area": 79.13 }] });
        let path = |p: &str| lookup_path(&record, p).cloned();
        assert_eq!(path("population.doctor.no"), Some(json!("2015")));
        assert_eq!(path("doctor.no"), Some(json!("2015")));
        assert_eq!(path("estate.0.area"), Some(json!(79.13)));
        assert_eq!(path("population"), Some(record.clone()));
        for none in [
            "gone",
            "gone.more",
            "doctor.other",
            "estate.7.area",
            "name.x",
            "user_space.name",
        ] {
            assert_eq!(path(none), None, "{none}");
        }
        let both = json!({ "population": { "name": "甲" }, "legal": { "name": "乙" } });
        assert_eq!(lookup_path(&both, "legal.name"), Some(&json!("乙")));
    }
}
