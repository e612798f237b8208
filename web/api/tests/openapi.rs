//! The OpenAPI document that is checked in is the one of the handlers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

/// Set to write the document instead of comparing it.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_document_checked_in_is_up_to_date() {
    let mut made = api::document().to_pretty_json().unwrap();
    made.push('\n');
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        known == made,
        "docs/openapi.json is not what the handlers say; run cargo xtask openapi"
    );
}

#[test]
fn every_operation_has_its_problems_and_a_name() {
    let document = serde_json::to_value(api::document()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} stands twice");
            assert!(!operation["summary"].is_null(), "{name} says nothing");
            for status in ["400", "429", "500"] {
                let content = &operation["responses"][status]["content"];
                assert!(
                    content["application/problem+json"].is_object(),
                    "{method} {path} {status}"
                );
            }
        }
    }
    assert!(names.len() > 30, "{}", names.len());
}
