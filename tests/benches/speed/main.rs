//! Speed: every figure as the ratio to a limit measured in the same run. `cargo xtask bench` builds
//! the program, starts the database server and calls this.
//!
//! Client and server share the machine; what is measured on one core is pinned to one.

mod cases;
mod city;
mod documents;
mod foreign;
mod guide;
mod http;
mod large;
mod lists;
mod options;
mod people;
mod raw;
mod search;
mod server;
mod start;
mod stock;
mod table;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use options::{Options, Section};
use table::Figure;

fn main() -> Result<ExitCode> {
    // `--program` may name this very file: one build less while something is being mended.
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return Ok(tongban::run());
    }
    let options = Options::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(options: Options) -> Result<()> {
    if options.pinned {
        // The child that was pinned to one core: figures as JSON, nothing else.
        let figures = documents::measure().await?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(());
    }
    if let Some(kind) = &options.large {
        // The child that verifies one large file.
        println!("{}", serde_json::to_string(&large::child(kind)?)?);
        return Ok(());
    }
    let mut figures: Vec<Figure> = Vec::new();
    for section in options.sections() {
        eprintln!("bench: {}", section.name());
        figures.extend(match section {
            Section::Documents => documents::pinned()?,
            Section::Large => large::measure()?,
            Section::Start => start::measure(&options).await?,
            Section::Search => search::measure()?,
            Section::Guide => guide::measure(&options).await?,
            Section::Verify => verify::measure(&options).await?,
            Section::CasesSqlite => cases::measure(&options, None).await?,
            Section::CasesPostgres => match &options.postgres {
                Some(url) => cases::measure(&options, Some(url)).await?,
                None => {
                    eprintln!("bench: no --postgres URL, its figures are left out");
                    Vec::new()
                }
            },
            Section::Lists => lists::measure(&options).await?,
            Section::Stock => stock::measure(&options).await?,
        });
    }
    table::print(&figures, options.json)
}
