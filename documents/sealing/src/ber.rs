//! Reading what others encoded: BER where DER was meant.
//!
//! Seals and stamps are read with their oddities, because an odd encoding proves nothing against
//! its content; every oddity is noted with its place. What is handed out are slices of the file,
//! so signatures are checked over the very bytes that are there.

use gm::asn1::{self, Element, Malformed, tag};

use crate::deviation::{Deviation, Notes};

/// Elements of indefinite length inside one another.
const DEPTH: usize = 16;
/// Bytes of a length: more are an attack on arithmetic, not an oddity.
const LENGTH: usize = 8;

/// Reads elements one after another, noting what is odd.
#[derive(Clone, Debug)]
pub(crate) struct Ber<'a, 'n> {
    rest: &'a [u8],
    notes: &'n Notes,
}

impl<'a, 'n> Ber<'a, 'n> {
    pub(crate) fn new(input: &'a [u8], notes: &'n Notes) -> Self {
        Self { rest: input, notes }
    }

    /// A reader over the contents of an element.
    pub(crate) fn inside(&self, element: Element<'a>) -> Self {
        Self::new(element.value, self.notes)
    }

    pub(crate) fn notes(&self) -> &'n Notes {
        self.notes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element. `place` is its name in the standard.
    pub(crate) fn element(&mut self, place: &'static str) -> Result<Element<'a>, Malformed> {
        let (element, oddity) = next(self.rest, DEPTH)?;
        if let Some(oddity) = oddity {
            self.notes.add(oddity, place);
        }
        self.rest = &self.rest[element.raw.len()..];
        Ok(element)
    }

    pub(crate) fn expect(
        &mut self,
        tag: u8,
        place: &'static str,
    ) -> Result<Element<'a>, Malformed> {
        self.element(place)?.expect(tag)
    }

    pub(crate) fn optional(
        &mut self,
        tag: u8,
        place: &'static str,
    ) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.element(place).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A small non-negative INTEGER.
    pub(crate) fn small(&mut self, place: &'static str) -> Result<u32, Malformed> {
        let element = self.expect(tag::INTEGER, place)?;
        if let Ok(value) = element.small() {
            return Ok(value);
        }
        let zeros = element.value.iter().take_while(|byte| **byte == 0).count();
        let shortest = asn1::unsigned(element.value);
        if zeros == 0 || shortest == element.raw {
            return Err(Malformed("not a small INTEGER"));
        }
        self.notes.add(Deviation::IntegerNotShortest, place);
        Element::parse(&shortest)?.small()
    }

    /// The bytes of a BIT STRING. Digests come with a wrong count of unused bits; only where
    /// something signed covers them may that pass.
    pub(crate) fn bits(&mut self, place: &'static str) -> Result<&'a [u8], Malformed> {
        let element = self.expect(tag::BIT_STRING, place)?;
        bits(element, place, self.notes)
    }

    /// Contents that nobody expects at the end of a structure.
    pub(crate) fn end(&self, place: &'static str) {
        if let Some(oddity) = tail(self.rest) {
            self.notes.add(oddity, place);
        }
    }
}

/// The bytes of a BIT STRING, whatever it says of unused bits.
pub(crate) fn bits<'a>(
    element: Element<'a>,
    place: &'static str,
    notes: &Notes,
) -> Result<&'a [u8], Malformed> {
    match element.value.split_first() {
        Some((0, bytes)) => Ok(bytes),
        Some((1..=7, bytes)) if !bytes.is_empty() => {
            notes.add(Deviation::UnusedBits, place);
            Ok(bytes)
        }
        _ => Err(Malformed("not a BIT STRING of whole bytes")),
    }
}

/// What is odd about bytes that follow a structure.
pub(crate) fn tail(rest: &[u8]) -> Option<Deviation> {
    match rest {
        [] => None,
        zeros if zeros.iter().all(|byte| *byte == 0) => Some(Deviation::TrailingZeros),
        _ => Some(Deviation::TrailingBytes),
    }
}

/// The first element of some bytes, and what follows it.
pub(crate) fn outermost<'a>(
    bytes: &'a [u8],
    place: &'static str,
    notes: &Notes,
) -> Result<(Element<'a>, &'a [u8]), Malformed> {
    let mut reader = Ber::new(bytes, notes);
    let element = reader.element(place)?;
    Ok((element, reader.rest()))
}

/// The same element in DER: shortest definite lengths all through. Some software signs that form
/// and stores another.
pub(crate) fn der_form(raw: &[u8]) -> Result<Vec<u8>, Malformed> {
    form(raw, DEPTH * 2)
}

