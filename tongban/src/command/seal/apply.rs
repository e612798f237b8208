//! Sealing a file that exists: where the impression stands, whether it straddles the pages, whether
//! the document is closed.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Args;
use fetch::{Http, Limits};
use gm::{
    KeyKind, Signer, SoftKey, TimeStampAuthority, TimeStampClient, TimeStampError, TimeStampToken,
};
use jiff::Timestamp;
use kernel::{Clock, SystemClock, SystemRandom};
use sealing::pdf::{PdfExtras, PdfSignJob, PdfStraddle, RectMm, SealPicture, sign_pdf_with};
use sealing::{PageRef, Place, Provider, Seal, SealJob, Straddle, TimeStamper};
use seals::StampDigest;
use serde_json::json;

use super::{KeyArgs, read, write};
use crate::network;
use crate::stop::Stop;

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The OFD or PDF file.
    file: PathBuf,
    /// Where the sealed file goes.
    #[arg(long)]
    out: PathBuf,
    /// The seal (`.esl`). A PDF takes its impression from it.
    #[arg(long)]
    seal: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
    /// The page, from 1.
    #[arg(long, default_value_t = 1)]
    page: usize,
    /// Left edge of the impression on the page, millimetres.
    #[arg(long, default_value_t = 130.0)]
    x: f64,
    /// Upper edge, millimetres.
    #[arg(long, default_value_t = 220.0)]
    y: f64,
    /// 骑缝章: slices in the middle of the right edges of all pages in place of one impression.
    #[arg(long)]
    straddle: bool,
    /// Close the document: no seal can follow.
    #[arg(long)]
    closing: bool,
    /// Why it is sealed; stands in the signature of a PDF.
    #[arg(long, default_value = "")]
    reason: String,
    /// Have the signature stamped by the time stamp authority at this address (RFC 3161). Without a
    /// stamp nothing is sealed.
    #[arg(long)]
    time_stamp: Option<String>,
    /// The digest that is stamped: sha256, sha384 or sm3.
    #[arg(long, default_value = "sha256", requires = "time_stamp", value_parser = digest)]
    time_stamp_digest: StampDigest,
    /// For machines.
    #[arg(long)]
    json: bool,
}

fn digest(text: &str) -> Result<StampDigest, String> {
    StampDigest::from_code(text).ok_or_else(|| "sha256, sha384, sm3".to_owned())
}

/// Whom --time-stamp asks, and what it said last.
struct Stamper {
    client: TimeStampClient,
    time: Mutex<Option<Timestamp>>,
}

impl Stamper {
    fn new(args: &ApplyArgs) -> Option<Self> {
        let url = args.time_stamp.as_deref()?;
        let transport = Arc::new(Http::configured(Limits::default()));
        let entropy = network::entropy(Arc::new(SystemRandom));
        let digest = args.time_stamp_digest.algorithm();
        Some(Self {
            client: TimeStampClient::new(url, digest, transport, None, entropy),
            time: Mutex::default(),
        })
    }

