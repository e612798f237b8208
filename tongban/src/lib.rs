//! The program: configuration, wiring, command line. As a library it is what whole-journey tests
//! open in place of a process.

mod background;
pub mod backup;
mod command;
pub mod demo;
pub mod http;
mod keys;
pub mod network;
pub mod platform;
mod schema;
pub mod serve;
mod stop;
mod web;
mod wiring;

pub use schema::migrations;
pub use stop::Stop;

use std::process::ExitCode;

use clap::Parser;

/// Requests allocate on one thread and free on another, thousands of times a second: with the
/// system's own allocator that took 8% of the processors in a flood of submissions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 通办: an open platform for government services.
#[derive(Debug, Parser)]
#[command(name = "tongban", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: command::Command,
}

/// Reads the command line, does what it says and names the exit code.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    init_logs();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("tongban: {error}");
            return ExitCode::from(2);
        }
    };
    runtime.block_on(command::run(cli.command))
}

/// Structured logs on standard error; `RUST_LOG` chooses, warnings by default.
fn init_logs() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
