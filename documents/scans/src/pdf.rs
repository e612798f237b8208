//! The pages of a scanned PDF: each holds one picture that covers it.

mod stream;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use crate::{PIXELS, Picture, ScanError};

/// How deep forms in forms are looked into.
const DEEP: usize = 3;
/// Pictures of a page that are looked at.
const PICTURES: usize = 64;

pub(crate) fn pages(
    bytes: &[u8],
    most: usize,
    take: &mut dyn FnMut(Picture) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    let options = LoadOptions {
        max_decompressed_size: usize::try_from(PIXELS).ok(),
        ..LoadOptions::default()
    };
    let document =
        Document::load_mem_with_options(bytes, options).map_err(|error| match error {
            lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => ScanError::Locked,
            other => ScanError::broken(1, other),
        })?;
    if document.is_encrypted() {
        return Err(ScanError::Locked);
    }
    let pages: Vec<ObjectId> = document.page_iter().take(most + 1).collect();
    if pages.is_empty() {
        return Err(ScanError::broken(1, "it has no pages"));
    }
    if pages.len() > most {
        return Err(ScanError::Pages { most });
    }
    for (at, id) in (1..).zip(pages) {
        take(page(&document, id, at)?)?;
    }
    Ok(())
}

fn page(document: &Document, id: ObjectId, at: usize) -> Result<Picture, ScanError> {
    let broken = |error: lopdf::Error| ScanError::broken(at, error);
    let dict = document.get_dictionary(id).map_err(broken)?;
    let resources = inherited(document, dict, b"Resources");
    let mut found = Vec::new();
    if let Some(resources) = resources.and_then(|object| dictionary(document, object)) {
        pictures(document, resources, DEEP, &mut found);
    }
    // A stamp or a logo beside the scan is small.
    let area = |stream: &&Stream| {
        let side = |key: &[u8]| number(document, &stream.dict, key).unwrap_or(0).max(0);
        side(b"Width").saturating_mul(side(b"Height"))
    };
    let largest = found.iter().max_by_key(|stream| area(stream));
    let largest = largest.ok_or(ScanError::NoPicture { page: at })?;
    let whole: i64 = found.iter().map(area).sum();
    if area(largest).saturating_mul(10) < whole.saturating_mul(6) {
        return Err(ScanError::NoPicture { page: at });
    }
    let picture = stream::picture(document, largest, at)?;
    let turn = inherited(document, dict, b"Rotate").and_then(|object| object.as_i64().ok());
    Ok(match turn.unwrap_or(0).rem_euclid(360) {
        90 => picture.rotate90(),
        180 => picture.rotate180(),
        270 => picture.rotate270(),
        _ => picture,
    })
}

/// What a page says, or the tree above it.
fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut node = page;
    for _ in 0..32 {
        if let Ok(own) = node.get(key) {
            return document.dereference(own).ok().map(|found| found.1);
        }
        node = dictionary(document, node.get(b"Parent").ok()?)?;
    }
    None
}

pub(crate) fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

pub(crate) fn number(document: &Document, dict: &Dictionary, key: &[u8]) -> Option<i64> {
    let object = dict.get(key).ok()?;
    document.dereference(object).ok()?.1.as_i64().ok()
}

/// The pictures that resources name, those of forms among them.
fn pictures<'a>(
    document: &'a Document,
    resources: &'a Dictionary,
    deep: usize,
    found: &mut Vec<&'a Stream>,
) {
    let Some(objects) = resources
        .get(b"XObject")
        .ok()
        .and_then(|object| dictionary(document, object))
    else {
        return;
    };
    for (_, object) in objects.iter() {
        let Some(stream) = document
            .dereference(object)
            .ok()
            .and_then(|found| found.1.as_stream().ok())
        else {
            continue;
        };
        match stream.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") if found.len() < PICTURES => found.push(stream),
            Ok(b"Form") if deep > 0 => {
                let own = stream.dict.get(b"Resources").ok();
                if let Some(own) = own.and_then(|object| dictionary(document, object)) {
                    pictures(document, own, deep - 1, found);
                }
            }
            _ => {}
        }
    }
}
