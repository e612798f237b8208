//! Sealing a document that somebody brings: a business system or an officer sends it with the seals
//! it is authorised for, and gets it back sealed [I-09]. The keys never leave the service.

use std::sync::Arc;

use kernel::{ActorKind, Permission};
use paper::Place;
use sealing::Part;
use sealing::pdf::check_pdf;
use store::Ctx;

use crate::authority::blocking;
use crate::error::{ORDERS, SealError, TOO_LONG, text};
use crate::marks::{Marks, Straddle};
use crate::reserve::{Reserve, UseId};
use crate::several::{Order, Papers, close_all, finish_all, seal_in_order};
use crate::step::load;
use crate::table;
use crate::unsealable::Unsealable;
use crate::usage::UseResult;

/// Bytes of a document to be sealed.
pub const DOCUMENT_LIMIT: usize = 10 << 20;

/// Seals on one document.
const SEALS: usize = 8;

kernel::codes! {
    /// What kind of file it is.
    DocumentFormat {
        Ofd = "ofd", "OFD", "OFD";
        Pdf = "pdf", "PDF", "PDF";
    }
}

impl DocumentFormat {
    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ofd => "application/ofd",
            Self::Pdf => "application/pdf",
        }
    }

    fn of(bytes: &[u8]) -> Result<Self, Unsealable> {
        if bytes.len() > DOCUMENT_LIMIT {
            return Err(Unsealable::Large);
        }
        if bytes.starts_with(b"PK") {
            return Ok(Self::Ofd);
        }
        // Some writers put a few bytes before the heading.
        let head = &bytes[..bytes.len().min(1024)];
        match head.windows(5).any(|five| five == b"%PDF-") {
            true => Ok(Self::Pdf),
            false => Err(Unsealable::Kind),
        }
    }
}

/// Where an impression stands: its upper left corner, at the seal's own size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Where {
    /// From 1.
    pub page: usize,
    /// Millimetres from the left edge.
    pub x: f32,
    /// Millimetres from the upper edge.
    pub y: f32,
}

/// One seal on the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Placing {
    /// The seal's key.
    pub seal: String,
    pub place: Option<Where>,
    pub straddle: Option<Straddle>,
}

/// A document and what it is to be sealed with.
#[derive(Clone, Debug)]
pub struct SealDocument {
    /// OFD or PDF, at most [`DOCUMENT_LIMIT`].
    pub bytes: Arc<Vec<u8>>,
    /// What the authorisations name: `notice`, `decision`, ….
    pub document_kind: String,
    /// In words for the log. No personal data.
    pub purpose: String,
    /// 办件编号; empty when there is no case.
    pub case_no: String,
    /// Short item code; empty when there is none.
    pub item_code: String,
    /// On whose act a business system seals: a staff user name, or empty. Of an officer it is
    /// always the officer.
    pub person: String,
    /// No seal can follow the last of these.
    pub closing: bool,
    /// In order, at most 8.
    pub seals: Vec<Placing>,
}

/// The sealed document.
#[derive(Clone, Debug)]
pub struct SealedDocument {
    pub format: DocumentFormat,
    pub bytes: Vec<u8>,
    /// In the order of the seals.
    pub uses: Vec<UseId>,
}

/// A document that was read, and where its seals will stand.
pub(crate) struct Checked {
    pub format: DocumentFormat,
    /// Of an OFD.
    pub parts: Vec<Part>,
    pub marks: Vec<Mark>,
    /// Width and height of the pages, millimetres.
    pub pages: Vec<[f64; 2]>,
}

/// One seal with its marks.
pub(crate) struct Mark {
    pub seal: String,
    pub marks: Marks,
    /// Width and height of the impression, millimetres.
    pub size: [u32; 2],
    /// PNG.
    pub impression: Vec<u8>,
}

/// Reads the document and says whether the seals can stand on it where they are wanted. Writes
/// nothing, reserves nothing.
pub(crate) async fn check(ctx: &Ctx, wanted: &SealDocument) -> Result<Checked, SealError> {
    text("document_kind", &wanted.document_kind, 40)?;
    text("purpose", &wanted.purpose, 200)?;
    for (field, value, most) in [
        ("case_no", &wanted.case_no, 40),
        ("item_code", &wanted.item_code, 40),
        ("person", &wanted.person, 64),
    ] {
        if value.chars().count() > most {
            let why = TOO_LONG;
            return Err(SealError::Invalid { field, why });
        }
    }
    if wanted.seals.is_empty() || wanted.seals.len() > SEALS {
        return Err(SealError::Invalid {
            field: "seals",
            why: ORDERS,
        });
    }
    let mut marks = Vec::with_capacity(wanted.seals.len());
    for placing in &wanted.seals {
        marks.push(mark(ctx, placing).await?);
    }
    let bytes = wanted.bytes.clone();
    blocking(move || read(&bytes, marks)).await
}

