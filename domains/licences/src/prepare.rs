//! Preparing a licence: number and seal use are reserved, then it is composed, sealed and stored,
//! all outside any transaction. Only [`crate::commit`] makes it exist.

use std::collections::BTreeMap;
use std::sync::Arc;

use agencies::Agency;
use blobs::Blobs;
use gm::DigestAlgorithm;
use jiff::civil::Date;
use kernel::{IdNumber, Permission, Target, time};
use seals::{Marks, Order, Papers, Reserve, SealType, Sealed, UseId, UseResult, UsedDocument};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::copy::Mark;
use crate::definition::LicenceType;
use crate::due::first_reminder;
use crate::error::LicenceError;
use crate::licence::{Body, FileRef, Format, Licence, Source, Version, VersionData, VersionFace};
use crate::plan::{Plan, plan};
use crate::sheet::Sheet;
use crate::state::State;

/// 持证主体.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The account whose wallet shows it, if known; the number decides.
    pub account: Option<String>,
    pub name: String,
    /// Identity number or USCC. Empty: the licence's own number becomes the holder's.
    pub id: String,
    pub id_type: String,
}

/// What happens to the former licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceKind {
    /// 变更: a new version; key, number and validity stay.
    Change,
    /// 补发: a new licence that refers to the old one.
    Reissue,
}

impl ReplaceKind {
    /// Whether a licence in this state can be changed or re-issued.
    pub fn allows(self, state: State) -> bool {
        match self {
            Self::Change => state == State::Valid,
            // A loss is reported with the application for the re-issue, if it was not before.
            Self::Reissue => matches!(state, State::Lost | State::Valid),
        }
    }
}

/// Which licence is changed or re-issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaces {
    pub licence_key: String,
    pub kind: ReplaceKind,
}

/// A licence to be issued.
#[derive(Clone, Debug)]
pub struct IssueRequest {
    /// Short code of the type.
    pub type_code: String,
    /// Agency code.
    pub issuer: String,
    pub region: String,
    pub holder: Holder,
    pub face: BTreeMap<String, String>,
    pub photo: Option<Vec<u8>>,
    pub case_no: Option<String>,
    pub item_code: Option<String>,
    pub replaces: Option<Replaces>,
}

/// A composed and sealed licence that does not exist yet.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub licence_key: String,
    pub version: u32,
    pub body: Body,
    pub(crate) type_code: String,
    pub(crate) agency: String,
    pub(crate) region: String,
    pub(crate) token: String,
    pub(crate) data: VersionData,
    pub(crate) face: VersionFace,
    pub(crate) case_no: Option<String>,
    pub(crate) replaces: Option<(Replaces, i64, State)>,
    pub(crate) use_id: UseId,
    pub(crate) documents: Vec<UsedDocument>,
    pub(crate) state: State,
    pub(crate) remind_on: Option<Date>,
    pub(crate) inspect_by: Option<Date>,
}

/// Prepares a licence.
pub async fn prepare(ctx: &Ctx, request: &IssueRequest) -> Result<Prepared, LicenceError> {
    prepare_from(ctx, request, Source::platform()).await
}

/// The same of data that another system sent.
pub async fn prepare_from(
    ctx: &Ctx,
    request: &IssueRequest,
    source: Source,
) -> Result<Prepared, LicenceError> {
    let target = Target {
        agency: Some(&request.issuer),
        region: Some(&request.region),
        ..Target::default()
    };
    ctx.actor.require(Permission::LicenceIssue, &target)?;
    let mut plan = plan(ctx, request).await?;
    plan.source = source;
    seal_plan(ctx, request, plan).await
}

