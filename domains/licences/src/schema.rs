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

static METADATA: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
    compiled(include_str!(
        "../../../docs/standards/schemas/licence-metadata.schema.json"
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

/// The metadata of a licence's file: where it departs, without what stands there, which is personal.
pub(crate) fn check_metadata(metadata: &Value) -> Result<(), String> {
    let validator = METADATA.as_ref().map_err(Clone::clone)?;
    match validator.iter_errors(metadata).next() {
        None => Ok(()),
        Some(error) if error.instance_path().as_str().is_empty() => {
            Err(error.schema_path().to_string())
        }
        Some(error) => Err(error.instance_path().to_string()),
    }
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

    /// What a licence's file says of itself keeps the published form, and departures are refused
    /// without a word of what they are.
    #[test]
    fn metadata_keep_the_published_form() {
        let identifier = kernel::number::licence_identifier(
            "11990000MB91013772011",
            "11990100MB91020335",
            "2026000001",
            1,
        );
        let good = json!({
            "ZZBS": identifier.unwrap(), "ZZLXDM": "11990000MB91013772011",
            "ZZMC": "居住证", "ZZBH": "990102260000140", "ZZBFJG": "云州市公安局",
            "ZZBFJGDM": "11990100MB91020335", "ZZBFRQ": "2026-11-16", "CZZT": "孙㵘",
            "CZZTDM": "99012119981111291X", "CZZTDMLXDM": "111", "ZZYXQQSRQ": "2026-11-16",
            "ZZYXQJZRQ": null, "KZ_BB": 1, "KZ_YS": "JZZ-V1", "KZ_YZBS": "99010000000001",
            "KZ_SCSJ": "2026-11-16T01:30:00.000Z", "KZ_SF": "SM2withSM3",
            "KZ_SCXT": "通办 0.1.0", "KZ_GS": ["OFD", "PDF"], "KZ_ZM": {"name": "孙㵘"}
        });
        check_metadata(&good).unwrap();
        for (pointer, to) in [
            ("/ZZBS", Some(json!("1.2.156.3005.2.1"))),
            ("/ZZBH", Some(json!(""))),
            ("/ZZBFRQ", Some(json!("2026-02-30"))),
            ("/CZZTDM", Some(json!("990121199811112"))),
            ("/CZZTDMLXDM", Some(json!("112"))),
            ("/ZZYXQJZRQ", None),
            ("/ZZYXQJZRQ", Some(json!("长期"))),
            ("/KZ_BB", Some(json!(0))),
            ("/KZ_TH", Some(json!("前一本"))),
            ("/KZ_SF", Some(json!("RSA"))),
            ("/KZ_SCSJ", Some(json!("2026-11-16 09:30"))),
            ("/KZ_GS", Some(json!(["DOC"]))),
            ("/KZ_ZM", Some(json!({}))),
            ("/KZ_ZM/name", Some(json!(""))),
            ("/KZ_ZM/Name", Some(json!("孙㵘"))),
            ("/JZJZZSY", Some(json!("求职"))),
            ("/COLOUR", Some(json!("red"))),
        ] {
            let told = check_metadata(&changed(good.clone(), pointer, to.clone()));
            let told = told.expect_err(&format!("{pointer} {to:?}"));
            assert!(!told.contains("孙") && !told.contains("9901"), "{told}");
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
