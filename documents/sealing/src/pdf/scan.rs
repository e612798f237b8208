//! A strict, bounded reader of PDF syntax. It never repairs: where readers would have to guess, and
//! so may guess differently, it says what is wrong and where.

use std::ops::Range;

use super::object::{Dict, Entry, Key, Obj};

/// Arrays and dictionaries inside one another; real files stay below ten.
const DEPTH: usize = 48;
/// Objects inside one another in one body; a large page tree node has some thousands.
const ITEMS: usize = 1 << 20;

/// What is wrong, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub(super) struct Bad {
    pub at: usize,
    pub what: &'static str,
}

pub(super) type Read<T> = Result<T, Bad>;

/// A body `n g obj … endobj`.
#[derive(Clone, Debug)]
pub(super) struct Indirect {
    pub key: Key,
    pub value: Obj,
    /// The raw bytes between `stream` and `endstream`.
    pub stream: Option<Range<usize>>,
    /// From the object number to after `endobj`.
    pub span: Range<usize>,
}

impl Indirect {
    pub fn dict(&self) -> Option<&Dict> {
        self.value.as_dict()
    }
}

/// A position in the bytes.
#[derive(Clone)]
pub(super) struct Scan<'a> {
    pub(super) data: &'a [u8],
    pub pos: usize,
    left: usize,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

pub(super) fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

impl<'a> Scan<'a> {
    pub fn at(data: &'a [u8], pos: usize) -> Self {
        Self {
            data,
            pos,
            left: ITEMS,
        }
    }

    pub fn bad<T>(&self, what: &'static str) -> Read<T> {
        Err(Bad { at: self.pos, what })
    }

    pub fn peek(&self) -> Option<u8> {
        self.data.get(self.pos).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.data.get(self.pos..).unwrap_or_default()
    }

    /// Passes one comment, up to the end of its line.
    pub fn skip_comment(&mut self) {
        let line = self.rest().iter().position(|b| matches!(b, 10 | 13));
        self.pos += line.unwrap_or(self.rest().len());
    }

