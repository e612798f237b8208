//! BER of indefinite length, as some libraries write it around a signature.

use std::borrow::Cow;

use crate::asn1::{self, Malformed, Reader};

/// Elements of indefinite length inside one another.
const DEPTH: usize = 16;

/// Splits the first element from the zeros behind it. BER of indefinite length, as some libraries
/// write it around the signature, is brought into definite form first.
pub(super) fn outermost(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, &[u8]), Malformed> {
    let mut reader = Reader::new(bytes);
    match reader.element() {
        Ok(element) => Ok((Cow::Borrowed(element.raw), &bytes[element.raw.len()..])),
        Err(_) => {
            let (der, rest) = definite(bytes, DEPTH)?;
            Ok((Cow::Owned(der), rest))
        }
    }
}

fn definite(bytes: &[u8], depth: usize) -> Result<(Vec<u8>, &[u8]), Malformed> {
    let &[kind, 0x80, ..] = bytes else {
        let element = Reader::new(bytes).element()?;
        return Ok((element.raw.to_vec(), &bytes[element.raw.len()..]));
    };
    if depth == 0 || kind & 0x20 == 0 || kind & 0x1f == 0x1f {
        return Err(Malformed("indefinite length"));
    }
    let mut rest = &bytes[2..];
    let mut value = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            return Ok((asn1::tlv(kind, &value), after));
        }
        let (element, after) = definite(rest, depth - 1)?;
        value.extend(element);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_become_definite() {
        let ber = [0x30, 0x80, 0xa0, 0x80, 4, 1, 9, 0, 0, 5, 0, 0, 0, 7];
        let (der, rest) = outermost(&ber).unwrap();
        assert_eq!(&der[..], [0x30, 7, 0xa0, 3, 4, 1, 9, 5, 0]);
        assert_eq!(rest, [7]);
        assert!(outermost(&[0x30, 0x80, 4, 1]).is_err());
        assert!(outermost(&[0x30, 0x80].repeat(100)).is_err());
    }
}
