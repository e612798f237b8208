//! The three steps, each for itself.

use jiff::Timestamp;
use kernel::time;
use sealing::{Check, Finding, Outcome, Reason, Verdict};
use store::Ctx;

use crate::copy::LicenceCopy;
use crate::error::LicenceError;
use crate::issue::identifier_digest;
use crate::kind::licence_type;
use crate::licence::{Licence, Version};
use crate::metadata::Metadata;
use crate::registered::Registered;
use crate::state::State;
use crate::table;

/// Security: everything that the file itself can show, and where its seal comes from.
pub(super) fn security(verdict: &Verdict) -> Result<String, (Reason, String)> {
    let failed = |f: &&Finding| f.outcome == Outcome::Fail && f.check != Check::Revocation;
    match verdict.findings.iter().find(failed) {
        Some(f) => Err((
            f.reason.unwrap_or(Reason::FormatDeviation),
            f.evidence.clone(),
        )),
        None if verdict.signatures.is_empty() => Err((Reason::Unsigned, String::new())),
        None => {
            let signers: Vec<_> = verdict
                .signatures
                .iter()
                .map(|s| s.seal_name.clone().unwrap_or_else(|| s.signer.clone()))
                .collect();
            Ok(signers.join("、"))
        }
    }
}

/// The licence that a file is a version of: by its digest, or by the identifier inside it.
pub(super) async fn locate(
    ctx: &Ctx,
    digest: &str,
    metadata: Option<&Metadata>,
) -> Result<Option<(Licence, Version)>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let mut at = table::by_file(reader, digest).await?;
    if let (None, Some(metadata)) = (&at, metadata) {
        let identifier = identifier_digest(ctx, &metadata.identifier);
        at = table::by_identifier(reader, &identifier).await?;
    }
    match at {
        Some((key, version)) => {
            let licence = table::load(reader, ctx, &key).await?;
            let version = table::version(reader, ctx, &key, version).await?;
            Ok(Some((licence, version)))
        }
        None => Ok(None),
    }
}

/// Revocation: certificate and seal state at signing time, state and version in the library.
pub(super) async fn revocation(
    ctx: &Ctx,
    verdict: &Verdict,
    found: Option<&(Licence, Version)>,
    copy: Option<&LicenceCopy>,
) -> Result<Result<String, (Reason, String)>, LicenceError> {
    if let Some(refused) = seals_revoked(ctx, verdict).await? {
        return Ok(Err(refused));
    }
    let Some((licence, version)) = found else {
        return Ok(Err((Reason::LicenceUnknown, String::new())));
    };
    let today = time::beijing_date(ctx.now());
    Ok(match standing(ctx, licence, Some(version.version)) {
        Ok(stands) => match copy {
            Some(copy) if !copy.is_good(today) => {
                Err((Reason::CopyOver, format!("加注件有效期至{}", copy.until)))
            }
            Some(copy) => Ok(format!("{stands}；加注件有效期至{}", copy.until)),
            None => Ok(stands),
        },
        over => over,
    })
}

/// Revocation of a notice: certificate, seal, and whether it was withdrawn [D-61].
pub(super) async fn notice_revocation(
    ctx: &Ctx,
    verdict: &Verdict,
    document: &notices::Record,
) -> Result<Result<String, (Reason, String)>, LicenceError> {
    if let Some(refused) = seals_revoked(ctx, verdict).await? {
        return Ok(Err(refused));
    }
    if document.state == notices::State::Withdrawn {
        let instead = document.replaced_by.as_deref().unwrap_or_default();
        return Ok(Err((Reason::NoticeWithdrawn, instead.to_owned())));
    }
    Ok(Ok(document.state.zh().to_owned()))
}

