//! Verification of an OFD file: container, signatures, coverage.

use std::collections::{HashMap, HashSet};

use super::cover::{deviates, is_signature_file};
use super::document::{self, Body, ENTRY};
use super::list::{Entry, List};
use super::path;
use super::signature_judge::{Account, Context};
use crate::container::{Anomaly, Damage, Package, Part};
use crate::deviation::{Deviates, Deviation};
use crate::report::Report;
use crate::{Check, FileKind, Reason, Trust, Unreadable, Verdict};

/// Signatures in one file.
const SIGNATURES: usize = 256;

/// Certificates that are tried on the bare values of one file, whose maker decides how many there
/// are.
const TRIES: usize = 128;

/// Verifies every signature of an OFD file. An error means that the bytes are no OFD file at all;
/// whatever else is wrong with it, or that it carries no signature, stands in the verdict.
///
/// Reads stamps of GB/T 38540 (version 4) and GM/T 0031 (versions 1 and 5), and signed data of
/// GB/T 35275. Digests and the signature value are computed every time; seals and chains that were
/// found to hold are remembered in `trust`.
pub fn verify_ofd(bytes: &[u8], trust: &Trust) -> Result<Verdict, Unreadable> {
    judge(&Package::read(bytes).map_err(Unreadable)?, trust)
}

/// The same, and gives those undamaged parts whose names are wanted: who goes on to read them reads
/// what was judged, not what another reader of containers would find.
pub fn verify_ofd_keeping(
    bytes: &[u8],
    trust: &Trust,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Verdict, Vec<Part>), Unreadable> {
    let package = Package::read(bytes).map_err(Unreadable)?;
    let verdict = judge(&package, trust)?;
    let kept = package.parts.iter();
    let kept = kept
        .filter(|part| part.damage.is_none() && wanted(&part.name))
        .map(|part| (part.name.clone(), part.data.to_vec()))
        .collect();
    Ok((verdict, kept))
}

fn judge(package: &Package<'_>, trust: &Trust) -> Result<Verdict, Unreadable> {
    let entry = package
        .get(ENTRY)
        .ok_or_else(|| Unreadable(format!("it has no {ENTRY}")))?;
    let bodies = document::bodies(&entry.data);
    let mut report = Report::new(FileKind::Ofd);
    let lists = match &bodies {
        Ok(bodies) => named_lists(package, bodies, &mut report),
        Err(why) => {
            // A signature may still tell that the entry point was changed.
            let found = left_over(package, "Signatures.xml");
            if found.is_empty() {
                return Err(Unreadable(format!("{ENTRY}: {why}")));
            }
            report.fail(
                Check::Integrity,
                Reason::PartChanged,
                None,
                format!("{ENTRY}: {why}"),
            );
            found
        }
    };
    let mut context = context(package, bodies.as_deref().unwrap_or_default(), trust);
    let entries = entries(package, &lists, &mut report);
    let accounts: Vec<Account> = entries
        .iter()
        .map(|entry| context.judge(entry, &mut report))
        .collect();
    coverage(package, &lists, &accounts, &mut report);
    container(package, &context.changed, &mut report);
    Ok(report.verdict())
}

/// The lists of signatures that the entry point names.
fn named_lists(package: &Package<'_>, bodies: &[Body], report: &mut Report) -> Vec<String> {
    let mut lists = Vec::new();
    for name in bodies.iter().filter_map(|body| body.signatures.clone()) {
        if package.get(&name).is_none() {
            let evidence = format!("{ENTRY} names {name}, which is missing");
            report.fail(Check::Stamp, Reason::SealRemoved, None, evidence);
        } else if !lists.contains(&name) {
            lists.push(name);
        }
    }
    if !lists.is_empty() || !report.is_clean(Check::Stamp, None) {
        return lists;
    }
    let parts = package.parts.iter().map(|part| part.name.as_str());
    let orphans: Vec<&str> = parts
        .filter(|name| is_signature_file(path::file(name)))
        .collect();
    if orphans.is_empty() {
        report.fail(Check::Stamp, Reason::Unsigned, None, "");
    } else {
        let evidence = format!(
            "{ENTRY} names no list of signatures, but there is {}",
            orphans[0]
        );
        report.fail(Check::Stamp, Reason::SealRemoved, None, evidence);
    }
    lists
}

fn left_over(package: &Package<'_>, file: &str) -> Vec<String> {
    let names = package.parts.iter().map(|part| &part.name);
    names
        .filter(|name| path::file(name).eq_ignore_ascii_case(file))
        .cloned()
        .collect()
}

fn context<'a>(package: &'a Package<'a>, bodies: &[Body], trust: &'a Trust) -> Context<'a> {
    let (mut faces, mut page_ids) = (HashSet::new(), HashSet::new());
    for body in bodies {
        let Some(root) = package.get(&body.root) else {
            continue;
        };
        let Ok((pages, templates)) = document::pages(&body.root, &root.data) else {
            continue;
        };
        for page in pages {
            page_ids.insert(page.id);
            faces.extend(page.content);
        }
        faces.extend(templates);
    }
    Context {
        package,
        trust,
        entry: ENTRY,
        faces,
        page_ids,
        digests: HashMap::new(),
        changed: HashSet::new(),
        tries: TRIES,
    }
}

