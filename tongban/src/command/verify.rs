//! `tongban verify FILE`: exit code 0 valid, 1 not valid, 2 unreadable. With an installation's data
//! folder the library is asked as well: revocation, state, data [H-54].

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gm::Certificate;
use jiff::Timestamp;
use jiff::civil::DateTime;
use kernel::{Clock, ShiftedClock, SystemClock};
use licences::Verification;
use sealing::{Finding, Outcome, Trust, Verdict};
use serde_json::json;

use crate::command::library;
use crate::platform::{self, Place};
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An OFD or PDF file.
    file: PathBuf,
    /// Root certificates to trust, PEM.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// Ask the library of this data folder as well; the installation may be running.
    #[arg(long, conflicts_with = "trust")]
    data: Option<PathBuf>,
    /// `postgres://…` in place of the SQLite file in the data folder.
    #[arg(long, requires = "data")]
    database: Option<String>,
    /// Judge as of this moment, Beijing time: 2026-11-16T09:00; without it, now.
    #[arg(long)]
    at: Option<DateTime>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

/// Judges the file, by itself or with the library.
pub async fn run(args: &VerifyArgs) -> ExitCode {
    let outcome = match &args.data {
        None => judge(args).map(|verdict| (verdict, None)),
        Some(data) => match with_library(args, data).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err("not an OFD or PDF file".to_owned()),
            Err(stop) => return stop.exit(),
        },
    };
    match outcome {
        Ok((verdict, library)) => {
            let valid = library
                .as_ref()
                .map_or_else(|| verdict.is_valid(), |v: &Verification| v.valid);
            if args.json {
                print_json(&verdict, valid, library.as_ref());
            } else {
                print_words(&verdict, valid, library.as_ref());
            }
            ExitCode::from(u8::from(!valid))
        }
        Err(why) => {
            if args.json {
                println!(
                    "{}",
                    json!({ "readable": false, "valid": false, "error": why })
                );
            } else {
                eprintln!("无法读取 / unreadable: {why}");
            }
            ExitCode::from(2)
        }
    }
}

fn now(args: &VerifyArgs) -> Result<Timestamp, Stop> {
    Ok(match args.at {
        Some(at) => kernel::time::from_beijing(at)?,
        None => SystemClock.now(),
    })
}

/// The verdict on the file with what the library says; none when the file cannot be read as a
/// document.
async fn with_library(
    args: &VerifyArgs,
    data: &Path,
) -> Result<Option<(Verdict, Option<Verification>)>, Stop> {
    let bytes = std::fs::read(&args.file)
        .map_err(|e| Stop::new(format!("{}: {e}", args.file.display())))?;
    let place = Place {
        data: data.to_owned(),
        database: args.database.clone(),
        base_url: String::new(),
        operator: None,
    };
    let clock = Arc::new(ShiftedClock::starting_at(now(args)?));
    let look = platform::look(&place, clock).await?;
    let verification = library::ask(&look, bytes).await;
    look.ctx.db.close().await;
    let verification = verification?;
    let verdict = verification.verdict.clone();
    Ok(verdict.map(|verdict| (verdict, Some(verification))))
}

fn judge(args: &VerifyArgs) -> Result<Verdict, String> {
    let bytes = std::fs::read(&args.file).map_err(|e| format!("{}: {e}", args.file.display()))?;
    // What signs itself is a root; the rest only helps to build a chain.
    let (mut roots, mut intermediates) = (Vec::new(), Vec::new());
    for path in &args.trust {
        let pem = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let all = Certificate::from_pem_or_der(&pem).map_err(|e| e.to_string())?;
        for certificate in all {
            let itself = certificate.is_signed_by(&certificate).is_ok();
            let pile = if itself {
                &mut roots
            } else {
                &mut intermediates
            };
            pile.push(certificate.der().to_vec());
        }
    }
    let now = now(args).map_err(|e| e.0)?;
    let trust = if roots.is_empty() {
        Trust::nobody(now)
    } else {
        Trust::new(&roots, &intermediates, &[], now).map_err(|e| e.to_string())?
    };
    sealing::verify(&bytes, &trust).map_err(|e| e.to_string())
}

fn finding(f: &Finding) -> serde_json::Value {
    json!({
        "check": f.check,
        "outcome": f.outcome,
        "reason": f.reason.map(|r| r.code()),
        "zh": f.reason.map(|r| r.zh()),
        "en": f.reason.map(|r| r.en()),
        "signature": f.signature,
        "evidence": f.evidence,
    })
}

fn print_json(verdict: &Verdict, valid: bool, library: Option<&Verification>) {
    let findings: Vec<_> = verdict.findings.iter().map(finding).collect();
    let mut out = json!({
        "readable": true,
        "valid": valid,
        "kind": verdict.kind,
        "signatures": verdict.signatures,
        "findings": findings,
    });
    if let Some(library) = library {
        out["number"] = library.number.as_str().into();
        out["steps"] = library::steps_json(library);
        out["summary"] = serde_json::to_value(&library.summary).unwrap_or_default();
    }
    println!("{out}");
}

fn print_words(verdict: &Verdict, valid: bool, library: Option<&Verification>) {
    println!(
        "{}",
        if valid {
            "✔ 有效 / valid"
        } else {
            "✖ 无效 / not valid"
        }
    );
    if let Some(library) = library {
        library::print_steps(library);
    }
    for s in &verdict.signatures {
        let seal = s.seal_name.as_deref().unwrap_or("-");
        let at = s.signed_at.as_deref().unwrap_or("-");
        println!("  {} {} {} {}", s.format, s.signer, seal, at);
    }
    for f in &verdict.findings {
        let mark = match f.outcome {
            Outcome::Pass => "✔",
            Outcome::Fail => "✖",
            Outcome::Warn => "!",
            Outcome::NotChecked => "–",
        };
        let check = serde_json::to_value(f.check).unwrap_or_default();
        let reason = f
            .reason
            .map(|r| format!("{} / {}", r.zh(), r.en()))
            .unwrap_or_default();
        println!(
            "  {mark} {} {reason} {}",
            check.as_str().unwrap_or_default(),
            f.evidence
        );
    }
}
