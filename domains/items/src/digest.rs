//! Whether two contents are the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// The same content gives the same digest, however its keys were ordered or spaced.
pub(crate) fn digest(content: &Value) -> [u8; 32] {
    let mut out = String::new();
    canonical(content, &mut out);
    gm::sm3(out.as_bytes())
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (i, (key, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_keys_does_not_make_a_difference() {
        let a: Value =
            serde_json::from_str(r#"{"b": [1, {"y": 2, "x": "一"}], "a": null}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a":null,"b":[1,{"x":"一","y":2}]}"#).unwrap();
        assert_eq!(digest(&a), digest(&b));
        assert_ne!(
            digest(&a),
            digest(&json!({"a": null, "b": [1, {"x": "一", "y": 3}]}))
        );
        assert_ne!(digest(&json!(["ab"])), digest(&json!(["a", "b"])));
    }
}