/// Certificates and seals in the state they had when they signed.
async fn seals_revoked(
    ctx: &Ctx,
    verdict: &Verdict,
) -> Result<Option<(Reason, String)>, LicenceError> {
    let revoked = verdict
        .findings
        .iter()
        .find(|f| f.check == Check::Revocation && f.outcome == Outcome::Fail);
    if let Some(f) = revoked {
        let reason = f.reason.unwrap_or(Reason::CertificateRevoked);
        return Ok(Some((reason, f.evidence.clone())));
    }
    for signature in &verdict.signatures {
        let at = signature
            .signed_at
            .as_deref()
            .and_then(|t| t.parse::<Timestamp>().ok());
        if let (Some(es_id), Some(at)) = (&signature.seal_id, at) {
            let state = seals::state_at(&ctx.as_system(), es_id, at).await?;
            if state.is_some_and(|s| s != seals::State::Active) {
                return Ok(Some((Reason::SealNotActive, es_id.clone())));
            }
        }
    }
    Ok(None)
}

/// State, version and validity of a licence.
fn standing(
    ctx: &Ctx,
    licence: &Licence,
    version: Option<u32>,
) -> Result<String, (Reason, String)> {
    if version.is_some_and(|v| v != licence.version) {
        let evidence = format!(
            "第{}版，现行第{}版",
            version.unwrap_or_default(),
            licence.version
        );
        return Err((Reason::LicenceHistory, evidence));
    }
    let reason = match licence.state {
        State::Valid => None,
        State::History => Some(Reason::LicenceHistory),
        State::Expired => Some(Reason::LicenceExpired),
        State::Void | State::Discarded => Some(Reason::LicenceVoid),
        State::Revoked => Some(Reason::LicenceRevoked),
        State::Cancelled => Some(Reason::LicenceCancelled),
        State::Lost => Some(Reason::LicenceLost),
        State::Suspended => Some(Reason::LicenceSuspended),
        State::Collected | State::Checked => Some(Reason::LicenceNotIssued),
    };
    let until = licence
        .valid_to
        .map_or_else(|| "长期有效".to_owned(), |d| format!("有效期至{d}"));
    let evidence = format!("{}，{until}", licence.state.zh());
    if let Some(reason) = reason {
        return Err((reason, evidence));
    }
    // The job that expires licences may not have run yet: the date decides.
    if licence
        .valid_to
        .is_some_and(|d| d < time::beijing_date(ctx.now()))
    {
        return Err((Reason::LicenceExpired, evidence));
    }
    Ok(evidence)
}

/// Data: the file against the library, the holder against the registers. `known`: the library holds
/// the file.
pub(super) async fn data(
    ctx: &Ctx,
    licence: &Licence,
    version: &Version,
    known: bool,
    digest: &str,
    metadata: Option<&Metadata>,
) -> Result<Result<String, (Reason, String)>, LicenceError> {
    if let Some(metadata) = metadata {
        let kind = licence_type(ctx, &licence.type_code).await?;
        let wrong: Vec<&str> = kind
            .face_fields
            .iter()
            .filter(|f| metadata.face.get(&f.field_code) != version.face.face.get(&f.field_code))
            .map(|f| f.field_name.as_str())
            .collect();
        if !wrong.is_empty() || metadata.identifier != version.face.identifier {
            return Ok(Err((Reason::FaceMismatch, wrong.join("、"))));
        }
    }
    if !known {
        return Ok(Err((Reason::FileMismatch, digest.to_owned())));
    }
    if let Some(reason) = holder_differs(ctx, licence).await? {
        return Ok(Err((reason, String::new())));
    }
    let compared = if metadata.is_some() {
        "照面与证照库逐项一致"
    } else {
        "文件与证照库一致"
    };
    Ok(Ok(format!("{compared}，持证主体与基础库一致")))
}

/// Compares the holder with the base libraries; a holder that they do not know is no contradiction.
async fn holder_differs(ctx: &Ctx, licence: &Licence) -> Result<Option<Reason>, LicenceError> {
    let registered = Registered::holder(ctx, licence).await?.text("name");
    Ok(registered
        .filter(|name| *name != licence.body.holder)
        .map(|_| Reason::BaseDataMismatch))
}