async fn mark(ctx: &Ctx, placing: &Placing) -> Result<Mark, SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, &placing.seal).await?;
    ctx.actor.require(Permission::SealUse, &seal.target())?;
    let material = table::material(&mut reader, &seal.key).await?;
    let material = material.ok_or(SealError::NotActive(seal.state))?;
    let size = material.size();
    let place = match placing.place {
        None if placing.straddle.is_none() => return Err(Unsealable::NoPlace.into()),
        None => None,
        Some(at) => Some(Place {
            page: at.page.checked_sub(1).ok_or(Unsealable::NoSuchPage(0))?,
            x: at.x,
            y: at.y,
            width: size[0] as f32,
            height: size[1] as f32,
        }),
    };
    let straddle = placing.straddle;
    let numbers = place.map(|place| [place.x, place.y]).unwrap_or_default();
    let height = straddle.and_then(|straddle| straddle.y).unwrap_or_default();
    if !numbers.iter().chain([&height]).all(|mm| mm.is_finite()) {
        return Err(Unsealable::OffPage.into());
    }
    Ok(Mark {
        seal: seal.key,
        marks: Marks { place, straddle },
        size,
        impression: material.impression,
    })
}

fn read(bytes: &[u8], marks: Vec<Mark>) -> Result<Checked, SealError> {
    let format = DocumentFormat::of(bytes)?;
    let (mut parts, mut pages) = (Vec::new(), Vec::new());
    match format {
        DocumentFormat::Ofd => {
            parts = sealing::unpack(bytes).map_err(Unsealable::of_ofd)?;
            for mark in &marks {
                let places = mark.marks.in_ofd(&parts, mark.size)?;
                let boxes = sealing::check_ofd(&parts, &places).map_err(Unsealable::of_ofd)?;
                pages = boxes.iter().map(|[_, _, w, h]| [*w, *h]).collect();
            }
        }
        DocumentFormat::Pdf => {
            for mark in &marks {
                let (page, rect, straddle) = mark.marks.in_pdf(mark.size);
                pages = check_pdf(bytes, (page, rect), straddle).map_err(Unsealable::of_pdf)?;
            }
        }
    }
    Ok(Checked {
        format,
        parts,
        marks,
        pages,
    })
}

/// Seals the document and finishes the uses. What cannot be sealed is refused before a use is
/// reserved; when a seal cannot sign after all, nothing is issued and every use says so.
pub async fn seal_document(ctx: &Ctx, wanted: SealDocument) -> Result<SealedDocument, SealError> {
    let person = match ctx.actor.kind {
        ActorKind::Staff => ctx.actor.id.clone(),
        _ => wanted.person.trim().to_owned(),
    };
    let checked = check(ctx, &wanted).await?;
    let format = checked.format;
    let orders = checked.marks.into_iter().map(|mark| Order {
        wish: Reserve {
            seal: mark.seal,
            purpose: wanted.purpose.trim().to_owned(),
            document_kind: wanted.document_kind.trim().to_owned(),
            case_no: wanted.case_no.trim().to_owned(),
            item_code: wanted.item_code.trim().to_owned(),
            person: person.clone(),
        },
        marks: mark.marks,
    });
    let papers = match format {
        DocumentFormat::Ofd => Papers {
            ofd: Some(checked.parts),
            pdf: None,
        },
        DocumentFormat::Pdf => Papers {
            ofd: None,
            pdf: Some(Arc::unwrap_or_clone(wanted.bytes)),
        },
    };
    let sealed = seal_in_order(ctx, orders.collect(), papers, wanted.closing).await?;
    let documents = sealed.documents();
    let work = Arc::new((sealed.uses.clone(), documents.clone()));
    let inner = ctx.clone();
    let done: Result<(), SealError> = ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (uses, documents) = &*work;
                finish_all(tx, &ctx, uses, documents, UseResult::Signed).await
            })
        })
        .await;
    if let Err(error) = done {
        let note = error.to_string();
        close_all(ctx, &sealed.uses, &documents, UseResult::Superseded, &note).await;
        return Err(error);
    }
    Ok(SealedDocument {
        format,
        bytes: match format {
            DocumentFormat::Ofd => sealed.ofd,
            DocumentFormat::Pdf => sealed.pdf,
        },
        uses: sealed.uses,
    })
}
