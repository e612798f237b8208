//! Sealing an OFD document.

use std::collections::HashSet;

use gm::{Certificate, Signer};
use jiff::Timestamp;

use super::document::{self, Body, ENTRY};
use super::list::{Entry, List};
use super::path;
use super::signature_file::{Reference, SignatureFile, StampAnnot};
use crate::SealError;
use crate::container::{Part, check_names, pack, unpack};
use crate::seal::Seal;
use crate::stamp::{Stamp, signed_data};
use crate::time_stamper::{TimeStamper, token};

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageRef {
    /// By its place in the document, from 0.
    Index(usize),
    /// By its identifier in `Document.xml`.
    Id(String),
}

/// Where an impression is drawn. Millimetres from the upper left corner of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub page: PageRef,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// The visible part `[x, y, w, h]`, from the impression's corner; whole when absent. Straddle
    /// seals (骑缝章) show a strip on every page.
    pub clip: Option<[f64; 4]>,
}

impl Place {
    /// The whole impression.
    pub fn new(page: PageRef, x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            page,
            x,
            y,
            width,
            height,
            clip: None,
        }
    }
}

/// The software that seals, as it names itself in the file.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub company: &'a str,
}

impl Default for Provider<'_> {
    fn default() -> Self {
        Self {
            name: "tongban",
            version: env!("CARGO_PKG_VERSION"),
            company: "tongban",
        }
    }
}

/// One sealing.
pub struct SealJob<'a> {
    /// The seal, DER.
    pub seal: &'a [u8],
    /// A signer whom the seal lists.
    pub signer: &'a dyn Signer,
    /// At least one.
    pub places: &'a [Place],
    /// Cut to whole seconds.
    pub time: Timestamp,
    /// Covers the list of signatures as well; after it no seal can be added [I-13].
    pub closing: bool,
    pub provider: Provider<'a>,
    /// Asked for a time stamp over the signature value; without it the time is the signer's word.
    pub time_stamper: Option<&'a dyn TimeStamper>,
}

/// One signature of a person without a seal (Type="Sign").
pub struct SignJob<'a> {
    /// SM2, as GB/T 35275 asks for.
    pub signer: &'a dyn Signer,
    /// Cut to whole seconds.
    pub time: Timestamp,
    /// Covers the list of signatures as well; after it no signature can be added [I-13].
    pub closing: bool,
    pub provider: Provider<'a>,
    /// As in [`SealJob::time_stamper`].
    pub time_stamper: Option<&'a dyn TimeStamper>,
}

/// What sealing and signing have in common.
struct Job<'a> {
    seal: Option<&'a [u8]>,
    signer: &'a dyn Signer,
    places: &'a [Place],
    at: Timestamp,
    closing: bool,
    provider: Provider<'a>,
    time_stamper: Option<&'a dyn TimeStamper>,
}

/// Seals a package given as parts, and gives it back with the signature added.
///
/// Every part of the package is covered, with what earlier signatures added; only the new
/// signature's own two files are not, which its stamp covers, and the list of signatures unless
/// the sealing is the closing one.
pub fn seal_ofd(parts: Vec<Part>, job: &SealJob<'_>) -> Result<Vec<Part>, SealError> {
    let at = whole_seconds(job.time)?;
    check_seal(job, at)?;
    let job = Job {
        seal: Some(job.seal),
        signer: job.signer,
        places: job.places,
        at,
        closing: job.closing,
        provider: job.provider,
        time_stamper: job.time_stamper,
    };
    add(parts, &job)
}

/// Signs a package given as parts, without a seal: signed data of GB/T 35275 with the signer's
/// certificate in it. What it covers is what [`seal_ofd`] would cover.
pub fn sign_ofd(parts: Vec<Part>, job: &SignJob<'_>) -> Result<Vec<Part>, SealError> {
    let at = whole_seconds(job.time)?;
    let own = Certificate::from_der(job.signer.certificate())
        .map_err(|error| SealError::Document(error.to_string()))?;
    if !own.is_valid_at(at) {
        return Err(SealError::NotValid {
            from: own.not_before(),
            to: own.not_after(),
        });
    }
    let job = Job {
        seal: None,
        signer: job.signer,
        places: &[],
        at,
        closing: job.closing,
        provider: job.provider,
        time_stamper: job.time_stamper,
    };
    add(parts, &job)
}

fn whole_seconds(at: Timestamp) -> Result<Timestamp, SealError> {
    Timestamp::from_second(at.as_second()).map_err(|error| SealError::Document(error.to_string()))
}

