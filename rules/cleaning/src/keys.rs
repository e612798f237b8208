//! Which rows are the same licence: digests of a million rows, not their texts.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use crate::library::Registers;
use crate::sight::Sight;
use crate::{Field, text};

/// What is kept of a row between the two passes: 56 bytes.
#[derive(Clone, Copy)]
struct Entry {
    /// Type, issuer and number: 128 bits under keys that nobody knows, so equal ones are equal texts.
    licence: [u64; 2],
    holder: u64,
    dates: u64,
    rest: u64,
    number: u32,
    label: u64,
    stays: bool,
}

/// How a row stands to others of the same licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin {
    /// The row it is merged into: place among the entries; whether the rest of the row differs.
    Same {
        into: u32,
        differs: bool,
    },
    /// Rows from `start` to `end` have that number, not all the same holder.
    OtherHolder {
        start: u32,
        end: u32,
    },
    OtherDates {
        start: u32,
        end: u32,
    },
}

/// Rows observed in the first pass.
#[derive(Default)]
pub(crate) struct Keys {
    entries: Vec<Entry>,
    one: RandomState,
    other: RandomState,
}

impl Keys {
    /// Remembers a row; one without a number is nobody's twin.
    pub fn add<R: Registers>(&mut self, sight: &Sight<'_, R>, stays: bool) {
        let row = &sight.row;
        if row.get(Field::LicenceNo).is_empty() {
            return;
        }
        let issuer = match sight.agency() {
            Some(agency) => agency.uscc.as_str(),
            None if row.get(Field::IssuerCode).is_empty() => row.get(Field::Issuer),
            None => row.get(Field::IssuerCode),
        };
        let licence = [
            row.get(Field::LicenceType),
            issuer,
            row.get(Field::LicenceNo),
        ];
        let holder = match row.get(Field::HolderId) {
            "" => row.get(Field::Holder),
            id => id,
        };
        let mut dates = self.one.build_hasher();
        for (when, field) in [
            (sight.issue, Field::IssueDate),
            (sight.from, Field::ValidFrom),
            (sight.to, Field::ValidTo),
        ] {
            match when.day() {
                Some(day) => day.hash(&mut dates),
                None => row.get(field).hash(&mut dates),
            }
        }
        let rest = [
            row.get(Field::Holder),
            row.get(Field::Address),
            row.get(Field::FaceMain),
            row.get(Field::FaceExtra),
            row.get(Field::Region),
        ];
        self.entries.push(Entry {
            licence: [digest(&self.one, &licence), digest(&self.other, &licence)],
            holder: digest(&self.one, &[holder]),
            dates: dates.finish(),
            rest: digest(&self.one, &rest),
            number: row.number,
            label: row.label(),
            stays,
        });
    }

    /// Finds the twins.
    pub fn seal(mut self) -> Twins {
        self.entries
            .sort_unstable_by_key(|entry| (entry.licence, entry.number));
        let mut twins = Vec::new();
        let mut start = 0usize;
        for group in self.entries.chunk_by(|a, b| a.licence == b.licence) {
            if group.len() > 1 {
                mark(group, start, &mut twins);
            }
            start += group.len();
        }
        twins.sort_unstable_by_key(|(number, _)| *number);
        Twins {
            entries: self.entries,
            twins,
        }
    }
}

/// Marks the rows of one licence, which come in the order of the file.
fn mark(group: &[Entry], start: usize, twins: &mut Vec<(u32, Twin)>) {
    let end = place(start + group.len());
    let Some(first) = group.first() else {
        return;
    };
    if group.iter().any(|entry| entry.holder != first.holder) {
        let twin = Twin::OtherHolder {
            start: place(start),
            end,
        };
        twins.extend(group.iter().map(|entry| (entry.number, twin)));
        return;
    }
    let mut staying = group.iter().filter(|entry| entry.stays);
    let dates = staying.next().map(|entry| entry.dates);
    let differ = staying.any(|entry| Some(entry.dates) != dates);
    if differ {
        let twin = Twin::OtherDates {
            start: place(start),
            end,
        };
        twins.extend(
            group
                .iter()
                .filter(|entry| entry.stays)
                .map(|entry| (entry.number, twin)),
        );
        return;
    }
    // The row that others are merged into is the first of its dates that stays, or the first.
    let mut kept: HashMap<u64, usize> = HashMap::new();
    for (at, entry) in group.iter().enumerate() {
        let known = kept.entry(entry.dates).or_insert(at);
        if entry.stays && !group.get(*known).is_some_and(|entry| entry.stays) {
            *known = at;
        }
    }
    for (at, entry) in group.iter().enumerate() {
        let Some(into) = kept.get(&entry.dates).copied().filter(|into| *into < at) else {
            continue;
        };
        let differs = group.get(into).is_some_and(|kept| kept.rest != entry.rest);
        let twin = Twin::Same {
            into: place(start + into),
            differs,
        };
        twins.push((entry.number, twin));
    }
}

/// A place among at most 2³² rows.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The twins of all rows.
pub(crate) struct Twins {
    entries: Vec<Entry>,
    twins: Vec<(u32, Twin)>,
}

/// Rows named in a note, and rows searched for them: a hostile file of a million equal numbers must
/// not be searched a million times.
const NAMED: usize = 5;
const SEARCHED: usize = 200;

impl Twins {
    pub fn of(&self, number: u32) -> Option<Twin> {
        let at = self.twins.binary_search_by_key(&number, |(n, _)| *n).ok()?;
        self.twins.get(at).map(|(_, twin)| *twin)
    }

    /// The label of the row at a place.
    pub fn label(&self, place: u32) -> Option<u64> {
        self.entries.get(place as usize).map(|entry| entry.label)
    }

    /// Labels of rows that conflict with a row, in the order of the file, and whether there may be
    /// more.
    pub fn conflicts(&self, number: u32, twin: Twin) -> (Vec<u64>, bool) {
        let (start, end) = match twin {
            Twin::Same { .. } => return (Vec::new(), false),
            Twin::OtherHolder { start, end } | Twin::OtherDates { start, end } => (start, end),
        };
        let group = self
            .entries
            .get(start as usize..end as usize)
            .unwrap_or_default();
        let own = group
            .binary_search_by_key(&number, |entry| entry.number)
            .ok()
            .and_then(|at| group.get(at));
        let Some(own) = own else {
            return (Vec::new(), false);
        };
        let against = |entry: &&Entry| match twin {
            Twin::OtherDates { .. } => entry.stays && entry.dates != own.dates,
            _ => entry.holder != own.holder,
        };
        let mut labels: Vec<u64> = group
            .iter()
            .take(SEARCHED)
            .filter(against)
            .map(|entry| entry.label)
            .take(NAMED + 1)
            .collect();
        let more = labels.len() > NAMED || group.len() > SEARCHED;
        labels.truncate(NAMED);
        (labels, more)
    }
}

fn digest(state: &RandomState, parts: &[&str]) -> u64 {
    let mut hash = state.build_hasher();
    for part in parts {
        let in_order = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        if part.bytes().all(in_order) {
            hash.write(part.as_bytes());
        } else {
            let folded: String = text::folded(part).collect();
            hash.write(folded.as_bytes());
        }
        hash.write_u8(0xff);
    }
    hash.finish()
}
