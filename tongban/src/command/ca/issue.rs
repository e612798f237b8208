//! Issuing and reissuing certificates.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use gm::{
    Authority, Certificate, CertificateRequest, CertificateSpec, Extras, KeyKind, Profile,
    PublicKey, SoftKey, Subject,
};
use kernel::{Clock, SystemClock};
use serde_json::json;

use crate::command::ca::folder::{Folder, serial};
use crate::command::ca::{Where, entropy, kind, later, profile, read, write};
use crate::command::words::told;
use crate::keys;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct IssueArgs {
    #[command(flatten)]
    place: Where,
    /// signer, seal-maker, tsa, ocsp or intermediate.
    #[arg(long, value_parser = profile, default_value = "signer")]
    profile: Profile,
    /// Which authority signs: sm2, p256, …; without it that of the key's own kind, or the first.
    #[arg(long, value_parser = kind)]
    kind: Option<KeyKind>,
    /// A certificate request, PEM or DER; its name is taken unless another is given.
    #[arg(long, conflicts_with_all = ["key_out", "key_kind"])]
    request: Option<PathBuf>,
    /// Make a new key and write it here, PKCS#8 PEM, readable by its owner only.
    #[arg(long, required_unless_present = "request")]
    key_out: Option<PathBuf>,
    /// The new key's kind; without it that of the authority.
    #[arg(long, value_parser = kind)]
    key_kind: Option<KeyKind>,
    /// A file with the password that encrypts the new key.
    #[arg(long, requires = "key_out")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    name: NameArgs,
    /// Days of validity, at most as long as the issuer's.
    #[arg(long, default_value_t = 1826)]
    days: u32,
    /// Where the certificate goes, its chain after it, PEM.
    #[arg(long)]
    out: PathBuf,
}

/// Whom a certificate names.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Common name (CN).
    #[arg(long)]
    pub common_name: Option<String>,
    /// Organisation (O).
    #[arg(long, default_value = "")]
    pub organization: String,
    /// Unit (OU).
    #[arg(long, default_value = "")]
    pub unit: String,
    /// Country (C), two letters.
    #[arg(long, default_value = "CN")]
    pub country: String,
}

impl NameArgs {
    /// The name, if one is given.
    pub fn subject(&self) -> Result<Option<Subject>, Stop> {
        let Some(common_name) = &self.common_name else {
            return Ok(None);
        };
        let letters =
            self.country.len() == 2 && self.country.chars().all(|c| c.is_ascii_uppercase());
        if common_name.trim().is_empty() || !letters {
            return Err(Stop::new(
                "名称不能为空，国家为两个大写字母 / a name is not empty, a country has two capitals",
            ));
        }
        Ok(Some(Subject {
            country: self.country.clone(),
            organization: self.organization.clone(),
            unit: self.unit.clone(),
            common_name: common_name.clone(),
        }))
    }
}

#[derive(Debug, Args)]
pub struct ReissueArgs {
    #[command(flatten)]
    place: Where,
    /// Serial number, hexadecimal.
    serial: String,
    /// Days of validity, at most as long as the issuer's.
    #[arg(long, default_value_t = 1826)]
    days: u32,
    /// Where the certificate goes, its chain after it, PEM.
    #[arg(long)]
    out: PathBuf,
}

pub fn issue(args: &IssueArgs) -> Result<ExitCode, Stop> {
    let folder = Folder::open(&args.place)?;
    let subject = args.name.subject()?;
    let request = match &args.request {
        None => None,
        Some(path) => Some(told(CertificateRequest::from_pem_or_der(&read(path)?))?),
    };
    if let Some(request) = &request
        && let Err(why) = request.verify()
    {
        return Ok(refused(
            &args.place,
            "bad_request",
            "申请的签名不成立，未签发",
            &format!("the request's signature does not hold, nothing was issued: {why}"),
        ));
    }
    if request.is_none() && subject.is_none() {
        return Err(Stop::new(
            "请给出名称 --common-name / give the name with --common-name",
        ));
    }
    let wanted = request.as_ref().and_then(|r| r.public_key().key_kind());
    let authority = choose(&folder, args.kind, wanted.or(args.key_kind))?;
    let made = match &request {
        Some(_) => None,
        None => Some(SoftKey::generate(
            args.key_kind.unwrap_or(authority.kind()),
            &mut entropy(),
        )),
    };
    // The key is on disk before the certificate is in the books.
    if let (Some(key), Some(path)) = (&made, &args.key_out) {
        write_key(key, path, args.password_file.as_deref())?;
    }
    let key: PublicKey = match (&request, &made) {
        (Some(request), _) => request.public_key().clone(),
        (None, Some(key)) => key.public_key(),
        (None, None) => return Err(Stop::new("没有密钥 / no key")),
    };
    let now = SystemClock.now();
    let issuer = match args.profile {
        Profile::Issuing => authority.root(),
        _ => authority.issuing(),
    };
    let named = subject.clone().unwrap_or_default();
    let spec = CertificateSpec {
        subject: &named,
        key: &key,
        profile: args.profile,
        not_before: now,
        not_after: later(now, args.days, issuer.not_after()),
    };
    let asked = request.as_ref().map(CertificateRequest::subject_der);
    let extras = Extras {
        name: asked.filter(|_| subject.is_none()),
        addresses: Some(&folder.settings.addresses),
    };
    let certificate = told(authority.issue(&spec, extras, &mut entropy()))?;
    hand_over(
        &folder,
        &args.place,
        &authority,
        &certificate,
        args.profile,
        &args.out,
    )
}

