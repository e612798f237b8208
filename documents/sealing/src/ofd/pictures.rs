//! Pictures and places of the seals in an OFD file, for whoever draws its pages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::document::{self, ENTRY};
use super::list::List;
use super::path;
use super::schema::numbers;
use super::signature_file::SignatureFile;
use crate::Unreadable;
use crate::container::Package;
use crate::deviation::Notes;
use crate::seal::{Seal, picture_format};
use crate::stamp::SignedValue;

/// Impressions in one file: a forger could ask for very many.
const MOST: usize = 10_000;
/// Signatures in one file, as in verification.
const SIGNATURES: usize = 256;

/// Pictures by the place of their bytes: many signatures may share one seal.
type Shared = HashMap<(usize, usize), Arc<[u8]>>;

/// An impression on a page. Nothing is said of whether the signature holds.
#[derive(Clone, Debug, PartialEq)]
pub struct StampPicture {
    /// Identifier of the page in `Document.xml`.
    pub page_id: String,
    /// Place of the whole impression on the page `[x, y, width, height]`.
    pub boundary_mm: [f64; 4],
    /// The visible part, from the impression's corner; all of it when absent.
    pub clip_mm: Option<[f64; 4]>,
    /// By the first bytes of the picture: `PNG`, `JPG`, `OFD`, …; else what the seal says.
    pub format: String,
    /// Shared by the impressions of one seal.
    pub data: Arc<[u8]>,
    /// Index of the signature, as in [`crate::Verdict::signatures`].
    pub signature: usize,
}

/// The impressions of all signatures that can be read, in their order. The picture is that of the
/// seal inside the signed value, which the signature covers, else that of the seal beside it.
pub fn stamps(bytes: &[u8]) -> Result<Vec<StampPicture>, Unreadable> {
    let package = Package::read(bytes).map_err(Unreadable)?;
    let entry = package
        .get(ENTRY)
        .ok_or_else(|| Unreadable(format!("it has no {ENTRY}")))?;
    let bodies = document::bodies(entry.data()).map_err(Unreadable)?;
    let (mut found, mut shared, mut seen) = (Vec::new(), Shared::new(), HashSet::new());
    for name in bodies.iter().filter_map(|body| body.signatures.as_ref()) {
        let Some(list) = package.get(name) else {
            continue;
        };
        let Ok(list) = List::parse(name, list.data()) else {
            continue;
        };
        for one in list.entries {
            let index = seen.len();
            if index >= SIGNATURES || found.len() >= MOST {
                return Ok(found);
            }
            // One that is listed twice is one, as in verification.
            if seen.insert(one.part.clone()) {
                one_signature(&package, &one.part, index, &mut shared, &mut found);
            }
        }
    }
    Ok(found)
}

fn one_signature(
    package: &Package<'_>,
    name: &str,
    signature: usize,
    shared: &mut Shared,
    found: &mut Vec<StampPicture>,
) -> Option<()> {
    let file = SignatureFile::parse(package.get(name)?.data()).ok()?;
    let part = |written: &str| package.get(&path::resolve(name, written)?);
    let value = part(file.signed_value.as_deref().unwrap_or("SignedValue.dat"));
    let notes = Notes::default();
    let inside = value.and_then(|part| match SignedValue::parse(part.data(), &notes) {
        Ok((SignedValue::Stamp(stamp), _)) => Some(stamp.seal),
        _ => None,
    });
    let seal = match inside {
        Some(seal) => seal,
        None => part(file.seal.as_deref()?)?.data(),
    };
    let seal = Seal::parse(seal).ok()?;
    let picture = &seal.picture;
    let format = picture_format(picture.data).map_or(picture.format.clone(), str::to_string);
    let key = (picture.data.as_ptr() as usize, picture.data.len());
    let data = shared.entry(key).or_insert_with(|| picture.data.into());
    for place in &file.stamps {
        let Some(boundary_mm) = numbers(&place.boundary) else {
            continue;
        };
        found.push(StampPicture {
            page_id: place.page.clone(),
            boundary_mm,
            clip_mm: place.clip.as_deref().and_then(numbers),
            format: format.clone(),
            data: data.clone(),
            signature,
        });
        if found.len() >= MOST {
            break;
        }
    }
    Some(())
}
