//! `cargo xtask fuzz [SECONDS]`: seeds from files of our own, then each target for so long.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run;

const TARGETS: [&str; 9] = [
    "ofd_draw",
    "ofd_package",
    "ofd_verify",
    "ofd_parts",
    "pdf_verify",
    "seal",
    "tables",
    "time_stamp",
    "ocsp",
];

/// The compiler of a release can instrument for coverage as well; only sanitizers need a nightly
/// one, and without `unsafe` there is little for them to find.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Builds, seeds and runs every target for `seconds`.
pub fn run_all(seconds: u32) -> Result<()> {
    let out = Path::new("target/fuzz-seeds");
    let _ = std::fs::remove_dir_all(out);
    // With the features of the whole workspace, as the tests: nothing is compiled twice.
    run(Command::new("cargo").args(["build", "--workspace", "--bin", "tongban"]))?;
    run(Command::new("target/debug/tongban")
        .args(["demo", "--once", "--at", "2026-11-16T09:00", "--out"])
        .arg(out))?;
    // With a target named, build scripts stay as they are.
    let host = host()?;
    run(Command::new("cargo")
        .args(["build", "--release", "--target", &host])
        .args(TARGETS.iter().flat_map(|target| ["--bin", target]))
        .env("RUSTFLAGS", FLAGS)
        .current_dir("fuzz"))?;
    let built = Path::new("fuzz/target").join(&host).join("release");
    // Not instrumented: there is no fuzzer in it to link against.
    run(Command::new("cargo")
        .args([
            "run",
            "--quiet",
            "--bin",
            "seeds",
            "--",
            "../target/fuzz-seeds",
            "corpus",
        ])
        .current_dir("fuzz"))?;
    for target in TARGETS {
        let artifacts = format!("fuzz/artifacts/{target}/");
        std::fs::create_dir_all(&artifacts)?;
        run(Command::new("nice")
            .args(["-n", "19"])
            .arg(built.join(target))
            .arg(format!("fuzz/corpus/{target}"))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={artifacts}"))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=1000000"])
            .env("FUZZ_ROOTS", out.join("root.pem")))?;
    }
    Ok(())
}

fn host() -> Result<String> {
    let said = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = text.lines().find_map(|l| l.strip_prefix("host: "));
    line.map(str::to_owned)
        .ok_or_else(|| anyhow::anyhow!("rustc does not name its host"))
}
