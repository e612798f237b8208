//! `tongban journal verify`: proves the audit trail whole.

use std::path::PathBuf;
use std::process::ExitCode;

use ::journal::Report;
use clap::{Args, Subcommand};
use kernel::{Clock, SystemClock};

use crate::keys;
use crate::platform::{self, Place};
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct JournalArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Checks every event, stream and batch; exit code 1 when anything was changed.
    Verify {
        /// Data folder.
        #[arg(long, default_value = "data")]
        data: PathBuf,
        /// `postgres://…` in place of the SQLite file.
        #[arg(long)]
        database: Option<String>,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(args: JournalArgs) -> Result<ExitCode, Stop> {
    let Act::Verify {
        data,
        database,
        json,
    } = args.act;
    let place = Place {
        data,
        database,
        base_url: String::new(),
        operator: None,
    };
    let keys = keys::open(&place.data)?;
    let report = platform::verify_journal(&place, &*keys, SystemClock.now()).await?;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print(&report)?;
    }
    Ok(if report.is_whole() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// The report in words.
pub fn print(report: &Report) -> Result<(), Stop> {
    println!(
        "{}：事件 {}，流 {}，批次 {}，未封存 {}（最早 {} 秒前）",
        if report.is_whole() {
            "✔ 审计日志完整 / whole"
        } else {
            "✖ 审计日志有异常 / damaged"
        },
        report.events,
        report.streams,
        report.batches,
        report.unsealed,
        report.unsealed_age
    );
    for fault in &report.faults {
        println!("  {}", serde_json::to_string(fault)?);
    }
    Ok(())
}
