//! `tongban ca`: a certificate authority in a folder, for whoever has none: tests, exercises,
//! agencies among themselves. Exit code 0 done, 1 refused by what the request or the books say, 2
//! unreadable or not possible.

mod books;
mod folder;
pub mod issue;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gm::{Entropy, KeyKind, Profile, RevocationReason};
use jiff::{Timestamp, ToSpan};
use kernel::{Randomness, SystemRandom};

use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct CaArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// 建立: makes root, issuing authority and seal maker of each kind in a new folder.
    Make(folder::MakeArgs),
    /// 签发: issues a certificate for a request (PKCS#10) or for a new key.
    Issue(issue::IssueArgs),
    /// 换发: the same name and key with a new validity.
    Reissue(issue::ReissueArgs),
    /// 吊销: revokes a certificate by its serial number.
    Revoke(books::RevokeArgs),
    /// 列表: everything that was issued, and its state.
    List(books::ListArgs),
    /// 吊销列表: writes signed revocation lists of issuing authorities and roots.
    Crl(books::CrlArgs),
}

/// Which authority, and how its keys are opened.
#[derive(Debug, Args)]
pub struct Where {
    /// The authority's folder.
    folder: PathBuf,
    /// A file with the passphrase of its keys; without it, the key file in the folder.
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// For machines.
    #[arg(long)]
    json: bool,
}

pub fn run(args: CaArgs) -> Result<ExitCode, Stop> {
    match args.act {
        Act::Make(args) => folder::make(&args),
        Act::Issue(args) => issue::issue(&args),
        Act::Reissue(args) => issue::reissue(&args),
        Act::Revoke(args) => books::revoke(&args),
        Act::List(args) => books::list(&args),
        Act::Crl(args) => books::crl(&args),
    }
}

/// The system's randomness as `gm` wants it.
pub fn entropy() -> impl Entropy {
    |out: &mut [u8]| SystemRandom.fill(out)
}

/// A kind of key by its name.
pub fn kind(name: &str) -> Result<KeyKind, String> {
    KeyKind::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = KeyKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("one of {}", all.join(", "))
    })
}

/// A profile that may be asked for.
fn profile(name: &str) -> Result<Profile, String> {
    let asked = Profile::from_name(name).filter(|profile| *profile != Profile::Root);
    asked.ok_or_else(|| "one of signer, seal-maker, tsa, ocsp, intermediate".into())
}

/// A reason of revocation by its name in RFC 5280, with hyphens.
fn reason(name: &str) -> Result<RevocationReason, String> {
    let text = serde_json::Value::String(name.replace('-', "_"));
    serde_json::from_value(text).map_err(|_| {
        "one of unspecified, key-compromise, authority-compromise, affiliation-changed, \
         superseded, cessation-of-operation, certificate-hold, privilege-withdrawn"
            .into()
    })
}

/// So many days later, at most until `limit`.
fn later(from: Timestamp, days: u32, limit: Timestamp) -> Timestamp {
    let hours = i64::from(days).saturating_mul(24);
    from.checked_add(hours.hours())
        .map_or(limit, |end| end.min(limit))
}

/// Writes a file that anybody may read.
pub fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), Stop> {
    std::fs::write(path, bytes)
        .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))
}

/// Reads a file.
pub fn read(path: &std::path::Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path)
        .map_err(|e| Stop::new(format!("无法读取 / cannot read {}: {e}", path.display())))
}
