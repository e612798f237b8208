//! Reading a container so that nothing in it goes unseen.
//!
//! Readers of zip files differ: one trusts the central directory, another walks the local headers,
//! a third takes the last of two equal names. A file that they would read differently can be shown
//! with one content and verified with another, so everything in which they could differ is an
//! anomaly: every byte must belong to exactly one entry or to the directory, and both descriptions
//! of an entry must agree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use flate2::Decompress;

use super::entry::{self, Central, END_SIZE, End, Header};
use super::part::{Content, Damage, PackagePart, inflate_by_pieces, inflate_with};

/// Most entries in a container.
const ENTRIES: usize = 20_000;
/// Most bytes of all parts together, unpacked.
const TOTAL: u64 = 512 << 20;
/// Folders inside one another, and bytes of a name: far more than any reader writes.
const DEPTH: usize = 32;
const NAME: usize = 512;
/// Deflate cannot do better than this (zlib technical details).
const RATIO: u64 = 1032;
/// Bytes of unpacked parts that are kept in any case; of a large file, as many as an eighth of it.
const KEPT: usize = 4 << 20;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Something in which readers could differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anomaly {
    /// Two entries of one name, or of names that differ only in case.
    Doubled(String),
    /// Anything else, in words.
    Odd(String),
}

/// A container, unpacked.
#[derive(Debug)]
pub(crate) struct Package<'a> {
    /// Files only, in the order of the central directory.
    pub(crate) parts: Vec<PackagePart<'a>>,
    pub(crate) anomalies: Vec<Anomaly>,
    index: HashMap<String, usize>,
}

impl<'a> Package<'a> {
    /// Reads a container. An error means that it is none.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut anomalies = Vec::new();
        let (at, end) = find_end(bytes, &mut anomalies).ok_or("it is not a zip file")?;
        // Offsets count from the first byte; many readers also accept them counted from later.
        let (bytes, at) = match shift(bytes, at, end) {
            0 => (bytes, at),
            shift => {
                anomalies.push(Anomaly::Odd(format!(
                    "{shift} bytes stand before the container"
                )));
                (&bytes[shift..], at - shift)
            }
        };
        let entries = directory(bytes, at, end, &mut anomalies)?;
        layout(bytes, &entries, end.offset, &mut anomalies);
        let mut this = Self {
            parts: Vec::new(),
            anomalies,
            index: HashMap::new(),
        };
        let mut room = Room {
            total: 0,
            kept: KEPT.max(bytes.len() / 16),
            stream: Decompress::new(false),
        };
        for central in &entries {
            this.entry(bytes, central, &mut room);
        }
        this.names();
        Ok(this)
    }

    /// The part of that name. Of two, the first.
    pub(crate) fn get(&self, name: &str) -> Option<&PackagePart<'a>> {
        self.index.get(name).map(|at| &self.parts[*at])
    }

    fn odd(&mut self, what: impl Into<String>) {
        self.anomalies.push(Anomaly::Odd(what.into()));
    }

    fn entry(&mut self, bytes: &'a [u8], central: &Central<'a>, room: &mut Room) {
        let name = match std::str::from_utf8(central.header.name) {
            Ok(name) => name.to_string(),
            Err(_) => {
                let name = String::from_utf8_lossy(central.header.name).into_owned();
                self.odd(format!("the name {name:?} is not UTF-8"));
                name
            }
        };
        if central.header.has_second_name() {
            self.odd(format!("{name:?} has a second, different name"));
        }
        if !central.comment.is_empty() {
            self.odd(format!("{name:?} has a comment"));
        }
        if central.is_special() {
            self.odd(format!("{name:?} is a link or a device, not a file"));
        }
        if name.len() > NAME || name.matches('/').count() > DEPTH {
            self.odd(format!(
                "the name {:?}… is too long or too deep",
                name.chars().take(40).collect::<String>()
            ));
        }
        let folder = name.ends_with('/');
        if !is_plain(name.strip_suffix('/').unwrap_or(&name)) {
            self.odd(format!("the name {name:?} leads elsewhere"));
        }
        let (content, damage) = match unpack(bytes, central, room) {
            Ok(unpacked) => unpacked,
            Err(why) => (
                Content::There(Cow::Borrowed(&[])),
                Some(Damage::Unreadable(why)),
            ),
        };
        let part = PackagePart {
            name,
            content,
            damage,
        };
        let name = &part.name;
        if folder {
            if part.size() > 0 || damage.is_some() {
                self.odd(format!("the folder {name:?} has contents"));
            }
            return;
        }
        if self.index.contains_key(name) {
            self.anomalies.push(Anomaly::Doubled(name.clone()));
        } else {
            self.index.insert(name.clone(), self.parts.len());
        }
        self.parts.push(part);
    }

    /// Names that a file system or a reader would take for one another.
    fn names(&mut self) {
        let mut folded: HashMap<String, &str> = HashMap::new();
        let mut found = Vec::new();
        for part in &self.parts {
            let other = folded.insert(part.name.to_lowercase(), &part.name);
            if let Some(other) = other.filter(|other| *other != part.name) {
                found.push(Anomaly::Doubled(format!("{other} / {}", part.name)));
            }
            for (at, _) in part.name.match_indices('/') {
                if self.index.contains_key(&part.name[..at]) {
                    let folder = &part.name[..at];
                    found.push(Anomaly::Odd(format!("{folder:?} is both file and folder")));
                }
            }
        }
        self.anomalies.append(&mut found);
    }
}

