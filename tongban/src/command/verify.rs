//! `tongban verify FILE`: exit code 0 valid, 1 not valid, 2 unreadable. With an installation's data
//! folder the library is asked as well: revocation, state, data [H-54].

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gm::{Certificate, RevocationSource};
use jiff::Timestamp;
use jiff::civil::DateTime;
use kernel::{Clock, ShiftedClock, SystemClock, SystemRandom};
use licences::Verification;
use sealing::{Bundle, Finding, Outcome, Trust, Verdict};
use serde_json::json;

use crate::command::library;
use crate::command::offline::{self, Offline};
use crate::network;
use crate::platform::{self, Place};
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An OFD or PDF file, or an offline bundle of one.
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
    /// Ask authorities, at the addresses in their certificates, what was revoked. Only chains that
    /// lead to a trusted root are asked about.
    #[arg(long)]
    online: bool,
    /// With --online: a host, or host:port, that certificates may name though it is not on the
    /// public network. Repeatable.
    #[arg(long, requires = "online")]
    allow_host: Vec<String>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

/// All that is known of the file.
struct Outcomes {
    verdict: Verdict,
    library: Option<Verification>,
    offline: Option<Offline>,
}

impl Outcomes {
    fn is_valid(&self) -> bool {
        let file = match &self.library {
            Some(library) => library.valid,
            None => self.verdict.is_valid(),
        };
        file && self.offline.as_ref().is_none_or(Offline::holds)
    }
}

/// Judges the file, by itself or with the library.
pub async fn run(args: &VerifyArgs) -> ExitCode {
    let outcome = match &args.data {
        None => judge(args),
        Some(data) => match with_library(args, data).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err("not an OFD or PDF file".to_owned()),
            Err(stop) => return stop.exit(),
        },
    };
    match outcome {
        Ok(found) => {
            let valid = found.is_valid();
            if args.json {
                print_json(&found, valid);
            } else {
                print_words(&found, valid);
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

/// Whom --online asks.
fn source(args: &VerifyArgs) -> Result<Option<Arc<dyn RevocationSource>>, Stop> {
    if !args.online {
        return Ok(None);
    }
    let settings = network::Settings {
        hosts: args.allow_host.clone(),
        ..network::Settings::default()
    };
    let entropy = network::entropy(Arc::new(SystemRandom));
    network::revocation(&settings, entropy).map(Some)
}

fn now(args: &VerifyArgs) -> Result<Timestamp, Stop> {
    Ok(match args.at {
        Some(at) => kernel::time::from_beijing(at)?,
        None => SystemClock.now(),
    })
}

/// The verdict on the file with what the library says; none when the file cannot be read as a
/// document.
async fn with_library(args: &VerifyArgs, data: &Path) -> Result<Option<Outcomes>, Stop> {
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
    if let Some(source) = source(args)? {
        seals::ask_revocation(&look.ctx, source);
    }
    let verification = library::ask(&look, bytes).await;
    look.ctx.db.close().await;
    let verification = verification?;
    Ok(verification.verdict.clone().map(|verdict| Outcomes {
        verdict,
        library: Some(verification),
        offline: None,
    }))
}

fn judge(args: &VerifyArgs) -> Result<Outcomes, String> {
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
    let clock = ShiftedClock::starting_at(now(args).map_err(|e| e.0)?);
    let bundle = match Bundle::is_one(&bytes) {
        true => Some(Bundle::read(&bytes).map_err(|e| e.to_string())?),
        false => None,
    };
    let (document, trust) = match &bundle {
        Some(bundle) => (
            &bundle.document,
            offline::trust(bundle, &roots, &intermediates, &clock)?,
        ),
        None if roots.is_empty() => (&bytes, Trust::nobody(clock.now())),
        None => {
            let trust = Trust::new(&roots, &intermediates, &[], clock.now());
            (&bytes, trust.map_err(|e| e.to_string())?)
        }
    };
    let trust = match source(args).map_err(|e| e.0)? {
        Some(source) => trust.asking(source),
        None => trust,
    };
    let verdict = sealing::verify(document, &trust).map_err(|e| e.to_string())?;
    let offline = bundle.as_ref().map(|bundle| offline::judge(bundle, &trust));
    Ok(Outcomes {
        verdict,
        library: None,
        offline,
    })
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

fn print_json(found: &Outcomes, valid: bool) {
    let verdict = &found.verdict;
    let findings: Vec<_> = verdict.findings.iter().map(finding).collect();
    let mut out = json!({
        "readable": true,
        "valid": valid,
        "kind": verdict.kind,
        "signatures": verdict.signatures,
        "findings": findings,
    });
    if let Some(library) = &found.library {
        out["number"] = library.number.as_str().into();
        out["steps"] = library::steps_json(library);
        out["summary"] = serde_json::to_value(&library.summary).unwrap_or_default();
    }
    if let Some(offline) = &found.offline {
        out["bundle"] = serde_json::to_value(offline).unwrap_or_default();
    }
    println!("{out}");
}

fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✔",
        Outcome::Fail => "✖",
        Outcome::Warn => "!",
        Outcome::NotChecked => "–",
    }
}

fn words(reason: Option<sealing::Reason>) -> String {
    reason
        .map(|r| format!("{} / {}", r.zh(), r.en()))
        .unwrap_or_default()
}

fn print_words(found: &Outcomes, valid: bool) {
    println!(
        "{}",
        if valid {
            "✔ 有效 / valid"
        } else {
            "✖ 无效 / not valid"
        }
    );
    if let Some(library) = &found.library {
        library::print_steps(library);
    }
    if let Some(offline) = &found.offline {
        for (name, one) in [
            ("证照吊销列表 / revocations", &offline.revocations),
            ("核验报告 / report", &offline.report),
        ] {
            let reason = words(one.reason);
            println!("  {} {name} {reason} {}", mark(one.outcome), one.evidence);
        }
    }
    let verdict = &found.verdict;
    for s in &verdict.signatures {
        let seal = s.seal_name.as_deref().unwrap_or("-");
        let at = s.signed_at.as_deref().unwrap_or("-");
        println!("  {} {} {} {}", s.format, s.signer, seal, at);
    }
    for f in &verdict.findings {
        let check = serde_json::to_value(f.check).unwrap_or_default();
        let (mark, reason) = (mark(f.outcome), words(f.reason));
        println!(
            "  {mark} {} {reason} {}",
            check.as_str().unwrap_or_default(),
            f.evidence
        );
    }
}
