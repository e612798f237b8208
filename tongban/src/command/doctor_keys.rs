//! What `tongban doctor` says of keys: where they lie, who can read them, which certificates end.

use std::path::{Path, PathBuf};

use gm::{KeyStore, Secret};
use jiff::Timestamp;

use crate::command::keys::list::{SOON, state};
use crate::keys::{self, Opener};
use crate::stop::Stop;

/// Passphrases shorter than this are tried through, however slow one try is made.
const SHORTEST: usize = 12;

/// Words that stand in examples, and in every list of passwords.
const KNOWN: &[&str] = &[
    "123456",
    "admin",
    "changeme",
    "correct horse",
    "demo",
    "example",
    "passphrase",
    "password",
    "secret",
    "tongban",
];

/// Findings that need no more than the files.
pub fn files(data: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut secrets: Vec<(&str, &str, PathBuf)> =
        vec![("密钥库", "the key store", keys::store_file(data))];
    match keys::opener(data) {
        Ok(Opener::KeyFile(file)) => {
            if file.exists() && inside(&file, data) {
                found.push(
                    "密钥文件与数据放在一起，请改用口令（TONGBAN_KEY_PASSPHRASE_FILE）或移到别处\
                     （TONGBAN_KEY_FILE） / the key file lies beside the database"
                        .into(),
                );
            }
            secrets.push(("密钥文件", "the key file", file));
        }
        Ok(Opener::Passphrase(_, file)) => {
            if let Some(file) = &file
                && inside(file, data)
            {
                found.push(
                    "口令文件与数据放在一起，请移到别处 / the passphrase file lies beside the \
                     database"
                        .into(),
                );
            }
            let text = match &file {
                Some(file) => keys::secret_in(file).ok(),
                None => std::env::var(keys::PASSPHRASE).ok().map(Secret::new),
            };
            if text.is_some_and(|text| is_weak(&text)) {
                found.push(format!(
                    "密钥库口令是演示口令或太短（至少 {SHORTEST} 个字符），请运行 keys rotate / the \
                     key store's passphrase is a known or short one: run keys rotate"
                ));
            }
            secrets.extend(file.map(|file| ("口令文件", "the passphrase file", file)));
        }
        Err(Stop(why)) => found.push(why),
    }
    if let Some(file) = keys::pin_file() {
        if inside(&file, data) {
            found.push(
                "密码机PIN文件与数据放在一起 / the token's PIN file lies beside the database"
                    .into(),
            );
        }
        secrets.push(("密码机PIN文件", "the token's PIN file", file));
    }
    for (zh, en, file) in secrets {
        if readable_by_others(&file) {
            found.push(format!(
                "{zh}可被其他用户读取（chmod 600 {}） / {en} is readable by others",
                file.display()
            ));
        }
    }
    found
}

/// Findings of the open store.
pub fn certificates(store: &dyn KeyStore, now: Timestamp) -> Result<Vec<String>, Stop> {
    let mut found = Vec::new();
    let mut own = false;
    for name in store.keys() {
        let info = store.describe(&name)?;
        let Some(certificate) = info.certificate() else {
            continue;
        };
        if name.starts_with("ca.") && name.ends_with(".issuing") {
            let root = store.describe(&name.replace(".issuing", ".root"));
            own |= root.is_ok_and(|root| root.certificate() == info.chain.last());
        }
        let end = kernel::time::beijing_date(certificate.not_after());
        match state(&info, now).0 {
            "ended" => found.push(format!(
                "密钥 {name} 的证书已于 {end} 到期 / the certificate of {name} ended on {end}"
            )),
            "ends_soon" => found.push(format!(
                "密钥 {name} 的证书将于 {end} 到期（{SOON} 日内），请更新 / the certificate of \
                 {name} ends on {end}, within {SOON} days"
            )),
            _ => {}
        }
    }
    if own {
        found.push(
            "签名证书由平台自建机构签发，正式使用须换成依法设立的电子认证机构的证书 / the platform's \
             own authorities issue the certificates: replace them by those of a licensed authority"
                .into(),
        );
    }
    Ok(found)
}

fn is_weak(text: &str) -> bool {
    let plain = text.trim().to_lowercase();
    plain.chars().count() < SHORTEST || KNOWN.contains(&plain.as_str())
}

/// Whether a file lies in a folder, by whatever way it is named.
fn inside(file: &Path, folder: &Path) -> bool {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    file.starts_with(folder)
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_short_passphrases_are_weak() {
        for weak in ["demo", "Tongban", " correct horse ", "elevenchars", ""] {
            assert!(is_weak(weak), "{weak}");
        }
        assert!(!is_weak("二十四节气里没有一个叫夏天"));
    }
}
