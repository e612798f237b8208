//! Verification of a PDF file: all of its signatures, and everything that happened around them.

use super::file::{FILE_LIMIT, File, View};
use super::form::{Form, SigField};
use super::judge;
use super::range::Mark;
use super::scan::{Bad, Read};
use super::update::{self, Added, Illegal};
use super::walk::Walk;
use crate::report::Report;
use crate::{Check, FileKind, Reason, Trust, Unreadable, Verdict};

/// Signatures looked at in one file.
const SIGNATURES: usize = 32;
/// Cross-reference entries gone through for all signatures together.
const ENTRIES: usize = 1 << 24;

/// Verifies every signature of a PDF file. An error means that the bytes are no PDF at all; whatever
/// else is wrong with a file, or that it carries no signature, stands in the verdict.
///
/// Reads any PAdES or PKCS#7 signature with ECDSA P-256, RSA or SM2. Time: the one the signature
/// claims; it is covered by the signature, but nobody else vouches for it.
pub fn verify_pdf(bytes: &[u8], trust: &Trust) -> Result<Verdict, Unreadable> {
    if bytes.len() > FILE_LIMIT {
        return Err(Unreadable(format!("it is larger than {FILE_LIMIT} bytes")));
    }
    // ISO 32000-1, H.3: readers look for the header in the first 1024 bytes.
    let head = &bytes[..bytes.len().min(1024)];
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(Unreadable("it does not begin as a PDF file".into()));
    }
    let mut report = Report::new(FileKind::Pdf);
    match readable_part(bytes) {
        Ok(part) => {
            if let Err(bad) = examine(bytes, part, trust, &mut report) {
                anomaly(&mut report, &bad);
            }
        }
        Err(bad) => anomaly(&mut report, &bad),
    }
    Ok(report.verdict())
}

fn anomaly(report: &mut Report, bad: &Bad) {
    report.fail(
        Check::Container,
        Reason::ContainerAnomaly,
        None,
        bad.to_string(),
    );
}

/// The longest beginning of the file that is a file by itself, so that something stuck to its end is
/// told as such.
fn readable_part(bytes: &[u8]) -> Read<usize> {
    const TRIES: usize = 8;
    let whole = match File::read(bytes) {
        Ok(_) => return Ok(bytes.len()),
        Err(bad) => bad,
    };
    let mut end = bytes.len();
    for _ in 0..TRIES {
        let Some(mark) = rfind(&bytes[..end], b"%%EOF") else {
            break;
        };
        let rest = &bytes[mark + 5..];
        let line = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        let part = mark + 5 + line;
        if part < bytes.len() && File::read(&bytes[..part]).is_ok() {
            return Ok(part);
        }
        end = mark;
    }
    Err(whole)
}

fn rfind(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .rposition(|window| window == wanted)
}

fn examine(bytes: &[u8], part: usize, trust: &Trust, report: &mut Report) -> Read<()> {
    let file = File::read(&bytes[..part])?;
    let newest = file.newest();
    if newest.trailer().has("Encrypt") {
        return Err(Bad {
            at: 0,
            what: "the file is encrypted",
        });
    }
    let walk = Walk::take(&file, &newest);
    let form = Form::read(&newest)?;
    let signed: Vec<&SigField> = form
        .signatures
        .iter()
        .filter(|f| f.value.is_some())
        .collect();
    for (reason, evidence) in walk.faults() {
        report.fail(Check::Container, reason, None, evidence);
    }
    removed(&walk, &signed, report);
    if signed.is_empty() {
        if part < bytes.len() {
            let evidence = format!("from byte {part} on the file is damaged or cut off");
            report.fail(Check::Container, Reason::ContainerAnomaly, None, evidence);
        }
        if walk.signatures.is_empty() {
            report.fail(
                Check::Stamp,
                Reason::Unsigned,
                None,
                "no signature field has a value",
            );
        }
        return Ok(());
    }
    if signed.len() > SIGNATURES || signed.len() * file.weight() > ENTRIES {
        return Err(Bad {
            at: 0,
            what: "the file has too many signatures",
        });
    }
    let mut marks = Vec::new();
    for field in signed {
        match Mark::read(&file, &newest, field) {
            Ok(mark) => marks.push(mark),
            Err(unsound) => judge::unsound(field, &unsound, report),
        }
    }
    marks.sort_by_key(|mark| mark.end);
    let first = report.signatures.len();
    judge::signatures(&file, &marks, trust, report);
    coverage(&file, &newest, &marks, first, bytes.len(), report)?;
    for (i, mark) in marks.iter().enumerate() {
        if !walk.ends.contains(&mark.eof) {
            let evidence = "what was signed does not end where a revision ends";
            let index = Some(first + i);
            report.fail(Check::Container, Reason::ContainerAnomaly, index, evidence);
        }
    }
    if report.is_clean(Check::Container, None) {
        let sections = file.sections.len();
        let evidence = format!("{} bytes, {sections} cross-reference sections", bytes.len());
        report.pass(Check::Container, None, evidence);
    }
    Ok(())
}

