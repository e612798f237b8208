//! `cargo xtask bench`: builds the release program, starts a PostgreSQL cluster that flushes, and
//! runs the measurements of `tests/benches/speed`.

use std::process::Command;

use anyhow::Result;

use crate::{postgres, run, system};

/// `--json` for machines, `--only SECTION` for a part; see `tests/benches/speed/options.rs`.
pub fn measure(args: &[String]) -> Result<()> {
    system::install()?;
    run(Command::new("cargo").args(["build", "--release", "--package", "tongban"]))?;
    let parts: Vec<&String> = args
        .windows(2)
        .filter(|w| w[0] == "--only")
        .map(|w| &w[1])
        .collect();
    let postgres = parts.is_empty()
        || parts
            .iter()
            .any(|p| p.contains("postgres") || *p == "lists");
    let program = std::env::current_dir()?.join("target/release/tongban");
    let mut bench = Command::new("cargo");
    bench
        .args(["bench", "--package", "journeys", "--bench", "speed", "--"])
        .arg("--program")
        .arg(program)
        .args(args);
    if !postgres {
        return run(&mut bench);
    }
    let server = postgres::Server::start_durable()?;
    run(bench
        .args(["--postgres", &server.url()])
        .arg("--pgbench")
        .arg(server.pgbench()))
}