/// Composes, seals and stores what is planned.
pub(crate) async fn seal_plan(
    ctx: &Ctx,
    request: &IssueRequest,
    plan: Plan,
) -> Result<Prepared, LicenceError> {
    let agency = issuer(ctx, request).await?;
    let today = time::beijing_date(ctx.now());
    let stored = seal_sheet(ctx, request, &plan, None).await?;
    let photo = match &request.photo {
        Some(photo) => Some(blobs(ctx)?.put(ctx, photo.clone()).await?.name),
        None => None,
    };
    Ok(Prepared {
        licence_key: plan.licence_key,
        version: plan.version,
        body: Body {
            licence_no: plan.number,
            type_name: plan.kind.type_name.clone(),
            issuer: agency.name.clone(),
            issuer_code: agency.uscc.clone(),
            holder: request.holder.name.clone(),
            holder_id: plan.holder_id,
            holder_id_type: plan.holder_id_type,
            replaces: plan.replaces.as_ref().map(|r| r.0.licence_key.clone()),
        },
        type_code: plan.kind.type_short_code.clone(),
        agency: request.issuer.clone(),
        region: request.region.clone(),
        token: plan.token,
        data: VersionData {
            issue_date: plan.issue_date,
            valid_from: plan.valid_from,
            valid_to: plan.valid_to,
            style_id: plan.kind.style.style_id.clone(),
            source_class: plan.source.class,
            source_system: plan.source.system,
            collected: plan.source.collected,
            item_code: request.item_code.clone(),
            seal_use: stored.use_id.as_str().to_owned(),
            es_id: stored.es_id,
            files: stored.files,
            photo,
        },
        face: VersionFace {
            identifier: plan.identifier,
            face: stored.face,
        },
        case_no: request.case_no.clone(),
        replaces: plan.replaces,
        use_id: stored.use_id,
        documents: stored.documents,
        state: plan.state,
        remind_on: first_reminder(&plan.kind, plan.valid_to, today),
        inspect_by: plan.inspect_by,
    })
}

/// What a copy of a version says beside it, and until when it counts.
pub(crate) type CopyOf = (Mark, Date);

/// A sealed and stored copy whose use of the seal is still open.
#[derive(Clone, Debug)]
pub(crate) struct SealedCopy {
    pub files: Vec<FileRef>,
    pub documents: Vec<UsedDocument>,
    pub use_id: UseId,
}

/// Composes, seals and stores a copy of a version.
pub(crate) async fn seal_copy(
    ctx: &Ctx,
    request: &IssueRequest,
    plan: &Plan,
    mark: Mark,
    until: Date,
) -> Result<SealedCopy, LicenceError> {
    let stored = seal_sheet(ctx, request, plan, Some((mark, until))).await?;
    Ok(SealedCopy {
        files: stored.files,
        documents: stored.documents,
        use_id: stored.use_id,
    })
}

/// What was sealed and stored.
struct Stored {
    files: Vec<FileRef>,
    documents: Vec<UsedDocument>,
    use_id: UseId,
    es_id: String,
    face: BTreeMap<String, String>,
}

async fn issuer(ctx: &Ctx, request: &IssueRequest) -> Result<Agency, LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let agency = directory.agency(&request.issuer);
    agency.cloned().ok_or(LicenceError::NotFound)
}