/// Whether a seal can be added at these places, without a key: what would refuse [`seal_ofd`] for
/// the document's sake refuses here, and a place that is not wholly on its page too. Returns the
/// pages' boxes `[x, y, width, height]` in millimetres.
pub fn check_ofd(parts: &[Part], at: &[Place]) -> Result<Vec<[f64; 4]>, SealError> {
    check_names(parts)?;
    let body = only_body(parts)?;
    places(parts, &body, at)?;
    open_list(parts, &body)?;
    let root = data(parts, &body.root)
        .ok_or_else(|| SealError::Document(format!("{} is missing", body.root)))?;
    let read = |name: &str| data(parts, name);
    let boxes = document::page_boxes(&body.root, root, read).map_err(wrong(&body.root))?;
    let (pages, _) = document::pages(&body.root, root).map_err(wrong(&body.root))?;
    for place in at {
        let index = match &place.page {
            PageRef::Index(index) => *index,
            PageRef::Id(id) => pages.iter().position(|page| page.id == *id).unwrap_or(0),
        };
        if boxes.get(index).is_some_and(|page| !is_on(page, place)) {
            return Err(SealError::NoPlace);
        }
    }
    Ok(boxes)
}

/// What is seen of the impression stands wholly on the page.
fn is_on([_, _, width, height]: &[f64; 4], place: &Place) -> bool {
    let slack = 0.05;
    let [x, y, w, h] = place.clip.unwrap_or([0.0, 0.0, place.width, place.height]);
    let (x, y) = (place.x + x, place.y + y);
    x >= -slack && y >= -slack && x + w <= width + slack && y + h <= height + slack
}

/// The list of signatures with its name, as long as no signature closes it.
fn open_list(parts: &[Part], body: &Body) -> Result<(String, List), SealError> {
    let list_name = match &body.signatures {
        Some(name) => name.clone(),
        None => join(path::folder(&body.root), "Signs/Signatures.xml"),
    };
    let list = match data(parts, &list_name) {
        Some(bytes) => List::parse(&list_name, bytes).map_err(wrong(&list_name))?,
        None if body.signatures.is_some() => {
            return Err(SealError::Document(format!("{list_name} is missing")));
        }
        None => List::default(),
    };
    refuse_closed(parts, &list, &list_name)?;
    Ok((list_name, list))
}

fn add(mut parts: Vec<Part>, job: &Job<'_>) -> Result<Vec<Part>, SealError> {
    check_names(&parts)?;
    let body = only_body(&parts)?;
    let annotations = match job.seal {
        Some(_) => places(&parts, &body, job.places)?,
        None => Vec::new(),
    };
    let (list_name, mut list) = open_list(&parts, &body)?;
    let own = free_folder(&parts, path::folder(&list_name));
    let name = |file: &str| format!("{own}/{file}");
    let (description, value) = (name("Signature.xml"), name("SignedValue.dat"));
    let seal = job.seal.map(|seal| (name("Seal.esl"), seal));

    list.max_id += 1;
    list.entries.push(Entry {
        id: list.max_id.to_string(),
        kind: if seal.is_some() { "Seal" } else { "Sign" }.into(),
        location: format!("/{description}"),
        part: description.clone(),
    });
    let stamps = annotations
        .into_iter()
        .map(|annotation| {
            list.max_id += 1;
            StampAnnot {
                id: list.max_id.to_string(),
                ..annotation
            }
        })
        .collect();
    if body.signatures.is_none() {
        name_list(&mut parts, &body, &list_name);
    }
    put(&mut parts, &list_name, list.to_xml());
    if let Some((name, seal)) = &seal {
        put(&mut parts, name, seal.to_vec());
    }

    let (check_method, check_method_text) = SignatureFile::own_method();
    let references = parts
        .iter()
        .filter(|(name, _)| !name.ends_with('/') && (job.closing || *name != list_name))
        .map(|(name, data)| Reference {
            path: format!("/{name}"),
            digest: gm::sm3(data).to_vec(),
        })
        .collect();
    let file = SignatureFile {
        provider: job.provider.name.into(),
        provider_version: job.provider.version.into(),
        company: job.provider.company.into(),
        method: job.signer.algorithm().oid().to_string(),
        time: Some(job.at),
        time_text: String::new(),
        check_method,
        check_method_text,
        references,
        stamps,
        seal: seal.as_ref().map(|(name, _)| format!("/{name}")),
        signed_value: Some(format!("/{value}")),
        certificates: Vec::new(),
        deviations: Vec::new(),
    }
    .to_xml();
    let hash = SignatureFile::data_hash(job.signer.algorithm(), &file);
    let stamper = |signature: &[u8]| match job.time_stamper {
        Some(authority) => token(authority, signature).map(Some),
        None => Ok(None),
    };
    let signed = match &seal {
        Some((_, seal)) => {
            let property = format!("/{description}");
            Stamp::make(seal, job.at, &hash, &property, job.signer, stamper)?
        }
        None => signed_data(&hash, job.signer, stamper)?,
    };
    put(&mut parts, &description, file);
    put(&mut parts, &value, signed);
    Ok(parts)
}

/// Seals a whole file.
pub fn seal_ofd_file(ofd: &[u8], job: &SealJob<'_>) -> Result<Vec<u8>, SealError> {
    pack(&seal_ofd(unpack(ofd)?, job)?)
}

