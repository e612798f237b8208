//! The job that composes, seals and stores a document.

use std::sync::Arc;

use blobs::Blobs;
use gm::sm3;
use jiff::SignedDuration;
use journal::JobFn;
use paper::Place;
use seals::{Marks, Order, Papers, SealError, Sealed, Straddle, UseId, UseResult, UsedDocument};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::beside::{self, Beside};
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
    let beside = content.beside.clone();
    let mut sealers = vec![];
    let mut wishes = vec![];
    for one in &beside {
        let (seal, wish) = one.wish(ctx, &notice, &template).await?;
        sealers.push(seal.es_id);
        wishes.push(wish);
    }

    // Composed before a seal is touched: what cannot be drawn costs no use.
    let Drawn {
        package,
        pdf,
        places,
    } = draw(template.clone(), content, site, doc_id.to_owned()).await?;
    let mut orders = Vec::with_capacity(wishes.len() + 1);
    let mut agencies = places.co_seals.iter();
    for (one, wish) in beside.iter().zip(wishes) {
        let place = match one {
            Beside::Agency { .. } => agencies.next().copied(),
            Beside::Officer { .. } => places.person,
        };
        let place = place.ok_or_else(|| no_place("a seal beside the issuer's"))?;
        let marks = Marks::at(place);
        orders.push(Order { wish, marks });
    }
    // The issuer signs last: its signature covers the others and closes the document.
    orders.push(Order {
        wish: beside::wish(&seal, &notice, &template),
        marks: places.own,
    });
    let papers = Papers {
        ofd: Some(seals::parts_of(&package)),
        pdf: Some(pdf),
    };
    let sealed = seals::seal_in_order(ctx, orders, papers, true).await?;
    let uses = sealed.uses.clone();
    let documents = sealed.documents();
    let by = Sealers {
        own: seal.es_id,
        beside: sealers,
    };
    let (result, error) = match keep(ctx, &notice, by, sealed, documents.clone()).await {
        Ok(()) => return Ok(()),
        // Another run sealed the document, or somebody withdrew it.
        Err(error @ (NoticeError::Stale | NoticeError::Illegal(_))) => {
            (UseResult::Superseded, error)
        }
        Err(error) => (UseResult::Failed, error),
    };
    // A signature whose document was not used is a use all the same.
    seals::close_all(ctx, &uses, &documents, result, &error.to_string()).await;
    match result {
        UseResult::Superseded => Ok(()),
        _ => Err(error),
    }
}

/// 印章标识 of the seals on a document.
struct Sealers {
    own: String,
    beside: Vec<String>,
}

struct Drawn {
    package: ofd::Package,
    pdf: Vec<u8>,
    places: Places,
}

/// Where the seals go.
struct Places {
    own: Marks,
    co_seals: Vec<Place>,
    person: Option<Place>,
}

fn no_place(what: &str) -> NoticeError {
    NoticeError::Template(format!("no place for {what}"))
}

fn places(template: &Template, composed: &paper::Composed) -> Result<Places, NoticeError> {
    let own = composed.seal.ok_or_else(|| no_place("the seal"))?;
    let several = composed.document.pages.len() > 1;
    let straddle = (template.straddle && several).then(|| Straddle {
        y: Some(edge(own, composed)),
    });
    Ok(Places {
        own: Marks {
            place: Some(own),
            straddle,
        },
        co_seals: composed.co_seals.clone(),
        person: composed.person,
    })
}

/// How high the straddle seal stands: in the middle of the edge, or above the impressions of the last
/// page where they reach to the edge there, so that none is covered.
fn edge(own: Place, composed: &paper::Composed) -> f32 {
    const APART: f32 = 6.0;
    let page = composed.document.pages.last().map_or(297.0, |p| p.height);
    let middle = (page - own.height) / 2.0;
    let all = || composed.co_seals.iter().chain([&own]);
    let covers = |y: f32| {
        all().any(|seal| y < seal.y + seal.height + APART && seal.y < y + own.height + APART)
    };
    if !covers(middle) {
        return middle;
    }
    let top = all().map(|seal| seal.y).fold(f32::MAX, f32::min);
    let bottom = all().map(|seal| seal.y + seal.height).fold(0.0, f32::max);
    match top - APART - own.height {
        above if above >= APART => above,
        // The impressions begin at the head of the page: below them is room.
        _ => (bottom + APART).min(page - own.height),
    }
}

/// Composes and draws off the async threads.
async fn draw(
    template: Arc<Template>,
    content: Content,
    site: Arc<Site>,
    doc_id: String,
) -> Result<Drawn, NoticeError> {
    blocking(move || {
        let composed = paper::letter(&compose(&template, &content, &site)?)?;
        let places = places(&template, &composed)?;
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
            places,
        })
    })
    .await
}

/// Stores the files and marks the document.
async fn keep(
    ctx: &Ctx,
    notice: &Notice,
    by: Sealers,
    sealed: Sealed,
    documents: Vec<UsedDocument>,
) -> Result<(), NoticeError> {
    let mut files = Vec::new();
    for (format, bytes) in [(Format::Ofd, sealed.ofd), (Format::Pdf, sealed.pdf)] {
        files.push(put(ctx, format, bytes).await?);
    }
    write(ctx, notice, by, sealed.uses, files, documents).await
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
    by: Sealers,
    uses: Vec<UseId>,
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
        sealer: by.own,
        beside: by.beside,
        ofd_digest: digest(Format::Ofd),
        pdf_digest: digest(Format::Pdf),
    };
    let (inner, doc_id) = (ctx.clone(), notice.doc_id.clone());
    let work = Arc::new((event, files, documents, uses));
    ctx.db
        .write(move |tx| {
            let (ctx, doc_id, work) = (inner.clone(), doc_id.clone(), work.clone());
            Box::pin(async move {
                let (event, files, documents, uses) = &*work;
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
                seals::finish_all(tx, &ctx, uses, documents, UseResult::Signed).await?;
                // The issuer signed last.
                if let Some(own) = uses.last() {
                    table::set_use(tx, &doc_id, own.as_str()).await?;
                }
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
