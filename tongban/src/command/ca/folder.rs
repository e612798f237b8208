//! The folder of an authority, and its making.
//!
//! ```text
//! ca.json                       names, kinds, addresses for certificates
//! keys.store, keys.unlock       keys and books, encrypted; the key file unless a passphrase is used
//! root-sm2.pem, chain-sm2.pem   what verifiers need, for each kind
//! certificates/SERIAL.pem       everything that was issued
//! ```

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gm::{Addresses, Authority, AuthorityNames, Certificate, FileKeyStore, KeyKind, Unlock};
use kernel::{Clock, SystemClock};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::command::ca::{Where, entropy, kind, read, write};
use crate::command::words::told;
use crate::keys;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct MakeArgs {
    #[command(flatten)]
    place: Where,
    /// What the certificates are called: 示范市 gives 示范市根证书（SM2）.
    #[arg(long)]
    title: String,
    /// Who runs it.
    #[arg(long)]
    organization: String,
    /// sm2, p256, rsa2048, rsa3072 or rsa4096. Repeatable.
    #[arg(long, value_parser = kind, default_values = ["sm2", "p256"])]
    kind: Vec<KeyKind>,
    /// Where revocation lists will be found; stands in every certificate. Repeatable.
    #[arg(long)]
    crl_url: Vec<String>,
    /// Where an OCSP responder will answer. Repeatable.
    #[arg(long)]
    ocsp_url: Vec<String>,
    /// Where the issuing authority's certificate will be found. Repeatable.
    #[arg(long)]
    issuer_url: Vec<String>,
}

/// What `ca.json` holds.
#[derive(Serialize, Deserialize)]
pub struct Settings {
    title: String,
    organization: String,
    kinds: Vec<String>,
    pub addresses: Addresses,
}

/// An authority's folder that is open.
pub struct Folder {
    pub path: PathBuf,
    pub settings: Settings,
    store: Arc<FileKeyStore>,
}

impl Folder {
    pub fn open(place: &Where) -> Result<Self, Stop> {
        let path = place.folder.clone();
        if !path.join("ca.json").is_file() {
            return Err(Stop::new(format!(
                "{} 不是证书机构的目录（先运行 ca make） / not an authority's folder: run ca make",
                path.display()
            )));
        }
        let settings = serde_json::from_slice(&read(&path.join("ca.json"))?)?;
        let file = keys::store_file(&path);
        let store = match &place.passphrase_file {
            Some(words) => FileKeyStore::open(&file, &keys::passphrase_in(words)?),
            None => FileKeyStore::open_by_key_file(&file, &path.join("keys.unlock")),
        };
        Ok(Self {
            path,
            settings,
            store: Arc::new(told(store)?),
        })
    }

    /// The kinds it has, the first one first.
    pub fn kinds(&self) -> Vec<KeyKind> {
        let kinds = self.settings.kinds.iter();
        kinds.filter_map(|name| KeyKind::from_name(name)).collect()
    }

    pub fn authority(&self, kind: KeyKind) -> Result<Authority, Stop> {
        told(Authority::open(self.store.clone(), kind))
    }

    /// All its authorities.
    pub fn authorities(&self) -> Result<Vec<Authority>, Stop> {
        let kinds = self.kinds();
        kinds.into_iter().map(|kind| self.authority(kind)).collect()
    }

    /// Keeps a certificate beside the books.
    pub fn keep(&self, certificate: &Certificate) -> Result<(), Stop> {
        let name = format!("{}.pem", certificate.serial());
        let path = self.path.join("certificates").join(name);
        write(&path, certificate.to_pem().as_bytes())
    }

    /// A certificate that was issued, by its serial number.
    pub fn certificate(&self, serial: &str) -> Result<Certificate, Stop> {
        let path = self.path.join("certificates").join(format!("{serial}.pem"));
        let found = told(Certificate::from_pem_or_der(&read(&path)?))?;
        let missing = || Stop::new(format!("{}: 没有证书 / no certificate", path.display()));
        found.into_iter().next().ok_or_else(missing)
    }
}

