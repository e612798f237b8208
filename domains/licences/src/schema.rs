//! The schemas of the licence standards [H-78]: what comes in is checked against the very files that
//! are published with them.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

static TYPE: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
    compiled(include_str!(
        "../../../docs/standards/schemas/licence-type.schema.json"
    ))
});

fn compiled(text: &str) -> Result<Validator, String> {
    let schema: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|e| e.to_string())
}

/// The definition of a licence type: where it departs from the data standard, and how.
pub(crate) fn check_type(definition: &Value) -> Result<(), String> {
    check(&TYPE, definition)
}

fn check(validator: &Result<Validator, String>, value: &Value) -> Result<(), String> {
    let validator = validator.as_ref().map_err(Clone::clone)?;
    match validator.iter_errors(value).next() {
        None => Ok(()),
        Some(error) => Err(format!("{}: {error}", error.instance_path())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn demo(name: &str) -> Value {
        let path = format!(
            "{}/../../demo/licence_types/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn published(name: &str) -> Validator {
        let path = format!(
            "{}/../../docs/standards/schemas/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        compiled(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Sets what the pointer leads to; none takes it away.
    fn changed(mut value: Value, pointer: &str, to: Option<Value>) -> Value {
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap();
        match (parent, to) {
            (Value::Array(all), Some(to)) => all[last.parse::<usize>().unwrap()] = to,
            (Value::Object(all), Some(to)) => drop(all.insert(last.into(), to)),
            (Value::Object(all), None) => drop(all.remove(last).unwrap()),
            other => panic!("{other:?}"),
        }
        value
    }

    #[test]
    fn the_types_of_the_city_keep_the_standard() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/licence_types");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                check_type(&serde_json::from_str(&text).unwrap()).unwrap();
                seen += 1;
            }
        }
        assert_eq!(seen, 12);
    }

    /// Each departure from the standard is refused, and the message says where it is.
    #[test]
    fn what_departs_from_the_standard_is_refused() {
        let wrong = [
            ("SPJYXKZ", "/type_code", Some(json!("1199000MB91013772011"))),
            ("SPJYXKZ", "/category", Some(json!("许可证"))),
            ("SPJYXKZ", "/holder_id_type", Some(json!("111"))),
            ("SPJYXKZ", "/paper/width_mm", Some(json!(1201))),
            ("SPJYXKZ", "/paper/width_mm", Some(json!("420"))),
            ("SPJYXKZ", "/style/boxes/seal", None),
            ("SPJYXKZ", "/style/boxes/qr_code/size_mm", Some(json!(0))),
            ("JZZ", "/style/boxes/photo", None),
            ("JZZ", "/photo", Some(Value::Null)),
            (
                "SPJYXKZ",
                "/face_fields/0/position/value_x_mm",
                Some(json!(-1)),
            ),
            (
                "SPJYXKZ",
                "/face_fields/0/position/font_size_mm",
                Some(json!(1.0)),
            ),
            (
                "SPJYXKZ",
                "/face_fields/0/position/max_lines",
                Some(json!(0)),
            ),
            ("SPJYXKZ", "/face_fields/0/data_type", Some(json!("text"))),
            (
                "SPJYXKZ",
                "/face_fields/0/field_code",
                Some(json!("Holder")),
            ),
            ("DLYSCYZGZ", "/numbering_rule/sensitive", Some(json!(false))),
            ("DLYSCYZGZ", "/numbering_rule/face_field", Some(Value::Null)),
            (
                "SPJYXKZ",
                "/numbering_rule/pattern",
                Some(json!("JY[0-9]{14}")),
            ),
            ("SPJYXKZ", "/validity/years", Some(Value::Null)),
            ("SPJYXKZ", "/validity/long_term", Some(json!(true))),
            ("SPJYXKZ", "/inspection_missed_suspends", Some(json!(true))),
            ("SPJYXKZ", "/issuing_agencies", Some(json!([]))),
            ("SPJYXKZ", "/seal_type", Some(json!("round"))),
            ("SPJYXKZ", "/style/valid_from", Some(json!("2026-13-01"))),
            ("SPJYXKZ", "/colour", Some(json!("red"))),
            ("SPJYXKZ", "/reviewers", None),
        ];
        for (name, pointer, to) in wrong {
            let told = check_type(&changed(demo(name), pointer, to.clone()));
            let told = told.expect_err(&format!("{name} {pointer} {to:?}"));
            assert!(told.contains(": "), "{told}");
        }
    }

    /// The published states are those of the table.
    #[test]
    fn the_published_states_are_those_of_the_table() {
        let states = published("licence-state");
        for state in crate::State::ALL {
            assert!(states.is_valid(&json!(state.code())), "{}", state.code());
        }
        for no in ["valid", "DELETED", ""] {
            assert!(!states.is_valid(&json!(no)), "{no}");
        }
    }

    /// The numbering schemes of the city keep the published form, and broken ones do not.
    #[test]
    fn schemes_keep_the_published_form() {
        let schemes = published("numbering-rule");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/numbering.json");
        let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for (name, scheme) in all.as_object().unwrap() {
            assert!(schemes.is_valid(scheme), "{name}");
        }
        for wrong in [
            json!({"parts": []}),
            json!({"parts": [{"text": "JY"}]}),
            json!({"parts": [{"serial": 0}]}),
            json!({"parts": [{"serial": "6"}]}),
            json!({"parts": [{"serial": 6}, "check_mod3736"]}),
            json!({"parts": [{"text": "JY", "serial": 6}]}),
            json!({"parts": [{"serial": 6}, {"date": "%H%M"}]}),
        ] {
            assert!(!schemes.is_valid(&wrong), "{wrong}");
        }
    }
}
