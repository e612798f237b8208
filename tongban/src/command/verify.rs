//! `tongban verify FILE`: exit code 0 valid, 1 not valid, 2 unreadable.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gm::Certificate;
use kernel::{Clock, SystemClock};
use sealing::{Finding, Outcome, Trust, Verdict};
use serde_json::json;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An OFD or PDF file.
    file: PathBuf,
    /// Root certificates to trust, PEM.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

/// Judges the file without a database.
pub fn run(args: &VerifyArgs) -> ExitCode {
    match judge(args) {
        Ok(verdict) => {
            if args.json {
                print_json(&verdict);
            } else {
                print_words(&verdict);
            }
            ExitCode::from(u8::from(!verdict.is_valid()))
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
    let now = SystemClock.now();
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

fn print_json(verdict: &Verdict) {
    let findings: Vec<_> = verdict.findings.iter().map(finding).collect();
    let out = json!({
        "readable": true,
        "valid": verdict.is_valid(),
        "kind": verdict.kind,
        "signatures": verdict.signatures,
        "findings": findings,
    });
    println!("{out}");
}

fn print_words(verdict: &Verdict) {
    println!(
        "{}",
        if verdict.is_valid() {
            "✔ 有效 / valid"
        } else {
            "✖ 无效 / not valid"
        }
    );
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
