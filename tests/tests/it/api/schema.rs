//! The API against its own OpenAPI document: schemathesis makes up requests, good ones and bad ones,
//! and looks whether the answers are those that the document promises.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use journeys::Town;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::client;

/// Seconds that each run may take.
const BUDGET: &str = "40";

/// Where `cargo xtask test` installs it.
fn tool() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tool = root.join("target/python/bin/schemathesis");
    assert!(
        tool.exists(),
        "schemathesis is missing: cargo xtask test installs it, or pip install it into target/python"
    );
    tool
}

/// Every operation by itself.
const EACH: &[&str] = &["--phases", "coverage,fuzzing"];
/// The life of seals as the document's links lead through it: from the list to a seal, from a seal
/// to an act with the revision that was seen, from what came of it to the next act.
const SEAL_LIFE: &[&str] = &["--phases", "stateful", "--include-path-regex", "/seals"];
/// For such sequences the list is asked for seals that are there, or no link leads on from it.
const FOUND: &str = r#"
[[operations]]
include-name = "GET /api/v1/seals"
parameters = { "query.agency" = "YD_SCJG", "query.seal_type" = "acceptance", "query.text" = "云东", "query.page" = 1 }
"#;

async fn run(url: &str, token: &str, [case, key]: [&str; 2], what: &[&str]) -> String {
    let settings = tempfile::tempdir().unwrap();
    let template = include_str!("../../../tools/schemathesis.toml");
    let file = settings.path().join("schemathesis.toml");
    let mut settled = template.replace("{case}", case).replace("{key}", key);
    if what == SEAL_LIFE {
        settled.push_str(FOUND);
    }
    std::fs::write(&file, settled).unwrap();
    let output = Command::new(tool())
        .arg("--config-file")
        .arg(&file)
        .arg("run")
        .arg(format!("{url}/api/v1/openapi.json"))
        .args(["--url", url])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "all"])
        .args(what)
        .args(["--max-time", BUDGET, "--seed", "20261116"])
        .args([
            "--request-timeout",
            "20",
            "--continue-on-failure",
            "--no-color",
        ])
        .current_dir(settings.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_promises_is_kept() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let (api, _) = client::open(&town).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, api).await });

    // As a resident with a draft, and as an officer with a case at the own post.
    let form = town.form("SPJYXK-XB");
    let me = town
        .person(form["applicant_username"].as_str().unwrap())
        .await;
    let (_, case) = town.apply("SPJYXK-XB").await;
    let seal = active(&town).await.key;
    let token = client::given_all(&me).await;
    run(&url, &token, [&case.case_id, &seal], EACH).await;
    let clerk = town.first(&case, flow::Step::Accept).await;
    let token = client::given_all(&clerk).await;
    run(&url, &token, [&case.case_id, &seal], EACH).await;
    server.abort();
    town.close().await;
}

/// Sequences of acts on seals, of an officer who manages them: every answer is one that the document
/// promises, none is a fault, and what happened to the seals can still be read.
#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_seals_keeps_what_the_document_promises() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let (api, _) = client::open(&town).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, api).await });
    let officer = town.officer("yz_leimq").await;
    let token = client::given_all(&officer).await;
    let seal = active(&town).await;
    let said = run(&url, &token, ["none", &seal.key], SEAL_LIFE).await;
    server.abort();
    let detail = seals::detail(&officer, &seal.key).await.unwrap();
    let moved = detail.seal.rev - seal.rev;
    assert!(moved > 0, "no act of any sequence was done: {said}");
    // The seal's record tells of every move.
    assert_eq!(detail.history.len() as i64, detail.seal.rev);
    assert_eq!(
        detail.history.last().map(|last| last.state),
        Some(detail.seal.state)
    );
    town.close().await;
}

/// A seal in use.
async fn active(town: &Town) -> seals::Seal {
    let found = seals::find(town.ctx(), "YD_SCJG", seals::SealType::Acceptance).await;
    found.unwrap()
}