    /// Passes white space and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                self.skip_comment();
            } else if is_space(byte) {
                self.pos += 1;
            } else {
                return;
            }
        }
    }

    /// True when the keyword stands here as a whole word.
    pub fn looking_at(&self, word: &str) -> bool {
        self.rest().starts_with(word.as_bytes())
            && self
                .data
                .get(self.pos + word.len())
                .is_none_or(|b| !is_regular(*b))
    }

    pub fn keyword(&mut self, word: &str, what: &'static str) -> Read<()> {
        self.skip_space();
        if !self.looking_at(word) {
            return self.bad(what);
        }
        self.pos += word.len();
        Ok(())
    }

    /// An unsigned integer without sign.
    pub fn unsigned(&mut self, what: &'static str) -> Read<u64> {
        self.skip_space();
        let digits = self
            .rest()
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let end = self.pos + digits;
        if digits == 0 || digits > 18 || self.data.get(end).is_some_and(|b| is_regular(*b)) {
            return self.bad(what);
        }
        let value = self.data[self.pos..end]
            .iter()
            .fold(0u64, |n, b| n * 10 + u64::from(b - b'0'));
        self.pos = end;
        Ok(value)
    }

    pub fn object(&mut self) -> Read<Obj> {
        self.left = ITEMS;
        self.object_within(DEPTH)
    }

    fn object_within(&mut self, depth: usize) -> Read<Obj> {
        self.skip_space();
        let Some(first) = self.peek() else {
            return self.bad("an object is missing");
        };
        let Some(left) = self.left.checked_sub(1) else {
            return self.bad("an object is too large");
        };
        self.left = left;
        match first {
            b'/' => self.name().map(Obj::Name),
            b'(' => self.literal().map(Obj::Text),
            b'<' if self.rest().starts_with(b"<<") => self.dict(depth).map(Obj::Dict),
            b'<' => self.hex().map(Obj::Text),
            b'[' => self.array(depth),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_ref(),
            _ => {
                for (word, value) in [
                    ("null", Obj::Null),
                    ("true", Obj::Bool(true)),
                    ("false", Obj::Bool(false)),
                ] {
                    if self.looking_at(word) {
                        self.pos += word.len();
                        return Ok(value);
                    }
                }
                self.bad("not a PDF object")
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read<Obj> {
        if depth == 0 {
            return self.bad("objects are nested too deeply");
        }
        self.pos += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b']') {
                self.pos += 1;
                return Ok(Obj::Array(items));
            }
            items.push(self.object_within(depth - 1)?);
        }
    }

    fn dict(&mut self, depth: usize) -> Read<Dict> {
        if depth == 0 {
            return self.bad("objects are nested too deeply");
        }
        let start = self.pos;
        self.pos += 2;
        let mut dict = Dict::new();
        loop {
            self.skip_space();
            if self.rest().starts_with(b">>") {
                self.pos += 2;
                break;
            }
            if self.peek() != Some(b'/') {
                return self.bad("a dictionary has no name here");
            }
            let name = self.name()?;
            self.skip_space();
            let from = self.pos;
            let value = self.object_within(depth - 1)?;
            dict.push(Entry {
                name,
                value,
                span: from..self.pos,
            });
        }
        if dict.doubled().is_some() {
            return Err(Bad {
                at: start,
                what: "a dictionary has one name twice",
            });
        }
        Ok(dict)
    }

    /// Reads `n g obj … endobj`. `length` answers what an indirect `/Length` stands for.
    pub fn indirect(&mut self, length: &dyn Fn(Key) -> Option<usize>) -> Read<Indirect> {
        self.skip_space();
        let start = self.pos;
        let num = self.unsigned("no object begins here")?;
        let generation = self.unsigned("no object begins here")?;
        let (Ok(num), Ok(generation)) = (u32::try_from(num), u16::try_from(generation)) else {
            return self.bad("an object's number is too large");
        };
        self.keyword("obj", "no object begins here")?;
        let value = self.object()?;
        self.skip_space();
        let mut stream = None;
        if self.looking_at("stream") {
            let Some(dict) = value.as_dict() else {
                return self.bad("a stream has no dictionary");
            };
            let len = match dict.get("Length") {
                Some(Obj::Int(n)) => usize::try_from(*n).ok(),
                Some(Obj::Ref(key)) => length(*key),
                _ => None,
            };
            let Some(len) = len else {
                return self.bad("a stream has no length");
            };
            stream = Some(self.stream_body(len)?);
        }
        self.keyword("endobj", "an object has no end")?;
        Ok(Indirect {
            key: Key { num, generation },
            value,
            stream,
            span: start..self.pos,
        })
    }

    fn stream_body(&mut self, len: usize) -> Read<Range<usize>> {
        self.pos += "stream".len();
        if self.rest().starts_with(b"\r\n") {
            self.pos += 2;
        } else if self.peek() == Some(b'\n') {
            self.pos += 1;
        } else {
            return self.bad("a stream does not begin on a new line");
        }
        let body = self.pos..self.pos.saturating_add(len);
        if body.end > self.data.len() {
            return self.bad("a stream is longer than the file");
        }
        self.pos = body.end;
        if self.rest().starts_with(b"\r\n") {
            self.pos += 2;
        } else if matches!(self.peek(), Some(b'\n' | b'\r')) {
            self.pos += 1;
        }
        if !self.looking_at("endstream") {
            return self.bad("a stream's length is wrong");
        }
        self.pos += "endstream".len();
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Read<Obj> {
        let mut scan = Scan::at(text.as_bytes(), 0);
        let value = scan.object()?;
        scan.skip_space();
        if scan.pos == text.len() {
            Ok(value)
        } else {
            scan.bad("something follows")
        }
    }

    #[test]
    fn objects_are_read() {
        let text = |bytes: &[u8]| Ok(Obj::Text(bytes.to_vec()));
        assert_eq!(
            read("(a(b)\\)\\n\\101\\0015\\\nz)"),
            text(b"a(b))\nA\x015z")
        );
        assert_eq!(read("(a\r\nb\\\r\nc)"), text(b"a\nbc"));
        assert_eq!(read("<48 65\n6C6>"), text(b"Hel`"));
        assert_eq!(
            read("/A#20b/"),
            Err(Bad {
                at: 6,
                what: "something follows"
            })
        );
        assert_eq!(read("/A#42"), Ok(Obj::name("AB")));
        assert_eq!(read("-12 % comment"), Ok(Obj::Int(-12)));
        assert_eq!(read("+.5"), Ok(Obj::Real(b"+.5".to_vec())));
        assert_eq!(
            read("[1 0 R 2 3 null]"),
            Ok(Obj::Array(vec![
                Obj::Ref(Key::new(1)),
                Obj::Int(2),
                Obj::Int(3),
                Obj::Null
            ]))
        );
        let dict = read("<</A<</B[]>>/C true>>").unwrap();
        assert!(
            dict.as_dict()
                .unwrap()
                .get("A")
                .unwrap()
                .as_dict()
                .unwrap()
                .has("B")
        );
    }

    #[test]
    fn what_readers_would_guess_is_refused() {
        for wrong in [
            "",
            "(",
            "(a",
            "<4",
            "<4g>",
            "/A#",
            "/A#00",
            "/A#4",
            "[1",
            "<<",
            "<</A>>",
            "<</A 1",
            "<</A 1/A 2>>",
            "<<1 2>>",
            "1.2.3",
            "--1",
            "1e5",
            "tru",
            "truefalse",
            "99999999999999999999",
            ">>",
            "]",
            "{",
            "R",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("[{}]", "0 ".repeat(ITEMS + 1))).is_err());
        assert!(read(&format!("/{}", "n".repeat(128))).is_err());
    }

    #[test]
    fn streams_have_exactly_their_length() {
        let body = |text: &str| Scan::at(text.as_bytes(), 0).indirect(&|_| Some(3));
        for good in [
            "1 0 obj<</Length 3>>stream\nabc\nendstream endobj",
            "1 0 obj<</Length 3>>stream\r\nabcendstream endobj",
            "1 0 obj<</Length 5 0 R>>stream\nabc\r\nendstream endobj",
        ] {
            assert_eq!(body(good).unwrap().stream.unwrap().len(), 3, "{good}");
        }
        for wrong in [
            "1 0 obj<</Length 2>>stream\nabc\nendstream endobj",
            "1 0 obj<</Length 99>>stream\nabc\nendstream endobj",
            "1 0 obj<</Length -1>>stream\nabc\nendstream endobj",
            "1 0 obj<<>>stream\nabc\nendstream endobj",
            "1 0 obj<</Length 3>>stream\rabc\nendstream endobj",
            "1 0 obj 5 stream\nabc\nendstream endobj",
            "1 0 obj<</Length 3>>stream\nabc\nendstream",
            "99999999999 0 obj 1 endobj",
            "1 70000 obj 1 endobj",
        ] {
            assert!(body(wrong).is_err(), "{wrong}");
        }
    }
}
