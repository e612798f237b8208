//! What is in a PDF file: its signatures, the evidence that came with them, and what each of its
//! revisions changed. Nothing is judged here; that is for [`super::verify_pdf`].

use std::collections::HashSet;

use gm::cms::Signed;
use gm::{Certificate, OcspStatus};
use serde::Serialize;

use super::file::{FILE_LIMIT, File, Found, View};
use super::form::{Form, SigField};
use super::judge::Kind;
use super::object::{Key, Obj};
use super::page::Page;
use super::permission::Lock;
use super::range::{Mark, Unsound};
use super::scan::Read;
use super::store::Store;
use super::text;
use super::time_stamp::TimeStamp;
use super::walk::Walk;
use crate::Unreadable;

/// Revisions looked at, and changes told of each.
const REVISIONS: usize = 64;
const CHANGES: usize = 200;

/// Everything about a file that its signatures touch.
#[derive(Clone, Debug, Serialize)]
pub struct PdfInspection {
    /// Length of the file, in bytes.
    pub bytes: usize,
    /// As the header says: `1.7`.
    pub version: String,
    pub pages: usize,
    pub encrypted: bool,
    pub signatures: Vec<PdfSignature>,
    /// Signature fields that nobody has signed yet.
    pub empty_fields: Vec<String>,
    pub store: Option<PdfStore>,
    /// In the order of the file; the first is the document as it was made.
    pub revisions: Vec<PdfRevision>,
    /// What readers may understand differently.
    pub faults: Vec<String>,
}

/// One signature or time stamp.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PdfSignature {
    /// Full name of its field.
    pub field: String,
    pub sub_filter: String,
    /// `PAdES`, `PDF PKCS#7`, `PDF time stamp`, …
    pub format: String,
    /// Offset and length of the two covered parts.
    pub byte_range: Vec<usize>,
    /// It covers the file to its last byte.
    pub covers_whole_file: bool,
    /// Bytes between the covered end and the end of the file.
    pub bytes_after: usize,
    pub algorithm: String,
    pub digest: String,
    pub signer: Option<PdfCertificate>,
    /// The certificates that came along, the signer's first.
    pub certificates: Vec<PdfCertificate>,
    /// The time in the signature dictionary, RFC 3339.
    pub claimed_at: Option<String>,
    /// The time among the signed attributes, RFC 3339.
    pub signing_time: Option<String>,
    pub time_stamp: Option<PdfTimeStamp>,
    pub name: Option<String>,
    pub reason: Option<String>,
    pub location: Option<String>,
    /// It certifies the document: 1 nothing may change, 2 forms may be filled, 3 also annotations.
    pub certifies: Option<i64>,
    /// Fields it locks, in words.
    pub locks: Vec<String>,
    /// The security store has an entry for it.
    pub in_store: bool,
    /// Why it could not be read.
    pub problem: Option<String>,
}

/// A certificate in short.
#[derive(Clone, Debug, Serialize)]
pub struct PdfCertificate {
    pub subject: String,
    pub issuer: String,
    pub serial: String,
    pub not_before: String,
    pub not_after: String,
    /// `SM2`, `P-256`, `RSA`, …
    pub key: String,
}

impl PdfCertificate {
    fn of(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial(),
            not_before: certificate.not_before().to_string(),
            not_after: certificate.not_after().to_string(),
            key: certificate.public_key().kind().to_owned(),
        }
    }
}

/// A time stamp in short.
#[derive(Clone, Debug, Serialize)]
pub struct PdfTimeStamp {
    pub time: String,
    pub authority: String,
    pub policy: String,
    pub serial: String,
    pub digest: Option<String>,
}

impl PdfTimeStamp {
    fn of(stamp: &TimeStamp) -> Self {
        Self {
            time: stamp.time.to_string(),
            authority: stamp.authority(),
            policy: stamp.token.policy.clone(),
            serial: stamp.token.serial.clone(),
            digest: stamp.token.digest.map(|digest| digest.name().to_owned()),
        }
    }
}