async fn seal_sheet(
    ctx: &Ctx,
    request: &IssueRequest,
    plan: &Plan,
    copy: Option<CopyOf>,
) -> Result<Stored, LicenceError> {
    let agency = issuer(ctx, request).await?;
    let seal_type = SealType::from_code(&plan.kind.seal_type)
        .ok_or_else(|| LicenceError::TypeFile(plan.kind.seal_type.clone()))?;
    // The platform signs on the officer's or the holder's act, under the standing authorisation.
    let system = ctx.as_system();
    seals::require_time(&system, DOCUMENT_KIND).await?;
    let seal = seals::find(&system, &request.issuer, seal_type).await?;
    let impression = seals::impression(&system, &seal.key).await?;
    let mut sheet = Sheet::new(ctx, request, plan, &agency, &seal)?;
    let mut wish = wish(ctx, request, plan, &seal.key);
    if let Some((mark, until)) = copy {
        wish.purpose = format!("{} 加注件", plan.kind.type_name);
        sheet = sheet.copy(mark, &plan.token, until)?;
    }
    let face = sheet.face.clone();
    let drawn = sheet.draw(impression).await?;
    let papers = Papers {
        ofd: Some(seals::parts_of(&drawn.package)),
        pdf: Some(drawn.pdf),
    };
    let order = Order {
        wish,
        marks: Marks::at(drawn.place),
    };
    let sealed = seals::seal_in_order(&system, vec![order], papers, true).await?;
    let use_id = sealed.uses[0].clone();
    match store(&system, sealed, drawn.thumbnail).await {
        Ok((files, documents)) => Ok(Stored {
            files,
            documents,
            use_id,
            es_id: seal.es_id.clone(),
            face,
        }),
        Err(error) => {
            let (failed, note) = (UseResult::Superseded, error.to_string());
            seals::close(&system, &use_id, Vec::new(), failed, &note).await?;
            Err(error)
        }
    }
}

/// The photo that a version was issued with, or the register's where it was not kept.
pub(crate) async fn photo(
    ctx: &Ctx,
    kind: &LicenceType,
    licence: &Licence,
    version: &Version,
) -> Result<Option<Vec<u8>>, LicenceError> {
    if kind.photo.is_none() {
        return Ok(None);
    }
    if let Some(blob) = &version.data.photo {
        return Ok(Some(crate::library::blob(ctx, blob).await?));
    }
    let missing = || LicenceError::Field("照片".into(), "人口库中没有".into());
    let id = IdNumber::resident(&licence.body.holder_id).map_err(|_| missing())?;
    let photo = registers::photo(&ctx.as_system(), &id).await;
    let photo = photo.map_err(LicenceError::other)?;
    Ok(Some(photo.ok_or_else(missing)?))
}

/// What the standing authorisation of the issuer's seal names.
const DOCUMENT_KIND: &str = "licence";

/// What the seal is asked for.
pub(crate) fn wish(ctx: &Ctx, request: &IssueRequest, plan: &Plan, seal: &str) -> Reserve {
    Reserve {
        seal: seal.to_owned(),
        purpose: format!("{} 第{}版", plan.kind.type_name, plan.version),
        document_kind: DOCUMENT_KIND.into(),
        case_no: request.case_no.clone().unwrap_or_default(),
        item_code: request.item_code.clone().unwrap_or_default(),
        person: if ctx.actor.id == "system" {
            String::new()
        } else {
            ctx.actor.id.clone()
        },
    }
}

fn blobs(ctx: &Ctx) -> Result<Arc<Blobs>, LicenceError> {
    let blobs = ctx.shared.get::<Blobs>();
    blobs.ok_or_else(|| LicenceError::Data("no file store".into()))
}

/// Stores the sealed files and the thumbnail.
async fn store(
    ctx: &Ctx,
    sealed: Sealed,
    thumbnail: Vec<u8>,
) -> Result<(Vec<FileRef>, Vec<UsedDocument>), LicenceError> {
    let blobs = blobs(ctx)?;
    let (mut files, mut documents) = (Vec::new(), Vec::new());
    for (format, bytes) in [
        (Format::Ofd, sealed.ofd),
        (Format::Pdf, sealed.pdf),
        (Format::Png, thumbnail),
    ] {
        let fingerprint = hex::encode(DigestAlgorithm::Sha256.of(&bytes));
        let stored = blobs.put(ctx, bytes).await?;
        if format != Format::Png {
            documents.push(UsedDocument {
                format: format.code().into(),
                digest: stored.digest.clone(),
                length: stored.len,
            });
        }
        files.push(FileRef {
            format,
            blob: stored.name,
            digest: stored.digest,
            fingerprint: Some(fingerprint),
            bytes: stored.len,
        });
    }
    Ok((files, documents))
}
