//! 核验 [H-54 to H-60]: security, revocation, data, strictly in this order; the first failure stops.

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{mask, time};
use sealing::{Check, Finding, Outcome, Reason, Verdict};
use serde::Serialize;
use store::Ctx;

use crate::error::LicenceError;
use crate::events::{LicenceVerified, stream};
use crate::issue::{identifier_digest, number_digests};
use crate::kind::licence_type;
use crate::library;
use crate::licence::{Format, Licence, Version};
use crate::metadata::Metadata;
use crate::state::State;
use crate::table;

/// The three steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 安全核验.
    Security,
    /// 吊销核查.
    Revocation,
    /// 数据核验.
    Data,
}

impl Step {
    pub fn zh(self) -> &'static str {
        match self {
            Self::Security => "安全核验",
            Self::Revocation => "吊销核查",
            Self::Data => "数据核验",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Security => "Security",
            Self::Revocation => "Revocation",
            Self::Data => "Data",
        }
    }
}

/// How a step ended.
#[derive(Clone, Debug, Serialize)]
pub struct StepResult {
    pub step: Step,
    /// None: not run, because an earlier step failed.
    pub passed: Option<bool>,
    pub reason: Option<Reason>,
    /// What was seen. No personal data.
    pub evidence: String,
    pub at: Timestamp,
}

/// How the licence was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    File,
    Number,
    Token,
}

impl Way {
    fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Number => "number",
            Self::Token => "token",
        }
    }
}

/// What anybody may be told of a licence [H-59].
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub type_name: String,
    /// Hidden where it is derived from an identity number.
    pub licence_no: String,
    /// Masked for persons.
    pub holder: String,
    pub issuer: String,
    pub issue_date: Date,
    pub valid_to: Option<Date>,
    pub state: State,
    /// Every version in the library with the day it was issued, newest first.
    pub versions: Vec<(u32, Date)>,
}

/// The outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub way: Way,
    pub valid: bool,
    pub steps: Vec<StepResult>,
    pub summary: Option<Summary>,
    /// The findings on the file.
    pub verdict: Option<Verdict>,
    pub at: Timestamp,
}

impl Verification {
    /// The failure that stopped the verification.
    pub fn failure(&self) -> Option<&StepResult> {
        self.steps.iter().find(|s| s.passed == Some(false))
    }
}

struct Run {
    at: Timestamp,
    steps: Vec<StepResult>,
}

impl Run {
    fn new(at: Timestamp) -> Self {
        Self {
            at,
            steps: Vec::new(),
        }
    }

    fn failed(&self) -> bool {
        self.steps.iter().any(|s| s.passed == Some(false))
    }

    /// Records a step; after a failure every further one counts as not run.
    fn record(&mut self, step: Step, outcome: Result<String, (Reason, String)>) {
        let result = if self.failed() {
            (None, None, String::new())
        } else {
            match outcome {
                Ok(evidence) => (Some(true), None, evidence),
                Err((reason, evidence)) => (Some(false), Some(reason), evidence),
            }
        };
        let (passed, reason, evidence) = result;
        self.steps.push(StepResult {
            step,
            passed,
            reason,
            evidence,
            at: self.at,
        });
    }

    fn skip(&mut self, step: Step) {
        self.steps.push(StepResult {
            step,
            passed: None,
            reason: None,
            evidence: String::new(),
            at: self.at,
        });
    }
}

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
    let mut run = Run::new(ctx.now());
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

/// Security: everything that the file itself can show, and where its seal comes from.
fn security(verdict: &Verdict) -> Result<String, (Reason, String)> {
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
async fn locate(
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
async fn revocation(
    ctx: &Ctx,
    verdict: &Verdict,
    found: Option<&(Licence, Version)>,
) -> Result<Result<String, (Reason, String)>, LicenceError> {
    let revoked = verdict
        .findings
        .iter()
        .find(|f| f.check == Check::Revocation && f.outcome == Outcome::Fail);
    if let Some(f) = revoked {
        let reason = f.reason.unwrap_or(Reason::CertificateRevoked);
        return Ok(Err((reason, f.evidence.clone())));
    }
    for signature in &verdict.signatures {
        let at = signature
            .signed_at
            .as_deref()
            .and_then(|t| t.parse::<Timestamp>().ok());
        if let (Some(es_id), Some(at)) = (&signature.seal_id, at) {
            let state = seals::state_at(&ctx.as_system(), es_id, at).await?;
            if state.is_some_and(|s| s != seals::State::Active) {
                return Ok(Err((Reason::SealNotActive, es_id.clone())));
            }
        }
    }
    let Some((licence, version)) = found else {
        return Ok(Err((Reason::LicenceUnknown, String::new())));
    };
    Ok(standing(ctx, licence, Some(version.version)))
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
        .map_or_else(|| "长期".to_owned(), |d| d.to_string());
    let evidence = format!("{}，有效期至{until}", licence.state.zh());
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

/// Data: the file against the library, the holder against the registers.
async fn data(
    ctx: &Ctx,
    licence: &Licence,
    version: &Version,
    digest: &str,
    metadata: Option<&Metadata>,
) -> Result<Result<String, (Reason, String)>, LicenceError> {
    let known = version.data.files.iter().any(|f| f.digest == digest);
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
    let system = ctx.as_system();
    let body = &licence.body;
    let registered = if body.holder_id_type == "001" {
        let found = registers::legal_person(&system, &body.holder_id)
            .await
            .map_err(LicenceError::other)?;
        found.and_then(|l| {
            l.data
                .get("name")
                .and_then(|n| n.as_str())
                .map(str::to_owned)
        })
    } else {
        match kernel::IdNumber::resident(&body.holder_id) {
            Ok(id) => registers::person(&system, &id)
                .await
                .map_err(LicenceError::other)?
                .map(|p| p.name),
            Err(_) => None,
        }
    };
    Ok(registered
        .filter(|name| *name != body.holder)
        .map(|_| Reason::BaseDataMismatch))
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
    let mut run = Run::new(ctx.now());
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
    let mut run = Run::new(ctx.now());
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
    let event = LicenceVerified {
        licence_key: found.as_ref().map(|(l, _)| l.licence_key.clone()),
        way: way.code().into(),
        valid,
        reason: failure.and_then(|f| f.reason).map(|r| r.code().to_owned()),
    };
    let stream = match &event.licence_key {
        Some(key) => stream(key),
        None => format!("verification/{}", ctx.rng.key()),
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
        way,
        valid,
        steps: run.steps,
        summary,
        verdict,
        at: run.at,
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
