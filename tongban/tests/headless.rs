//! The whole program without a browser: the main job for one case of each mode, and what strangers
//! say of the files that come out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn tongban(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tongban"))
        .args(args)
        .output()
        .unwrap()
}

fn city() -> String {
    format!("{}/../demo", env!("CARGO_MANIFEST_DIR"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().ends_with(ending))
        .collect();
    all.sort();
    all
}

#[test]
fn one_case_of_each_mode_ends_in_papers_that_strangers_accept() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let at = "2026-11-16T09:00";
    let run = tongban(&[
        "demo",
        "--once",
        "--out",
        folder,
        "--city",
        &city(),
        "--at",
        at,
    ]);
    assert!(
        run.status.success(),
        "{}{}",
        text(&run.stdout),
        text(&run.stderr)
    );
    let said = text(&run.stdout);
    for mode in ["全程网办", "原件核验", "原件预审"] {
        assert!(said.contains(mode), "{said}");
    }
    let root = out.path().join("root.pem");
    let root = root.to_str().unwrap();
    assert_eq!(files(out.path(), "-licence.ofd").len(), 3);
    assert!(
        files(out.path(), ".ofd").len() >= 13,
        "notices and licences: {said}"
    );
    for file in files(out.path(), ".ofd")
        .iter()
        .chain(&files(out.path(), ".pdf"))
    {
        let file = file.to_str().unwrap();
        let judged = tongban(&["verify", file, "--trust", root, "--json"]);
        assert_eq!(
            judged.status.code(),
            Some(0),
            "{file}: {}",
            text(&judged.stdout)
        );
        let verdict: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
        assert_eq!(verdict["valid"], true);
        let checks: Vec<&str> = verdict["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|f| f["check"].as_str())
            .collect();
        for check in [
            "container",
            "integrity",
            "coverage",
            "stamp",
            "seal_validity",
            "chain",
        ] {
            assert!(checks.contains(&check), "{file}: no finding on {check}");
        }
    }
    let licence = &files(out.path(), "-licence.ofd")[0];
    untrusted_changed_and_unreadable(out.path(), licence, root);
    foreign_pdf_readers(&files(out.path(), "-licence.pdf"));
}

fn untrusted_changed_and_unreadable(folder: &Path, licence: &Path, root: &str) {
    let sealed = std::fs::read(licence).unwrap();
    let name = licence.to_str().unwrap();
    // Another city's root is no root of ours: here the P-256 one for an SM2 seal.
    let foreign = folder.join("root-p256.pem");
    let judged = tongban(&[
        "verify",
        name,
        "--trust",
        foreign.to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(judged.status.code(), Some(1));
    assert!(text(&judged.stdout).contains("certificate_foreign"));
    let mut changed = sealed.clone();
    let at = changed.len() / 2;
    changed[at] ^= 1;
    let path = folder.join("changed.ofd");
    std::fs::write(&path, &changed).unwrap();
    let judged = tongban(&["verify", path.to_str().unwrap(), "--trust", root]);
    assert!(
        matches!(judged.status.code(), Some(1 | 2)),
        "{}",
        text(&judged.stdout)
    );
    std::fs::write(&path, b"not a document").unwrap();
    let judged = tongban(&["verify", path.to_str().unwrap(), "--trust", root]);
    assert_eq!(judged.status.code(), Some(2));
}

/// `pdfsig` and `qpdf` where they are installed.
fn foreign_pdf_readers(pdfs: &[PathBuf]) {
    for pdf in pdfs {
        match Command::new("pdfsig").arg("-nocert").arg(pdf).output() {
            Ok(said) => {
                let said = text(&said.stdout);
                assert!(said.contains("Signature is Valid"), "{said}");
                assert!(said.contains("Total document signed"), "{said}");
            }
            Err(_) => eprintln!("skipped: pdfsig is not installed"),
        }
        match Command::new("qpdf").arg("--check").arg(pdf).output() {
            Ok(said) => assert!(said.status.success(), "{}", text(&said.stderr)),
            Err(_) => eprintln!("skipped: qpdf is not installed"),
        }
    }
}

#[test]
fn operators_mistakes_are_one_line_and_exit_code_2() {
    let empty = tempfile::tempdir().unwrap();
    let no_city = empty.path().to_str().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("127.0.0.1:{}", taken.local_addr().unwrap().port());
    let data = empty.path().join("data");
    let data = data.to_str().unwrap();
    for args in [
        vec![
            "demo",
            "--city",
            no_city,
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
        ],
        vec!["demo", "--city", &city(), "--data", data, "--listen", &port],
        vec![
            "demo",
            "--city",
            &city(),
            "--data",
            "/proc/none",
            "--listen",
            "127.0.0.1:0",
        ],
    ] {
        let run = tongban(&args);
        assert_eq!(
            run.status.code(),
            Some(2),
            "{args:?}: {}",
            text(&run.stderr)
        );
        let said = text(&run.stderr);
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}
