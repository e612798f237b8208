//! Fields that seals and stamps have in common, read leniently.

use gm::asn1::{Element, Malformed, tag};
use jiff::Timestamp;

use crate::ber::Ber;
use crate::deviation::{Deviation, Notes};
use crate::time;
use crate::value::Algorithm;

const TELETEX_STRING: u8 = 0x14;
const BMP_STRING: u8 = 0x1e;

/// A text. Names are UTF-8 whatever their tag says; what is not is shown as far as it can be.
pub(crate) fn text(
    fields: &mut Ber<'_, '_>,
    wanted: u8,
    place: &'static str,
) -> Result<String, Malformed> {
    let element = fields.element(place)?;
    let known = [
        tag::UTF8_STRING,
        tag::PRINTABLE_STRING,
        tag::IA5_STRING,
        TELETEX_STRING,
        BMP_STRING,
    ];
    if !known.contains(&element.tag) {
        return Err(Malformed("not a string"));
    }
    if element.tag != wanted {
        fields.notes().add(Deviation::StringType, place);
    }
    let bytes = element.value;
    if element.tag == BMP_STRING {
        let units = bytes
            .chunks_exact(2)
            .map(|two| u16::from_be_bytes([two[0], two[1]]));
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        return Ok(text.collect());
    }
    let ascii = element.tag != tag::UTF8_STRING && element.tag != TELETEX_STRING;
    if ascii && !bytes.is_ascii() || std::str::from_utf8(bytes).is_err() {
        fields.notes().add(Deviation::StringEncoding, place);
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// A certificate, DER, out of its OCTET STRING.
pub(crate) fn certificate<'a>(
    fields: &mut Ber<'a, '_>,
    place: &'static str,
) -> Result<&'a [u8], Malformed> {
    let element = fields.element(place)?;
    match element.tag {
        tag::OCTET_STRING => Ok(element.value),
        tag::SEQUENCE => {
            fields.notes().add(Deviation::CertificateBare, place);
            Ok(element.raw)
        }
        _ => Err(Malformed("not a certificate")),
    }
}

/// The contents of the algorithm's OBJECT IDENTIFIER.
pub(crate) fn algorithm<'a>(
    fields: &mut Ber<'a, '_>,
    place: &'static str,
) -> Result<&'a [u8], Malformed> {
    let element = fields.element(place)?;
    let notes = fields.notes();
    let id = match element.tag {
        tag::OID => element.value,
        tag::SEQUENCE => {
            notes.add(Deviation::AlgorithmForm, place);
            fields.inside(element).expect(tag::OID, place)?.value
        }
        _ => return Err(Malformed("not an algorithm")),
    };
    if Algorithm::read(id) == Algorithm::Key {
        notes.add(Deviation::AlgorithmForm, place);
    }
    Ok(id)
}

/// A signature value. Nothing covers it, so its form is taken strictly: a changed byte must show.
pub(crate) fn signature<'a>(
    fields: &mut Ber<'a, '_>,
    place: &'static str,
) -> Result<&'a [u8], Malformed> {
    fields.expect(tag::BIT_STRING, place)?.bits()
}

/// A time that has to be there.
pub(crate) fn date(
    fields: &mut Ber<'_, '_>,
    wanted: u8,
    place: &'static str,
) -> Result<Timestamp, Malformed> {
    let element = fields.element(place)?;
    moment(&element, wanted, place, fields.notes()).ok_or(Malformed("not a time"))
}

