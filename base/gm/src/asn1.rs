//! DER by hand: the few bytes around what is signed.
//!
//! Signatures cover bytes, not values. A reader that decodes into structures and encodes again can
//! end up checking other bytes than those in the file, so this module hands out slices of the
//! original and is strict about their form: definite, shortest lengths, nothing left over.

/// Universal tags used by seals and certificates.
pub mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OID: u8 = 0x06;
    pub const UTF8_STRING: u8 = 0x0c;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const IA5_STRING: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;

    /// Context-specific, constructed: `[n] EXPLICIT`, or `[n] IMPLICIT` of a SEQUENCE or SET.
    pub const fn context(n: u8) -> u8 {
        0xa0 | n
    }
}

/// The bytes are not the DER that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the expected DER: {0}")]
pub struct Malformed(pub &'static str);

/// One element: its tag, its contents, and the whole of it as it stands in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub tag: u8,
    pub value: &'a [u8],
    pub raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// The one element that the input consists of.
    pub fn parse(input: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(input);
        let element = reader.element()?;
        reader.end()?;
        Ok(element)
    }

    /// A reader over the contents.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.value)
    }

    /// Fails unless the element has this tag.
    pub fn expect(self, tag: u8) -> Result<Self, Malformed> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(Malformed("another tag"))
        }
    }

    /// The bytes of a BIT STRING of whole bytes.
    pub fn bits(&self) -> Result<&'a [u8], Malformed> {
        match (self.tag, self.value.split_first()) {
            (tag::BIT_STRING, Some((0, bytes))) => Ok(bytes),
            _ => Err(Malformed("not a BIT STRING of whole bytes")),
        }
    }

    /// A small non-negative INTEGER.
    pub fn small(&self) -> Result<u32, Malformed> {
        const WRONG: Malformed = Malformed("not a small INTEGER");
        if self.tag != tag::INTEGER {
            return Err(WRONG);
        }
        match *self.value {
            [] => Err(WRONG),
            [first, ..] if first & 0x80 != 0 => Err(WRONG),
            [0, second, ..] if second & 0x80 == 0 => Err(WRONG),
            ref bytes if bytes.len() > 4 => Err(WRONG),
            ref bytes => Ok(bytes
                .iter()
                .fold(0, |value, byte| (value << 8) | u32::from(*byte))),
        }
    }

    /// The text of any of the string types that are ASCII or UTF-8.
    pub fn text(&self) -> Result<&'a str, Malformed> {
        match self.tag {
            tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING => {}
            _ => return Err(Malformed("not a string")),
        }
        let text = std::str::from_utf8(self.value).map_err(|_| Malformed("not UTF-8"))?;
        if self.tag != tag::UTF8_STRING && !text.is_ascii() {
            return Err(Malformed("not ASCII"));
        }
        Ok(text)
    }
}

/// Reads elements one after another.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Fails when something is left.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed("something follows"))
        }
    }

    /// The next element.
    pub fn element(&mut self) -> Result<Element<'a>, Malformed> {
        const CUT: Malformed = Malformed("cut off");
        let input = self.rest;
        let (&tag, after_tag) = input.split_first().ok_or(CUT)?;
        if tag & 0x1f == 0x1f {
            return Err(Malformed("long tag"));
        }
        let (&first, mut after) = after_tag.split_first().ok_or(CUT)?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return Err(Malformed("indefinite or huge length"));
            }
            let (bytes, rest) = after.split_at_checked(count).ok_or(CUT)?;
            length = bytes
                .iter()
                .fold(0, |value, byte| (value << 8) | usize::from(*byte));
            if bytes[0] == 0 || length < 0x80 {
                return Err(Malformed("length not in shortest form"));
            }
            after = rest;
        }
        let (value, rest) = after.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(Element {
            tag,
            value,
            raw: &input[..input.len() - rest.len()],
        })
    }

    /// The next element, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        self.element()?.expect(tag)
    }

    /// The next element if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.element().map(Some)
        } else {
            Ok(None)
        }
    }
}