/// The end record whose comment reaches exactly to the end of the file; else the last there is.
fn find_end(bytes: &[u8], anomalies: &mut Vec<Anomaly>) -> Option<(usize, End)> {
    let last = bytes.len().checked_sub(END_SIZE)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let tail = &bytes[first..last + entry::END.len()];
    let candidates: Vec<(usize, End)> = memchr::memmem::rfind_iter(tail, entry::END)
        .map(|at| first + at)
        .filter_map(|at| Some((at, entry::end(&bytes[at..])?)))
        .collect();
    let fits = |(at, end): &&(usize, End)| at + END_SIZE + usize::from(end.comment) == bytes.len();
    let found = candidates
        .iter()
        .find(fits)
        .or(candidates.first())
        .copied()?;
    let rest = bytes.len() - found.0 - END_SIZE;
    if rest > 0 {
        anomalies.push(Anomaly::Odd(format!(
            "{rest} bytes follow the end of the container"
        )));
    }
    if candidates.len() > 1 {
        anomalies.push(Anomaly::Odd("there are two end records".into()));
    }
    if !found.1.plain {
        anomalies.push(Anomaly::Odd("the container is said to be split".into()));
    }
    Some(found)
}

/// How many bytes stand before the container, when offsets do not count them.
fn shift(bytes: &[u8], at: usize, end: End) -> usize {
    let there = |start: usize| {
        bytes
            .get(start..)
            .is_some_and(|rest| rest.starts_with(entry::CENTRAL))
    };
    let (offset, size) = (end.offset as usize, end.size as usize);
    match at.checked_sub(size) {
        Some(start) if start > offset && !there(offset) && there(start) => start - offset,
        _ => 0,
    }
}

fn directory<'a>(
    bytes: &'a [u8],
    at: usize,
    end: End,
    anomalies: &mut Vec<Anomaly>,
) -> Result<Vec<Central<'a>>, String> {
    const DAMAGED: &str = "its directory is damaged";
    let start = usize::try_from(end.offset).map_err(|_| DAMAGED)?;
    let mut rest = bytes.get(start..at).ok_or(DAMAGED)?;
    if rest.len() as u64 != u64::from(end.size) {
        anomalies.push(Anomaly::Odd(
            "the directory's size is not what the end says".into(),
        ));
    }
    let mut entries = Vec::new();
    while rest.starts_with(entry::CENTRAL) {
        let (central, after) = entry::central(rest).ok_or(DAMAGED)?;
        entries.push(central);
        rest = after;
        if entries.len() > ENTRIES {
            return Err("it has too many entries".into());
        }
    }
    if !rest.is_empty() {
        let text = format!("{} bytes of the directory are no entries", rest.len());
        anomalies.push(Anomaly::Odd(text));
    }
    if entries.len() != usize::from(end.entries) {
        let text = format!(
            "{} entries are announced, {} found",
            end.entries,
            entries.len()
        );
        anomalies.push(Anomaly::Odd(text));
    }
    if entries.is_empty() {
        return Err("it is empty".into());
    }
    Ok(entries)
}

