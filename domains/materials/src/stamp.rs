//! Drawing the note: a band under a picture, a band at the foot of every PDF page. The clean
//! original is never touched, and a copy is always made from it, so that no note stands twice.

use image::ImageFormat;
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};
use paper::{Align, Colour, Document, Item, Meta, Page, Scale, TextBox};
use store::Ctx;

use crate::content::FileKind;
use crate::error::MaterialError;
use crate::manage::blobs;
use crate::table::FileRow;

/// Height of the band in parts of the picture's width.
const BAND: f32 = 0.06;

/// Makes and stores the stamped copy; none for OFD, whose note travels beside the file.
pub(crate) async fn stamped_copy(
    ctx: &Ctx,
    row: &FileRow,
    original: &[u8],
) -> Result<Option<String>, MaterialError> {
    let (kind, note, bytes) = (row.kind, row.note(), original.to_vec());
    let at = ctx.now();
    let drawn = tokio::task::spawn_blocking(move || stamp(kind, &bytes, &note, at))
        .await
        .map_err(|e| MaterialError::Stamp(e.to_string()))??;
    match drawn {
        Some(bytes) => Ok(Some(blobs(ctx)?.put(ctx, bytes).await?.name)),
        None => Ok(None),
    }
}

/// The stamped bytes.
pub(crate) fn stamp(
    kind: FileKind,
    original: &[u8],
    note: &str,
    at: jiff::Timestamp,
) -> Result<Option<Vec<u8>>, MaterialError> {
    match kind {
        FileKind::Png | FileKind::Jpeg => picture(kind, original, note, at).map(Some),
        FileKind::Pdf => pdf(original, note, at).map(Some),
        FileKind::Ofd => Ok(None),
    }
}

fn failed(error: impl std::fmt::Display) -> MaterialError {
    MaterialError::Stamp(error.to_string())
}

/// The band as pixels: white, with the note in one or two lines.
fn band(note: &str, width: u32, at: jiff::Timestamp) -> Result<image::RgbImage, MaterialError> {
    // Drawn as a page 200 mm wide, whatever the picture's own size.
    let (w, h) = (200.0, 200.0 * BAND);
    let mut page = Page::new(w, h);
    let text = TextBox {
        align: Align::Centre,
        colour: Colour::RED,
        ..TextBox::new("note", note)
            .at(4.0, h * 0.62, w - 8.0)
            .set(4.2, 5.2, 1)
    };
    page.items.push(Item::TextBox(text));
    let meta = Meta {
        created: at,
        ..Meta::default()
    };
    let document = Document {
        meta,
        pages: vec![page],
        attachments: Vec::new(),
    };
    let laid = paper::lay_out(&document).map_err(failed)?;
    let png = paper::to_png(&laid, 0, Scale::Width(width.clamp(200, 4000))).map_err(failed)?;
    let band = image::load_from_memory_with_format(&png, ImageFormat::Png).map_err(failed)?;
    Ok(band.to_rgb8())
}

fn picture(
    kind: FileKind,
    original: &[u8],
    note: &str,
    at: jiff::Timestamp,
) -> Result<Vec<u8>, MaterialError> {
    let picture = image::load_from_memory(original).map_err(failed)?.to_rgb8();
    let (width, height) = picture.dimensions();
    let band = band(note, width, at)?;
    // A narrow picture is put on a ground as wide as its note.
    let full = width.max(band.width());
    let band = if band.width() == full {
        band
    } else {
        let h = (full as f32 * BAND) as u32;
        image::imageops::resize(&band, full, h.max(1), image::imageops::FilterType::Triangle)
    };
    let mut out =
        image::RgbImage::from_pixel(full, height + band.height(), image::Rgb([255, 255, 255]));
    image::imageops::overlay(&mut out, &picture, i64::from((full - width) / 2), 0);
    image::imageops::overlay(&mut out, &band, 0, i64::from(height));
    let mut bytes = std::io::Cursor::new(Vec::new());
    let format = match kind {
        FileKind::Jpeg => ImageFormat::Jpeg,
        _ => ImageFormat::Png,
    };
    out.write_to(&mut bytes, format).map_err(failed)?;
    Ok(bytes.into_inner())
}

fn pdf(original: &[u8], note: &str, at: jiff::Timestamp) -> Result<Vec<u8>, MaterialError> {
    let mut document = lopdf::Document::load_mem(original).map_err(failed)?;
    let band = band(note, 1600, at)?;
    let (width, height) = band.dimensions();
    let mut stream = Stream::new(
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(width),
            "Height" => i64::from(height),
            "ColorSpace" => "DeviceRGB",
            "BitsPerComponent" => 8,
        },
        band.into_raw(),
    );
    stream.compress().map_err(failed)?;
    let image = document.add_object(stream);
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    for page in pages {
        let (left, bottom, page_width) = media_box(&document, page);
        let drawn_height = page_width * BAND;
        let name = "TongbanNote";
        document.add_xobject(page, name, image).map_err(failed)?;
        let matrix = format!("q {page_width} 0 0 {drawn_height} {left} {bottom} cm /{name} Do Q\n");
        // The page's own content is closed off first: it may leave the matrix changed.
        let before = document.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
        let after = document.add_object(Stream::new(
            Dictionary::new(),
            format!("\nQ\n{matrix}").into(),
        ));
        let mut contents = vec![Object::Reference(before)];
        contents.extend(
            document
                .get_page_contents(page)
                .into_iter()
                .map(Object::Reference),
        );
        contents.push(Object::Reference(after));
        let dictionary = document
            .get_object_mut(page)
            .and_then(Object::as_dict_mut)
            .map_err(failed)?;
        dictionary.set("Contents", contents);
    }
    let mut out = Vec::new();
    document.save_to(&mut out).map_err(failed)?;
    Ok(out)
}

/// Left, bottom and width of a page, inherited from its parents where it has none of its own.
fn media_box(document: &lopdf::Document, page: ObjectId) -> (f32, f32, f32) {
    let mut at = Some(page);
    let mut depth = 0;
    while let (Some(id), true) = (at, depth < 16) {
        let Ok(dictionary) = document.get_dictionary(id) else {
            break;
        };
        if let Ok(Object::Array(edges)) = dictionary.get_deref(b"MediaBox", document) {
            let n: Vec<f32> = edges.iter().filter_map(|o| o.as_float().ok()).collect();
            if let [left, bottom, right, _] = n[..] {
                return (left, bottom, (right - left).abs().max(1.0));
            }
        }
        at = dictionary
            .get(b"Parent")
            .and_then(Object::as_reference)
            .ok();
        depth += 1;
    }
    (0.0, 0.0, 595.0)
}
