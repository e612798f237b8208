//! 核验 [H-54 to H-60]: security, revocation, data, strictly in this order; the first failure stops.

mod bundle;
mod opened;
mod outcome;
mod pages;
mod record;
mod report;
mod steps;
mod visual;

use std::sync::{Arc, LazyLock};

use gm::DigestAlgorithm;
use kernel::mask;
use sealing::{Reason, Trust, Unreadable, Verdict};
use store::Ctx;
use tokio::sync::Semaphore;

use crate::copy::{self, CopyNote, LicenceCopy};
use crate::error::LicenceError;
use crate::events::{LicenceVerified, StepLogged};
use crate::issue::number_digests;
use crate::kind::licence_type;
use crate::library;
use crate::licence::{FileRef, Format, Licence, Version};
use crate::metadata::Metadata;
use crate::state::State;
use crate::table;
pub use bundle::bundle;
use outcome::Run;
pub use outcome::{Step, StepResult, Summary, Verification, Way};
pub use pages::DrawnPage;
pub use record::verification;
pub(crate) use record::{forget_old, report_files};
pub use report::{Operator, Report, report};
use steps::{data, locate, notice_revocation, revocation, security};
pub(crate) use visual::visual_files;
pub use visual::{
    Compared, LicenceLookedAt, Seen, VisualCase, VisualCheck, begin_visual, record_visual, visual,
    visual_checks, visual_file, visual_page,
};

/// Verifies a file that somebody holds.
pub async fn verify_file(ctx: &Ctx, bytes: Vec<u8>) -> Result<Verification, LicenceError> {
    let trust = seals::trust(&ctx.as_system()).await?;
    let judged = judge(bytes, trust).await?;
    let mut found = Found {
        run: Run::new(ctx),
        licence: None,
        copy: None,
        document: None,
        verdict: None,
        digest: None,
    };
    match judged.verdict {
        Err(unreadable) => found.run.record(
            Step::Security,
            Err((Reason::Unreadable, unreadable.to_string())),
        ),
        Ok(verdict) => {
            found.run.record(Step::Security, security(&verdict));
            found.verdict = Some(verdict);
        }
    }
    if !found.run.failed() {
        found.licence = shown(ctx, &judged.fingerprint).await?;
    }
    let known = found.licence.as_ref();
    let known = known.and_then(|(_, version)| file_of(version, &judged.fingerprint));
    let digest = match known {
        Some(file) => file.digest.clone(),
        None => sm3_of(judged.bytes).await?,
    };
    if !found.run.failed()
        && let Some(verdict) = found.verdict.take()
    {
        look_up(ctx, &mut found, &digest, &verdict, judged.metadata.as_ref()).await?;
        found.verdict = Some(verdict);
    }
    found.digest = Some(digest);
    finish(ctx, Way::File, found).await
}

/// What a file says by itself.
struct Judged {
    verdict: Result<Verdict, Unreadable>,
    /// Of an OFD file, read from the very parts that were judged.
    metadata: Option<Metadata>,
    /// SHA-256, hexadecimal.
    fingerprint: String,
    bytes: Vec<u8>,
}

/// As many files are read at a time as there are processors, in the order they came: more at a
/// time would only make each of them late.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Semaphore::new(cores.max(2))
});

pub(crate) async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LicenceError> {
    let turn = TURNS.acquire().await;
    let turn = turn.map_err(|e| LicenceError::Data(e.to_string()))?;
    let done = tokio::task::spawn_blocking(work).await;
    drop(turn);
    done.map_err(|e| LicenceError::Data(e.to_string()))
}

async fn judge(bytes: Vec<u8>, trust: Trust) -> Result<Judged, LicenceError> {
    in_turn(move || {
        let fingerprint = hex::encode(DigestAlgorithm::Sha256.of(&bytes));
        let (verdict, metadata) = if bytes.starts_with(b"PK") {
            match sealing::verify_ofd_keeping(&bytes, &trust, Metadata::is_on_the_way) {
                Ok((verdict, kept)) => {
                    let mut package = ofd::Package::default();
                    for (name, part) in kept {
                        package.set(name, part);
                    }
                    (Ok(verdict), Metadata::of(&package))
                }
                Err(unreadable) => (Err(unreadable), None),
            }
        } else {
            (sealing::verify(&bytes, &trust), None)
        };
        Judged {
            verdict,
            metadata,
            fingerprint,
            bytes,
        }
    })
    .await
}

async fn sm3_of(bytes: Vec<u8>) -> Result<String, LicenceError> {
    let digest = tokio::task::spawn_blocking(move || hex::encode(gm::sm3(&bytes))).await;
    digest.map_err(|e| LicenceError::Data(e.to_string()))
}

/// The file of a version that has this fingerprint.
fn file_of<'v>(version: &'v Version, fingerprint: &str) -> Option<&'v FileRef> {
    let mut files = version.data.files.iter();
    files.find(|file| file.fingerprint.as_deref() == Some(fingerprint))
}