fn form(raw: &[u8], depth: usize) -> Result<Vec<u8>, Malformed> {
    let (element, _) = next(raw, DEPTH)?;
    if element.tag & 0x20 == 0 {
        return Ok(asn1::tlv(element.tag, element.value));
    }
    if depth == 0 {
        return Err(Malformed("too deep"));
    }
    let (mut rest, mut value) = (element.value, Vec::with_capacity(element.value.len()));
    while !rest.is_empty() {
        let (inner, _) = next(rest, DEPTH)?;
        value.extend(form(inner.raw, depth - 1)?);
        rest = &rest[inner.raw.len()..];
    }
    Ok(asn1::tlv(element.tag, &value))
}

/// The first element, with what is odd about its length.
fn next(input: &[u8], depth: usize) -> Result<(Element<'_>, Option<Deviation>), Malformed> {
    const CUT: Malformed = Malformed("cut off");
    let [tag, first, after @ ..] = input else {
        return Err(CUT);
    };
    if tag & 0x1f == 0x1f {
        return Err(Malformed("long tag"));
    }
    let count = match first {
        0x80 => return indefinite(input, depth),
        0..0x80 => 0,
        _ => usize::from(first & 0x7f),
    };
    if count > LENGTH {
        return Err(Malformed("huge length"));
    }
    let (bytes, after) = after.split_at_checked(count).ok_or(CUT)?;
    let mut length = u64::from(*first);
    if count > 0 {
        length = bytes
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    }
    let long = count > 0 && (bytes[0] == 0 || length < 0x80);
    let length = usize::try_from(length).map_err(|_| CUT)?;
    let (value, rest) = after.split_at_checked(length).ok_or(CUT)?;
    let element = Element {
        tag: *tag,
        value,
        raw: &input[..input.len() - rest.len()],
    };
    Ok((element, long.then_some(Deviation::LengthNotShortest)))
}

fn indefinite(input: &[u8], depth: usize) -> Result<(Element<'_>, Option<Deviation>), Malformed> {
    let tag = input[0];
    if depth == 0 || tag & 0x20 == 0 {
        return Err(Malformed("indefinite length"));
    }
    let mut at = 2;
    while !input[at..].starts_with(&[0, 0]) {
        at += next(&input[at..], depth - 1)?.0.raw.len();
    }
    let element = Element {
        tag,
        value: &input[2..at],
        raw: &input[..at + 2],
    };
    Ok((element, Some(Deviation::LengthIndefinite)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> (Result<Vec<u8>, Malformed>, Vec<&'static str>) {
        let notes = Notes::default();
        let found = outermost(bytes, "x", &notes).map(|(element, _)| element.value.to_vec());
        (found, notes.take().iter().map(|n| n.what.code()).collect())
    }

    #[test]
    fn odd_lengths_are_read_and_noted() {
        assert_eq!(read(&[4, 1, 9]), (Ok(vec![9]), vec![]));
        assert_eq!(
            read(&[4, 0x81, 1, 9]),
            (Ok(vec![9]), vec!["length_not_shortest"])
        );
        assert_eq!(
            read(&[4, 0x83, 0, 0, 1, 9]),
            (Ok(vec![9]), vec!["length_not_shortest"])
        );
        let nested = [0x30, 0x80, 0x30, 0x80, 4, 1, 9, 0, 0, 0, 0];
        assert_eq!(
            read(&nested),
            (
                Ok(vec![0x30, 0x80, 4, 1, 9, 0, 0]),
                vec!["length_indefinite"]
            )
        );
        assert_eq!(der_form(&nested).unwrap(), [0x30, 5, 0x30, 3, 4, 1, 9]);
        for wrong in [
            &[4, 0x80, 9, 0, 0][..],
            &[0x30, 0x80, 4],
            &[4, 0x89],
            &[0x1f, 1, 1],
        ] {
            assert!(read(wrong).0.is_err(), "{wrong:?}");
        }
        assert!(read(&[0x30, 0x80].repeat(1000)).0.is_err());
    }

    #[test]
    fn integers_and_bit_strings() {
        let notes = Notes::default();
        let mut reader = Ber::new(&[2, 2, 0, 4, 3, 2, 5, 0xff, 2, 1, 0xff], &notes);
        assert_eq!(reader.small("version"), Ok(4));
        assert_eq!(reader.bits("digest"), Ok(&[0xff][..]));
        assert!(reader.small("negative").is_err());
        let told: Vec<_> = notes
            .take()
            .iter()
            .map(|n| (n.what, n.place.clone()))
            .collect();
        assert_eq!(
            told,
            [
                (Deviation::IntegerNotShortest, "version".to_string()),
                (Deviation::UnusedBits, "digest".to_string())
            ]
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let notes = Notes::default();
            let mut reader = Ber::new(&bytes, &notes);
            while !reader.is_empty() {
                let mut other = reader.clone();
                let _ = (other.small("x"), reader.clone().bits("x"));
                if reader.element("x").is_err() { break; }
            }
            let _ = der_form(&bytes);
        }
    }
}
