//! The reference evaluation of the demonstration data, in its own words: it works on raw JSON and
//! shares no code with the crate.

use serde_json::Value;

/// Whether condition `c` (null holds) holds for the answers `a`.
pub fn holds(c: &Value, a: &Value) -> bool {
    if c.is_null() {
        return true;
    }
    if let Some(list) = c.get("all") {
        return list.as_array().unwrap().iter().all(|x| holds(x, a));
    }
    if let Some(list) = c.get("any") {
        return list.as_array().unwrap().iter().any(|x| holds(x, a));
    }
    if let Some(inner) = c.get("not") {
        return !holds(inner, a);
    }
    let v = &a[c["question"].as_str().unwrap()];
    let (op, w) = (c["op"].as_str().unwrap(), &c["value"]);
    let empty = v.is_null() || v == "" || *v == Value::Array(Vec::new());
    if op == "exists" {
        return empty != w.as_bool().unwrap();
    }
    if empty {
        return op == "ne";
    }
    if op == "gt" || op == "lt" {
        if v.is_array() {
            return false;
        }
        let greater = match (float(v), float(w)) {
            (Some(x), Some(y)) => x.partial_cmp(&y),
            _ if date(v) && date(w) => v.as_str().partial_cmp(&w.as_str()),
            _ => None,
        };
        let wanted = if op == "gt" { "Greater" } else { "Less" };
        return greater.is_some_and(|order| format!("{order:?}") == wanted);
    }
    let vs = v.as_array().cloned().unwrap_or_else(|| vec![v.clone()]);
    match op {
        "eq" => vs.contains(w),
        "ne" => !vs.contains(w),
        "in" => vs.iter().any(|x| w.as_array().unwrap().contains(x)),
        _ => panic!("{op}"),
    }
}

fn float(v: &Value) -> Option<f64> {
    match v {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.parse().ok(),
        _ => None,
    }
}

fn date(v: &Value) -> bool {
    let Some(s) = v.as_str() else { return false };
    let shape: String = s
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    shape == "9999-99-99"
}