/// Local entries must lie end to end from the first byte to the directory, and say what the
/// directory says.
fn layout(bytes: &[u8], entries: &[Central<'_>], directory: u32, anomalies: &mut Vec<Anomaly>) {
    let mut odd = |what: String| anomalies.push(Anomaly::Odd(what));
    let mut sorted: Vec<&Central<'_>> = entries.iter().collect();
    sorted.sort_by_key(|central| central.offset);
    let mut expected = 0usize;
    for central in sorted {
        let name = String::from_utf8_lossy(central.header.name);
        let offset = central.offset as usize;
        if offset != expected {
            odd(format!(
                "{name:?} begins at byte {offset}, not at {expected}"
            ));
        }
        let Some((local, data)) = bytes.get(offset..).and_then(entry::local) else {
            odd(format!("{name:?} has no entry where the directory says"));
            expected = offset;
            continue;
        };
        if let Some(what) = differ(&local, &central.header) {
            odd(format!(
                "{name:?} has another {what} in its entry than in the directory"
            ));
        }
        if local.has_second_name() {
            odd(format!("{name:?} has a second, different name"));
        }
        let start = bytes.len() - data.len();
        let after = start.saturating_add(central.header.packed as usize);
        let descriptor = match bytes.get(after..) {
            Some(rest) if local.has_descriptor() => entry::descriptor(rest, &central.header),
            _ => Some(0),
        };
        if descriptor.is_none() {
            odd(format!(
                "the descriptor of {name:?} differs from the directory"
            ));
        }
        expected = after.saturating_add(descriptor.unwrap_or(0));
    }
    if expected != directory as usize {
        odd(format!(
            "entries end at byte {expected}, the directory begins at {directory}"
        ));
    }
}

fn differ(local: &Header<'_>, central: &Header<'_>) -> Option<&'static str> {
    if local.name != central.name {
        return Some("name");
    }
    if local.method != central.method {
        return Some("method");
    }
    if local.flags & !8 != central.flags & !8 || local.has_descriptor() != central.has_descriptor()
    {
        return Some("set of flags");
    }
    let numbers = |header: &Header<'_>| (header.crc, header.packed, header.size);
    // With a descriptor the entry may leave the numbers open.
    let open = local.has_descriptor() && numbers(local) == (0, 0, 0);
    (!open && numbers(local) != numbers(central)).then_some("size or check sum")
}

/// What is left for the parts that come.
struct Room {
    /// Unpacked so far, of [`TOTAL`].
    total: u64,
    /// Bytes that may still be kept unpacked.
    kept: usize,
    stream: Decompress,
}

type Unpacked<'a> = (Content<'a>, Option<Damage>);

fn unpack<'a>(
    bytes: &'a [u8],
    central: &Central<'a>,
    room: &mut Room,
) -> Result<Unpacked<'a>, &'static str> {
    let header = &central.header;
    if header.is_encrypted() {
        return Err("it is encrypted");
    }
    let entry = bytes.get(central.offset as usize..).and_then(entry::local);
    let (_, rest) = entry.ok_or("its entry is missing")?;
    let packed = rest.get(..header.packed as usize).ok_or("it is cut off")?;
    let size = u64::from(header.size);
    room.total = room.total.saturating_add(size);
    if room.total > TOTAL {
        return Err("the container unpacks to too much");
    }
    let (content, crc) = match header.method {
        STORED if packed.len() as u64 == size => (
            Content::There(Cow::Borrowed(packed)),
            crc32fast::hash(packed),
        ),
        STORED => return Err("its size is not what the directory says"),
        DEFLATED if size > RATIO * (packed.len() as u64 + 1) => {
            return Err("its size cannot be what the directory says");
        }
        DEFLATED => match room.kept.checked_sub(header.size as usize) {
            Some(left) => {
                room.kept = left;
                let data = inflate_with(&mut room.stream, packed, header.size as usize)?;
                let crc = crc32fast::hash(&data);
                (Content::There(Cow::Owned(data)), crc)
            }
            None => {
                let mut crc = crc32fast::Hasher::new();
                let size = header.size as usize;
                inflate_by_pieces(packed, size, &mut |piece| crc.update(piece))?;
                let unpacked = OnceLock::new();
                let content = Content::Packed {
                    packed,
                    size,
                    unpacked,
                };
                (content, crc.finalize())
            }
        },
        _ => return Err("its compression is not supported"),
    };
    let damage = (crc != header.crc).then_some(Damage::CheckSum);
    Ok((content, damage))
}

/// A path that stays inside the package and means one thing only.
pub(super) fn is_plain(name: &str) -> bool {
    let odd = |c: char| c == '\\' || c == ':' || c.is_control();
    !name.is_empty()
        && !name.contains(odd)
        && name.split('/').all(|step| !matches!(step, "" | "." | ".."))
}

/// Names that occur twice in a list of parts.
pub(super) fn first_doubled<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut seen = HashSet::new();
    names
        .into_iter()
        .find(|name| !seen.insert(name.to_lowercase()))
}
