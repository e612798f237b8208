//! `tongban clean` on the stock of the demonstration city, as an operator would run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../demo")
        .join(name)
}

fn clean(file: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tongban"))
        .arg("clean")
        .arg(file)
        .arg("--library")
        .arg(demo("stock_base_library.csv"))
        .arg("--facts")
        .arg(demo("cleaning_facts.json"))
        .args(["--today", "2026-11-16"])
        .args(more)
        .output()
        .unwrap()
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().skip(1);
    lines.map(|line| line.replace('"', "")).collect()
}

/// [H-26] Each rule names the defect and the action, and leaves a report: that of the city is as it
/// is written down, in every row and column.
#[test]
fn the_report_is_the_one_expected() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let done = clean(&demo("stock_licences.csv"), &["--out", out, "--json"]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(done.status.code(), Some(1), "some rows go back: {said}");
    let expected = lines(&demo("stock_expected.csv"));
    assert_eq!(lines(&folder.path().join("report.csv")), expected);

    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["rows"], 2000);
    let with = |action: &str| {
        let mut rows: Vec<_> = expected
            .iter()
            .map(|line| line.split(',').collect::<Vec<_>>())
            .filter(|cells| cells[2] == action)
            .map(|cells| cells[0].to_owned())
            .collect();
        rows.dedup();
        rows.len() as u64
    };
    for action in ["keep", "correct", "merge", "drop", "return_to_source"] {
        assert_eq!(said["actions"][action], with(action), "{action}");
    }
    // What stands goes on, and every row that does not is in a file for where it came from.
    let kept = lines(&folder.path().join("cleaned.csv")).len() as u64;
    assert_eq!(kept, with("keep") + with("correct"));
    let returned = said["returned"].as_object().unwrap();
    let sum: u64 = returned.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(sum, with("return_to_source"));
    let files = std::fs::read_dir(folder.path().join("returned")).unwrap();
    assert_eq!(files.count(), returned.len());
}

/// A file that was corrected and comes back is read as it is: what is right now stands.
#[test]
fn returned_rows_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let more = ["--out", out, "--returned", "csv"];
    clean(&demo("stock_licences.csv"), &more);
    let back = folder.path().join("returned/卫生监督旧系统.csv");
    let again = clean(&back, &["--json"]);
    let said: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let rows = lines(&back).len() as u64;
    assert_eq!(said["rows"], rows);
    assert_eq!(
        said["actions"]["return_to_source"], rows,
        "nobody corrected it"
    );
}

/// Whatever is wrong with what was given is said in one line, and nothing is written.
#[test]
fn a_wrong_order_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let stock = demo("stock_licences.csv");
    for (file, more) in [
        (folder.path().join("nothing.csv"), &["--out", out][..]),
        (
            stock.clone(),
            &["--out", out, "--rules", "/no/such/file"][..],
        ),
        (
            stock.clone(),
            &["--out", out, "--map", "nonsense=证照编号"][..],
        ),
        (stock, &["--out", out, "--today", "yesterday"][..]),
    ] {
        let done = clean(&file, more);
        assert_eq!(done.status.code(), Some(2), "{more:?}");
        assert!(!done.stderr.is_empty());
        assert!(!Path::new(out).exists(), "{more:?}");
    }
}