/// Signature dictionaries that were once written and that no field names any more.
fn removed(walk: &Walk, signed: &[&SigField], report: &mut Report) {
    for key in &walk.signatures {
        if !signed.iter().any(|field| field.value == Some(*key)) {
            let evidence = format!("the signature in object {} belongs to no field", key.num);
            report.fail(Check::Stamp, Reason::SealRemoved, None, evidence);
        }
    }
}

/// What happened after each signature, from the last to the first: whatever breaks a later step
/// breaks it for all signatures before.
fn coverage(
    file: &File<'_>,
    newest: &View<'_, '_>,
    marks: &[Mark],
    first: usize,
    length: usize,
    report: &mut Report,
) -> Read<()> {
    let mut broken: Option<String> = None;
    let mut informed = false;
    let mut later: Option<(&Mark, View<'_, '_>)> = None;
    for (i, mark) in marks.iter().enumerate().rev() {
        let view = file.view(mark.rank);
        let step = match &later {
            Some((later, later_view)) => follow(mark, &view, later, later_view),
            None => tail(mark, &view, newest, file.data.len(), length),
        };
        match step {
            Ok(added) => informed |= added.information || added.evidence,
            Err(Illegal(why)) => broken = Some(why),
        }
        let index = Some(first + i);
        let covered = format!("bytes 0 to {} of {length}", mark.end);
        if let Some(why) = &broken {
            report.fail(
                Check::Coverage,
                Reason::ChangedAfterSigning,
                index,
                why.clone(),
            );
        } else if informed {
            report.warn(Check::Coverage, Reason::InformationUpdated, index, covered);
        } else {
            report.pass(Check::Coverage, index, covered);
        }
        was_there(mark, &view, index, report)?;
        later = Some((mark, view));
    }
    Ok(())
}

/// From one signature to the next, only the next may have come.
fn follow(
    mark: &Mark,
    view: &View<'_, '_>,
    later: &Mark,
    later_view: &View<'_, '_>,
) -> Result<Added, Illegal> {
    if mark.closes {
        return Err(Illegal(
            "the signature closed the document, another one followed".into(),
        ));
    }
    let added = update::compare(view, later_view)?;
    if added.fields != [later.field.key] {
        return Err(Illegal(
            "more than one signature was added in one step".into(),
        ));
    }
    Ok(added)
}

/// Behind the last signature nothing may follow but evidence for verifying it later.
fn tail(
    mark: &Mark,
    view: &View<'_, '_>,
    newest: &View<'_, '_>,
    part: usize,
    length: usize,
) -> Result<Added, Illegal> {
    if part < length {
        let more = length - part;
        return Err(Illegal(format!(
            "{more} bytes that are no part of the PDF were appended"
        )));
    }
    if mark.end == length {
        return Ok(Added::default());
    }
    let added = update::compare(view, newest)?;
    match added {
        Added {
            information: false,
            evidence: true,
            ref fields,
        } if fields.is_empty() => Ok(added),
        _ => {
            let more = length - mark.end;
            Err(Illegal(format!(
                "an update of {more} bytes follows the last signature"
            )))
        }
    }
}

/// The field already had this value in the revision it signed.
fn was_there(
    mark: &Mark,
    view: &View<'_, '_>,
    index: Option<usize>,
    report: &mut Report,
) -> Read<()> {
    let form = Form::read(view)?;
    let field = form
        .signatures
        .iter()
        .find(|field| field.key == mark.field.key);
    let odd = if field.is_none_or(|field| field.value != mark.field.value) {
        "the signature was put into its field after it was made"
    } else if !view.is_within(mark.end) {
        "what was signed names objects behind its own end"
    } else {
        return Ok(());
    };
    report.fail(Check::Container, Reason::ContainerAnomaly, index, odd);
    Ok(())
}
