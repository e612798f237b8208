//! `tongban seal`: seals an OFD or PDF with a key from a file, makes seals, and needs no server.
//! Exit code 0 done, 2 unreadable or not possible.

mod apply;
mod make;

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gm::{Bundle, SoftKey};
use jiff::Timestamp;

use crate::command::words::told;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct SealArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// 制章: binds a picture and the certificates that may use it into a seal (SESeal, version 4).
    Make(Box<make::MakeArgs>),
    /// 用章: seals an OFD or PDF file.
    Apply(Box<apply::ApplyArgs>),
}

pub fn run(args: SealArgs) -> Result<ExitCode, Stop> {
    match args.act {
        Act::Make(args) => make::make(&args),
        Act::Apply(args) => apply::apply(&args),
    }
}

/// Reads a file, or says which cannot be read.
fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path)
        .map_err(|e| Stop::new(format!("无法读取 / cannot read {}: {e}", path.display())))
}

/// Writes beside the file and renames: half a file never stands under its name.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))
}

/// A private key with its certificate and those above it.
#[derive(Debug, Args)]
struct KeyArgs {
    /// Private key, with its certificates or without: PEM, PKCS#8, PKCS#12.
    #[arg(long)]
    key: std::path::PathBuf,
    /// Certificates of the key, nearest first, where the key's file has none.
    #[arg(long)]
    certificate: Vec<std::path::PathBuf>,
    /// A file with the password of the key.
    #[arg(long)]
    password_file: Option<std::path::PathBuf>,
}

impl KeyArgs {
    /// The key, certified.
    fn signer(&self, at: Timestamp) -> Result<SoftKey, Stop> {
        let password = match &self.password_file {
            Some(path) => {
                let text = String::from_utf8_lossy(&read(path)?).into_owned();
                Some(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            None => None,
        };
        let mut all = told(Bundle::read(&read(&self.key)?, password.as_deref()))?;
        for path in &self.certificate {
            let more = told(Bundle::read(&read(path)?, None))?;
            all.certificates.extend(more.certificates);
        }
        if all.keys.len() != 1 {
            return Err(Stop::new(format!(
                "{}: 文件中须恰有一个私钥 / must hold exactly one private key",
                self.key.display()
            )));
        }
        let key = all.keys.remove(0);
        let public = key.public_key();
        let own = all
            .certificates
            .iter()
            .position(|one| one.public_key().is_same(&public));
        let Some(own) = own else {
            return Err(Stop::new(format!(
                "{}: 没有该私钥的证书 / no certificate names this key",
                self.key.display()
            )));
        };
        let certificate = all.certificates.remove(own);
        if !certificate.is_valid_at(at) {
            return Err(Stop::new(format!(
                "证书不在有效期内 / the certificate is not valid now: {} – {}",
                certificate.not_before(),
                certificate.not_after()
            )));
        }
        if !certificate.may_sign() {
            return Err(Stop::new(
                "证书不能用于签名 / the certificate may not sign documents",
            ));
        }
        // Nearest first: what is above is found by its signature.
        let mut chain = Vec::new();
        let mut last = certificate.clone();
        while let Some(at) = all
            .certificates
            .iter()
            .position(|one| last.is_signed_by(one).is_ok())
        {
            last = all.certificates.remove(at);
            chain.push(last.der().to_vec());
        }
        Ok(key.with_certificate(certificate.der().to_vec(), chain))
    }
}
