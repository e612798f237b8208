//! Which encoding a file is in, judged over the whole file: the first broken byte of a million rows
//! may stand in the last.

use std::io::{self, Read};

use crate::TableError;

/// Encoding of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
}

impl Encoding {
    /// Name as it is written in standards.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB 18030",
        }
    }

    /// Appends the text of the bytes; false, with nothing appended, when a byte does not belong.
    pub(crate) fn decode_onto(self, bytes: &[u8], text: &mut String) -> bool {
        if bytes.is_ascii() || self == Self::Utf8 {
            return match std::str::from_utf8(bytes) {
                Ok(plain) => {
                    text.push_str(plain);
                    true
                }
                Err(_) => false,
            };
        }
        match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(plain) => {
                text.push_str(&plain);
                true
            }
            None => false,
        }
    }
}

/// What the bytes of a file look like as UTF-8.
#[derive(Default)]
struct Tally {
    /// Characters of two bytes, and of three or four.
    two: u64,
    more: u64,
    broken: u64,
}

impl Tally {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.two += u64::from((0xc0..0xe0).contains(&byte));
            self.more += u64::from(byte >= 0xe0);
        }
    }
}

/// Reads to the end and says what the file is in.
///
/// A file of UTF-8 with a few broken bytes must stay UTF-8, so that these bytes are reported: as
/// GB 18030 most of it would decode, to other characters. GB 18030 read as UTF-8 is broken at more
/// than half of its characters, hence the majority. Characters of two bytes alone (letters with
/// accents, Greek) are in Chinese tables rather GB 18030 that happens to be valid: 「路」 is the
/// bytes of `·`.
pub(crate) fn detect(input: &mut impl Read) -> Result<Encoding, TableError> {
    let mut buffer = vec![0u8; 1 << 16];
    let mut kept = 0usize;
    let mut tally = Tally::default();
    let mut first = true;
    loop {
        let read = fill(input, buffer.get_mut(kept..).unwrap_or_default())?;
        let whole = buffer.get(..kept + read).unwrap_or_default();
        if first {
            if whole.starts_with(&[0xef, 0xbb, 0xbf]) {
                return Ok(Encoding::Utf8);
            }
            if whole.starts_with(&[0xff, 0xfe]) || whole.starts_with(&[0xfe, 0xff]) {
                return Err(TableError::Utf16);
            }
            first = false;
        }
        let mut rest = whole;
        let mut tail = 0usize;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    tally.add(text);
                    break;
                }
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    if let Ok(text) = std::str::from_utf8(good) {
                        tally.add(text);
                    }
                    match error.error_len() {
                        Some(length) => {
                            tally.broken += 1;
                            rest = bad.get(length..).unwrap_or_default();
                        }
                        // The character goes on in the next piece, or the file ends within it.
                        None if read > 0 => {
                            tail = bad.len();
                            break;
                        }
                        None => {
                            tally.broken += 1;
                            break;
                        }
                    }
                }
            }
        }
        if read == 0 {
            break;
        }
        let end = kept + read;
        buffer.copy_within(end - tail..end, 0);
        kept = tail;
    }
    let utf8 = if tally.broken == 0 {
        tally.more > 0 || tally.two == 0
    } else {
        tally.more > 2 * tally.broken
    };
    Ok(if utf8 {
        Encoding::Utf8
    } else {
        Encoding::Gb18030
    })
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Encoding {
        detect(&mut &bytes[..]).unwrap()
    }

    #[test]
    fn the_whole_file_decides() {
        let gb = |s: &str| encoding_rs::GB18030.encode(s).0.into_owned();
        assert_eq!(of(b"a,b\n1,2\n"), Encoding::Utf8);
        assert_eq!(of("证照编号,持证主体\n".as_bytes()), Encoding::Utf8);
        assert_eq!(of(&gb("证照编号,持证主体\n")), Encoding::Gb18030);
        // A plain head and one Chinese name far behind.
        let mut late = "a,b\n1,2\n".repeat(50_000).into_bytes();
        late.extend(gb("3,䶮\n"));
        assert_eq!(of(&late), Encoding::Gb18030);
        // 「路」 in GB 18030 is valid UTF-8.
        assert_eq!(of(&gb("road\n路\n")), Encoding::Gb18030);
        // One broken byte does not turn a file of UTF-8 into another language.
        let mut broken = "证照编号,持证主体\n".repeat(9).into_bytes();
        broken[30] = 0xff;
        assert_eq!(of(&broken), Encoding::Utf8);
        assert!(matches!(
            detect(&mut &b"\xff\xfea\0"[..]),
            Err(TableError::Utf16)
        ));
    }

    #[test]
    fn characters_across_pieces_are_whole() {
        for shift in 0..4 {
            let text = "x".repeat((1 << 16) - shift) + &"证".repeat(30_000);
            assert_eq!(of(text.as_bytes()), Encoding::Utf8);
        }
    }
}
