//! The whole program without a browser: the main job for one case of each mode, and what strangers
//! say of the files that come out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sealing::Bundle;

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
    bundles_hold_without_a_network(out.path(), root);
}

/// A bundle needs nothing but the root; what is changed in it is found for what it is.
fn bundles_hold_without_a_network(folder: &Path, root: &str) {
    let bundles = files(folder, "-bundle.zip");
    assert_eq!(bundles.len(), 3);
    let judge = |bytes: &[u8], at: &str, trust: bool| {
        let path = folder.join("changed.zip");
        std::fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        let mut args = vec!["verify", path, "--json", "--at", at];
        if trust {
            args.extend(["--trust", root]);
        }
        let judged = tongban(&args);
        let said: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
        assert_eq!(judged.status.code() == Some(0), said["valid"] == true);
        said
    };
    let (soon, later) = ("2026-11-16T18:00", "2026-11-20T18:00");
    let whole = std::fs::read(&bundles[0]).unwrap();
    let said = judge(&whole, soon, true);
    assert_eq!(said["valid"], true, "{said}");
    assert_eq!(said["bundle"]["revocations"]["outcome"], "pass", "{said}");
    assert_eq!(said["bundle"]["report"]["outcome"], "pass", "{said}");
    let open = said["findings"].as_array().unwrap();
    assert!(open.iter().all(|f| f["outcome"] != "not_checked"), "{said}");
    // An old list is said to be old, and is no proof of anything.
    let said = judge(&whole, later, true);
    assert_eq!(
        said["bundle"]["revocations"]["reason"],
        "revocation_unknown"
    );
    // Without a root nothing is believed and nothing is called wrong.
    let said = judge(&whole, soon, false);
    assert_eq!(said["bundle"]["revocations"]["reason"], "trust_unknown");

    let other = Bundle::read(&std::fs::read(&bundles[1]).unwrap()).unwrap();
    let mut bundle = Bundle::read(&whole).unwrap();
    let mine = std::mem::replace(&mut bundle.report, other.report.clone());
    let said = judge(&bundle.write().unwrap(), soon, true);
    assert_eq!(said["valid"], false);
    assert_eq!(said["bundle"]["report"]["reason"], "report_mismatch");
    bundle.report = mine;
    if let Some(list) = &mut bundle.revocations {
        let text = String::from_utf8(list.body.clone()).unwrap();
        list.body = text.replace("\"number\":1", "\"number\":9").into_bytes();
        assert_ne!(list.body, text.into_bytes());
    }
    let said = judge(&bundle.write().unwrap(), soon, true);
    assert_eq!(said["valid"], false);
    assert_eq!(said["bundle"]["revocations"]["reason"], "list_untrusted");
    // Half a bundle is unreadable, not invalid.
    let path = folder.join("half.zip");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let judged = tongban(&["verify", path.to_str().unwrap(), "--trust", root]);
    assert_eq!(judged.status.code(), Some(2));
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