/// A stamp that every verifier would refuse is not made.
fn check_seal(job: &SealJob<'_>, at: Timestamp) -> Result<(), SealError> {
    let seal = Seal::parse(job.seal).map_err(|error| SealError::Seal(error.to_string()))?;
    if seal.version != 4 {
        return Err(SealError::Seal(format!(
            "it is of version {}, not 4",
            seal.version
        )));
    }
    if !seal.lists(job.signer.certificate()) {
        return Err(SealError::SignerNotInSeal);
    }
    if !seal.is_valid_at(at) {
        return Err(SealError::NotValid {
            from: seal.valid_from,
            to: seal.valid_to,
        });
    }
    Ok(())
}

pub(super) fn only_body(parts: &[Part]) -> Result<Body, SealError> {
    let entry =
        data(parts, ENTRY).ok_or_else(|| SealError::Document(format!("it has no {ENTRY}")))?;
    let mut bodies = document::bodies(entry).map_err(wrong(ENTRY))?;
    match bodies.pop() {
        Some(body) if bodies.is_empty() => Ok(body),
        _ => Err(SealError::Document("it holds several documents".into())),
    }
}

/// The impressions with their pages, not numbered yet.
fn places(parts: &[Part], body: &Body, places: &[Place]) -> Result<Vec<StampAnnot>, SealError> {
    let document = data(parts, &body.root)
        .ok_or_else(|| SealError::Document(format!("{} is missing", body.root)))?;
    let (pages, _) = document::pages(&body.root, document).map_err(wrong(&body.root))?;
    if places.is_empty() {
        return Err(SealError::NoPlace);
    }
    let annotation = |place: &Place| {
        let (page, words) = match &place.page {
            PageRef::Index(index) => (pages.get(*index), index.to_string()),
            PageRef::Id(id) => (pages.iter().find(|page| page.id == *id), id.clone()),
        };
        let numbers = [place.x, place.y, place.width, place.height];
        let all = numbers.iter().chain(place.clip.iter().flatten());
        if !all.clone().all(|number| number.is_finite())
            || place.width <= 0.0
            || place.height <= 0.0
            || place.clip.is_some_and(|clip| !is_inside(clip, place))
        {
            return Err(SealError::NoPlace);
        }
        Ok(StampAnnot {
            id: String::new(),
            page: page.ok_or(SealError::NoSuchPage(words))?.id.clone(),
            boundary: millimetres(&numbers),
            clip: place.clip.as_ref().map(millimetres),
        })
    };
    places.iter().map(annotation).collect()
}

/// The clip shows a part of the impression, and nothing beside it.
fn is_inside([x, y, width, height]: [f64; 4], place: &Place) -> bool {
    let slack = 0.01;
    x >= 0.0
        && y >= 0.0
        && width > 0.0
        && height > 0.0
        && x + width <= place.width + slack
        && y + height <= place.height + slack
}

/// Numbers to a hundredth of a millimetre.
fn millimetres(numbers: &[f64; 4]) -> String {
    let rounded = numbers.map(|number| ((number * 100.0).round() / 100.0).to_string());
    rounded.join(" ")
}

/// A signature that covers the list of signatures closes the document.
fn refuse_closed(parts: &[Part], list: &List, list_name: &str) -> Result<(), SealError> {
    for entry in &list.entries {
        let bytes = data(parts, &entry.part)
            .ok_or_else(|| SealError::Document(format!("{} is missing", entry.part)))?;
        let file = SignatureFile::parse(bytes).map_err(wrong(&entry.part))?;
        let covered = |reference: &Reference| {
            path::resolve(&entry.part, &reference.path).as_deref() == Some(list_name)
        };
        if file.references.iter().any(covered) {
            return Err(SealError::Closed);
        }
    }
    Ok(())
}

/// `Sign_0`, `Sign_1`, …: the first that no part uses.
fn free_folder(parts: &[Part], signs: &str) -> String {
    let used: HashSet<&str> = parts
        .iter()
        .filter_map(|(name, _)| {
            name.strip_prefix(signs)?
                .trim_start_matches('/')
                .split('/')
                .next()
        })
        .collect();
    let free = (0..)
        .map(|number| format!("Sign_{number}"))
        .find(|name| !used.contains(&**name));
    join(signs, &free.unwrap_or_default())
}

/// Names the list of signatures in `OFD.xml`, before anything is digested.
fn name_list(parts: &mut [Part], body: &Body, list: &str) {
    if let Some((_, entry)) = parts.iter_mut().find(|(name, _)| name == ENTRY) {
        let prefix = &body.prefix;
        let element = format!("<{prefix}Signatures>{list}</{prefix}Signatures>");
        entry.splice(body.gap..body.gap, element.into_bytes());
    }
}

pub(super) fn data<'p>(parts: &'p [Part], name: &str) -> Option<&'p [u8]> {
    parts
        .iter()
        .find(|(own, _)| own == name)
        .map(|(_, data)| data.as_slice())
}

fn put(parts: &mut Vec<Part>, name: &str, data: Vec<u8>) {
    match parts.iter_mut().find(|(own, _)| own == name) {
        Some((_, old)) => *old = data,
        None => parts.push((name.to_string(), data)),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_string()
    } else {
        format!("{folder}/{name}")
    }
}

pub(super) fn wrong(name: &str) -> impl Fn(String) -> SealError {
    move |why| SealError::Document(format!("{name}: {why}"))
}