pub fn reissue(args: &ReissueArgs) -> Result<ExitCode, Stop> {
    let folder = Folder::open(&args.place)?;
    let number = serial(&args.serial)?;
    let mut found = None;
    for authority in folder.authorities()? {
        let issued = told(authority.issued())?;
        if let Some(one) = issued.into_iter().find(|one| one.serial == number) {
            found = Some((authority, one));
        }
    }
    let Some((authority, entry)) = found else {
        return Ok(unknown(&args.place, &number));
    };
    let profile = Profile::from_name(&entry.profile).unwrap_or(Profile::Signer);
    let old = folder.certificate(&number)?;
    let now = SystemClock.now();
    let issuer = match profile {
        Profile::Issuing => authority.root(),
        _ => authority.issuing(),
    };
    let dates = (now, later(now, args.days, issuer.not_after()));
    let extras = Extras {
        name: None,
        addresses: Some(&folder.settings.addresses),
    };
    match authority.reissue(&old, dates, extras, &mut entropy()) {
        Ok(new) => hand_over(&folder, &args.place, &authority, &new, profile, &args.out),
        Err(error @ gm::CertError::NotReissued(..)) => Ok(refused(
            &args.place,
            "not_reissued",
            "该证书不能换发",
            &error.to_string(),
        )),
        Err(error) => told(Err(error)),
    }
}

/// The authority that was asked for, or that of the key's kind, or the first that whoever uses
/// the key will understand: SM2 for SM2 keys, another for all others.
fn choose(
    folder: &Folder,
    asked: Option<KeyKind>,
    key: Option<KeyKind>,
) -> Result<Authority, Stop> {
    let kinds = folder.kinds();
    let near =
        |kind: &&KeyKind| key.is_some_and(|key| (key == KeyKind::Sm2) == (**kind == KeyKind::Sm2));
    let found = asked
        .or(key.filter(|kind| kinds.contains(kind)))
        .or(kinds.iter().find(near).copied())
        .or(kinds.first().copied());
    match found {
        Some(kind) => folder.authority(kind),
        None => Err(Stop::new("没有证书机构 / the folder has no authority")),
    }
}

fn write_key(key: &SoftKey, path: &Path, password: Option<&Path>) -> Result<(), Stop> {
    use std::io::Write;
    let text = match password {
        Some(file) => {
            let password = keys::secret_in(file)?;
            gm::Secret::new(told(gm::encrypt_private_key(
                key,
                &password,
                &mut entropy(),
            ))?)
        }
        None => told(gm::plain_private_key(key))?,
    };
    let mut options = std::fs::OpenOptions::new();
    // A key that is there already is not overwritten.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
    });
    written.map_err(|e| {
        Stop::new(format!(
            "无法写入密钥 / cannot write {}: {e}",
            path.display()
        ))
    })
}

fn hand_over(
    folder: &Folder,
    place: &Where,
    authority: &Authority,
    certificate: &Certificate,
    profile: Profile,
    out: &Path,
) -> Result<ExitCode, Stop> {
    folder.keep(certificate)?;
    let above = match profile {
        Profile::Issuing => vec![authority.root().clone()],
        _ => told(authority.chain())?,
    };
    let all = std::iter::once(certificate).chain(&above);
    let pem: String = all.map(Certificate::to_pem).collect();
    write(out, pem.as_bytes())?;
    if place.json {
        let told = json!({
            "ok": true,
            "serial": certificate.serial(),
            "subject": certificate.subject(),
            "issuer": certificate.issuer(),
            "profile": profile.name(),
            "algorithm": certificate.signature_algorithm().map(gm::SignatureAlgorithm::name),
            "from": certificate.not_before(),
            "to": certificate.not_after(),
            "file": out,
        });
        println!("{told}");
    } else {
        println!(
            "✔ 已签发 / issued: {} {} → {}",
            certificate.subject(),
            certificate.serial(),
            out.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Says that something is not done because of what the request or the books say: exit code 1.
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

/// No certificate of that number was issued here.
pub fn unknown(place: &Where, serial: &str) -> ExitCode {
    refused(
        place,
        "unknown_serial",
        &format!("没有签发过序列号为 {serial} 的证书"),
        &format!("no certificate {serial} was issued here"),
    )
}