/// The document security store.
#[derive(Clone, Debug, Serialize)]
pub struct PdfStore {
    pub certificates: Vec<PdfCertificate>,
    pub crls: Vec<PdfCrl>,
    pub ocsps: Vec<PdfOcsp>,
    /// Digests of the signatures it has entries for.
    pub entries: Vec<String>,
    /// Parts that could not be read.
    pub unread: usize,
}

/// A revocation list in short.
#[derive(Clone, Debug, Serialize)]
pub struct PdfCrl {
    pub this_update: String,
    pub next_update: Option<String>,
    /// How many certificates it names.
    pub revoked: usize,
}

/// An answer about revocation in short.
#[derive(Clone, Debug, Serialize)]
pub struct PdfOcsp {
    pub produced_at: String,
    /// Serial number and `good`, `revoked` or `unknown`.
    pub answers: Vec<(String, String)>,
}

/// One step of the file's history.
#[derive(Clone, Debug, Serialize)]
pub struct PdfRevision {
    /// Its length in bytes from the beginning of the file.
    pub end: usize,
    /// Fields whose signature covers exactly this revision.
    pub signed_by: Vec<String>,
    /// What it changed in the one before; empty for the first.
    pub changes: Vec<PdfChange>,
    /// Changes beyond those told.
    pub more: usize,
}

/// One object that a revision changed.
#[derive(Clone, Debug, Serialize)]
pub struct PdfChange {
    pub object: u32,
    /// `added`, `changed` or `removed`.
    pub act: &'static str,
    /// `page`, `signature`, `annotation`, `catalog`, …
    pub what: String,
}

/// Looks into a PDF file. An error means that nothing at all can be read in it.
pub fn inspect(bytes: &[u8]) -> Result<PdfInspection, Unreadable> {
    if bytes.len() > FILE_LIMIT {
        return Err(Unreadable(format!("it is larger than {FILE_LIMIT} bytes")));
    }
    let unreadable = |error: super::scan::Bad| Unreadable(error.to_string());
    let file = File::read(bytes).map_err(unreadable)?;
    let view = file.newest();
    let walk = Walk::take(&file, &view);
    let mut found = PdfInspection {
        bytes: bytes.len(),
        version: version(bytes),
        pages: 0,
        encrypted: view.trailer().has("Encrypt"),
        signatures: Vec::new(),
        empty_fields: Vec::new(),
        store: None,
        revisions: Vec::new(),
        faults: walk.faults().into_iter().map(|(_, what)| what).collect(),
    };
    if found.encrypted {
        return Ok(found);
    }
    // What cannot be read is told, and the rest shown.
    if let Err(bad) = look(&file, &view, &walk, &mut found) {
        found.faults.push(bad.to_string());
    }
    Ok(found)
}

fn version(bytes: &[u8]) -> String {
    let line = bytes.get(5..).unwrap_or_default().iter().take(8);
    line.take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .map(|byte| char::from(*byte))
        .collect()
}

fn look(file: &File<'_>, view: &View<'_, '_>, walk: &Walk, found: &mut PdfInspection) -> Read<()> {
    let form = Form::read(view)?;
    found.pages = Page::all(view, &form.catalog)?.len();
    let store = Store::read(view, &form)?;
    let mut marks = Vec::new();
    for field in &form.signatures {
        if field.value.is_none() {
            found.empty_fields.push(field.name.clone());
            continue;
        }
        match Mark::read(file, view, field) {
            Ok(mark) => {
                found.signatures.push(signature(&mark, &store, found.bytes));
                marks.push(mark);
            }
            Err(unsound) => found.signatures.push(unread(field, unsound)),
        }
    }
    found
        .signatures
        .sort_by_key(|one| (one.byte_range.is_empty(), one.bytes_after));
    found.signatures.reverse();
    found.store = store.dict.as_ref().map(|_| evidence(&store));
    found.revisions = revisions(file, walk, &marks)?;
    Ok(())
}

