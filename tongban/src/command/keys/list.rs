//! What keys there are.

use std::process::ExitCode;

use gm::{KeyInfo, KeyPlace, KeyStore};
use jiff::Timestamp;
use kernel::{Clock, SystemClock};
use serde_json::json;

use crate::command::keys::Where;
use crate::command::words::told;
use crate::keys;
use crate::stop::Stop;

/// A certificate that ends within so many days should be renewed.
pub const SOON: i64 = 60;

/// The state of a key: its code, and in Chinese.
pub fn state(info: &KeyInfo, now: Timestamp) -> (&'static str, &'static str) {
    let Some(certificate) = info.certificate() else {
        return ("uncertified", "无证书");
    };
    let left = certificate.not_after().duration_since(now).as_hours();
    if left < 0 {
        ("ended", "已到期")
    } else if left < SOON * 24 {
        ("ends_soon", "即将到期")
    } else if certificate.not_before() > now {
        ("not_begun", "未生效")
    } else {
        ("valid", "有效")
    }
}

pub fn list(place: &Where) -> Result<ExitCode, Stop> {
    let store = keys::open_file(&place.data)?;
    let now = SystemClock.now();
    let mut rows = Vec::new();
    for name in store.keys() {
        let info = told(store.describe(&name))?;
        let (code, zh) = state(&info, now);
        let (kept, zh_kept) = match &info.place {
            KeyPlace::File => ("file".to_owned(), "密钥库".to_owned()),
            KeyPlace::Token(label) => (format!("token:{label}"), format!("密码机 {label}")),
            KeyPlace::AbsentToken => ("token:absent".to_owned(), "密码机（未配置）".to_owned()),
        };
        let certificate = info.certificate();
        if !place.json {
            let whose = certificate.map(|one| {
                let end = kernel::time::beijing_date(one.not_after());
                format!("{} ← {} → {end}", one.subject(), one.issuer())
            });
            let whose = whose.unwrap_or_default();
            println!(
                "{zh} / {code}  {name}  {}  {zh_kept}  {whose}",
                info.kind.name()
            );
        }
        rows.push(json!({
            "name": name,
            "kind": info.kind.name(),
            "place": kept,
            "state": code,
            "subject": certificate.map(|one| one.subject()),
            "issuer": certificate.map(|one| one.issuer()),
            "serial": certificate.map(|one| one.serial()),
            "from": certificate.map(|one| one.not_before()),
            "to": certificate.map(|one| one.not_after()),
            "root": info.chain.last().map(|one| one.subject()),
            "retired": info.retired.len(),
        }));
    }
    let secrets = store.secrets().len();
    if place.json {
        println!(
            "{}",
            json!({ "ok": true, "keys": rows, "secrets": secrets })
        );
    }
    Ok(ExitCode::SUCCESS)
}