/// One element around contents.
pub fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 6);
    out.push(tag);
    let length = value.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skip = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend_from_slice(&bytes[skip..]);
    }
    out.extend_from_slice(value);
    out
}

/// A SEQUENCE of elements.
pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &elements.concat())
}

/// A non-negative INTEGER from its big-endian bytes.
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    let mut value = bytes[start..].to_vec();
    if value.first().is_none_or(|b| b & 0x80 != 0) {
        value.insert(0, 0);
    }
    tlv(tag::INTEGER, &value)
}

/// A small non-negative INTEGER.
pub fn small(value: u32) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// A BIT STRING of whole bytes.
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(bytes.len() + 1);
    value.push(0);
    value.extend_from_slice(bytes);
    tlv(tag::BIT_STRING, &value)
}

/// An OBJECT IDENTIFIER.
pub fn oid(oid: der::asn1::ObjectIdentifier) -> Vec<u8> {
    tlv(tag::OID, oid.as_bytes())
}

/// `SEQUENCE { r, s }` from the 64 bytes `r ‖ s`.
pub fn signature_from_raw(raw: &[u8; 64]) -> Vec<u8> {
    sequence(&[&unsigned(&raw[..32]), &unsigned(&raw[32..])])
}

/// The 64 bytes `r ‖ s` of a `SEQUENCE { r, s }`, which must be strict DER.
pub fn signature_to_raw(der: &[u8]) -> Result<[u8; 64], Malformed> {
    let mut inside = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
    let mut raw = [0; 64];
    for half in raw.chunks_mut(32) {
        let value = inside.expect(tag::INTEGER)?.value;
        let bytes = match *value {
            [0, second, ..] if second & 0x80 != 0 => &value[1..],
            [0, ..] | [] => return Err(Malformed("INTEGER not in shortest form or zero")),
            [first, ..] if first & 0x80 != 0 => return Err(Malformed("negative INTEGER")),
            _ => value,
        };
        let start = 32usize
            .checked_sub(bytes.len())
            .ok_or(Malformed("INTEGER too long"))?;
        half[start..].copy_from_slice(bytes);
    }
    inside.end()?;
    Ok(raw)
}

/// Elements that stand one after another, such as certificates in one column.
pub fn apart(joined: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let (mut all, mut reader) = (Vec::new(), Reader::new(joined));
    while !reader.is_empty() {
        all.push(reader.element()?.raw);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_shortest_and_read_back() {
        for length in [0usize, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let made = tlv(tag::OCTET_STRING, &vec![1; length]);
            let read = Element::parse(&made).unwrap();
            assert_eq!(
                (read.tag, read.value.len(), read.raw.len()),
                (4, length, made.len())
            );
        }
        for wrong in [
            &[4, 0x81, 5][..],
            &[4, 0x80, 0, 0],
            &[4, 0x82, 0, 200],
            &[4, 2, 0],
            &[4],
        ] {
            assert!(Element::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn small_integers_are_strict() {
        for value in [0, 1, 127, 128, 255, 256, 0x7fff_ffff] {
            assert_eq!(Element::parse(&small(value)).unwrap().small(), Ok(value));
        }
        assert!(Element::parse(&[2, 2, 0, 1]).unwrap().small().is_err());
        assert!(Element::parse(&[2, 1, 0x81]).unwrap().small().is_err());
    }

    proptest! {
        #[test]
        fn raw_signatures_go_both_ways(mut raw in any::<[u8; 64]>()) {
            raw[31] |= 1;
            raw[63] |= 1;
            prop_assert_eq!(signature_to_raw(&signature_from_raw(&raw)), Ok(raw));
        }

        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while let Ok(element) = reader.element() {
                let _ = (element.bits(), element.small(), element.text());
                if element.raw.is_empty() { break; }
            }
            let _ = signature_to_raw(&bytes);
        }
    }
}
