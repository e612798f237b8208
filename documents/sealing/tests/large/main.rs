//! Large files. A test program of its own, because it measures the memory of its process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::time::Instant;

use sealing::verify;

mod files;
#[allow(dead_code, reason = "the helpers of the other test programs")]
#[path = "../pdf/make.rs"]
mod make;
#[allow(
    dead_code,
    unused_imports,
    reason = "the helpers of the other test programs"
)]
#[path = "../ofd/make.rs"]
mod ofd;

/// Names the file for the process that verifies it.
const FILE: &str = "TONGBAN_LARGE_FILE";

/// Files of 100 MB are verified in less than 3 seconds and less than 1.5 times their size in
/// memory, the file itself counted. Each in a process of its own: what making it took is no part
/// of that.
#[test]
fn large_files_are_verified_in_place() {
    let folder = tempfile::tempdir().unwrap();
    for (name, file) in files::all() {
        // Objects are counted, not bytes: a small file of very many is only to be quick.
        let path = folder.path().join(name);
        std::fs::write(&path, file).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "one_file", "--ignored", "--nocapture"])
            .env(FILE, &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        let line = said.lines().find(|line| line.contains("bytes in"));
        println!("{}", line.unwrap_or_default());
        let why = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{name}: {said}{why}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
#[ignore = "run by large_files_are_verified_in_place in a process of its own"]
fn one_file() {
    let path = std::env::var(FILE).unwrap();
    let trust = match path.ends_with(".pdf") {
        true => files::house().trust(),
        false => ofd::WORLD.trust(),
    };
    let file = std::fs::read(&path).unwrap();
    // Resets the peak (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let began = Instant::now();
    let verdict = verify(&file, &trust).unwrap();
    let (took, peak) = (began.elapsed(), files::peak());
    assert!(verdict.is_valid(), "{:#?}", verdict.findings);
    println!("{path}: {} bytes in {took:?}, peak {peak}", file.len());
    // Unoptimised builds on busy machines need longer than the product.
    let bound = if cfg!(debug_assertions) { 15.0 } else { 3.0 };
    assert!(took.as_secs_f64() < bound, "{took:?}");
    // A file much smaller than 100 MB also pays for the program itself.
    let most = file.len() / 2 * 3;
    let is_large = file.len() > files::SIZE / 2;
    assert!(!is_large || peak < most, "{peak} of {}", file.len());
}
