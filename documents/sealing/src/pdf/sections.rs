//! Cross-reference sections: tables and streams (ISO 32000-1, 7.5.4 and 7.5.8).

use super::inflate;
use super::object::{Dict, Obj};
use super::scan::{Bad, Read, Scan, is_space};

/// Highest object number; the limit of ISO 32000-1, C.2.
pub(super) const OBJECTS: u32 = 8_388_607;
/// Cross-reference entries in all sections together.
pub(super) const ENTRIES: usize = 1 << 21;

/// Where a section says an object stands. Small, because a file may have a million of them: no
/// file is so large that an offset needs more than four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    At { offset: u32, generation: u16 },
    In { stream: u32, index: u32 },
}

/// One cross-reference section with its trailer.
#[derive(Debug)]
pub(super) struct Section {
    /// What `startxref` names.
    pub at: usize,
    pub entries: Vec<(u32, Place)>,
    pub trailer: Dict,
    pub is_stream: bool,
}

pub(super) fn offset_entry(section: &Section, name: &str) -> Read<Option<usize>> {
    match section.trailer.get(name) {
        None => Ok(None),
        Some(Obj::Int(at)) if *at > 0 => Ok(Some(*at as usize)),
        Some(_) => Err(Bad {
            at: section.at,
            what: "a trailer names an impossible offset",
        }),
    }
}

/// Reads `startxref n %%EOF` at the end of `data[..end]`, which but one line end may follow.
/// Returns the offset and where `%%EOF` ends.
pub(super) fn last_startxref(data: &[u8], end: usize) -> Read<(usize, usize)> {
    let bad = |at, what| Err(Bad { at, what });
    let Some(head) = data.get(..end) else {
        return bad(data.len(), "a revision ends behind the file");
    };
    let head = head.strip_suffix(b"\n").unwrap_or(head);
    let head = head.strip_suffix(b"\r").unwrap_or(head);
    let Some(body) = head.strip_suffix(b"%%EOF") else {
        return bad(end, "no end mark stands at the end");
    };
    let mark = head.len();
    let trim = |bytes: &[u8]| bytes.iter().rev().take_while(|b| is_space(**b)).count();
    let body = &body[..body.len() - trim(body)];
    let digits = body.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (body, number) = body.split_at(body.len() - digits);
    let space = trim(body);
    if digits == 0
        || digits > 12
        || space == 0
        || !body[..body.len() - space].ends_with(b"startxref")
    {
        return bad(end, "no startxref stands at the end");
    }
    let offset = number
        .iter()
        .fold(0usize, |n, b| n * 10 + usize::from(b - b'0'));
    Ok((offset, mark))
}

pub(super) fn read_section(data: &[u8], at: usize) -> Read<Section> {
    if at >= data.len() {
        return Err(Bad {
            at,
            what: "a cross-reference section is named behind the file",
        });
    }
    let mut scan = Scan::at(data, at);
    if scan.looking_at("xref") {
        read_table(&mut scan)
    } else {
        read_stream(&mut scan, data)
    }
}

fn read_table(scan: &mut Scan<'_>) -> Read<Section> {
    let at = scan.pos;
    scan.pos += "xref".len();
    let mut entries = Vec::new();
    loop {
        scan.skip_space();
        if scan.looking_at("trailer") {
            scan.pos += "trailer".len();
            break;
        }
        let first = scan.unsigned("a cross-reference table is damaged")?;
        let count = scan.unsigned("a cross-reference table is damaged")?;
        for i in 0..count {
            let offset = scan.unsigned("a cross-reference table is damaged")?;
            let generation = scan.unsigned("a cross-reference table is damaged")?;
            scan.skip_space();
            let used = scan.looking_at("n");
            if !used && !scan.looking_at("f") {
                return scan.bad("a cross-reference table is damaged");
            }
            scan.pos += 1;
            let (Some(num), Ok(generation)) = (
                object_number(first.saturating_add(i)),
                u16::try_from(generation),
            ) else {
                return scan.bad("a cross-reference table has an impossible number");
            };
            if entries.len() >= ENTRIES {
                return scan.bad("the file has too many objects");
            }
            let place = match used {
                true => Place::At {
                    offset: offset_of(offset),
                    generation,
                },
                false => Place::Free,
            };
            entries.push((num, place));
        }
    }
    let Obj::Dict(trailer) = scan.object()? else {
        return scan.bad("a trailer is missing");
    };
    sound(Section {
        at,
        entries,
        trailer,
        is_stream: false,
    })
}