/// A serial number as people write it: `0A:1b…`, in the form of the books.
pub fn serial(text: &str) -> Result<String, Stop> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let short = digits.trim_start_matches('0').to_ascii_lowercase();
    if short.is_empty() || !short.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Stop::new(format!(
            "序列号应为十六进制数 / a serial number has hexadecimal digits: {text}"
        )));
    }
    Ok(short)
}

pub fn make(args: &MakeArgs) -> Result<ExitCode, Stop> {
    let path = &args.place.folder;
    if path.exists() && std::fs::read_dir(path)?.next().is_some() {
        return Err(Stop::new(format!(
            "目录不是空的，什么也没有改动 / the folder is not empty, nothing was changed: {}",
            path.display()
        )));
    }
    std::fs::create_dir_all(path.join("certificates")).map_err(|e| {
        Stop::new(format!(
            "无法建立目录 / cannot make {}: {e}",
            path.display()
        ))
    })?;
    let mut entropy = entropy();
    let unlock = match &args.place.passphrase_file {
        Some(words) => keys::passphrase_in(words)?,
        None => told(Unlock::key_file_or_new(
            &path.join("keys.unlock"),
            &mut entropy,
        ))?,
    };
    let file = keys::store_file(path);
    let store = Arc::new(told(FileKeyStore::create(&file, &unlock, &mut entropy))?);
    let names = AuthorityNames {
        organization: args.organization.clone(),
        title: args.title.clone(),
    };
    let mut kinds: Vec<KeyKind> = Vec::new();
    for kind in &args.kind {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    let now = SystemClock.now();
    let mut made = Vec::new();
    for kind in &kinds {
        let authority = Authority::create(store.clone(), *kind, &names, now, &mut entropy);
        made.push(told(authority)?);
    }
    let settings = Settings {
        title: args.title.clone(),
        organization: args.organization.clone(),
        kinds: kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        addresses: Addresses {
            crl: args.crl_url.clone(),
            ocsp: args.ocsp_url.clone(),
            issuer: args.issuer_url.clone(),
        },
    };
    let folder = Folder {
        path: path.clone(),
        settings,
        store,
    };
    for authority in &made {
        publish(&folder, authority)?;
    }
    // Last: a folder without it is not taken for an authority's.
    let text = serde_json::to_vec_pretty(&folder.settings)?;
    write(&path.join("ca.json"), &text)?;
    tell(&args.place, &made);
    Ok(ExitCode::SUCCESS)
}

/// Roots and chains, for verifiers, and the seal maker's certificate.
fn publish(folder: &Folder, authority: &Authority) -> Result<(), Stop> {
    let kind = authority.kind().name();
    let root = folder.path.join(format!("root-{kind}.pem"));
    write(&root, authority.root().to_pem().as_bytes())?;
    let chain: String = told(authority.chain())?
        .iter()
        .map(Certificate::to_pem)
        .collect();
    write(
        &folder.path.join(format!("chain-{kind}.pem")),
        chain.as_bytes(),
    )?;
    let maker = told(authority.maker())?;
    folder.keep(&told(Certificate::from_der(maker.certificate()))?)
}

fn tell(place: &Where, made: &[Authority]) {
    let rows: Vec<_> = made
        .iter()
        .map(|one| {
            json!({
                "kind": one.kind().name(),
                "root": one.root().subject(),
                "root_serial": one.root().serial(),
                "issuing": one.issuing().subject(),
                "root_ends": one.root().not_after(),
                "issuing_ends": one.issuing().not_after(),
            })
        })
        .collect();
    if place.json {
        println!(
            "{}",
            json!({ "ok": true, "folder": place.folder, "authorities": rows })
        );
        return;
    }
    println!("✔ 已建立 / made: {}", place.folder.display());
    for one in made {
        println!("  {} → {}", one.root().subject(), one.issuing().subject());
    }
    if place.passphrase_file.is_none() {
        let file = place.folder.join("keys.unlock");
        println!(
            "  请把密钥文件另存他处 / keep the key file in another place: {}",
            file.display()
        );
    }
}
