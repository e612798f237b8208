//! Asking an authority for a certificate.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use gm::{Authority, CertificateRequest, KeyError, KeyKind, KeyStore};
use kernel::{Clock, SystemClock};
use serde_json::json;

use crate::command::ca::issue::NameArgs;
use crate::command::ca::{entropy, kind, write};
use crate::command::keys::{Where, alone, done, next, refused};
use crate::command::words::told;
use crate::keys;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct RequestArgs {
    #[command(flatten)]
    place: Where,
    /// The key's name.
    name: String,
    /// Make the key where there is none: sm2, p256, rsa2048, rsa3072 or rsa4096.
    #[arg(long, value_parser = kind)]
    kind: Option<KeyKind>,
    #[command(flatten)]
    subject: NameArgs,
    /// Where the request goes, PEM; without it, standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct RenewArgs {
    #[command(flatten)]
    place: Where,
    /// The key's name.
    name: String,
    /// Make a new key; the old one signs until the new one's certificate is imported.
    #[arg(long, conflicts_with = "own")]
    new_key: bool,
    /// The platform's own authority renews its issuing authority or its seal maker.
    #[arg(long, conflicts_with = "out")]
    own: bool,
    /// Where the request goes, PEM; without it, standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn request(args: &RequestArgs) -> Result<ExitCode, Stop> {
    let subject = args.subject.subject()?;
    let beside = keys::open_file(&args.place.data)?;
    let (store, _lock) = match (beside.public_key(&args.name), args.kind) {
        (Ok(_), None) => (beside, None),
        (Ok(_), Some(_)) => return told(Err(KeyError::Exists(args.name.clone()))),
        (Err(KeyError::Unknown(_)), Some(kind)) => {
            if subject.is_none() {
                return Err(nameless());
            }
            let (store, lock) = alone(&args.place)?;
            told(store.create(&args.name, kind, &mut entropy()))?;
            (store, Some(lock))
        }
        (Err(error), _) => return told(Err(error)),
    };
    let info = told(store.describe(&args.name))?;
    let signer = told(store.bare_signer(&args.name))?;
    let request = match (&subject, info.certificate()) {
        (Some(subject), _) => CertificateRequest::build(subject, &info.public_key, &*signer),
        (None, Some(now)) => {
            CertificateRequest::build_named(now.subject_der(), &info.public_key, &*signer)
        }
        (None, None) => return Err(nameless()),
    };
    hand_over(
        &args.place,
        &args.name,
        &told(request)?,
        args.out.as_deref(),
    )
}

fn nameless() -> Stop {
    Stop::new("请给出名称 --common-name / give the name with --common-name")
}

fn hand_over(
    place: &Where,
    name: &str,
    request: &CertificateRequest,
    out: Option<&Path>,
) -> Result<ExitCode, Stop> {
    let pem = request.to_pem();
    let Some(out) = out else {
        if place.json {
            println!("{}", json!({ "ok": true, "key": name, "request": pem }));
        } else {
            print!("{pem}");
        }
        return Ok(ExitCode::SUCCESS);
    };
    write(out, pem.as_bytes())?;
    let told = json!({
        "ok": true, "key": name, "subject": request.subject(), "file": out,
    });
    let words = format!(
        "证书申请 / request: {} → {}",
        request.subject(),
        out.display()
    );
    Ok(done(place, &words, told))
}

pub fn renew(args: &RenewArgs) -> Result<ExitCode, Stop> {
    if args.own {
        return renew_own(args);
    }
    if !args.new_key {
        let store = keys::open_file(&args.place.data)?;
        let info = told(store.describe(&args.name))?;
        let now = info
            .certificate()
            .ok_or(KeyError::Uncertified(args.name.clone()));
        let signer = told(store.bare_signer(&args.name))?;
        let named = told(now)?.subject_der();
        let request = told(CertificateRequest::build_named(
            named,
            &info.public_key,
            &*signer,
        ))?;
        return hand_over(&args.place, &args.name, &request, args.out.as_deref());
    }
    if let Some(why) = super::take::bound(&args.name) {
        return Ok(refused(&args.place, "bound", why.0, why.1));
    }
    if args.name.starts_with("ca.") {
        return Ok(refused(
            &args.place,
            "authority",
            "证书机构更新证书时密钥不变，否则已签发的证书无法吊销",
            "an authority keeps its key, or what it issued could not be revoked any more",
        ));
    }
    let (store, _lock) = alone(&args.place)?;
    let info = told(store.describe(&args.name))?;
    let now = told(
        info.certificate()
            .ok_or(KeyError::Uncertified(args.name.clone())),
    )?;
    let waiting = next(&args.name);
    // A request that was lost is written again for the key that waits already.
    match store.create(&waiting, info.kind, &mut entropy()) {
        Ok(_) | Err(KeyError::Exists(_)) => {}
        Err(error) => return told(Err(error)),
    }
    let key = told(store.public_key(&waiting))?;
    let signer = told(store.bare_signer(&waiting))?;
    let request = told(CertificateRequest::build_named(
        now.subject_der(),
        &key,
        &*signer,
    ))?;
    hand_over(&args.place, &args.name, &request, args.out.as_deref())
}

/// `ca.<kind>.issuing` or `ca.<kind>.maker`.
pub fn authority_part(name: &str) -> Option<(KeyKind, &str)> {
    let (kind, part) = name.strip_prefix("ca.")?.split_once('.')?;
    Some((KeyKind::from_name(kind)?, part))
}

fn renew_own(args: &RenewArgs) -> Result<ExitCode, Stop> {
    let Some((kind, part @ ("issuing" | "maker"))) = authority_part(&args.name) else {
        return Err(Stop::new(format!(
            "自建机构只更新 ca.….issuing 与 ca.….maker / the own authority renews these only, not \
             {}",
            args.name
        )));
    };
    let (store, _lock) = alone(&args.place)?;
    let store = Arc::new(store);
    let authority = told(Authority::open(store.clone(), kind))?;
    let now = SystemClock.now();
    if part == "issuing" {
        told(authority.renew_issuing(now, &mut entropy()))?;
    } else {
        told(authority.renew_maker(now, &mut entropy()))?;
    }
    let info = told(store.describe(&args.name))?;
    let end = info.certificate().map(|one| one.not_after());
    let words = format!(
        "已更新 / renewed: {} → {}",
        args.name,
        end.map(|end| kernel::time::beijing_date(end).to_string())
            .unwrap_or_default()
    );
    let told = json!({ "ok": true, "key": args.name, "to": end });
    Ok(done(&args.place, &words, told))
}
