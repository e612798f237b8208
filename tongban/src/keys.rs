//! How an installation's keys are opened: passphrase or key file, and a hardware token where one
//! is configured. Everything comes from the environment, so that no secret stands in a
//! configuration file or on a command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gm::{FileKeyStore, KeyStore, Unlock};
use kernel::Randomness;

use crate::command::words::told;
use crate::stop::Stop;

/// The key store's passphrase.
pub const PASSPHRASE: &str = "TONGBAN_KEY_PASSPHRASE";
/// A file that holds the passphrase and nothing else.
pub const PASSPHRASE_FILE: &str = "TONGBAN_KEY_PASSPHRASE_FILE";
/// A key file in another place than `keys.unlock` in the data folder.
pub const KEY_FILE: &str = "TONGBAN_KEY_FILE";
/// A PKCS#11 module, the label of a token, and a file with its PIN: all three or none.
pub const TOKEN: [&str; 3] = [
    "TONGBAN_PKCS11_MODULE",
    "TONGBAN_PKCS11_TOKEN",
    "TONGBAN_PKCS11_PIN_FILE",
];

/// What opens the key store.
pub enum Opener {
    /// A passphrase, and the file it came from.
    Passphrase(Unlock, Option<PathBuf>),
    KeyFile(PathBuf),
}

/// What the environment says, or the key file in the data folder.
pub fn opener(data: &Path) -> Result<Opener, Stop> {
    if let Ok(text) = std::env::var(PASSPHRASE) {
        return Ok(Opener::Passphrase(Unlock::passphrase(&text), None));
    }
    if let Some(path) = std::env::var_os(PASSPHRASE_FILE) {
        let path = PathBuf::from(path);
        return Ok(Opener::Passphrase(passphrase_in(&path)?, Some(path)));
    }
    Ok(Opener::KeyFile(key_file(data)))
}

/// Where the key file is, if one is used.
pub fn key_file(data: &Path) -> PathBuf {
    std::env::var_os(KEY_FILE).map_or_else(|| data.join("keys.unlock"), PathBuf::from)
}

/// The passphrase in a file: its text without the end of the line.
pub fn passphrase_in(path: &Path) -> Result<Unlock, Stop> {
    let text = secret_in(path)?;
    if text.is_empty() {
        return Err(Stop::new(format!(
            "口令文件是空的 / the passphrase file is empty: {}",
            path.display()
        )));
    }
    Ok(Unlock::passphrase(&text))
}

/// The text of a file with one secret.
pub fn secret_in(path: &Path) -> Result<gm::Secret, Stop> {
    let text = std::fs::read_to_string(path).map(gm::Secret::new);
    let mut text = text.map_err(|e| {
        Stop::new(format!(
            "无法读取口令文件 / cannot read the passphrase file {}: {e}",
            path.display()
        ))
    })?;
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

/// The key store's file.
pub fn store_file(data: &Path) -> PathBuf {
    data.join("keys.store")
}

/// The key store of an installation that exists.
pub fn open(data: &Path) -> Result<Arc<dyn KeyStore>, Stop> {
    Ok(Arc::new(open_file(data)?))
}

/// The same, with the operations of the file itself.
pub fn open_file(data: &Path) -> Result<FileKeyStore, Stop> {
    let path = store_file(data);
    if !path.is_file() {
        return Err(Stop::new(format!(
            "没有密钥库 / there is no key store {}",
            path.display()
        )));
    }
    let store = match opener(data)? {
        Opener::Passphrase(unlock, _) => told(FileKeyStore::open(&path, &unlock))?,
        Opener::KeyFile(file) => told(FileKeyStore::open_by_key_file(&path, &file))?,
    };
    with_token(store)
}

/// The key store of an installation, made where there is none.
pub fn open_or_create(data: &Path, rng: &Arc<dyn Randomness>) -> Result<Arc<dyn KeyStore>, Stop> {
    if store_file(data).exists() {
        return open(data);
    }
    let mut entropy = |out: &mut [u8]| rng.fill(out);
    let unlock = match opener(data)? {
        Opener::Passphrase(unlock, _) => unlock,
        Opener::KeyFile(file) => told(Unlock::key_file_or_new(&file, &mut entropy))?,
    };
    let file = store_file(data);
    let store = told(FileKeyStore::create(&file, &unlock, &mut entropy))?;
    Ok(Arc::new(with_token(store)?))
}

/// The token's PIN file, where a token is configured.
pub fn pin_file() -> Option<PathBuf> {
    std::env::var_os(TOKEN[2]).map(PathBuf::from)
}

fn with_token(store: FileKeyStore) -> Result<FileKeyStore, Stop> {
    let found = TOKEN.map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match found {
        [None, None, None] => Ok(store),
        [Some(module), Some(token), Some(pin)] => attach(store, module, token, pin),
        _ => Err(Stop::new(format!(
            "{} 三个变量须同时设置 / set all three or none of them",
            TOKEN.join(", ")
        ))),
    }
}

#[cfg(feature = "pkcs11")]
fn attach(
    store: FileKeyStore,
    module: String,
    token: String,
    pin: String,
) -> Result<FileKeyStore, Stop> {
    let settings = gm::Pkcs11Settings {
        module: module.into(),
        token,
        pin_file: pin.into(),
    };
    let token = told(gm::Pkcs11Token::open(settings))?;
    Ok(store.with_token(Arc::new(token)))
}

#[cfg(not(feature = "pkcs11"))]
fn attach(_: FileKeyStore, _: String, _: String, _: String) -> Result<FileKeyStore, Stop> {
    Err(Stop::new(
        "本程序未编入PKCS#11支持 / this program was built without PKCS#11",
    ))
}