/// The signatures of all lists. A signature that stands in the package but in no list was taken
/// out of it.
fn entries(package: &Package<'_>, lists: &[String], report: &mut Report) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for name in lists {
        let Some(part) = package.get(name) else {
            continue;
        };
        match List::parse(name, &part.data) {
            Ok(list) => {
                for one in &list.deviations {
                    let place = format!("{name} {}", one.place);
                    deviates(&Deviates { place, ..*one }, None, report);
                }
                for entry in list.entries {
                    if entries.iter().any(|known| known.part == entry.part) {
                        let (what, place) =
                            (Deviation::ListedTwice, format!("{name} {}", entry.part));
                        deviates(&Deviates { what, place }, None, report);
                    } else {
                        entries.push(entry);
                    }
                }
            }
            Err(why) => {
                let evidence = format!("{name}: {why}");
                report.fail(Check::Integrity, Reason::PartChanged, None, evidence);
                // What it should have named, so that each can be judged all the same.
                let folder = path::folder(name);
                let found = left_over(package, "Signature.xml").into_iter();
                entries.extend(
                    found
                        .filter(|part| part.starts_with(folder))
                        .map(|part| Entry {
                            id: String::new(),
                            kind: "Seal".into(),
                            location: format!("/{part}"),
                            part,
                        }),
                );
            }
        }
    }
    if lists.is_empty() {
        return entries;
    }
    let unlisted = left_over(package, "Signature.xml");
    let mut unlisted = unlisted
        .iter()
        .filter(|part| entries.iter().all(|e| e.part != **part));
    if let Some(part) = unlisted.next() {
        let evidence = format!("{part} is not in the list of signatures");
        report.fail(Check::Stamp, Reason::SealRemoved, None, evidence);
    } else if entries.is_empty() {
        report.fail(
            Check::Stamp,
            Reason::Unsigned,
            None,
            "the list of signatures is empty",
        );
    }
    if entries.len() > SIGNATURES {
        let evidence = format!("{} signatures", entries.len());
        report.fail(Check::Container, Reason::ContainerAnomaly, None, evidence);
        entries.truncate(SIGNATURES);
    }
    entries
}

/// Every part must be covered by a signature, or belong to one.
fn coverage(package: &Package<'_>, lists: &[String], accounts: &[Account], report: &mut Report) {
    let check = Check::Coverage;
    if !accounts.iter().any(|account| account.is_read) {
        return;
    }
    let own = |name: &str| accounts.iter().any(|account| account.own.contains(name));
    let covered = |name: &str| {
        accounts
            .iter()
            .any(|account| account.covered.contains(name))
    };
    // A signature outside the list was told already; its files are no further news.
    let dropped: HashSet<String> = left_over(package, "Signature.xml")
        .into_iter()
        .filter(|name| !own(name))
        .map(|name| path::folder(&name).to_string())
        .collect();
    let mut later: Vec<Vec<&str>> = vec![Vec::new(); accounts.len()];
    let mut seen = HashSet::new();
    for name in package.parts.iter().map(|part| part.name.as_str()) {
        if !seen.insert(name) || own(name) || dropped.contains(path::folder(name)) {
            continue;
        }
        match (covered(name), lists.iter().any(|list| list == name)) {
            (true, false) => {
                for (account, later) in accounts.iter().zip(&mut later) {
                    if account.is_read && !account.covered.contains(name) {
                        later.push(name);
                    }
                }
            }
            (true, true) => {}
            (false, true) => {
                let reason = Reason::SignatureListUncovered;
                report.warn(check, reason, None, name);
            }
            (false, false) => report.fail(check, Reason::PartUncovered, None, name),
        }
    }
    for (index, names) in later
        .iter()
        .enumerate()
        .filter(|(_, names)| !names.is_empty())
    {
        let evidence = format!("covered by another signature only: {}", names.join(", "));
        report.warn(check, Reason::ChangedAfterSigning, Some(index), evidence);
    }
    // What stands behind the end of a signed value is seen by nobody who reads it. Where a later
    // signature covers that part it was there before; else anybody can have put it there.
    for (index, account) in accounts.iter().enumerate() {
        let Some((name, length)) = &account.tail else {
            continue;
        };
        let place = format!("{name}: {length} bytes");
        if covered(name) {
            let what = Deviation::TrailingBytes;
            deviates(&Deviates { what, place }, Some(index), report);
        } else {
            let evidence = format!("{place} follow the end of the signed value");
            report.fail(Check::Stamp, Reason::StampBroken, Some(index), evidence);
        }
    }
    if report.is_clean(check, None) {
        let evidence = format!("{} parts", package.parts.len());
        report.pass(check, None, evidence);
    }
}

fn container(package: &Package<'_>, changed: &HashSet<String>, report: &mut Report) {
    let check = Check::Container;
    for anomaly in &package.anomalies {
        match anomaly {
            Anomaly::Doubled(name) => {
                report.fail(check, Reason::DuplicateEntry, None, name.clone());
            }
            Anomaly::Odd(what) => {
                report.fail(check, Reason::ContainerAnomaly, None, what.clone());
            }
        }
    }
    for part in &package.parts {
        let Some(damage) = part.damage else { continue };
        let evidence = format!("{}: {damage}", part.name);
        // A changed byte also spoils the check sum; the change is what is to be told.
        if damage == Damage::CheckSum && changed.contains(&part.name) {
            report.warn(check, Reason::ContainerAnomaly, None, evidence);
        } else {
            report.fail(check, Reason::ContainerAnomaly, None, evidence);
        }
    }
    if report.is_clean(check, None) {
        report.pass(check, None, format!("{} parts", package.parts.len()));
    }
}
