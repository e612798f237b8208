//! The command line asking others: time stamps, and what was revoked.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use gm::Transport;
use serde_json::Value;

use super::outside::{LIST, OCSP, Outside, TSA};
use super::seal::{impression, laid};
use super::tongban;

const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

/// Authorities of OpenSSL behind a web server, in this machine's time.
fn authorities() -> (Arc<Outside>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let outside = Arc::new(Outside::under(P256, &base, None));
    let asked = outside.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(&asked, stream.unwrap());
        }
    });
    (outside, base)
}

fn answer(outside: &Outside, mut stream: TcpStream) {
    let mut all = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body) = loop {
        let n = stream.read(&mut chunk).unwrap();
        all.extend_from_slice(&chunk[..n]);
        let Some(end) = all.windows(4).position(|w| w == b"\r\n\r\n") else {
            assert!(n > 0, "a request without end");
            continue;
        };
        let head = String::from_utf8_lossy(&all[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length: "));
        let length = length.map_or(0, |n| n.parse::<usize>().unwrap());
        if all.len() >= end + 4 + length {
            break (head, all[end + 4..].to_vec());
        }
    };
    let said = match head.split(' ').nth(1).unwrap() {
        "/stamp" => outside.post(TSA, "application/timestamp-query", &body),
        "/ask" => outside.post(OCSP, "application/ocsp-request", &body),
        _ => outside.get(LIST),
    };
    let said = said.unwrap();
    let length = said.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
    );
    let _ = stream.write_all(&said);
}

fn finding<'a>(told: &'a Value, check: &str) -> &'a Value {
    let findings = told["findings"].as_array().unwrap();
    findings.iter().find(|f| f["check"] == check).unwrap()
}

/// Sealed with a time stamp in both formats; verified with what the authorities say is revoked. An
/// address within the walls is followed only where it is allowed; an authority that is away leaves
/// no file.
#[test]
fn files_are_stamped_and_authorities_asked() {
    let (outside, base) = authorities();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |line: &str| tongban(at, line);
    run("ca make ca --title 示范市 --organization 示范市政务局 --json").ok();
    for (name, profile) in [("sm2", "signer"), ("maker", "seal-maker")] {
        run(&format!(
            "ca issue ca --profile {profile} --kind sm2 --common-name {name} \
             --organization 示范市政务局 --key-out {name}.key --out {name}.pem --json"
        ))
        .ok();
    }
    fs::write(at.join("seal.png"), impression()).unwrap();
    run(
        "seal make seal.png --name 示范市政务局 --id 99010200000001 --signer sm2.pem \
         --key maker.key --certificate maker.pem --out seal.esl --json",
    )
    .ok();
    for name in ["signer.key", "signer.pem", "root.pem"] {
        fs::copy(outside.path(name), at.join(name)).unwrap();
    }
    let info = ofd::DocInfo {
        id: "00000000000000000000000000000002".into(),
        custom: vec![],
    };
    let plain = ofd::compose(&laid(1), &info).unwrap();
    let parts = plain
        .parts()
        .iter()
        .map(|part| (part.path.clone(), part.bytes.to_vec()))
        .collect::<Vec<_>>();
    fs::write(at.join("plain.ofd"), sealing::pack(&parts).unwrap()).unwrap();
    fs::write(at.join("plain.pdf"), paper::to_pdf(&laid(1)).unwrap()).unwrap();

    let ofd = "--seal seal.esl --key sm2.key --certificate sm2.pem --json";
    let pdf = "--seal seal.esl --key signer.key --certificate signer.pem --json";
    for (format, with, digest) in [("ofd", ofd, "sm3"), ("pdf", pdf, "sha256")] {
        let told = run(&format!(
            "seal apply plain.{format} --out stamped.{format} --time-stamp {base}/stamp \
             --time-stamp-digest {digest} {with}"
        ))
        .ok()
        .json();
        assert!(told["stamped_at"].is_string(), "{told}");
        run(&format!(
            "seal apply plain.{format} --out none.{format} --time-stamp http://127.0.0.1:9/ {with}"
        ))
        .stopped("time stamp");
        assert!(!at.join(format!("none.{format}")).exists());
        let told = run(&format!(
            "seal apply plain.{format} --out bare.{format} {with}"
        ));
        assert!(told.ok().json()["stamped_at"].is_null());
    }
    let own = "--trust ca/root-sm2.pem --trust ca/chain-sm2.pem --trust root.pem --json";
    let told = run(&format!("verify stamped.ofd {own}")).ok().json();
    assert!(told["signatures"][0]["stamped_at"].is_string(), "{told}");

    let verify = "verify stamped.pdf --trust root.pem --json";
    let alone = run(verify).ok().json();
    assert!(alone["signatures"][0]["stamped_at"].is_string(), "{alone}");
    assert_eq!(
        finding(&alone, "revocation")["reason"],
        "revocation_unknown"
    );
    let walled = run(&format!("{verify} --online")).ok().json();
    let found = finding(&walled, "revocation");
    assert_eq!(found["reason"], "revocation_unknown");
    let why = found["evidence"].as_str().unwrap();
    assert!(why.contains("not a public address"), "{why}");
    let host = base.trim_start_matches("http://");
    let online = format!("{verify} --online --allow-host {host}");
    let asked = run(&online).ok().json();
    assert_eq!(finding(&asked, "revocation")["outcome"], "pass", "{asked}");

    let second = std::time::Duration::from_millis(1100);
    thread::sleep(second);
    outside.revoke("signer", "superseded");
    let told = run(&online).json();
    // Signed before the revocation, by a trusted time stamp: valid as made at that time.
    assert_eq!(told["valid"], true, "{told}");
    thread::sleep(second);
    run(&format!("seal apply plain.pdf --out late.pdf {pdf}")).ok();
    let late = run(&online.replace("stamped.pdf", "late.pdf"));
    assert_eq!(late.code, 1);
    let found = late.json();
    assert_eq!(
        finding(&found, "revocation")["reason"],
        "certificate_revoked"
    );
}