/// An offset behind every file is one behind this file.
fn offset_of(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(super) fn object_number(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|n| *n <= OBJECTS)
}

fn read_stream(scan: &mut Scan<'_>, data: &[u8]) -> Read<Section> {
    let at = scan.pos;
    let body = scan.indirect(&|_| None)?;
    let bad = |what| Err(Bad { at, what });
    let (Obj::Dict(dict), Some(range)) = (body.value, body.stream) else {
        return bad("no cross-reference section stands where one is named");
    };
    if dict.get("Type").and_then(Obj::as_name) != Some(b"XRef") {
        return bad("no cross-reference section stands where one is named");
    }
    let widths: Vec<usize> = dict
        .get("W")
        .and_then(Obj::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(|w| {
            w.as_int()
                .and_then(|w| usize::try_from(w).ok())
                .filter(|w| *w <= 8)
        })
        .collect();
    let &[kind, second, third] = &widths[..] else {
        return bad("a cross-reference stream has impossible widths");
    };
    if second == 0 {
        return bad("a cross-reference stream has impossible widths");
    }
    let bytes = inflate::decode(&dict, &data[range], at)?;
    let default = [Obj::Int(0), dict.get("Size").cloned().unwrap_or(Obj::Null)];
    let index = dict
        .get("Index")
        .and_then(Obj::as_array)
        .unwrap_or(&default);
    let mut rows = bytes.chunks_exact(kind + second + third);
    let mut entries = Vec::new();
    for pair in index.chunks(2) {
        let [Obj::Int(first), Obj::Int(count)] = pair else {
            return bad("a cross-reference stream has a wrong index");
        };
        let (Ok(first), Ok(count)) = (u64::try_from(*first), u64::try_from(*count)) else {
            return bad("a cross-reference stream has a wrong index");
        };
        for i in 0..count {
            let (Some(row), Some(num)) = (rows.next(), object_number(first.saturating_add(i)))
            else {
                return bad("a cross-reference stream is too short");
            };
            if entries.len() >= ENTRIES {
                return bad("the file has too many objects");
            }
            let number = |from: usize, len: usize| {
                row[from..from + len]
                    .iter()
                    .fold(0u64, |n, b| n << 8 | u64::from(*b))
            };
            let kind_of = if kind == 0 { 1 } else { number(0, kind) };
            let (b, c) = (number(kind, second), number(kind + second, third));
            let place = match (
                kind_of,
                u16::try_from(c),
                u32::try_from(b),
                u32::try_from(c),
            ) {
                (0, ..) => Place::Free,
                (1, Ok(generation), ..) => Place::At {
                    offset: offset_of(b),
                    generation,
                },
                (2, _, Ok(stream), Ok(index)) => Place::In { stream, index },
                // ISO 32000-1, 7.5.8.3: an unknown kind is a reference to null.
                _ => Place::Free,
            };
            entries.push((num, place));
        }
    }
    sound(Section {
        at,
        entries,
        trailer: dict,
        is_stream: true,
    })
}

/// A section that names an object twice is read differently by different readers.
fn sound(section: Section) -> Read<Section> {
    let mut seen: Vec<u32> = section.entries.iter().map(|(num, _)| *num).collect();
    seen.sort_unstable();
    let doubled = seen.windows(2).any(|pair| pair[0] == pair[1]);
    drop(seen);
    if doubled {
        return Err(Bad {
            at: section.at,
            what: "a cross-reference section names an object twice",
        });
    }
    let mut section = section;
    section.entries.shrink_to_fit();
    Ok(section)
}
