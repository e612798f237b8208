//! Sealing a file that exists: where the impression stands, whether it straddles the pages, whether
//! the document is closed.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use gm::{KeyKind, Signer, SoftKey};
use jiff::Timestamp;
use kernel::{Clock, SystemClock};
use sealing::pdf::{PdfExtras, PdfSignJob, PdfStraddle, RectMm, SealPicture, sign_pdf_with};
use sealing::{PageRef, Place, Provider, Seal, SealJob, Straddle};
use serde_json::json;

use super::{KeyArgs, read, write};
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
    /// For machines.
    #[arg(long)]
    json: bool,
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
    let (kind, sealed) = if bytes.starts_with(b"PK") {
        ("ofd", ofd(args, &seal, &parsed, &signer, bytes, now)?)
    } else if bytes.windows(5).take(1024).any(|w| w == b"%PDF-") {
        ("pdf", pdf(args, &parsed, &signer, &bytes, now)?)
    } else {
        return Err(Stop::new(format!(
            "{}: 不是OFD或PDF文件 / neither OFD nor PDF",
            args.file.display()
        )));
    };
    write(&args.out, &sealed)?;
    let digest = hex::encode(gm::sm3(&sealed));
    if args.json {
        let out = args.out.display().to_string();
        println!(
            "{}",
            json!({ "kind": kind, "seal": parsed.id, "signed_at": now, "sm3": digest, "out": out })
        );
    } else {
        println!(
            "✔ 已盖章 / sealed: {} {} {digest} {}",
            parsed.id,
            parsed.name,
            args.out.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(error: impl std::fmt::Display) -> Stop {
    Stop::new(format!("不能盖章 / cannot be sealed: {error}"))
}

fn ofd(
    args: &ApplyArgs,
    seal: &[u8],
    parsed: &Seal<'_>,
    signer: &SoftKey,
    bytes: Vec<u8>,
    time: Timestamp,
) -> Result<Vec<u8>, Stop> {
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
    let job = SealJob {
        seal,
        signer,
        places: &places,
        time,
        closing: args.closing,
        provider: Provider::default(),
        time_stamper: None,
    };
    let sealed = sealing::seal_ofd(parts, &job).map_err(refused)?;
    sealing::pack(&sealed).map_err(refused)
}

fn pdf(
    args: &ApplyArgs,
    parsed: &Seal<'_>,
    signer: &SoftKey,
    bytes: &[u8],
    time: Timestamp,
) -> Result<Vec<u8>, Stop> {
    let picture = SealPicture::from_png(parsed.picture.data).map_err(refused)?;
    let field = format!("Seal_{}", &hex::encode(gm::sm3(bytes))[..16]);
    let job = PdfSignJob {
        signer: signer as &dyn Signer,
        seal: &picture,
        page: args.page - 1,
        rect: RectMm {
            x: args.x,
            y: args.y,
            width: f64::from(parsed.picture.width_mm),
            height: f64::from(parsed.picture.height_mm),
        },
        time,
        name: &parsed.name,
        reason: &args.reason,
        location: "",
        field_name: &field,
        closing: args.closing,
    };
    let extras = PdfExtras {
        straddle: args.straddle.then(PdfStraddle::default),
        ..PdfExtras::default()
    };
    sign_pdf_with(bytes, &job, &extras).map_err(refused)
}
