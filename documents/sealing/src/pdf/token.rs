//! The smallest parts of PDF syntax: names, strings, numbers, references.

use super::object::{Key, Obj};
use super::scan::{Read, Scan, is_regular, is_space};

/// Longest name accepted, the limit of ISO 32000-1, C.2.
const NAME: usize = 127;

impl Scan<'_> {
    pub(super) fn name(&mut self) -> Read<Vec<u8>> {
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

    pub(super) fn hex(&mut self) -> Read<Vec<u8>> {
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

    pub(super) fn literal(&mut self) -> Read<Vec<u8>> {
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

    pub(super) fn number_or_ref(&mut self) -> Read<Obj> {
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
}