/// The licence whose very file was shown.
async fn shown(ctx: &Ctx, fingerprint: &str) -> Result<Option<(Licence, Version)>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let Some((key, version)) = table::by_file(reader, fingerprint).await? else {
        return Ok(None);
    };
    let licence = table::load(reader, ctx, &key).await?;
    let version = table::version(reader, ctx, &key, version).await?;
    Ok(Some((licence, version)))
}

/// Revocation and data of a file whose security holds: of a licence by the library, of a notice by
/// its own record.
async fn look_up(
    ctx: &Ctx,
    found: &mut Found,
    digest: &str,
    verdict: &Verdict,
    metadata: Option<&Metadata>,
) -> Result<(), LicenceError> {
    if found.licence.is_none() {
        found.copy = copy::behind(&mut ctx.db.reader(), ctx, digest).await?;
        found.licence = match &found.copy {
            Some(copy) => Some(original(ctx, copy).await?),
            None => locate(ctx, digest, metadata).await?,
        };
    }
    if found.licence.is_none() {
        found.document = notices::by_digest(ctx, digest)
            .await
            .map_err(LicenceError::other)?;
    }
    let run = &mut found.run;
    match (&found.licence, &found.document) {
        (None, Some(document)) => {
            run.record(
                Step::Revocation,
                notice_revocation(ctx, verdict, document).await?,
            );
            let same = format!("{} {}，文件与存档一致", document.title, document.number);
            run.record(Step::Data, Ok(same));
        }
        (licence, _) => {
            run.record(
                Step::Revocation,
                revocation(ctx, verdict, licence.as_ref(), found.copy.as_ref()).await?,
            );
            if let (Some((licence, version)), false) = (licence, run.failed()) {
                let of_version = version.data.files.iter().any(|f| f.digest == digest);
                let known = of_version || found.copy.is_some();
                let compared = data(ctx, licence, version, known, digest, metadata).await?;
                run.record(Step::Data, compared);
            }
        }
    }
    Ok(())
}

/// The licence and the version that a copy was made of.
async fn original(ctx: &Ctx, copy: &LicenceCopy) -> Result<(Licence, Version), LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, &copy.licence_key).await?;
    let version = table::version(reader, ctx, &copy.licence_key, copy.version).await?;
    Ok((licence, version))
}

/// Verifies by the QR code's token: the library's own file is judged, then state and data.
pub async fn verify_token(ctx: &Ctx, token: &str) -> Result<Verification, LicenceError> {
    let token = match crate::show::token_of(ctx, token) {
        Ok(token) => token,
        Err(over) => return unknown(ctx, Way::Token, over).await,
    };
    let reader = &mut ctx.db.reader();
    if let Some(key) = table::by_token(reader, token).await? {
        return from_library(ctx, Way::Token, &key, None).await;
    }
    match copy::behind(reader, ctx, token).await? {
        Some(copy) => {
            let key = copy.licence_key.clone();
            from_library(ctx, Way::Token, &key, Some(copy)).await
        }
        None => unknown(ctx, Way::Token, Reason::LicenceUnknown).await,
    }
}

/// Verifies by number. A number that persons could be found by is answered only together with the
/// holder's last four characters.
pub async fn verify_number(
    ctx: &Ctx,
    number: &str,
    holder_ending: Option<&str>,
) -> Result<Verification, LicenceError> {
    let (_, digest) = number_digests(ctx, "", "", number);
    let reader = &mut ctx.db.reader();
    let mut best: Option<Licence> = None;
    for key in table::by_number(reader, &digest).await? {
        let licence = table::load(reader, ctx, &key).await?;
        let kind = licence_type(ctx, &licence.type_code).await?;
        let ending = holder_ending.map(kernel::number::fold).unwrap_or_default();
        let proven = ending.chars().count() == 4 && licence.body.holder_id.ends_with(&ending);
        if (kind.guards_number() || licence.body.holder_id_type != "001") && !proven {
            continue;
        }
        // Of several with one number the one in force counts.
        let better = best.as_ref().is_none_or(|b| {
            b.state != State::Valid
                && (licence.state == State::Valid || licence.updated_at > b.updated_at)
        });
        if better {
            best = Some(licence);
        }
    }
    match best {
        Some(licence) => from_library(ctx, Way::Number, &licence.licence_key, None).await,
        None => unknown(ctx, Way::Number, Reason::LicenceUnknown).await,
    }
}

async fn unknown(ctx: &Ctx, way: Way, reason: Reason) -> Result<Verification, LicenceError> {
    let mut run = Run::new(ctx);
    run.record(Step::Security, Err((reason, String::new())));
    let found = Found {
        run,
        licence: None,
        copy: None,
        document: None,
        verdict: None,
        digest: None,
    };
    finish(ctx, way, found).await
}

