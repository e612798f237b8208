//! What a signature covers: parts against their digests, and the description against the stamp.

use super::path;
use super::schema::numbers;
use super::signature_file::{Reference, SignatureFile};
use super::signature_judge::One;
use crate::deviation::{Deviates, Deviation, Notes};
use crate::report::Report;
use crate::stamp::Stamp;
use crate::{Check, Reason};

/// Whether a signature value that holds was made over this description.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Yes,
    No(Stranger),
}

/// Whether it is known to have been made over another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    Yes,
    Unknown,
}

impl One<'_, '_> {
    /// Covered parts against their digests, and the description against the stamp.
    pub(super) fn references(
        &mut self,
        file: &SignatureFile,
        bound: Option<Bound>,
        report: &mut Report,
    ) {
        let (check, index) = (Check::Integrity, self.index);
        let description = &self.entry.part;
        self.form(&file.deviations, description, report);
        let Some(method) = file.check_method else {
            let evidence = format!("digests by “{}”", file.check_method_text);
            report.fail(check, Reason::AlgorithmUnknown, index, evidence);
            return;
        };
        if method.is_weak() {
            let evidence = format!("digests by {}", method.name());
            report.warn(check, Reason::AlgorithmWeak, index, evidence);
        }
        let (mut changed, mut missing) = (Vec::new(), Vec::new());
        let resolve = |reference: &Reference| path::resolve(description, &reference.path);
        let names: Vec<String> = file.references.iter().filter_map(resolve).collect();
        self.context.digest_all(&names, method);
        for reference in &file.references {
            match resolve(reference) {
                None => missing.push(reference.path.clone()),
                Some(name) => match self.context.digest(&name, method) {
                    None => missing.push(name),
                    Some(digest) if reference.digest == digest => {}
                    Some(_) => changed.push(name),
                },
            }
        }
        let sound = changed.is_empty() && missing.is_empty();
        match bound {
            Some(Bound::No(stranger)) => {
                // The description is not the one that was stamped, so its digests prove nothing.
                let moved = sound || stranger == Stranger::Yes;
                let (reason, evidence) = if moved {
                    let words = "the stamp was made over another description than";
                    (Reason::StampMoved, format!("{words} {description}"))
                } else {
                    (Reason::PartChanged, description.clone())
                };
                self.context.changed.insert(description.clone());
                report.fail(check, reason, index, evidence);
                return;
            }
            Some(Bound::Yes) if self.is_of_another_file(&changed, &missing) => {
                let words = "the signature covers another document:";
                let evidence = format!("{words} {} differ", changed.join(", "));
                report.fail(check, Reason::StampMoved, index, evidence);
                return;
            }
            _ => {}
        }
        for name in &missing {
            let reason = if is_signature_file(path::file(name)) {
                Reason::SealRemoved
            } else {
                Reason::PartMissing
            };
            report.fail(check, reason, index, name.clone());
        }
        for name in changed {
            // What is told first decides: a swapped face has a reason of its own [H-60].
            if self.context.faces.contains(&name) {
                report.fail(check, Reason::FaceReplaced, index, name.clone());
            }
            report.fail(check, Reason::PartChanged, index, name.clone());
            self.context.changed.insert(name);
        }
        if sound {
            report.pass(check, index, format!("{} parts", file.references.len()));
        }
    }

    /// The entry point, which bears the document's identifier, is another one, and so are pages:
    /// the signature came here from another document, whole.
    fn is_of_another_file(&self, changed: &[String], missing: &[String]) -> bool {
        let face =
            |name: &String| self.context.faces.contains(name) || path::file(name) == "Content.xml";
        changed.iter().any(|name| name == self.context.entry)
            && changed.iter().chain(missing).any(face)
    }

    /// Whether the stamp itself says that it was made for another description than this one.
    pub(super) fn stranger(&self, file: &SignatureFile, stamp: &Stamp<'_>) -> Stranger {
        let other_path = path::resolve("", &stamp.property).is_some_and(|p| p != self.entry.part);
        let other_time = matches!((stamp.time, file.time), (Some(a), Some(b)) if a != b);
        if other_path || other_time {
            Stranger::Yes
        } else {
            Stranger::Unknown
        }
    }

    /// The path in the stamp must be that of the description.
    pub(super) fn property(&self, stamp: &Stamp<'_>, report: &mut Report) {
        let found = path::resolve("", &stamp.property);
        if found.as_deref() == Some(&*self.entry.part) {
            return;
        }
        let evidence = format!(
            "the stamp names “{}”, not {}",
            stamp.property, self.entry.part
        );
        let sister = found.is_some_and(|name| path::file(&name) == path::file(&self.entry.part));
        if sister && stamp.property.contains('/') {
            report.fail(Check::Stamp, Reason::StampMoved, self.index, evidence);
        } else {
            let place = format!("TBS_Sign.propertyInfo “{}”", stamp.property);
            self.deviates(Deviation::PropertyPath, place, report);
        }
    }

    /// Where the impressions stand: one that nobody can see is told.
    pub(super) fn pages(&self, file: &SignatureFile, has_seal: bool, report: &mut Report) {
        let known = &self.context.page_ids;
        // A forger could write very many.
        let notes = Notes::default();
        for stamp in &file.stamps {
            let place = |what: &str| format!("StampAnnot “{}” {what}", stamp.id);
            if stamp.id.is_empty() {
                notes.add(Deviation::ElementMissing, "StampAnnot.ID");
            }
            if !known.contains(&stamp.page) {
                let place = place(&format!("PageRef “{}”", stamp.page));
                notes.add(Deviation::ImpressionPage, place);
            }
            let boundary = numbers(&stamp.boundary).filter(|b| b[2] > 0.0 && b[3] > 0.0);
            let Some([_, _, width, height]) = boundary else {
                let place = place(&format!("Boundary “{}”", stamp.boundary));
                notes.add(Deviation::ImpressionBox, place);
                continue;
            };
            let Some(clip) = &stamp.clip else { continue };
            let inside = numbers(clip).is_some_and(|[x, y, w, h]| {
                // A hundredth of a millimetre is lost in writing.
                let slack = 0.02;
                x >= -slack
                    && y >= -slack
                    && w > 0.0
                    && h > 0.0
                    && x + w <= width + slack
                    && y + h <= height + slack
            });
            if !inside {
                let place = place(&format!("Clip “{clip}”"));
                notes.add(Deviation::ImpressionClip, place);
            }
        }
        if file.stamps.is_empty() && has_seal {
            notes.add(Deviation::ImpressionMissing, "SignedInfo/StampAnnot");
        }
        for one in notes.take() {
            deviates(&one, self.index, report);
        }
    }

    /// Tells a deviation.
    pub(super) fn deviates(&self, what: Deviation, place: String, report: &mut Report) {
        deviates(&Deviates { what, place }, self.index, report);
    }

    /// Tells the deviations of one part.
    pub(super) fn form(&self, found: &[Deviates], part: &str, report: &mut Report) {
        for one in found {
            self.deviates(one.what, format!("{part} {}", one.place), report);
        }
    }
}

/// Tells a deviation, of a signature or of the whole file.
pub(super) fn deviates(found: &Deviates, index: Option<usize>, report: &mut Report) {
    let evidence = found.to_string();
    report.warn(Check::Form, Reason::FormatDeviation, index, evidence);
}

/// Names of the files a signature consists of.
pub(super) fn is_signature_file(file: &str) -> bool {
    [
        "Signatures.xml",
        "Signature.xml",
        "SignedValue.dat",
        "Seal.esl",
    ]
    .iter()
    .any(|name| name.eq_ignore_ascii_case(file))
}
