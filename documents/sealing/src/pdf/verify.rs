//! Verification of a PDF file: all of its signatures, and everything that happened around them.

use super::file::{FILE_LIMIT, File, View};
use super::form::{Form, SigField};
use super::judge;
use super::permission::{Level, Policy};
use super::range::Mark;
use super::scan::{Bad, Read};
use super::store::Store;
use super::update::{self, Added, Illegal, Judged};
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
/// Reads any PAdES or PKCS#7 signature with ECDSA on P-256 or P-384, RSA or SM2, and time stamps.
/// Time: that of a trusted time stamp; where there is none, the one the signature claims, which is
/// covered by the signature, but nobody else vouches for it. Certificates and revocation data in
/// the document's security store are used like those that are at hand.
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
        Ok(file) => {
            if let Err(bad) = examine(bytes, &file, trust, &mut report) {
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
fn readable_part(bytes: &[u8]) -> Read<File<'_>> {
    const TRIES: usize = 8;
    let whole = match File::read(bytes) {
        Ok(file) => return Ok(file),
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
        if part < bytes.len()
            && let Ok(file) = File::read(&bytes[..part])
        {
            return Ok(file);
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

fn examine(bytes: &[u8], file: &File<'_>, trust: &Trust, report: &mut Report) -> Read<()> {
    let part = file.data.len();
    let newest = file.newest();
    if newest.trailer().has("Encrypt") {
        return Err(Bad {
            at: 0,
            what: "the file is encrypted",
        });
    }
    let walk = Walk::take(file, &newest);
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
        match Mark::read(file, &newest, field) {
            Ok(mark) => marks.push(mark),
            Err(unsound) => judge::unsound(field, &unsound, report),
        }
    }
    marks.sort_by_key(|mark| mark.end);
    let first = report.signatures.len();
    let store = Store::read(&newest, &form)?;
    judge::signatures(file, &marks, &store, trust, report);
    certification(&marks, first, report);
    coverage(file, &newest, &marks, first, bytes.len(), report)?;
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

/// A certification speaks of everything after it, so it comes first (ISO 32000-2, 12.8.1).
fn certification(marks: &[Mark], first: usize, report: &mut Report) {
    for (i, mark) in marks.iter().enumerate() {
        if mark.permission.certifies.is_some() && i > 0 {
            let evidence = "a certification that is not the first signature";
            let (check, index) = (Check::Stamp, Some(first + i));
            report.warn(check, Reason::FormatDeviation, index, evidence);
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
    let mut broken: Option<Illegal> = None;
    let mut informed = false;
    let mut permitted: Vec<&str> = Vec::new();
    let mut later: Option<(&Mark, View<'_, '_>)> = None;
    for (i, mark) in marks.iter().enumerate().rev() {
        let view = file.view(mark.rank);
        // A later revision is judged by all signatures it stands behind.
        let policy = Policy::of(marks[..=i].iter().map(|mark| &mark.permission));
        let step = match &later {
            Some((later, later_view)) => follow(mark, &policy, &view, later, later_view),
            None => tail(mark, &policy, &view, newest, file.data.len(), length),
        };
        match step {
            Ok(added) => {
                informed |= added.information || added.evidence;
                permitted.extend(added.filled.then_some("filled in"));
                permitted.extend(added.annotated.then_some("annotated"));
            }
            Err(illegal) => broken = Some(illegal),
        }
        let (check, index) = (Check::Coverage, Some(first + i));
        let covered = format!("bytes 0 to {} of {length}", mark.end);
        if let Some(Illegal { reason, why }) = &broken {
            report.fail(check, *reason, index, why.clone());
        } else if !permitted.is_empty() {
            permitted.dedup();
            let evidence = format!("{covered}, then {}", permitted.join(" and "));
            report.warn(check, Reason::PermittedChange, index, evidence);
        } else if informed {
            report.warn(check, Reason::InformationUpdated, index, covered);
        } else {
            report.pass(check, index, covered);
        }
        was_there(mark, &view, index, report)?;
        later = Some((mark, view));
    }
    Ok(())
}

/// From one signature to the next, only the next may have come, and what was permitted.
fn follow(
    mark: &Mark,
    policy: &Policy,
    view: &View<'_, '_>,
    later: &Mark,
    later_view: &View<'_, '_>,
) -> Judged<Added> {
    if policy.level == Level::Nothing && !later.is_time_stamp() {
        let why = "the signature closed the document, another one followed";
        return Err(Illegal::of(Reason::PermissionExceeded, why));
    }
    if policy.locks(&later.field.name) && !later.is_time_stamp() && was_waiting(view, later)? {
        let why = "a locked signature field was filled";
        return Err(Illegal::of(Reason::PermissionExceeded, why));
    }
    let added = update::compare(view, mark.end, later_view, policy)?;
    if added.fields != [later.field.key] {
        return Err(Illegal::new(
            "more than one signature was added in one step",
        ));
    }
    Ok(added)
}

/// The field of the later signature was in the form already, empty.
fn was_waiting(view: &View<'_, '_>, later: &Mark) -> Read<bool> {
    let form = Form::read(view)?;
    let mut fields = form.signatures.iter();
    Ok(fields.any(|field| field.key == later.field.key && field.value.is_none()))
}

/// Behind the last signature nothing may follow but evidence for verifying it later, news about the
/// document that show on no page, and what was permitted.
fn tail(
    mark: &Mark,
    policy: &Policy,
    view: &View<'_, '_>,
    newest: &View<'_, '_>,
    part: usize,
    length: usize,
) -> Judged<Added> {
    if part < length {
        let more = length - part;
        return Err(Illegal::new(format!(
            "{more} bytes that are no part of the PDF were appended"
        )));
    }
    if mark.end == length {
        return Ok(Added::default());
    }
    let added = update::compare(view, mark.end, newest, policy)?;
    let something = added.information || added.evidence || added.filled || added.annotated;
    if something && added.fields.is_empty() {
        return Ok(added);
    }
    let more = length - mark.end;
    Err(Illegal::new(format!(
        "an update of {more} bytes follows the last signature"
    )))
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