    fn time(&self) -> Option<Timestamp> {
        *self
            .time
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl TimeStampAuthority for Stamper {
    fn stamp_parts(&self, parts: &[&[u8]]) -> Result<TimeStampToken, TimeStampError> {
        let token = self.client.stamp_parts(parts)?;
        let mut time = self
            .time
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        *time = Some(token.time);
        Ok(token)
    }
}

pub(super) fn apply(args: &ApplyArgs) -> Result<ExitCode, Stop> {
    if args.page == 0 {
        return Err(Stop::new("页码从1起 / pages are counted from 1"));
    }
    let now = SystemClock.now();
    let signer = args.key.signer(now)?;
    let seal = read(&args.seal)?;
    let parsed = Seal::parse(&seal)
        .map_err(|e| Stop::new(format!("{}: 不是印章 / no seal: {e}", args.seal.display())))?;
    let bytes = read(&args.file)?;
    let stamper = Stamper::new(args);
    let with = With {
        args,
        signer: &signer,
        stamper: stamper.as_ref(),
        time: now,
    };
    let (kind, sealed) = if bytes.starts_with(b"PK") {
        ("ofd", ofd(&with, &seal, &parsed, bytes)?)
    } else if bytes.windows(5).take(1024).any(|w| w == b"%PDF-") {
        ("pdf", pdf(&with, &parsed, &bytes)?)
    } else {
        return Err(Stop::new(format!(
            "{}: 不是OFD或PDF文件 / neither OFD nor PDF",
            args.file.display()
        )));
    };
    write(&args.out, &sealed)?;
    let digest = hex::encode(gm::sm3(&sealed));
    let stamped_at = stamper.as_ref().and_then(Stamper::time);
    if args.json {
        let out = args.out.display().to_string();
        let mut told =
            json!({ "kind": kind, "seal": parsed.id, "signed_at": now, "sm3": digest, "out": out });
        if let Some(time) = stamped_at {
            told["stamped_at"] = json!(time);
        }
        println!("{told}");
    } else {
        println!(
            "✔ 已盖章 / sealed: {} {} {digest} {}",
            parsed.id,
            parsed.name,
            args.out.display()
        );
        if let Some(time) = stamped_at {
            println!("  时间戳 / time stamp: {time}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(error: impl std::fmt::Display) -> Stop {
    Stop::new(format!("不能盖章 / cannot be sealed: {error}"))
}

/// What both formats are sealed with.
struct With<'a> {
    args: &'a ApplyArgs,
    signer: &'a SoftKey,
    stamper: Option<&'a Stamper>,
    time: Timestamp,
}

fn ofd(with: &With<'_>, seal: &[u8], parsed: &Seal<'_>, bytes: Vec<u8>) -> Result<Vec<u8>, Stop> {
    let With { args, signer, .. } = *with;
    if signer.kind() != KeyKind::Sm2 {
        return Err(Stop::new(
            "OFD用SM2签章，请给出SM2密钥 / OFD is sealed with SM2: give an SM2 key",
        ));
    }
    let size = |mm: u32| f64::from(mm);
    let (width, height) = (
        size(parsed.picture.width_mm),
        size(parsed.picture.height_mm),
    );
    let parts = sealing::unpack(&bytes).map_err(refused)?;
    let places = if args.straddle {
        sealing::straddle(&parts, &Straddle::new(width, height)).map_err(refused)?
    } else {
        let page = PageRef::Index(args.page - 1);
        vec![Place::new(page, args.x, args.y, width, height)]
    };
    let token = |bytes: &[u8]| match with.stamper.map(|stamper| stamper.stamp(bytes)) {
        Some(Ok(token)) => Ok(token.der().to_vec()),
        Some(Err(error)) => Err(error.to_string()),
        None => Err(String::new()),
    };
    let job = SealJob {
        seal,
        signer,
        places: &places,
        time: with.time,
        closing: args.closing,
        provider: Provider::default(),
        time_stamper: with.stamper.map(|_| &token as &dyn TimeStamper),
    };
    let sealed = sealing::seal_ofd(parts, &job).map_err(refused)?;
    sealing::pack(&sealed).map_err(refused)
}

fn pdf(with: &With<'_>, parsed: &Seal<'_>, bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    let args = with.args;
    let picture = SealPicture::from_png(parsed.picture.data).map_err(refused)?;
    let field = format!("Seal_{}", &hex::encode(gm::sm3(bytes))[..16]);
    let job = PdfSignJob {
        signer: with.signer as &dyn Signer,
        seal: &picture,
        page: args.page - 1,
        rect: RectMm {
            x: args.x,
            y: args.y,
            width: f64::from(parsed.picture.width_mm),
            height: f64::from(parsed.picture.height_mm),
        },
        time: with.time,
        name: &parsed.name,
        reason: &args.reason,
        location: "",
        field_name: &field,
        closing: args.closing,
    };
    let extras = PdfExtras {
        straddle: args.straddle.then(PdfStraddle::default),
        time_stamps: with
            .stamper
            .map(|stamper| stamper as &dyn TimeStampAuthority),
    };
    sign_pdf_with(bytes, &job, &extras).map_err(refused)
}