/// A time in whatever form; none when it cannot be read. `wanted` is the tag of the standard, or
/// BIT_STRING, in which version 1 wraps it, as DER or as bare text.
pub(crate) fn moment(
    element: &Element<'_>,
    wanted: u8,
    place: &'static str,
    notes: &Notes,
) -> Option<Timestamp> {
    if element.tag != wanted {
        notes.add(Deviation::TimeType, place);
    }
    let read = match element.tag {
        tag::BIT_STRING => wrapped(element, place, notes),
        tag::OCTET_STRING => std::str::from_utf8(element.value).ok().map(str::to_string),
        _ => time::full_text(element),
    };
    let Some(text) = read else {
        notes.add(Deviation::TimeUnreadable, place);
        return None;
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match &text[digits..] {
        "Z" if digits == 14 => {}
        "" | "z" if digits == 14 => notes.add(Deviation::TimeZone, place),
        rest if digits == 14 && rest.starts_with(['+', '-']) => {
            notes.add(Deviation::TimeZone, place);
        }
        _ => notes.add(Deviation::TimeForm, place),
    }
    let at = time::from_text(&text);
    if at.is_none() {
        notes.add(Deviation::TimeUnreadable, place);
    }
    at
}

fn wrapped(element: &Element<'_>, place: &'static str, notes: &Notes) -> Option<String> {
    let bytes = crate::ber::bits(*element, place, notes).ok()?;
    if let Ok(inner) = Element::parse(bytes) {
        return time::full_text(&inner);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let two_digit_year = text.bytes().take_while(u8::is_ascii_digit).count() == 12;
    Some(if two_digit_year {
        format!("20{text}")
    } else {
        text.to_string()
    })
}

/// The extensions of a seal or stamp: object identifiers, dotted.
pub(crate) fn extensions(
    fields: &mut Ber<'_, '_>,
    place: &'static str,
) -> Result<Vec<String>, Malformed> {
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let mut element = fields.element(place)?;
    let notes = fields.notes();
    if element.tag == tag::context(0) {
        let mut inside = fields.inside(element);
        match inside.peek() {
            Some(tag::SEQUENCE) => {
                let first = inside.element(place)?;
                // An IMPLICIT tag stands in place of the list's own; then this is its first entry.
                let explicit = inside.is_empty()
                    && fields
                        .inside(first)
                        .peek()
                        .is_none_or(|t| t == tag::SEQUENCE);
                if explicit {
                    element = first;
                } else {
                    notes.add(Deviation::ExtensionForm, place);
                }
            }
            None => {}
            Some(_) => notes.add(Deviation::ExtensionForm, place),
        }
    } else {
        notes.add(Deviation::ExtensionUntagged, place);
    }
    let mut list = fields.inside(element);
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut one = match list.element(place) {
            Ok(entry) if entry.tag == tag::SEQUENCE => list.inside(entry),
            _ => {
                notes.add(Deviation::ExtensionForm, place);
                break;
            }
        };
        let Ok(id) = one.expect(tag::OID, place) else {
            notes.add(Deviation::ExtensionForm, place);
            continue;
        };
        let critical = one.optional(tag::BOOLEAN, place)?;
        if critical.is_some_and(|flag| flag.value != [0]) {
            notes.add(Deviation::ExtensionCritical, place);
        }
        if one.expect(tag::OCTET_STRING, place).is_err() || !one.is_empty() {
            notes.add(Deviation::ExtensionForm, place);
        }
        found.push(crate::value::dotted(id.value));
    }
    if !fields.is_empty() {
        fields.notes().add(Deviation::TrailingBytes, place);
    }
    Ok(found)
}

/// A time stamp beside a signature value: `[0]` around a BIT STRING around a token.
pub(crate) fn time_stamp<'a>(
    fields: &mut Ber<'a, '_>,
    place: &'static str,
) -> Result<Option<&'a [u8]>, Malformed> {
    let Some(first) = fields.peek() else {
        return Ok(None);
    };
    let notes = fields.notes();
    let element = match first {
        0xa0 => {
            let wrapped = fields.element(place)?;
            let mut inside = fields.inside(wrapped);
            let element = inside.element(place)?;
            if !inside.is_empty() {
                return Err(Malformed("a time stamp with something behind it"));
            }
            element
        }
        // Some write it without its tag.
        tag::BIT_STRING | tag::OCTET_STRING | tag::SEQUENCE => {
            notes.add(Deviation::TimeStampForm, place);
            fields.element(place)?
        }
        _ => return Ok(None),
    };
    let token = match element.tag {
        tag::BIT_STRING => element.bits()?,
        tag::OCTET_STRING => {
            notes.add(Deviation::TimeStampForm, place);
            element.value
        }
        _ => {
            notes.add(Deviation::TimeStampForm, place);
            element.raw
        }
    };
    Ok(Some(token))
}
