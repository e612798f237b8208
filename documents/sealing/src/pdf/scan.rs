//! A strict, bounded reader of PDF syntax. It never repairs: where readers would have to guess, and
//! so may guess differently, it says what is wrong and where.

use std::ops::Range;

use super::object::{Dict, Entry, Key, Obj};

/// Arrays and dictionaries inside one another; real files stay below ten.
const DEPTH: usize = 48;
/// Objects inside one another in one body; a large page tree node has some thousands.
const ITEMS: usize = 1 << 20;
/// Longest name accepted, the limit of ISO 32000-1, C.2.
const NAME: usize = 127;

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
    data: &'a [u8],
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

fn is_regular(byte: u8) -> bool {
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

    fn rest(&self) -> &'a [u8] {
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

    fn name(&mut self) -> Read<Vec<u8>> {
        self.pos += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|b| is_regular(*b)) {
            self.pos += 1;
            if byte != b'#' {
                name.push(byte);
            } else {
                match (self.hex_digit(self.pos), self.hex_digit(self.pos + 1)) {
                    (Some(high), Some(low)) if high + low > 0 => name.push(high << 4 | low),
                    _ => return self.bad("a name has a wrong escape"),
                }
                self.pos += 2;
            }
            if name.len() > NAME {
                return self.bad("a name is too long");
            }
        }
        Ok(name)
    }

    fn hex_digit(&self, at: usize) -> Option<u8> {
        let byte = *self.data.get(at)?;
        char::from(byte).to_digit(16).map(|d| d as u8)
    }

    fn hex(&mut self) -> Read<Vec<u8>> {
        self.pos += 1;
        let mut bytes = Vec::new();
        let mut half: Option<u8> = None;
        loop {
            match self.peek() {
                Some(b'>') => {
                    self.pos += 1;
                    bytes.extend(half.map(|h| h << 4));
                    return Ok(bytes);
                }
                Some(byte) if is_space(byte) => {}
                Some(_) => match (self.hex_digit(self.pos), half.take()) {
                    (None, _) => return self.bad("a hexadecimal string has another character"),
                    (Some(low), Some(high)) => bytes.push(high << 4 | low),
                    (digit, None) => half = digit,
                },
                None => return self.bad("a hexadecimal string has no end"),
            }
            self.pos += 1;
        }
    }

    fn literal(&mut self) -> Read<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut open = 0usize;
        loop {
            let Some(byte) = self.peek() else {
                return self.bad("a string has no end");
            };
            self.pos += 1;
            match byte {
                b'(' => {
                    open += 1;
                    if open > 1 {
                        bytes.push(byte);
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(bytes);
                    }
                    bytes.push(byte);
                }
                b'\\' => self.escape(&mut bytes)?,
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.pos += 1;
                    }
                    bytes.push(b'\n');
                }
                _ => bytes.push(byte),
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Read<()> {
        let Some(byte) = self.peek() else {
            return self.bad("a string has no end");
        };
        self.pos += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.pos += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    if let Some(digit @ b'0'..=b'7') = self.peek() {
                        value = value * 8 + u32::from(digit - b'0');
                        self.pos += 1;
                    }
                }
                bytes.push(value as u8);
            }
            other => bytes.push(other),
        }
        Ok(())
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

    fn number_or_ref(&mut self) -> Read<Obj> {
        let len = self.rest().iter().take_while(|b| is_regular(**b)).count();
        let raw = &self.rest()[..len];
        let unsigned = raw
            .strip_prefix(b"-")
            .or(raw.strip_prefix(b"+"))
            .unwrap_or(raw);
        let dots = unsigned.iter().filter(|b| **b == b'.').count();
        let digits = unsigned.iter().filter(|b| b.is_ascii_digit()).count();
        if digits == 0 || dots > 1 || digits + dots != unsigned.len() || digits > 40 {
            return self.bad("not a number");
        }
        if dots == 1 {
            self.pos += len;
            return Ok(Obj::Real(raw.to_vec()));
        }
        let Some(value) = std::str::from_utf8(raw)
            .ok()
            .and_then(|s| s.parse::<i64>().ok())
        else {
            return self.bad("a number is too large");
        };
        if raw.len() == unsigned.len()
            && let Some((key, end)) = self.reference()
        {
            self.pos = end;
            return Ok(Obj::Ref(key));
        }
        self.pos += len;
        Ok(Obj::Int(value))
    }

    /// `n g R` from here, and where it ends.
    fn reference(&self) -> Option<(Key, usize)> {
        let mut ahead = self.clone();
        let num = u32::try_from(ahead.unsigned("").ok()?).ok()?;
        let generation = u16::try_from(ahead.unsigned("").ok()?).ok()?;
        ahead.keyword("R", "").ok()?;
        Some((Key { num, generation }, ahead.pos))
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
