//! The file from first byte to last: every byte must belong to something, and everything must be
//! what the cross-reference sections say stands there. What two readers could see differently is
//! found here.

use std::collections::{HashMap, HashSet};

use super::file::{File, Place, View};
use super::object::Key;
use super::scan::{Scan, is_space};
use super::sections::Section;
use super::update::each_reference;
use crate::Reason;

/// What the walk came upon.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Objects that have two bodies in one revision, with the second one's place.
    doubled: Vec<(Key, usize)>,
    /// Objects a section names and that do not stand there.
    missing: Vec<(u32, usize)>,
    /// Anything else that does not belong.
    odd: Vec<(usize, &'static str)>,
    /// Where revisions end: behind each end mark that no object contains.
    pub ends: HashSet<usize>,
    /// Every signature dictionary in the file, in whatever revision.
    pub signatures: Vec<Key>,
}

impl Walk {
    pub fn take(file: &File<'_>, view: &View<'_, '_>) -> Self {
        let mut walk = Walk::default();
        let named = named_offsets(file);
        let at = |section: &Section| body_start(file.data, section.at);
        let mut sections: HashSet<usize> = file.sections.iter().map(at).collect();
        // In the order of the file, and so sorted; maps would weigh more than a file of many objects.
        let mut bodies: Vec<(u32, Key)> = Vec::new();
        let mut in_revision: HashSet<u32> = HashSet::new();
        let mut scan = Scan::at(file.data, 0);
        let mut whole = true;
        let mut referred: HashMap<u32, u32> = HashMap::new();
        while let Some(byte) = scan.peek().filter(|_| whole) {
            if is_space(byte) {
                scan.pos += 1;
            } else if byte == b'%' {
                if file.data[scan.pos..].starts_with(b"%%EOF") {
                    // Some writers append their update to the mark without a line end.
                    scan.pos += "%%EOF".len();
                    walk.ends.insert(scan.pos);
                    // Emptying one that was large once would take as long every time.
                    in_revision = HashSet::new();
                } else {
                    scan.skip_comment();
                }
            } else if scan.looking_at("xref") {
                if !sections.remove(&scan.pos) {
                    walk.odd
                        .push((scan.pos, "a cross-reference table outside the chain"));
                }
                if skip_table(&mut scan).is_none() {
                    walk.odd.push((scan.pos, "a damaged cross-reference table"));
                    whole = false;
                }
            } else if scan.looking_at("startxref") {
                scan.pos += "startxref".len();
                if scan.unsigned("").is_err() {
                    walk.odd.push((scan.pos, "a damaged startxref"));
                    whole = false;
                }
            } else {
                let start = scan.pos;
                let Ok(body) = scan.indirect(&|key| view.length(key)) else {
                    walk.odd.push((start, "bytes that belong to no object"));
                    whole = false;
                    continue;
                };
                if !in_revision.insert(body.key.num) {
                    walk.doubled.push((body.key, start));
                }
                let place = start as u32;
                if !sections.remove(&start) && named.binary_search(&place).is_err() {
                    walk.odd
                        .push((start, "an object that no cross-reference section names"));
                }
                if let Some(dict) = body.dict()
                    && dict.has("ByteRange")
                    && dict.has("Contents")
                {
                    walk.signatures.push(body.key);
                }
                each_reference(&body.value, &mut |num| {
                    referred.entry(num).or_insert(place);
                });
                bodies.push((place, body.key));
            }
        }
        // Behind damage nothing was looked at, so nothing can be said to be missing.
        if whole {
            // The first walk is as good as any other.
            let _ = file.referred.set(referred);
            walk.find_missing(file, &bodies);
            let hidden = sections.into_iter().min();
            let what = "a cross-reference section inside of something else";
            walk.odd.extend(hidden.map(|at| (at, what)));
        }
        walk
    }

    /// What makes the file one that readers may understand differently, one of each sort.
    pub fn faults(&self) -> Vec<(Reason, String)> {
        let doubled = self.doubled.first().map(|(key, at)| {
            let what = format!(
                "object {} stands twice in one revision, at byte {at}",
                key.num
            );
            (Reason::DuplicateEntry, what)
        });
        let missing = self.missing.first().map(|(num, at)| {
            (
                Reason::PartMissing,
                format!("object {num} is not at byte {at}"),
            )
        });
        let odd = self
            .odd
            .first()
            .map(|(at, what)| (Reason::ContainerAnomaly, format!("{what} at byte {at}")));
        [doubled, missing, odd].into_iter().flatten().collect()
    }

    fn find_missing(&mut self, file: &File<'_>, bodies: &[(u32, Key)]) {
        for (num, place) in file.sections.iter().flat_map(|section| &section.entries) {
            let Place::At { offset, generation } = *place else {
                continue;
            };
            let key = Key {
                num: *num,
                generation,
            };
            let start = body_start(file.data, offset as usize);
            let found = bodies.binary_search_by_key(&start, |(at, _)| *at as usize);
            if found.map(|at| bodies[at].1) != Ok(key) {
                self.missing.push((*num, offset as usize));
            }
        }
    }
}

/// Some writers name the line end before an object instead of its first digit.
fn body_start(data: &[u8], offset: usize) -> usize {
    let rest = data.get(offset..).unwrap_or_default();
    offset + rest.iter().take(4).take_while(|b| is_space(**b)).count()
}

/// Sorted.
fn named_offsets(file: &File<'_>) -> Vec<u32> {
    let places = file.sections.iter().flat_map(|section| &section.entries);
    let mut offsets: Vec<u32> = places
        .filter_map(|(_, place)| match place {
            Place::At { offset, .. } => u32::try_from(body_start(file.data, *offset as usize)).ok(),
            _ => None,
        })
        .collect();
    offsets.sort_unstable();
    offsets
}

fn skip_table(scan: &mut Scan<'_>) -> Option<()> {
    scan.pos += "xref".len();
    loop {
        scan.skip_space();
        if scan.looking_at("trailer") {
            scan.pos += "trailer".len();
            return scan.object().ok().map(|_| ());
        }
        if scan.looking_at("n") || scan.looking_at("f") {
            scan.pos += 1;
        } else {
            scan.unsigned("").ok()?;
        }
    }
}
