//! 核验 [H-54 to H-60]: security, revocation, data, strictly in this order; the first failure stops.

mod outcome;
mod steps;

use kernel::mask;
use sealing::{Reason, Verdict};
use store::Ctx;

use crate::error::LicenceError;
use crate::events::{LicenceVerified, StepLogged, stream};
use crate::issue::number_digests;
use crate::kind::licence_type;
use crate::library;
use crate::licence::{Format, Licence, Version};
use crate::metadata::Metadata;
use crate::state::State;
use crate::table;
use outcome::Run;
pub use outcome::{Step, StepResult, Summary, Verification, Way};
use steps::{data, locate, revocation, security};

/// Verifies a file that somebody holds.
pub async fn verify_file(ctx: &Ctx, bytes: Vec<u8>) -> Result<Verification, LicenceError> {
    let trust = seals::trust(&ctx.as_system()).await?;
    let digest = hex::encode(gm::sm3(&bytes));
    let judged = tokio::task::spawn_blocking(move || {
        let verdict = sealing::verify(&bytes, &trust);
        let metadata = if bytes.starts_with(b"PK") {
            Metadata::of_ofd(&bytes)
        } else {
            None
        };
        (verdict, metadata)
    })
    .await;
    let (verdict, metadata) = judged.map_err(|e| LicenceError::Data(e.to_string()))?;
    let mut run = Run::new(ctx);
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(unreadable) => {
            run.record(
                Step::Security,
                Err((Reason::Unreadable, unreadable.to_string())),
            );
            run.skip(Step::Revocation);
            run.skip(Step::Data);
            return finish(ctx, Way::File, run, None, None).await;
        }
    };
    run.record(Step::Security, security(&verdict));
    if run.failed() {
        run.skip(Step::Revocation);
        run.skip(Step::Data);
        return finish(ctx, Way::File, run, None, Some(verdict)).await;
    }
    let found = locate(ctx, &digest, metadata.as_ref()).await?;
    run.record(
        Step::Revocation,
        revocation(ctx, &verdict, found.as_ref()).await?,
    );
    if run.failed() {
        run.skip(Step::Data);
        return finish(ctx, Way::File, run, found, Some(verdict)).await;
    }
    if let Some((licence, version)) = &found {
        run.record(
            Step::Data,
            data(ctx, licence, version, &digest, metadata.as_ref()).await?,
        );
    }
    finish(ctx, Way::File, run, found, Some(verdict)).await
}

/// Verifies by the QR code's token: the library's own file is judged, then state and data.
pub async fn verify_token(ctx: &Ctx, token: &str) -> Result<Verification, LicenceError> {
    match table::by_token(&mut ctx.db.reader(), token).await? {
        Some(key) => from_library(ctx, Way::Token, &key).await,
        None => unknown(ctx, Way::Token).await,
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
        Some(licence) => from_library(ctx, Way::Number, &licence.licence_key).await,
        None => unknown(ctx, Way::Number).await,
    }
}

async fn unknown(ctx: &Ctx, way: Way) -> Result<Verification, LicenceError> {
    let mut run = Run::new(ctx);
    run.record(Step::Security, Err((Reason::LicenceUnknown, String::new())));
    run.skip(Step::Revocation);
    run.skip(Step::Data);
    finish(ctx, way, run, None, None).await
}

async fn from_library(ctx: &Ctx, way: Way, key: &str) -> Result<Verification, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    let version = table::version(reader, ctx, key, licence.version).await?;
    let verdict = library::check_file(ctx, &licence).await?;
    let mut run = Run::new(ctx);
    run.record(Step::Security, security(&verdict));
    if run.failed() {
        run.skip(Step::Revocation);
    } else {
        let found = (licence.clone(), version.clone());
        run.record(
            Step::Revocation,
            revocation(ctx, &verdict, Some(&found)).await?,
        );
    }
    if run.failed() {
        run.skip(Step::Data);
    } else {
        let file = version.data.files.iter().find(|f| f.format == Format::Ofd);
        let digest = file.map(|f| f.digest.clone()).unwrap_or_default();
        let bytes = library::read(ctx, &version, Format::Ofd).await?;
        let metadata = Metadata::of_ofd(&bytes);
        run.record(
            Step::Data,
            data(ctx, &licence, &version, &digest, metadata.as_ref()).await?,
        );
    }
    finish(ctx, way, run, Some((licence, version)), Some(verdict)).await
}

/// Logs the verification and puts the answer together.
async fn finish(
    ctx: &Ctx,
    way: Way,
    run: Run,
    found: Option<(Licence, Version)>,
    verdict: Option<Verdict>,
) -> Result<Verification, LicenceError> {
    let valid = run.steps.iter().all(|s| s.passed == Some(true));
    let failure = run.steps.iter().find(|s| s.passed == Some(false));
    let at = ctx.now();
    let number = ctx.rng.token();
    let event = LicenceVerified {
        number: number.clone(),
        licence_key: found.as_ref().map(|(l, _)| l.licence_key.clone()),
        way: way.code().into(),
        valid,
        reason: failure.and_then(|f| f.reason).map(|r| r.code().to_owned()),
        steps: run.steps.iter().map(StepLogged::of).collect(),
    };
    let stream = match &event.licence_key {
        Some(key) => stream(key),
        None => format!("verification/{number}"),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event, stream) = (inner.clone(), event.clone(), stream.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    let summary = match &found {
        Some((licence, version)) => Some(summary(ctx, licence, version).await?),
        None => None,
    };
    Ok(Verification {
        number,
        way,
        valid,
        steps: run.steps,
        summary,
        verdict,
        at,
    })
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