fn unread(field: &SigField, unsound: Unsound) -> PdfSignature {
    let problem = match unsound {
        Unsound::Removed(what) => what.to_owned(),
        Unsound::Odd(what) => what,
    };
    PdfSignature {
        field: field.name.clone(),
        problem: Some(problem),
        ..PdfSignature::default()
    }
}

fn signature(mark: &Mark, store: &Store, length: usize) -> PdfSignature {
    let kind = Kind::of(&mark.dict);
    let words = |name: &str| mark.dict.get(name).and_then(Obj::as_text).map(text::decode);
    let sub_filter = mark.dict.get("SubFilter").and_then(Obj::as_name);
    let claimed = mark.dict.get("M").and_then(Obj::as_text);
    let lock = |lock: &Lock| match lock {
        Lock::All => "all fields".to_owned(),
        Lock::Include(names) => names.join(", "),
        Lock::Exclude(names) => format!("all fields but {}", names.join(", ")),
    };
    let mut out = PdfSignature {
        field: mark.field.name.clone(),
        sub_filter: String::from_utf8_lossy(sub_filter.unwrap_or_default()).into_owned(),
        format: kind.name().to_owned(),
        byte_range: vec![0, mark.gap.start, mark.gap.end, mark.end - mark.gap.end],
        covers_whole_file: mark.end == length,
        bytes_after: length - mark.end,
        claimed_at: claimed
            .and_then(text::parse_date)
            .map(|time| time.to_string()),
        name: words("Name"),
        reason: words("Reason"),
        location: words("Location"),
        certifies: mark.permission.certifies,
        locks: mark.permission.locks.iter().map(lock).collect(),
        in_store: store
            .entries
            .contains(&super::preserve::identifier(&mark.contents)),
        ..PdfSignature::default()
    };
    let read = match kind {
        Kind::TimeStamp => TimeStamp::read(&mark.contents).map(|stamp| {
            out.time_stamp = Some(PdfTimeStamp::of(&stamp));
            stamp.token.signed
        }),
        _ => Signed::read_with_content(&mark.contents).map(|(signed, _)| signed),
    };
    match read {
        Ok(signed) => describe(&signed, &mut out),
        Err(malformed) => out.problem = Some(malformed.to_string()),
    }
    out
}

fn describe(signed: &Signed, out: &mut PdfSignature) {
    out.algorithm = signed.algorithm_name();
    out.digest = signed
        .digest
        .map(|digest| digest.name().to_owned())
        .unwrap_or_default();
    out.signing_time = signed.signing_time.map(|time| time.to_string());
    out.signer = Some(PdfCertificate::of(&signed.signer));
    let others = signed.certificates.iter().filter(|c| **c != signed.signer);
    out.certificates = std::iter::once(&signed.signer)
        .chain(others)
        .map(PdfCertificate::of)
        .collect();
    let token = signed.token.as_deref().map(TimeStamp::read);
    if let Some(Ok(stamp)) = token {
        out.time_stamp = Some(PdfTimeStamp::of(&stamp));
    }
}

fn evidence(store: &Store) -> PdfStore {
    let crls = store.evidence.crls.iter().map(|crl| PdfCrl {
        this_update: crl.this_update().to_string(),
        next_update: crl.next_update().map(|time| time.to_string()),
        revoked: crl.len(),
    });
    let ocsps = store.evidence.ocsps.iter().map(|one| PdfOcsp {
        produced_at: one.produced_at.to_string(),
        answers: one
            .answers
            .iter()
            .map(|answer| {
                let status = match answer.status {
                    OcspStatus::Good => "good",
                    OcspStatus::Revoked(_) => "revoked",
                    OcspStatus::Unknown => "unknown",
                };
                (answer.serial.clone(), status.to_owned())
            })
            .collect(),
    });
    PdfStore {
        certificates: store.certificates.iter().map(PdfCertificate::of).collect(),
        crls: crls.collect(),
        ocsps: ocsps.collect(),
        entries: store.entries.clone(),
        unread: store.unread,
    }
}

