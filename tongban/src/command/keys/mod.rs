//! `tongban keys`: the keys of an installation and their certificates.
//!
//! What changes the key store is refused while a server holds the data folder: a server keeps
//! signers and the opened store in memory, and would go on with what it knows. Looking and asking
//! for a certificate of an existing key is done beside it.

mod ask;
pub mod list;
mod rotate;
mod take;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gm::FileKeyStore;
use serde_json::{Value, json};
use store::DataLock;

use crate::keys;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// 列表: every key with its place, certificate and end.
    List(Where),
    /// 申请: a certificate request (PKCS#10) for a key, which is made where there is none.
    Request(ask::RequestArgs),
    /// 导入: takes the certificate of a requested key, or a key with its certificate.
    Import(take::ImportArgs),
    /// 更新: asks for a new certificate for the same key or a new one, or lets the own authority
    /// renew itself.
    Renew(ask::RenewArgs),
    /// 轮换: another passphrase or key file, or another key for personal data.
    Rotate(rotate::RotateArgs),
}

/// Which installation.
#[derive(Debug, Args)]
pub struct Where {
    /// Data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// For machines.
    #[arg(long)]
    json: bool,
}

pub fn run(args: KeysArgs) -> Result<ExitCode, Stop> {
    match args.act {
        Act::List(place) => list::list(&place),
        Act::Request(args) => ask::request(&args),
        Act::Import(args) => take::import(&args),
        Act::Renew(args) => ask::renew(&args),
        Act::Rotate(args) => rotate::rotate(&args),
    }
}

/// The key store, to be changed: nobody else has the data folder meanwhile.
pub fn alone(place: &Where) -> Result<(FileKeyStore, DataLock), Stop> {
    let store = keys::open_file(&place.data)?;
    let lock = DataLock::take(&place.data).map_err(|e| {
        Stop::new(format!(
            "服务正在运行，请先停止再更改密钥 / a server holds the data folder; stop it first: {e}"
        ))
    })?;
    Ok((store, lock))
}

/// Says what was done.
pub fn done(place: &Where, words: &str, told: Value) -> ExitCode {
    if place.json {
        println!("{told}");
    } else {
        println!("✔ {words}");
    }
    ExitCode::SUCCESS
}

/// Says that what was given is refused, and why: exit code 1, nothing changed.
pub fn refused(place: &Where, code: &str, zh: &str, en: &str) -> ExitCode {
    if place.json {
        println!(
            "{}",
            json!({ "ok": false, "reason": code, "zh": zh, "en": en })
        );
    } else {
        println!("✖ {zh} / {en}");
    }
    ExitCode::from(1)
}

/// The name under which a new key waits for its certificate.
pub fn next(name: &str) -> String {
    format!("{name}.next")
}
