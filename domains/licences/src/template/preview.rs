//! What a style looks like with test data: the very page that would be issued, marked as a sample,
//! with a seal that is none [H-83].

use std::sync::Arc;

use jiff::civil::Date;
use paper::{Colour, Document, Item, Official, Picture, Placed, Scale, Segment};
use store::Ctx;

use super::sample::{self, Filled};
use crate::compose::{self, Composition};
use crate::definition::LicenceType;
use crate::drawn::all_over;
use crate::error::LicenceError;
use crate::metadata::Metadata;

kernel::codes! {
    /// What of a preview is wanted.
    Page {
        Png = "png", "图片", "picture";
        Pdf = "pdf", "PDF", "PDF";
        Ofd = "ofd", "OFD", "OFD";
        OfdPng = "ofd.png", "OFD 显示效果", "the OFD as a reader shows it";
    }
}

/// Width of pictures, pixels.
const WIDTH: u32 = 1_400;
const PALE: Colour = Colour::rgb(0xd8, 0xdd, 0xe3);
const SAMPLE: &str = "样张 仅供样式测试 不具有法律效力　";
/// The link of a sample leads to the page that says what is wrong with it.
const LINK: &str = "SAMPLE";

/// Draws a definition with test data, off the async threads. It need not be saved; values that do not
/// fit are told as an error that names the field.
pub async fn preview(
    ctx: &Ctx,
    kind: Arc<LicenceType>,
    filled: Filled,
    page: Page,
) -> Result<Vec<u8>, LicenceError> {
    super::require_reader(ctx)?;
    let site = ctx.shared.get::<notices::Site>();
    let base = site.map(|site| site.base_url.trim_end_matches('/').to_owned());
    let link = format!("{}/verify/{LINK}", base.unwrap_or_default());
    let at = ctx.now();
    let drawn = tokio::task::spawn_blocking(move || draw(&kind, filled, page, &link, at));
    drawn.await.map_err(|e| LicenceError::Data(e.to_string()))?
}

/// The empty form of a licence as a PNG, for whoever wants to know what will be received.
pub async fn blank_picture(kind: Arc<LicenceType>) -> Result<Vec<u8>, LicenceError> {
    let drawn = tokio::task::spawn_blocking(move || {
        let mut page = compose::ground(&kind)?;
        let above = std::mem::take(&mut page.items);
        all_over(&mut page, SAMPLE, PALE);
        page.items.extend(above);
        let document = Document {
            pages: vec![page],
            ..Document::default()
        };
        Ok(paper::to_png(
            &paper::lay_out(&document)?,
            0,
            Scale::Width(WIDTH),
        )?)
    });
    drawn.await.map_err(|e| LicenceError::Data(e.to_string()))?
}

/// Whether test data can be drawn at all.
pub(super) async fn must_draw(ctx: &Ctx, kind: &Arc<LicenceType>) -> Result<(), LicenceError> {
    for filled in [Filled::Usual, Filled::Rare, Filled::Sparse] {
        preview(ctx, kind.clone(), filled, Page::Png).await?;
    }
    Ok(())
}

fn draw(
    kind: &LicenceType,
    filled: Filled,
    page: Page,
    link: &str,
    at: jiff::Timestamp,
) -> Result<Vec<u8>, LicenceError> {
    let metadata = metadata(kind, filled, at);
    let photo = kind
        .style
        .boxes
        .photo
        .map(|place| portrait(place.width_mm / place.height_mm));
    let photo = photo.transpose()?;
    let composition = Composition {
        kind,
        metadata: &metadata,
        face: &metadata.face,
        photo: photo.as_deref(),
        link,
        doc_id: "00000000000000000000000000000000",
        at,
        mark: None,
    };
    let (document, place) = compose::compose(&composition)?;
    let mut document = marked(document);
    if let Some(page) = document.pages.first_mut() {
        page.items.push(Item::Picture(Placed {
            picture: specimen(kind.style.boxes.seal.diameter_mm)?,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        }));
    }
    let laid = paper::lay_out(&document)?;
    let ofd = || -> Result<Vec<u8>, LicenceError> {
        Ok(compose::package(&composition, &laid)?.to_bytes()?)
    };
    match page {
        Page::Png => Ok(paper::to_png(&laid, 0, Scale::Width(WIDTH))?),
        Page::Pdf => Ok(paper::to_pdf(&laid)?),
        Page::Ofd => ofd(),
        Page::OfdPng => {
            let bytes = ofd()?;
            let document = ofd::read::Document::open(&bytes, &ofd::Limits::default())?;
            let dpi = WIDTH as f32 / kind.paper.width_mm * 25.4;
            Ok(document.draw_png(0, dpi, &[])?.png)
        }
    }
}

