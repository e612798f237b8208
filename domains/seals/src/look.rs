//! Seeing where the seals will stand before they do: the pages of an OFD as they are, empty sheets
//! of the same size for a PDF, which this program does not draw.

use std::collections::BTreeSet;
use std::sync::Arc;

use ofd::read::Document;
use ofd::{DocInfo, Limits, StampPicture};
use sealing::Part;
use store::Ctx;

use crate::authority::blocking;
use crate::error::SealError;
use crate::marks::parts_of;
use crate::upload::{Checked, DocumentFormat, SealDocument, check};

/// Most pages drawn.
const PAGES: usize = 6;
const DPI: f32 = 60.0;

/// What the document is, and where its seals will stand.
#[derive(Clone, Debug)]
pub struct Looked {
    pub format: DocumentFormat,
    pub page_count: usize,
    /// The pages on which an impression stands: the first few of them.
    pub pages: Vec<PagePicture>,
}

/// A page with its seals.
#[derive(Clone, Debug)]
pub struct PagePicture {
    /// From 1.
    pub page: usize,
    pub png: Vec<u8>,
}

/// Reads the document, checks that the seals can stand where they are wanted, and draws it.
/// Nothing is written and no use is reserved. Pages that cannot be drawn are left out.
pub async fn look_at(ctx: &Ctx, wanted: &SealDocument) -> Result<Looked, SealError> {
    let checked = check(ctx, wanted).await?;
    let bytes = wanted.bytes.clone();
    blocking(move || {
        Ok(Looked {
            format: checked.format,
            page_count: checked.pages.len(),
            pages: draw(&bytes, &checked).unwrap_or_default(),
        })
    })
    .await
}

fn draw(bytes: &[u8], checked: &Checked) -> Option<Vec<PagePicture>> {
    let sheets;
    let (document, parts): (Document, &[Part]) = match checked.format {
        DocumentFormat::Ofd => (
            Document::open(bytes, &Limits::default()).ok()?,
            &checked.parts,
        ),
        DocumentFormat::Pdf => {
            let package = empty(&checked.pages)?;
            sheets = parts_of(&package);
            (Document::of(package, 0).ok()?, &sheets)
        }
    };
    let mut stamps = match checked.format {
        DocumentFormat::Ofd => crate::pictures::stamps(bytes),
        DocumentFormat::Pdf => Vec::new(),
    };
    let mut shown = BTreeSet::new();
    for mark in &checked.marks {
        let data: Arc<[u8]> = mark.impression.clone().into();
        for place in mark.marks.in_ofd(parts, mark.size).ok()? {
            let sealing::PageRef::Index(page) = place.page else {
                continue;
            };
            // A straddle seal is on every page: those with an impression of their own come first.
            if place.clip.is_none() || shown.len() < 2 {
                shown.insert(page);
            }
            stamps.push(StampPicture {
                page_id: document.page_id(page)?.to_owned(),
                boundary_mm: [place.x, place.y, place.width, place.height],
                clip_mm: place.clip,
                format: "png".into(),
                data: data.clone(),
            });
        }
    }
    let pages = shown.into_iter().take(PAGES).filter_map(|page| {
        let drawn = document.draw_png(page, DPI, &stamps).ok()?;
        Some(PagePicture {
            page: page + 1,
            png: drawn.png,
        })
    });
    Some(pages.collect())
}

/// Sheets of these sizes with nothing on them.
fn empty(pages: &[[f64; 2]]) -> Option<ofd::Package> {
    let pages = pages.iter().map(|[width, height]| paper::Page {
        width: *width as f32,
        height: *height as f32,
        ..paper::Page::a4()
    });
    let document = paper::Document {
        pages: pages.collect(),
        ..paper::Document::default()
    };
    let laid = paper::lay_out(&document).ok()?;
    let info = DocInfo {
        id: "0".repeat(32),
        custom: Vec::new(),
    };
    ofd::compose(&laid, &info).ok()
}
