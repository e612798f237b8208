//! The job that composes, seals and stores a document.

use std::sync::Arc;

use blobs::Blobs;
use gm::sm3;
use jiff::SignedDuration;
use journal::JobFn;
use paper::Place;
use seals::{Reserve, SealError, Sealed, UseId, UseResult, UsedDocument};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::compose::{Content, Site, compose};
use crate::create::unlock;
use crate::error::NoticeError;
use crate::event::{NoticeSealed, stream};
use crate::notice::{Format, Notice};
use crate::state::{Event, State, next};
use crate::table::{self, StoredFile};
use crate::template::Template;
use crate::templates;

/// The kind of the job.
pub(crate) const SEAL: &str = "notice.seal";

/// The payload of [`SEAL`].
#[derive(Serialize, Deserialize)]
pub(crate) struct SealJob {
    pub doc_id: String,
}

/// The jobs of this domain. A job that fails is tried again with growing pauses and in the end
/// parked for a person, as all jobs are.
pub fn handlers() -> Vec<(&'static str, JobFn)> {
    let seal: JobFn = Arc::new(|ctx, payload| {
        Box::pin(async move {
            let job: SealJob = serde_json::from_value(payload).map_err(|e| e.to_string())?;
            match seal(&ctx, &job.doc_id).await {
                Err(NoticeError::Seal(SealError::NoTimeStamp(why))) => {
                    put_off(&ctx, job, &why).await.map_err(|e| e.to_string())
                }
                done => done.map_err(|e| e.to_string()),
            }
        })
    });
    vec![(SEAL, seal)]
}

/// How long a document waits for a time stamp authority that does not answer.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(2);

/// Tries again later, however long the authority is away: that is nothing a person could mend here.
async fn put_off(ctx: &Ctx, job: SealJob, why: &str) -> Result<(), NoticeError> {
    tracing::warn!(document = %job.doc_id, %why, "not sealed yet: it waits for a time stamp");
    let (inner, job) = (ctx.clone(), Arc::new(job));
    ctx.db
        .write(move |tx| {
            let (ctx, job) = (inner.clone(), job.clone());
            Box::pin(async move {
                journal::enqueue(tx, &ctx, SEAL, &*job, ctx.now() + PUT_OFF).await?;
                Ok(())
            })
        })
        .await
}

/// Seals a draft. Anything else is left alone: the job may run twice, and a draft may have been
/// withdrawn meanwhile.
async fn seal(ctx: &Ctx, doc_id: &str) -> Result<(), NoticeError> {
    let mut reader = ctx.db.reader();
    let notice = table::by_id(&mut reader, doc_id)
        .await?
        .ok_or(NoticeError::NotFound)?;
    if notice.state != State::Draft {
        return Ok(());
    }
    let version = notice.template_version;
    let template = templates::at_version(&mut reader, ctx, notice.kind, version).await?;
    let content = unlock(&mut reader, ctx, doc_id).await?;
    let site = ctx.shared.get::<Site>().ok_or(NoticeError::NotConfigured)?;
    let seal = seals::find(ctx, &notice.agency_code, template.seal).await?;

    // Composed before the seal is touched: what cannot be drawn costs no use.
    let drawn = draw(template.clone(), content, site, doc_id.to_owned()).await?;
    let wish = Reserve {
        seal: seal.key.clone(),
        purpose: format!("{} {}", notice.title, notice.number),
        document_kind: template.document_kind.clone(),
        case_no: notice.case_no.clone(),
        item_code: notice.item_code.clone(),
        person: notice.maker.clone(),
    };
    let Drawn {
        package,
        pdf,
        place,
    } = drawn;
    let sealed = seals::seal_pair(ctx, wish, package, pdf, place).await?;
    let (id, documents) = (sealed.id.clone(), sealed.documents.clone());
    let (result, error) = match keep(ctx, &notice, &seal.es_id, sealed).await {
        Ok(()) => return Ok(()),
        // Another run sealed the document, or somebody withdrew it.
        Err(error @ (NoticeError::Stale | NoticeError::Illegal(_))) => {
            (UseResult::Superseded, error)
        }
        Err(error) => (UseResult::Failed, error),
    };
    // A signature whose document was not used is a use all the same.
    if let Err(second) = seals::close(ctx, &id, documents, result, &error.to_string()).await {
        tracing::warn!(%second, "a use of a seal could not be closed");
    }
    match result {
        UseResult::Superseded => Ok(()),
        _ => Err(error),
    }
}

struct Drawn {
    package: ofd::Package,
    pdf: Vec<u8>,
    place: Place,
}

