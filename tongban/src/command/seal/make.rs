//! Making a seal: picture, name, validity and the certificates that may use it, signed by the maker.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use gm::Certificate;
use jiff::{Timestamp, ToSpan};
use kernel::{Clock, SystemClock};
use sealing::{Impression, SealKind, SealSpec};
use serde_json::json;

use super::{KeyArgs, read, write};
use crate::stop::Stop;

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Official,
    Business,
    Personal,
}

#[derive(Debug, Args)]
pub(super) struct MakeArgs {
    /// The impression, PNG with a transparent ground.
    picture: PathBuf,
    /// Width and height of the impression on paper: 42 or 45x30, millimetres.
    #[arg(long, default_value = "42")]
    size_mm: String,
    /// What the seal is called: the name of its owner.
    #[arg(long)]
    name: String,
    /// Unique identifier: region and number, ASCII.
    #[arg(long)]
    id: String,
    #[arg(long, value_enum, default_value = "official")]
    kind: Kind,
    /// Certificates that may use the seal, PEM or DER.
    #[arg(long, required = true)]
    signer: Vec<PathBuf>,
    /// Years of validity; not longer than the signers' certificates.
    #[arg(long, default_value_t = 3)]
    years: i64,
    #[command(flatten)]
    maker: KeyArgs,
    /// Where the seal goes: `name.esl`.
    #[arg(long)]
    out: PathBuf,
    /// For machines.
    #[arg(long)]
    json: bool,
}

fn size(text: &str) -> Result<(u32, u32), Stop> {
    let wrong = || {
        Stop::new(format!(
            "尺寸须为毫米数，如 42 或 45x30 / a size is millimetres: {text}"
        ))
    };
    let (width, height) = text.split_once('x').unwrap_or((text, text));
    let read = |one: &str| one.trim().parse().ok().filter(|mm| (5..=100).contains(mm));
    Ok((
        read(width).ok_or_else(wrong)?,
        read(height).ok_or_else(wrong)?,
    ))
}

pub(super) fn make(args: &MakeArgs) -> Result<ExitCode, Stop> {
    let now = SystemClock.now();
    let maker = args.maker.signer(now)?;
    let png = read(&args.picture)?;
    let (width_mm, height_mm) = size(&args.size_mm)?;
    let mut signers: Vec<Certificate> = Vec::new();
    for path in &args.signer {
        let all = Certificate::from_pem_or_der(&read(path)?);
        let first = all.map(|mut all| all.drain(..).next());
        let unreadable = || Stop::new(format!("{}: 不是证书 / no certificate", path.display()));
        signers.push(first.ok().flatten().ok_or_else(unreadable)?);
    }
    let wanted = now
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(args.years.years())
        .map_err(|e| Stop::new(format!("--years: {e}")))?
        .timestamp();
    let end: Timestamp = signers
        .iter()
        .map(Certificate::not_after)
        .fold(wanted, Timestamp::min);
    let listed: Vec<&[u8]> = signers.iter().map(Certificate::der).collect();
    let kind = match args.kind {
        Kind::Official => SealKind::Official,
        Kind::Business => SealKind::Business,
        Kind::Personal => SealKind::Personal,
    };
    let spec = SealSpec {
        id: &args.id,
        vendor: "tongban",
        name: &args.name,
        kind: kind.number(),
        certificates: &listed,
        created: now,
        valid_from: now,
        valid_to: end,
        picture: Impression {
            png: &png,
            width_mm,
            height_mm,
        },
    };
    let made = sealing::make_seal(&spec, &maker)
        .map_err(|e| Stop::new(format!("印章无法制作 / the seal cannot be made: {e}")))?;
    write(&args.out, &made)?;
    if args.json {
        let out = args.out.display().to_string();
        println!(
            "{}",
            json!({ "seal": args.id, "valid_to": end, "out": out })
        );
    } else {
        let out = args.out.display();
        println!(
            "✔ 印章已制作 / made: {} {} → {end} {out}",
            args.id, args.name
        );
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("42").unwrap(), (42, 42));
        assert_eq!(size("45x30").unwrap(), (45, 30));
        for wrong in ["", "4", "x", "42x", "1000", "-3", "42.5"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
