//! `cargo xtask test`, `ci`, `requirements`, `bench`: what a developer and a clean machine run.

mod bench;
mod fuzz;
mod order;
mod postgres;
mod requirements;
mod system;

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("test" | "ci") => test(),
        Some("requirements") => requirements::print(),
        Some("order") => order::check(),
        Some("bench") => bench::measure(&args[1..]),
        Some("openapi") => openapi(),
        Some("advisories") => advisories(),
        Some("fuzz") => match args.get(1).map_or(Ok(600), |s| s.parse()) {
            Ok(seconds) => fuzz::run_all(seconds),
            Err(_) => Err(anyhow::anyhow!("cargo xtask fuzz [SECONDS]")),
        },
        _ => {
            eprintln!("cargo xtask test          every test, on both database engines");
            eprintln!("cargo xtask requirements  which requirements are proved by a test");
            eprintln!("cargo xtask order         dependencies run one way only");
            eprintln!("cargo xtask bench         speed, against limits of the same run; --json");
            eprintln!("cargo xtask openapi       writes docs/openapi.json");
            eprintln!(
                "cargo xtask advisories    known vulnerabilities of dependencies, needs the net"
            );
            eprintln!("cargo xtask fuzz [SECONDS]  the parsers against changed files");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Tests that a second locale of the server tells nothing new about: pages that a browser opens on a
/// city in SQLite, and what asks whether bytes came to rest rather than what they are.
const ONE_LOCALE: &[&str] = &[
    "browser::",
    "nothing_acknowledged_is_lost",
    "the_log_is_flushed",
    "one_case_of_each_mode",
    "a_running_city_is_saved",
    "what_the_document_promises",
    "the_life_of_seals_keeps",
];

/// Crates that ask no database.
const NO_LOCALE: &[&str] = &[
    "calendar",
    "cleaning",
    "conditions",
    "fetch",
    "flow",
    "forms",
    "gm",
    "kernel",
    "ofd",
    "paper",
    "scans",
    "sealing",
    "tables",
    "text",
    "ui",
    "xtask",
];

/// Everything that has to hold before a change lands.
fn test() -> Result<()> {
    system::install()?;
    order::check()?;
    requirements::check()?;
    run(deny().args(["--offline", "check", "licenses", "bans", "sources"]))?;
    run(Command::new("cargo").args(["fmt", "--all", "--", "--check"]))?;
    run(Command::new("cargo").args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]))?;
    {
        let server = postgres::Server::start("C")?;
        run(cargo_test()
            .arg("--workspace")
            .env(postgres::URL, server.url()))?;
    }
    // Text must sort and compare the same whatever the server's own language is.
    let server = postgres::Server::start("zh_CN.UTF-8")?;
    run(cargo_test()
        .arg("--workspace")
        .args(NO_LOCALE.iter().flat_map(|name| ["--exclude", name]))
        .arg("--")
        .args(ONE_LOCALE.iter().flat_map(|name| ["--skip", name]))
        .env(postgres::URL, server.url()))
}

/// Writes the OpenAPI document as the handlers say it.
fn openapi() -> Result<()> {
    run(Command::new("cargo")
        .args(["test", "--quiet", "--package", "api", "--test", "openapi"])
        .env("UPDATE_OPENAPI", "1"))
}

/// `cargo deny` as `system` installed it: licences, sources and banned crates of every dependency.
fn deny() -> Command {
    let mut command = Command::new("cargo-deny");
    command.env("PATH", system::path());
    command
}

/// Known vulnerabilities and unmaintained crates. What it finds changes from day to day without a
/// change of ours and has to be fetched, so it is a command of its own, to be run daily.
fn advisories() -> Result<()> {
    system::install()?;
    run(deny().args(["check", "advisories"]))
}

fn cargo_test() -> Command {
    let mut command = Command::new("cargo");
    if std::env::var_os("CI").is_some() {
        // A machine that builds once has no use for what would make the next build faster.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
        .args(["test", "--quiet", "--no-fail-fast"])
        .env("PATH", system::path());
    command
}

/// Runs a command to its end; its failure is ours.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = format!("{command:?}");
    eprintln!("xtask: {words}");
    let begun = Instant::now();
    let status = command.status().with_context(|| words.clone())?;
    if !status.success() {
        bail!("{words}: {status}");
    }
    eprintln!("xtask: {} s", begun.elapsed().as_secs());
    Ok(())
}
