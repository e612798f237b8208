//! Taking in what an authority sent.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gm::{
    Authority, Bundle, CertError, Certificate, FileKeyStore, ImportError, KeyError, KeyStore,
    Purpose,
};
use kernel::{Clock, SystemClock};
use serde_json::json;

use crate::command::ca::{entropy, read};
use crate::command::keys::ask::authority_part;
use crate::command::keys::{Where, alone, done, next, refused};
use crate::command::words::told;
use crate::keys;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct ImportArgs {
    #[command(flatten)]
    place: Where,
    /// The key's name.
    name: String,
    /// Certificates and those above them, or a key with its certificates: PEM, DER, PKCS#7,
    /// PKCS#8, PKCS#12. Several files are taken together.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A file with the password of an encrypted key or PKCS#12 file.
    #[arg(long)]
    password_file: Option<PathBuf>,
}

/// Names whose certificate is not by itself: in Chinese and English, why.
pub fn bound(name: &str) -> Option<(&'static str, &'static str)> {
    if name.starts_with("seal.") {
        return Some((
            "印章的证书是印章的一部分，请在控制台更新印章",
            "the certificate of a seal is part of the seal: renew the seal in the console",
        ));
    }
    match authority_part(name) {
        Some((_, "root")) => Some((
            "自建根证书由自己签名；请为签发机构（ca.….issuing）导入证书",
            "the own root signs itself: import a certificate for the issuing authority",
        )),
        Some((_, "maker")) => Some((
            "制章人的证书由签发机构签发，随签发机构更新",
            "the seal maker's certificate comes from the issuing authority and follows it",
        )),
        _ => None,
    }
}

/// Why something is not taken in: refused for what it is, or not possible.
enum Failure {
    Refused(ImportError),
    Certificate(CertError),
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::Refused(error)
    }
}

impl From<CertError> for Failure {
    fn from(error: CertError) -> Self {
        Self::Certificate(error)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Certificate(error.into())
    }
}

pub fn import(args: &ImportArgs) -> Result<ExitCode, Stop> {
    let place = &args.place;
    if let Some((zh, en)) = bound(&args.name) {
        return Ok(refused(place, "bound", zh, en));
    }
    let password = match &args.password_file {
        Some(path) => Some(keys::secret_in(path)?),
        None => None,
    };
    let mut bundle = Bundle::default();
    for path in &args.files {
        match Bundle::read(&read(path)?, password.as_ref().map(|text| text.as_str())) {
            Ok(one) => {
                bundle.keys.extend(one.keys);
                bundle.certificates.extend(one.certificates);
            }
            Err(error) => {
                let (zh, en) = (error.zh(), format!("{error} ({})", path.display()));
                return Ok(refused(place, error.code(), &zh, &en));
            }
        }
    }
    let (store, _lock) = alone(place)?;
    let store = Arc::new(store);
    match take(&store, &args.name, &bundle) {
        Ok(chain) => {
            let (own, root) = (chain.first(), chain.last());
            let words = format!(
                "已导入 / imported: {} {} ← {}",
                args.name,
                own.map(Certificate::subject).unwrap_or_default(),
                root.map(Certificate::subject).unwrap_or_default()
            );
            let told = json!({
                "ok": true,
                "key": args.name,
                "subject": own.map(Certificate::subject),
                "serial": own.map(Certificate::serial),
                "to": own.map(Certificate::not_after),
                "root": root.map(Certificate::subject),
            });
            Ok(done(place, &words, told))
        }
        Err(Failure::Refused(error)) => {
            let (zh, en) = (error.zh(), error.to_string());
            Ok(refused(place, error.code(), &zh, &en))
        }
        Err(Failure::Certificate(error @ CertError::NotAdopted(..))) => Ok(refused(
            place,
            "not_adopted",
            &error.zh(),
            &error.to_string(),
        )),
        Err(Failure::Certificate(error)) => told(Err(error)),
    }
}

/// Puts the certificates where they belong, and gives back the chain that is in use then.
fn take(
    store: &Arc<FileKeyStore>,
    name: &str,
    bundle: &Bundle,
) -> Result<Vec<Certificate>, Failure> {
    let now = SystemClock.now();
    let authority = authority_part(name).filter(|(_, part)| *part == "issuing");
    let purpose = match authority {
        Some(_) => Purpose::Issuing,
        None => Purpose::Signing,
    };
    let mut entropy = entropy();
    let info = match store.describe(name) {
        Ok(info) => info,
        Err(KeyError::Unknown(_)) => {
            // A key that was made elsewhere.
            let [key] = bundle.keys.as_slice() else {
                let found = bundle.keys.len();
                return Err(match found {
                    0 => KeyError::Unknown(name.to_owned()).into(),
                    _ => ImportError::Unsupported(format!("{found} keys at once")).into(),
                });
            };
            let chain = bundle.chain(&key.public_key(), &[], purpose, now)?;
            store.import(name, key, &chain, &mut entropy)?;
            return Ok(chain);
        }
        Err(error) => return Err(error.into()),
    };
    match bundle.chain(&info.public_key, &info.chain, purpose, now) {
        Ok(chain) => {
            match authority {
                Some((kind, _)) => {
                    let own = Authority::open(store.clone(), kind)?;
                    own.adopt_issuing(&chain, now, &mut entropy)?;
                }
                None => store.certify(name, &chain[0], &chain[1..], &mut entropy)?,
            }
            Ok(chain)
        }
        Err(other @ ImportError::OtherKey(_)) => {
            // The new key that waits for it takes over.
            let waiting = next(name);
            let Ok(key) = store.public_key(&waiting) else {
                return Err(other.into());
            };
            let chain = bundle.chain(&key, &info.chain, purpose, now)?;
            store.certify(&waiting, &chain[0], &chain[1..], &mut entropy)?;
            store.supersede(name, &waiting, &mut entropy)?;
            Ok(chain)
        }
        Err(error) => Err(error.into()),
    }
}
