//! Writing an incremental update (ISO 32000-1, 7.5.6).

use std::ops::Range;

use super::file::View;
use super::object::{Dict, Key, Obj, write_hex};

/// Digits kept free for each number of the byte range.
const DIGITS: usize = 10;
const RANGE: &str = "/ByteRange ";
const CONTENTS: &str = "/Contents ";

/// The file and what is appended to it.
pub(super) struct Update {
    out: Vec<u8>,
    places: Vec<(Key, usize)>,
    next: u32,
    trailer: Dict,
}

impl Update {
    /// Begins behind the file; `room` is a guess of what will be added.
    pub fn after(view: &View<'_, '_>, room: usize) -> Self {
        let data = view.data();
        let mut out = Vec::with_capacity(data.len() + room + 16_384);
        out.extend(data);
        if !data.ends_with(b"\n") {
            out.push(b'\n');
        }
        let mut trailer = Dict::new();
        for name in ["Root", "Info", "ID"] {
            if let Some(value) = view.trailer().get(name) {
                trailer.set(name, value.clone());
            }
        }
        Self {
            out,
            places: Vec::new(),
            next: view.first_free(),
            trailer,
        }
    }

    /// A number for a new object.
    pub fn next(&mut self) -> Key {
        self.next += 1;
        Key::new(self.next - 1)
    }

    fn begin(&mut self, key: Key) {
        self.places.push((key, self.out.len()));
        self.out
            .extend(format!("{} {} obj\n", key.num, key.generation).bytes());
    }

    pub fn object(&mut self, key: Key, value: &Obj) {
        self.begin(key);
        value.write(&mut self.out);
        self.out.extend(b"\nendobj\n");
    }

    pub fn stream(&mut self, key: Key, dict: Dict, body: &[u8]) {
        self.begin(key);
        dict.with("Length", Obj::Int(body.len() as i64))
            .write(&mut self.out);
        self.out.extend(b"\nstream\n");
        self.out.extend(body);
        self.out.extend(b"\nendstream\nendobj\n");
    }

    /// Writes the signature dictionary with a hole for `room` bytes of signature.
    pub fn signature(&mut self, key: Key, dict: Dict, room: usize) -> Hole {
        self.begin(key);
        dict.write(&mut self.out);
        // The two entries that are filled in later stand inside, before the closing brackets.
        self.out.truncate(self.out.len() - 2);
        self.out.extend(RANGE.bytes());
        let range = self.out.len();
        self.out.extend(range_text([0; 4]).bytes());
        self.out.extend(CONTENTS.bytes());
        let start = self.out.len();
        write_hex(&vec![0; room], &mut self.out);
        let contents = start..self.out.len();
        self.out.extend(b">>\nendobj\n");
        Hole { range, contents }
    }

    /// Ends the update with a cross-reference section of the kind the file has: ISO 32000-1,
    /// 7.5.8.4 does not let the two kinds mix freely.
    pub fn finish(mut self, view: &View<'_, '_>) -> Vec<u8> {
        self.trailer.set("Prev", Obj::Int(view.section().at as i64));
        self.places.sort();
        let at = if view.section().is_stream {
            let key = self.next();
            let at = self.out.len();
            self.places.push((key, at));
            self.cross_reference_stream(key);
            at
        } else {
            let at = self.out.len();
            self.cross_reference_table();
            at
        };
        self.out.extend(format!("startxref\n{at}\n%%EOF\n").bytes());
        self.out
    }

    /// Places grouped into runs of consecutive numbers.
    fn runs(&self) -> impl Iterator<Item = &[(Key, usize)]> {
        self.places.chunk_by(|a, b| a.0.num + 1 == b.0.num)
    }

    fn cross_reference_table(&mut self) {
        let mut text = String::from("xref\n");
        for run in self.runs() {
            text += &format!("{} {}\n", run[0].0.num, run.len());
            for (key, at) in run {
                text += &format!("{at:010} {:05} n \n", key.generation);
            }
        }
        self.out.extend(text.bytes());
        self.trailer.set("Size", Obj::Int(self.next.into()));
        self.out.extend(b"trailer\n");
        self.trailer.write(&mut self.out);
        self.out.push(b'\n');
    }

    fn cross_reference_stream(&mut self, key: Key) {
        let mut rows = Vec::with_capacity(self.places.len() * 7);
        let mut index = Vec::new();
        for run in self.runs() {
            index.extend([Obj::Int(run[0].0.num.into()), Obj::Int(run.len() as i64)]);
            for (key, at) in run {
                rows.push(1);
                // The limit on file size keeps offsets below four bytes.
                rows.extend((*at as u32).to_be_bytes());
                rows.extend(key.generation.to_be_bytes());
            }
        }
        let widths = [1, 4, 2].map(Obj::Int).to_vec();
        let dict = std::mem::take(&mut self.trailer)
            .with("Type", Obj::name("XRef"))
            .with("Size", Obj::Int(self.next.into()))
            .with("W", Obj::Array(widths))
            .with("Index", Obj::Array(index));
        self.stream(key, dict, &rows);
    }
}

/// What is left open in a signature dictionary until the whole file is known.
pub(super) struct Hole {
    /// Where the byte range's bracket opens.
    range: usize,
    /// The signature value with its angle brackets.
    pub contents: Range<usize>,
}

impl Hole {
    /// Bytes of value that fit in.
    pub fn room(&self) -> usize {
        (self.contents.len() - 2) / 2
    }

    /// Writes the byte range: all of the file but the value.
    pub fn set_range(&self, out: &mut [u8]) {
        let Range { start, end } = self.contents;
        let text = range_text([0, start, end, out.len() - end]);
        out[self.range..self.range + text.len()].copy_from_slice(text.as_bytes());
    }

    /// Writes the value and fills the rest of its room with zeros.
    pub fn fill(&self, out: &mut [u8], mut value: Vec<u8>) {
        value.resize(self.room(), 0);
        let mut hex = Vec::with_capacity(self.contents.len());
        write_hex(&value, &mut hex);
        out[self.contents.clone()].copy_from_slice(&hex);
    }
}

/// Always of the same length.
fn range_text([a, b, c, d]: [usize; 4]) -> String {
    format!("[{a} {b:<DIGITS$} {c:<DIGITS$} {d:<DIGITS$}]")
}
