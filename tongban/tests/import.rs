//! `tongban import` as an operator runs it, beside an installation that nobody serves.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use collection::BatchState;
use journeys::Town;
use kernel::PageRequest;

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../demo")
        .join(name)
}

fn import(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tongban"))
        .arg("import")
        .args(args)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

/// [H-18] One-time import loads licences of existing systems, of the population library and of the
/// legal-person library as base data for cleaning and comparison.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_and_what_it_is_compared_with_are_imported() {
    let left = Town::sqlite("2026-11-16T09:00").await.leave().await;
    let folder = tempfile::tempdir().unwrap();
    let base = demo("stock_base_library.csv");
    let base = base.to_str().unwrap();
    let out = import(left.data(), &["base", base, "--name", "法人库", "--json"]);
    assert!(out.status.success(), "{out:?}");
    let said: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(said["rows"].as_u64().unwrap() > 1000, "{said}");

    let stock = demo("stock_licences.csv");
    let stock = stock.to_str().unwrap();
    let report = folder.path().join("report.csv");
    let common = ["--agency", "YZ_SJJ", "--system", "旧系统", "--json"];
    let mut args = vec!["licences", stock, "--dry-run"];
    args.extend(common);
    let tried = import(left.data(), &args);
    assert_eq!(
        tried.status.code(),
        Some(1),
        "some rows do not stand: {tried:?}"
    );
    let mut args = vec!["licences", stock, "--report", report.to_str().unwrap()];
    args.extend(common);
    let taken = import(left.data(), &args);
    assert_eq!(taken.status.code(), Some(1), "{taken:?}");
    let read = |out: &Output| -> serde_json::Value { serde_json::from_slice(&out.stdout).unwrap() };
    let (tried, taken) = (read(&tried), read(&taken));
    assert_eq!(tried["actions"], taken["actions"]);
    assert_eq!(taken["rows"], 2000);
    let lines = std::fs::read_to_string(&report).unwrap();
    assert!(lines.lines().count() > 2000);
    // The same file again is refused in one line.
    let again = import(left.data(), &args);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert!(String::from_utf8_lossy(&again.stderr).contains("同一个文件"));
    // What cannot be meant.
    for wrong in [
        vec!["licences", stock, "--agency", "NOBODY", "--system", "x"],
        vec![
            "licences",
            "no-such-file.csv",
            "--agency",
            "YZ_SJJ",
            "--system",
            "x",
        ],
        vec![
            "licences", base, "--agency", "YZ_SJJ", "--system", "x", "--class", "Z",
        ],
        vec![
            "licences",
            base,
            "--agency",
            "YZ_SJJ",
            "--system",
            "x",
            "--map",
            "holder=没有的栏",
        ],
    ] {
        let out = import(left.data(), &wrong);
        assert_eq!(out.status.code(), Some(2), "{wrong:?} {out:?}");
    }
    let platform = left.open("2026-11-16T10:00").await;
    let ctx = &platform.ctx;
    let all = collection::batches(ctx, PageRequest::default())
        .await
        .unwrap();
    let taken = all.rows.iter().filter(|one| one.state == BatchState::Taken);
    assert_eq!(taken.count(), 1);
    let bases = collection::bases(ctx).await.unwrap();
    let now = bases.iter().filter(|one| one.current);
    assert_eq!(now.count(), 2, "the city's own and the one imported");
    ctx.db.close().await;
    left.remove().await;
}