async fn from_library(
    ctx: &Ctx,
    way: Way,
    key: &str,
    copy: Option<LicenceCopy>,
) -> Result<Verification, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    let number = copy.as_ref().map_or(licence.version, |copy| copy.version);
    let version = table::version(reader, ctx, key, number).await?;
    let verdict = library::check_file(ctx, &licence).await?;
    let file = version.data.files.iter().find(|f| f.format == Format::Ofd);
    let digest = file.map(|f| f.digest.clone()).unwrap_or_default();
    let mut run = Run::new(ctx);
    run.record(Step::Security, security(&verdict));
    let found = (licence, version);
    if !run.failed() {
        run.record(
            Step::Revocation,
            revocation(ctx, &verdict, Some(&found), copy.as_ref()).await?,
        );
    }
    if !run.failed() {
        let bytes = library::read(ctx, &found.1, Format::Ofd).await?;
        let metadata = Metadata::of_ofd(&bytes);
        run.record(
            Step::Data,
            data(ctx, &found.0, &found.1, true, &digest, metadata.as_ref()).await?,
        );
    }
    let found = Found {
        run,
        licence: Some(found),
        copy,
        document: None,
        verdict: Some(verdict),
        digest: Some(digest),
    };
    finish(ctx, way, found).await
}

/// What a verification has come to know.
struct Found {
    run: Run,
    licence: Option<(Licence, Version)>,
    /// The copy that was shown instead of the licence itself.
    copy: Option<LicenceCopy>,
    document: Option<notices::Record>,
    verdict: Option<Verdict>,
    digest: Option<String>,
}

/// Logs the verification and keeps its outcome [H-58].
async fn finish(ctx: &Ctx, way: Way, found: Found) -> Result<Verification, LicenceError> {
    let mut run = found.run;
    for step in [Step::Security, Step::Revocation, Step::Data] {
        if !run.steps.iter().any(|s| s.step == step) {
            run.skip(step);
        }
    }
    let summary = match &found.licence {
        Some((licence, version)) => Some(summary(ctx, licence, version).await?),
        None => None,
    };
    let today = kernel::time::beijing_date(ctx.now());
    let copy_key = found.copy.as_ref().map(|copy| copy.copy_key.clone());
    let verification = Verification {
        number: ctx.rng.token(),
        way,
        valid: run.steps.iter().all(|s| s.passed == Some(true)),
        steps: run.steps,
        summary,
        copy: found.copy.as_ref().map(|copy| CopyNote::of(copy, today)),
        document: found.document,
        digest: found.digest,
        verdict: found.verdict,
        at: ctx.now(),
    };
    let number = verification.number.clone();
    let event = LicenceVerified {
        number: number.clone(),
        licence_key: found.licence.map(|(l, _)| l.licence_key),
        way: way.code().into(),
        valid: verification.valid,
        reason: verification
            .failure()
            .and_then(|f| f.reason)
            .map(|r| r.code().to_owned()),
        steps: verification.steps.iter().map(StepLogged::of).collect(),
    };
    // A stream of its own: those who verify one licence at once do not queue behind each other.
    let stream = record::stream(&number);
    let kept = record::row(ctx, &verification, event.licence_key.clone())?;
    let kept = Arc::new(kept);
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event, stream) = (inner.clone(), event.clone(), stream.clone());
            let (kept, copy_key) = (kept.clone(), copy_key.clone());
            Box::pin(async move {
                table::verification::insert(tx, &kept).await?;
                if let Some(copy_key) = &copy_key {
                    copy::count_verified(tx, copy_key).await?;
                }
                let mut head = journal::Head::fresh();
                journal::append_to(tx, &ctx, &stream, &mut head, &event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    Ok(verification)
}

async fn summary(ctx: &Ctx, l: &Licence, v: &Version) -> Result<Summary, LicenceError> {
    let kind = licence_type(ctx, &l.type_code).await?;
    let legal = l.body.holder_id_type == "001";
    let mut versions = Vec::new();
    for number in (1..=l.version).rev() {
        let issued = match number == v.version {
            true => v.data.issue_date,
            false => {
                let reader = &mut ctx.db.reader();
                let other = table::version(reader, ctx, &l.licence_key, number).await?;
                other.data.issue_date
            }
        };
        versions.push((number, issued));
    }
    Ok(Summary {
        versions,
        type_name: l.body.type_name.clone(),
        licence_no: if kind.guards_number() {
            mask::id_number(&l.body.licence_no)
        } else {
            l.body.licence_no.clone()
        },
        holder: if legal {
            l.body.holder.clone()
        } else {
            mask::name(&l.body.holder)
        },
        issuer: l.body.issuer.clone(),
        issue_date: v.data.issue_date,
        valid_to: v.data.valid_to,
        state: l.state,
    })
}
