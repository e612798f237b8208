//! The order of the house: `tongban → web → domains → rules, documents → base`, and inside a floor
//! only what is printed before.

use std::collections::HashMap;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Crates in their order, floor by floor. A crate may use every floor above it in this list, and
/// on its own floor what stands before it.
const FLOORS: &[(&str, &[&str])] = &[
    (
        "base",
        &[
            "kernel", "gm", "fetch", "store", "journal", "blobs", "text", "tables",
        ],
    ),
    ("documents", &["paper", "ofd", "sealing", "scans"]),
    (
        "rules",
        &["calendar", "conditions", "forms", "flow", "cleaning"],
    ),
    (
        "domains",
        &[
            "agencies",
            "registers",
            "identity",
            "items",
            "seals",
            "notices",
            "licences",
            "collection",
            "materials",
            "cases",
            "halls",
            "fees",
            "voices",
            "messages",
            "exchange",
            "proofs",
            "oversight",
            "resources",
        ],
    ),
    ("web", &["ui", "portal", "console", "hall", "api"]),
    ("tongban", &["tongban"]),
];

/// Fails on any dependency against the order. Development dependencies are free.
pub fn check() -> Result<()> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .context("cargo metadata")?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let wrong = wrong_edges(&metadata);
    if !wrong.is_empty() {
        bail!(
            "dependencies against the order of the house:\n  {}",
            wrong.join("\n  ")
        );
    }
    Ok(())
}

fn wrong_edges(metadata: &serde_json::Value) -> Vec<String> {
    let mut place = HashMap::new();
    for (floor, (_, crates)) in FLOORS.iter().enumerate() {
        for (at, name) in crates.iter().enumerate() {
            place.insert(*name, (floor, at));
        }
    }
    let mut wrong = Vec::new();
    let empty = Vec::new();
    for package in metadata["packages"].as_array().unwrap_or(&empty) {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(&(floor, at)) = place.get(name) else {
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap_or(&empty) {
            let to = dependency["name"].as_str().unwrap_or_default();
            let is_local = dependency["path"].is_string();
            let is_dev = dependency["kind"].as_str() == Some("dev");
            let Some(&(to_floor, to_at)) = place.get(to).filter(|_| is_local && !is_dev) else {
                continue;
            };
            // Documents and rules stand side by side: neither uses the other.
            let side_by_side = matches!(
                (FLOORS[floor].0, FLOORS[to_floor].0),
                ("rules", "documents") | ("documents", "rules")
            );
            if to_floor > floor || (to_floor == floor && to_at >= at) || side_by_side {
                wrong.push(format!("{name} → {to}"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn edge(from: &str, to: &str) -> Vec<String> {
        wrong_edges(&json!({ "packages": [
            { "name": from, "dependencies": [{ "name": to, "path": "/x", "kind": null }] }
        ] }))
    }

    #[test]
    fn edges_against_the_order_are_found() {
        assert!(edge("cases", "licences").is_empty());
        assert!(edge("portal", "cases").is_empty());
        assert!(!edge("licences", "cases").is_empty());
        assert!(!edge("kernel", "store").is_empty());
        assert!(!edge("store", "cases").is_empty());
        assert!(!edge("flow", "paper").is_empty());
        assert!(!edge("portal", "api").is_empty());
    }

    #[test]
    fn the_workspace_keeps_the_order() {
        check().unwrap();
    }
}
