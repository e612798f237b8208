//! PDF objects in memory, and how they are written back (ISO 32000-1, 7.3).

use std::ops::Range;

/// Object number and generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub num: u32,
    pub generation: u16,
}

impl Key {
    pub fn new(num: u32) -> Self {
        Self { num, generation: 0 }
    }
}

/// A direct object. Reals keep the characters they were read with, so that a rewritten dictionary
/// says exactly what the original said.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Obj {
    Null,
    Bool(bool),
    Int(i64),
    Real(Vec<u8>),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Obj>),
    Dict(Dict),
    Ref(Key),
}

impl Obj {
    pub fn name(text: &str) -> Self {
        Obj::Name(text.as_bytes().to_vec())
    }

    pub fn real(value: f64) -> Self {
        Obj::Real(format!("{value:.4}").into_bytes())
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Obj::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Obj::Int(value) => Some(*value as f64),
            Obj::Real(raw) => std::str::from_utf8(raw).ok()?.parse().ok(),
            _ => None,
        }
    }

    pub fn as_name(&self) -> Option<&[u8]> {
        match self {
            Obj::Name(name) => Some(name),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&[u8]> {
        match self {
            Obj::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Obj]> {
        match self {
            Obj::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Obj::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub fn as_ref(&self) -> Option<Key> {
        match self {
            Obj::Ref(key) => Some(*key),
            _ => None,
        }
    }

    /// Appends the object's PDF syntax.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Obj::Null => out.extend(b"null"),
            Obj::Bool(value) => out.extend(if *value { &b"true"[..] } else { b"false" }),
            Obj::Int(value) => out.extend(value.to_string().bytes()),
            Obj::Real(raw) => out.extend(raw),
            Obj::Name(name) => write_name(name, out),
            Obj::Text(text) if text.iter().all(|b| (b' '..=b'~').contains(b)) => {
                write_literal(text, out);
            }
            Obj::Text(text) => write_hex(text, out),
            Obj::Array(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
            Obj::Dict(dict) => dict.write(out),
            Obj::Ref(key) => {
                out.extend(format!("{} {} R", key.num, key.generation).bytes());
            }
        }
    }
}

fn write_name(name: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-_.+:@*'".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("#{byte:02X}").bytes());
        }
    }
}

fn write_literal(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'(');
    for &byte in text {
        if matches!(byte, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b')');
}

/// Appends `<…>` with upper-case digits.
pub(super) fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'<');
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
    out.push(b'>');
}

/// One entry of a dictionary and where its value stood in the file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub name: Vec<u8>,
    pub value: Obj,
    pub span: Range<usize>,
}

/// A dictionary in the order of its file. Equality knows no order.
#[derive(Clone, Debug, Default)]
pub(super) struct Dict {
    entries: Vec<Entry>,
}

impl Dict {
    pub fn new() -> Self {
        Self::default()
    }

    /// The builder's way to add an entry.
    pub fn with(mut self, name: &str, value: Obj) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: &str, value: Obj) {
        match self.entries.iter_mut().find(|e| e.name == name.as_bytes()) {
            Some(entry) => entry.value = value,
            None => self.push(Entry {
                name: name.as_bytes().to_vec(),
                value,
                span: 0..0,
            }),
        }
    }

    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|e| e.name == name.as_bytes() && e.value != Obj::Null)
    }

    /// The value, if there is one that is not null.
    pub fn get(&self, name: &str) -> Option<&Obj> {
        self.entry(name).map(|e| &e.value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.value != Obj::Null)
    }

    /// A name that stands twice, if one does: readers differ on which of the two they take.
    pub fn doubled(&self) -> Option<&[u8]> {
        // A set pays only for dictionaries larger than any in a normal file.
        if self.entries.len() > 64 {
            let mut seen = std::collections::HashSet::new();
            return self
                .entries
                .iter()
                .find(|e| !seen.insert(&e.name))
                .map(|e| &e.name[..]);
        }
        let twice = |(i, e): (usize, &Entry)| self.entries[..i].iter().any(|f| f.name == e.name);
        self.entries
            .iter()
            .enumerate()
            .find(|&p| twice(p))
            .map(|(_, e)| &e.name[..])
    }

    /// True when both say the same in every entry but those named.
    pub fn same_except(&self, other: &Dict, names: &[&str]) -> bool {
        let counts = |e: &&Entry| !names.iter().any(|n| n.as_bytes() == e.name);
        let within = |a: &Dict, b: &Dict| {
            a.entries().filter(counts).all(|e| {
                b.entries()
                    .find(|f| f.name == e.name)
                    .is_some_and(|f| f.value == e.value)
            })
        };
        within(self, other) && within(other, self)
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(b"<<");
        for entry in &self.entries {
            write_name(&entry.name, out);
            out.push(b' ');
            entry.value.write(out);
        }
        out.extend(b">>");
    }
}

impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.same_except(other, &[])
    }
}
