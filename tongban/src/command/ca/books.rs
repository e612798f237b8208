//! What was issued, revoking it, and the lists that tell of it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gm::{Issued, RevocationReason, Revoked};
use jiff::Timestamp;
use kernel::{Clock, SystemClock};
use serde_json::json;

use crate::command::ca::folder::{Folder, serial};
use crate::command::ca::issue::unknown;
use crate::command::ca::{Where, entropy, later, reason, write};
use crate::command::words::told;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    place: Where,
    /// Serial number, hexadecimal.
    serial: String,
    /// Why: key-compromise, superseded, cessation-of-operation, …
    #[arg(long, value_parser = reason, default_value = "unspecified")]
    reason: RevocationReason,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    place: Where,
}

#[derive(Debug, Args)]
pub struct CrlArgs {
    #[command(flatten)]
    place: Where,
    /// Folder for the lists: crl-KIND.crl and crl-root-KIND.crl in DER, the same in PEM.
    #[arg(long)]
    out: PathBuf,
    /// Days until the next list is due.
    #[arg(long, default_value_t = 7)]
    days: u32,
}

pub fn revoke(args: &RevokeArgs) -> Result<ExitCode, Stop> {
    let folder = Folder::open(&args.place)?;
    let number = serial(&args.serial)?;
    for authority in folder.authorities()? {
        let issued = told(authority.issued())?;
        let Some(one) = issued.iter().find(|one| one.serial == number) else {
            continue;
        };
        let now = SystemClock.now();
        told(authority.revoke(&number, now, args.reason, &mut entropy()))?;
        // The first date and reason stand.
        let all = [told(authority.revoked())?, told(authority.root_revoked())?].concat();
        let entry = all.iter().find(|one| one.serial == number);
        let at = entry.map_or(now, |one| one.at);
        let why = entry.map_or(args.reason, |one| one.reason);
        if args.place.json {
            let told = json!({
                "ok": true, "serial": number, "subject": one.subject, "revoked": at, "reason": why,
            });
            println!("{told}");
        } else {
            println!("✔ 已吊销 / revoked: {} {number} {at}", one.subject);
        }
        return Ok(ExitCode::SUCCESS);
    }
    Ok(unknown(&args.place, &number))
}

/// The state of a certificate now.
fn state(one: &Issued, revoked: &[Revoked], now: Timestamp) -> (&'static str, &'static str) {
    if revoked.iter().any(|entry| entry.serial == one.serial) {
        ("revoked", "已吊销")
    } else if one.not_after < now {
        ("ended", "已到期")
    } else if one.not_before > now {
        ("not_begun", "未生效")
    } else {
        ("valid", "有效")
    }
}

pub fn list(args: &ListArgs) -> Result<ExitCode, Stop> {
    let folder = Folder::open(&args.place)?;
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for authority in folder.authorities()? {
        let revoked = [told(authority.revoked())?, told(authority.root_revoked())?].concat();
        for one in told(authority.issued())? {
            let (code, zh) = state(&one, &revoked, now);
            let entry = revoked.iter().find(|entry| entry.serial == one.serial);
            if !args.place.json {
                let end = kernel::time::beijing_date(one.not_after);
                println!(
                    "{zh} / {code}  {}  {}  {}  → {end}  {}",
                    authority.kind().name(),
                    one.profile,
                    one.serial,
                    one.subject
                );
            }
            rows.push(json!({
                "kind": authority.kind().name(),
                "serial": one.serial,
                "subject": one.subject,
                "profile": one.profile,
                "from": one.not_before,
                "to": one.not_after,
                "state": code,
                "revoked": entry.map(|entry| entry.at),
                "reason": entry.map(|entry| entry.reason),
            }));
        }
    }
    if args.place.json {
        println!("{}", json!({ "ok": true, "certificates": rows }));
    }
    Ok(ExitCode::SUCCESS)
}

pub fn crl(args: &CrlArgs) -> Result<ExitCode, Stop> {
    let folder = Folder::open(&args.place)?;
    std::fs::create_dir_all(&args.out).map_err(|e| {
        Stop::new(format!(
            "无法建立目录 / cannot make {}: {e}",
            args.out.display()
        ))
    })?;
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for authority in folder.authorities()? {
        let kind = authority.kind().name();
        let until = |end| later(now, args.days, end);
        let lists = [
            (
                format!("crl-{kind}"),
                told(authority.crl_until(now, until(authority.issuing().not_after())))?,
                told(authority.revoked())?.len(),
            ),
            (
                format!("crl-root-{kind}"),
                told(authority.root_crl_until(now, until(authority.root().not_after())))?,
                told(authority.root_revoked())?.len(),
            ),
        ];
        for (name, list, count) in lists {
            let file = args.out.join(format!("{name}.crl"));
            write(&file, list.der())?;
            write(
                &args.out.join(format!("{name}.pem")),
                list.to_pem().as_bytes(),
            )?;
            if !args.place.json {
                println!("✔ {}  {count}", file.display());
            }
            rows.push(json!({
                "file": file, "revoked": count, "next_update": list.next_update(),
            }));
        }
    }
    if args.place.json {
        println!("{}", json!({ "ok": true, "lists": rows }));
    }
    Ok(ExitCode::SUCCESS)
}