fn revisions(file: &File<'_>, walk: &Walk, marks: &[Mark]) -> Read<Vec<PdfRevision>> {
    let mut ends: Vec<usize> = walk.ends.iter().copied().collect();
    ends.sort_unstable();
    let mut all: Vec<PdfRevision> = Vec::new();
    let mut before: Option<View<'_, '_>> = None;
    // A linearised file has an end mark near its beginning that ends no revision.
    for (end, rank) in ends
        .into_iter()
        .filter_map(|end| Some((end, file.revision_at(end).ok()?.0)))
        .take(REVISIONS)
    {
        let view = file.view(rank);
        let (mut changes, mut more) = (Vec::new(), 0);
        if let Some(before) = &before {
            let numbers: HashSet<u32> = before.numbers().chain(view.numbers()).collect();
            let mut numbers: Vec<u32> = numbers.into_iter().collect();
            numbers.sort_unstable();
            for num in numbers {
                let Some(change) = change(before, &view, num)? else {
                    continue;
                };
                if changes.len() < CHANGES {
                    changes.push(change);
                } else {
                    more += 1;
                }
            }
        }
        let signed = marks.iter().filter(|mark| mark.eof == end);
        all.push(PdfRevision {
            end,
            signed_by: signed.map(|mark| mark.field.name.clone()).collect(),
            changes,
            more,
        });
        before = Some(view);
    }
    Ok(all)
}

fn change(old: &View<'_, '_>, new: &View<'_, '_>, num: u32) -> Read<Option<PdfChange>> {
    if old.place(num) == new.place(num) {
        return Ok(None);
    }
    let get = |view: &View<'_, '_>| view.get(view.key(num).unwrap_or(Key::new(num)));
    let (before, after) = (get(old)?, get(new)?);
    let (act, seen) = match (&before.value, &after.value) {
        (Obj::Null, Obj::Null) => return Ok(None),
        (Obj::Null, _) => ("added", &after),
        (_, Obj::Null) => ("removed", &before),
        _ if before.value == after.value && before.stream.is_none() && after.stream.is_none() => {
            return Ok(None);
        }
        _ => ("changed", &after),
    };
    Ok(Some(PdfChange {
        object: num,
        act,
        what: kind(seen),
    }))
}

/// What an object is, in a word.
fn kind(found: &Found) -> String {
    let Some(dict) = found.value.as_dict() else {
        return match found.value {
            Obj::Array(_) => "list".into(),
            _ => "value".into(),
        };
    };
    let name = |entry: &str| dict.get(entry).and_then(Obj::as_name);
    let words = match (name("Type"), name("Subtype")) {
        _ if dict.has("ByteRange") && dict.has("Contents") => "signature",
        (Some(b"Catalog"), _) => "catalog",
        (Some(b"Page"), _) => "page",
        (Some(b"Pages"), _) => "page tree",
        (Some(b"DSS"), _) => "security store",
        (Some(b"XRef"), _) => "cross-reference",
        (Some(b"ObjStm"), _) => "packed objects",
        (Some(b"Metadata"), _) => "metadata",
        (Some(b"Font" | b"FontDescriptor"), _) => "font",
        _ if dict.has("FT") => "form field",
        (_, Some(b"Widget")) => "form field",
        (_, Some(b"Image")) => "image",
        (_, Some(b"Form")) => "drawing",
        (Some(b"Annot"), _) => "annotation",
        _ if dict.has("Rect") && dict.has("Subtype") => "annotation",
        _ if dict.has("Fields") => "form",
        _ if dict.has("Producer") || dict.has("ModDate") => "information",
        _ if found.stream.is_some() => "stream",
        _ => "dictionary",
    };
    words.to_owned()
}