/// 「样张」 all over the page, so that nobody takes it for a licence.
fn marked(mut document: Document) -> Document {
    if let Some(page) = document.pages.first_mut() {
        let above = std::mem::take(&mut page.items);
        all_over(page, SAMPLE, PALE);
        page.items.extend(above);
    }
    document
}

/// A seal that says what it is.
fn specimen(diameter: f32) -> Result<Picture, LicenceError> {
    Ok(paper::official(&Official {
        organisation: "样张测试印章不具有法律效力".into(),
        purpose: Some("样式测试".into()),
        digits: String::new(),
        diameter_mm: diameter.clamp(20.0, 60.0),
        dpi: 300.0,
    })?)
}

/// A grey head and shoulders where a photo would be.
fn portrait(shape: f32) -> Result<Vec<u8>, LicenceError> {
    let (w, h) = (30.0 * shape.clamp(0.2, 5.0), 30.0);
    let grey = Colour::rgb(0x9a, 0xa4, 0xaf);
    let mut page = paper::Page::new(w, h);
    let ground = Colour::rgb(0xe8, 0xec, 0xf0);
    let (head, x) = (w.min(h) * 0.2, w / 2.0);
    let paths = [
        paper::Path::rectangle(0.0, 0.0, w, h).filled(ground),
        round(x, h * 0.4, head, head * 1.15).filled(grey),
        round(x, h * 1.02, head * 2.0, h * 0.36).filled(grey),
    ];
    page.items.extend(paths.map(Item::Path));
    let document = Document {
        pages: vec![page],
        ..Document::default()
    };
    Ok(paper::to_png(
        &paper::lay_out(&document)?,
        0,
        Scale::Width(300),
    )?)
}

/// An ellipse about a point.
fn round(x: f32, y: f32, across: f32, down: f32) -> paper::Path {
    // A quarter of a circle as one curve.
    const K: f32 = 0.5523;
    let (kx, ky) = (across * K, down * K);
    let curve = Segment::Curve;
    paper::Path {
        segments: vec![
            Segment::Move(x + across, y),
            curve(x + across, y + ky, x + kx, y + down, x, y + down),
            curve(x - kx, y + down, x - across, y + ky, x - across, y),
            curve(x - across, y - ky, x - kx, y - down, x, y - down),
            curve(x + kx, y - down, x + across, y - ky, x + across, y),
            Segment::Close,
        ],
        ..paper::Path::default()
    }
}

fn metadata(kind: &LicenceType, filled: Filled, at: jiff::Timestamp) -> Metadata {
    let face = sample::face(kind, filled);
    let named = |code: &str| face.get(code).cloned().unwrap_or_default();
    let day = Date::constant(2026, 12, 28);
    Metadata {
        identifier: String::new(),
        type_code: kind.type_code.clone(),
        name: kind.type_name.clone(),
        number: named("licence_no"),
        issuer: kind.defining_authority.clone(),
        issuer_code: kind.defining_authority_code.clone(),
        issue_date: day,
        holder: named("holder"),
        holder_id: named("holder_id"),
        holder_id_type: kind.holder_id_type.clone(),
        valid_from: day,
        valid_to: kind.validity.ends(day),
        version: 1,
        style_id: kind.style.style_id.clone(),
        replaces: None,
        seal_id: String::new(),
        made_at: Metadata::made(at),
        algorithm: String::new(),
        producer: None,
        formats: Vec::new(),
        copy: None,
        face,
    }
}