/// The pages, and where the seal goes.
pub(crate) fn composed(
    template: &Template,
    content: &Content,
    site: &Site,
) -> Result<(paper::Composed, Place), NoticeError> {
    let composed = paper::letter(&compose(template, content, site)?)?;
    let place = composed
        .seal
        .ok_or_else(|| NoticeError::Template("no place for the seal".into()))?;
    Ok((composed, place))
}

/// Composes and draws off the async threads.
async fn draw(
    template: Arc<Template>,
    content: Content,
    site: Arc<Site>,
    doc_id: String,
) -> Result<Drawn, NoticeError> {
    blocking(move || {
        let (composed, place) = composed(&template, &content, &site)?;
        let laid = paper::lay_out(&composed.document)?;
        let info = ofd::DocInfo {
            id: hex::encode(&sm3(doc_id.as_bytes())[..16]),
            custom: vec![
                ("文书种类".into(), template.kind.code().into()),
                ("文号".into(), content.number.clone()),
                ("办件编号".into(), content.case_no.clone()),
            ],
        };
        let package = ofd::compose(&laid, &info).map_err(|e| NoticeError::Ofd(e.to_string()))?;
        let pdf = paper::to_pdf(&laid)?;
        Ok(Drawn {
            package,
            pdf,
            place,
        })
    })
    .await
}

/// Stores the files and marks the document.
async fn keep(ctx: &Ctx, notice: &Notice, es_id: &str, sealed: Sealed) -> Result<(), NoticeError> {
    let mut files = Vec::new();
    for (format, bytes) in [(Format::Ofd, sealed.ofd), (Format::Pdf, sealed.pdf)] {
        files.push(put(ctx, format, bytes).await?);
    }
    write(ctx, notice, es_id, &sealed.id, files, sealed.documents).await
}

async fn put(ctx: &Ctx, format: Format, bytes: Vec<u8>) -> Result<StoredFile, NoticeError> {
    let blobs = ctx
        .shared
        .get::<Blobs>()
        .ok_or(NoticeError::NotConfigured)?;
    let stored = blobs.put(ctx, bytes).await?;
    Ok(StoredFile {
        format,
        blob: stored.name,
        digest: stored.digest,
        length: stored.len,
    })
}

/// One short transaction: the document is sealed, its files are named, the use is finished.
async fn write(
    ctx: &Ctx,
    notice: &Notice,
    es_id: &str,
    id: &UseId,
    files: Vec<StoredFile>,
    documents: Vec<UsedDocument>,
) -> Result<(), NoticeError> {
    let digest = |format: Format| {
        let file = files.iter().find(|file| file.format == format);
        file.map(|file| file.digest.clone()).unwrap_or_default()
    };
    let event = NoticeSealed {
        doc_id: notice.doc_id.clone(),
        kind: notice.kind,
        number: notice.number.clone(),
        case_key: notice.case_key.clone(),
        case_no: notice.case_no.clone(),
        agency: notice.agency_code.clone(),
        sealer: es_id.to_owned(),
        ofd_digest: digest(Format::Ofd),
        pdf_digest: digest(Format::Pdf),
    };
    let (inner, doc_id, id) = (ctx.clone(), notice.doc_id.clone(), id.clone());
    let work = Arc::new((event, files, documents));
    ctx.db
        .write(move |tx| {
            let (ctx, doc_id, id, work) = (inner.clone(), doc_id.clone(), id.clone(), work.clone());
            Box::pin(async move {
                let (event, files, documents) = &*work;
                let notice = table::by_id(tx, &doc_id)
                    .await?
                    .ok_or(NoticeError::NotFound)?;
                let mut head = journal::Head::of(tx, &stream(&doc_id)).await?;
                let seen = notice.rev;
                let notice = Notice {
                    state: next(notice.state, Event::Seal)?,
                    rev: seen + 1,
                    sealer: Some(event.sealer.clone()),
                    sealed_at: Some(ctx.now()),
                    ..notice
                };
                if !table::update(tx, &notice, seen).await? {
                    return Err(NoticeError::Stale);
                }
                seals::finish(tx, &ctx, &id, documents, UseResult::Signed, "").await?;
                table::set_use(tx, &doc_id, id.as_str()).await?;
                for file in files {
                    table::insert_file(tx, &doc_id, file).await?;
                }
                journal::append_to(tx, &ctx, &stream(&doc_id), &mut head, event).await?;
                Ok(())
            })
        })
        .await
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NoticeError> + Send + 'static,
) -> Result<T, NoticeError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(NoticeError::Ofd(stopped.to_string())),
    }
}
