//! Another passphrase, another key file, another key for personal data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use gm::Vault;
use serde_json::json;

use crate::command::ca::entropy;
use crate::command::keys::{Where, alone, done};
use crate::command::words::told;
use crate::keys::{self, KEY_FILE, Opener, PASSPHRASE_FILE};
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    place: Where,
    /// Open with the passphrase in this file from now on.
    #[arg(long, conflicts_with = "to_key_file")]
    to_passphrase_file: Option<PathBuf>,
    /// Open with a new key file at this place from now on.
    #[arg(long)]
    to_key_file: Option<PathBuf>,
    /// Encrypt personal data that is written from now on with a new key; what is there stays
    /// readable. The key store itself keeps its passphrase or key file.
    #[arg(long, conflicts_with_all = ["to_key_file", "to_passphrase_file"])]
    data_key: bool,
}

pub fn rotate(args: &RotateArgs) -> Result<ExitCode, Stop> {
    let place = &args.place;
    let (store, _lock) = alone(place)?;
    let mut entropy = entropy();
    if args.data_key {
        let version = Vault::rotate(&store, &mut entropy).map_err(|e| {
            Stop::new(format!(
                "数据密钥未轮换 / the data key was not rotated: {e}"
            ))
        })?;
        let words = format!("新的数据密钥，版本 {version} / a new key for personal data");
        let told = json!({ "ok": true, "rotated": "data_key", "version": version });
        return Ok(done(place, &words, told));
    }
    if let Some(file) = &args.to_passphrase_file {
        told(store.rekey(&keys::passphrase_in(file)?, &mut entropy))?;
        return Ok(opened_by(place, "passphrase", PASSPHRASE_FILE, file));
    }
    let now = keys::opener(&place.data)?;
    let file = match (&args.to_key_file, now) {
        (Some(file), _) => file.clone(),
        (None, Opener::KeyFile(file)) => file,
        (None, Opener::Passphrase(unlock, _)) => {
            // The same passphrase under a fresh salt is another key.
            told(store.rekey(&unlock, &mut entropy))?;
            let told = json!({ "ok": true, "rotated": "salt" });
            let words = "密钥库已用新的密钥重新加密，口令不变 / encrypted anew, same passphrase";
            return Ok(done(place, words, told));
        }
    };
    told(store.rekey_file(&file, &mut entropy))?;
    Ok(opened_by(place, "key_file", KEY_FILE, &file))
}

/// Says how the store is opened from now on, where that is not the place it is looked for anyway.
fn opened_by(place: &Where, how: &str, variable: &str, file: &Path) -> ExitCode {
    let usual = how == "key_file" && keys::key_file(&place.data) == file;
    let told = json!({
        "ok": true, "rotated": how, "file": file, "variable": (!usual).then_some(variable),
    });
    let mut words = format!("已轮换 / rotated: {}", file.display());
    if !usual {
        words += &format!("\n  请设置 / set {variable}={}", file.display());
    }
    if place.data.join("keys.unlock").exists() && place.data.join("keys.unlock") != file {
        words +=
            "\n  原密钥文件已无用，请删除 / the former key file opens nothing any more: remove it";
    }
    done(place, &words, told)
}
