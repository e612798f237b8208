//! Times as seals and signatures write them.

use gm::asn1::{Element, tag};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Official documents live in this zone; a time without zone is meant to be in it.
fn beijing() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// DER GeneralizedTime, UTC, whole seconds.
pub(crate) fn generalized(at: Timestamp) -> Vec<u8> {
    let text = at
        .to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d%H%M%SZ")
        .to_string();
    gm::asn1::tlv(tag::GENERALIZED_TIME, text.as_bytes())
}

/// Reads a GeneralizedTime or UTCTime.
pub(crate) fn from_asn1(element: &Element<'_>) -> Option<Timestamp> {
    from_text(&full_text(element)?)
}

/// The text of a GeneralizedTime or UTCTime, with four digits for the year.
pub(crate) fn full_text(element: &Element<'_>) -> Option<String> {
    let text = std::str::from_utf8(element.value).ok()?;
    match element.tag {
        tag::GENERALIZED_TIME => Some(text.to_string()),
        // RFC 5280, 4.1.2.5.1: two digits from 50 on are of the last century.
        tag::UTC_TIME if text.get(..2)? >= "50" => Some(format!("19{text}")),
        tag::UTC_TIME => Some(format!("20{text}")),
        _ => None,
    }
}

/// `SignatureDateTime` as it is written: Beijing time to the second.
pub(crate) fn to_text(at: Timestamp) -> String {
    at.to_zoned(beijing())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Reads a date and time in any of the forms that occur: `20200422020900Z`,
/// `20200422020900.123Z`, `2020-04-22 10:09:00`, `2020-04-22T10:09:00+08:00`,
/// `20200422100900+0800`.
pub(crate) fn from_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, rest) = take(text, [4, 2, 2])?;
    let (clock, rest) = match rest.trim_start_matches(['T', ' ']) {
        "" => ([0; 3], ""),
        rest => match take(rest, [2; 3]) {
            Some(clock) => clock,
            // Without seconds, as ASN.1 allows.
            None => {
                let ([hour, minute], rest) = take(rest, [2; 2])?;
                ([hour, minute, 0], rest)
            }
        },
    };
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let zone = match rest.trim() {
        "" => beijing(),
        "Z" | "z" => TimeZone::UTC,
        zone => {
            let sign = match zone.as_bytes()[0] {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let mut digits = zone[1..].replace([':', '\''], "");
            if digits.len() == 2 {
                digits.push_str("00");
            }
            let number = |part: Option<&str>| part.and_then(|two| two.parse::<i32>().ok());
            let (hours, minutes) = (number(digits.get(..2))?, number(digits.get(2..4))?);
            if digits.len() != 4 || hours > 14 || minutes > 59 {
                return None;
            }
            TimeZone::fixed(Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()?)
        }
    };
    let small = |number: u16| i8::try_from(number).ok();
    let date_time = DateTime::new(
        i16::try_from(date[0]).ok()?,
        small(date[1])?,
        small(date[2])?,
        small(clock[0])?,
        small(clock[1])?,
        small(clock[2])?,
        0,
    );
    date_time
        .ok()?
        .to_zoned(zone)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// Takes numbers of these widths off the front; `-`, `/` or `:` may stand between them.
fn take<const N: usize>(text: &str, widths: [usize; N]) -> Option<([u16; N], &str)> {
    let mut numbers = [0; N];
    let mut rest = text;
    for (index, (number, width)) in numbers.iter_mut().zip(widths).enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(['-', '/', ':']).unwrap_or(rest);
        }
        let digits = rest
            .get(..width)
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
        *number = digits.parse().ok()?;
        rest = &rest[width..];
    }
    Some((numbers, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let wanted: Timestamp = "2020-04-22T02:09:00Z".parse().unwrap();
        for text in [
            "20200422020900Z",
            "20200422020900.123Z",
            "2020-04-22 10:09:00",
            "2020/04/22 10:09:00",
            "2020-04-22T10:09:00+08:00",
            "2020-04-22T10:09:00.5+0800",
            "20200422100900+0800",
            "20200422100900",
            "20200422 10:09:00",
            " 2020-04-21T21:09:00-05:00 ",
            "202004221009+08",
            "202004220209Z",
            "20200422073900+05'30'",
        ] {
            assert_eq!(from_text(text), Some(wanted), "{text}");
        }
        let evening = "2020-04-22T20:10:00Z".parse().unwrap();
        assert_eq!(from_text("20200422201000Z"), Some(evening));
        assert_eq!(
            from_text("2020-04-22"),
            Some("2020-04-21T16:00:00Z".parse().unwrap())
        );
        for text in [
            "",
            "x",
            "2020",
            "20201322020900Z",
            "2020042202090Z",
            "20200422020900X",
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let at: Timestamp = "2026-12-31T19:30:05Z".parse().unwrap();
        assert_eq!(to_text(at), "2027-01-01 03:30:05");
        assert_eq!(from_text(&to_text(at)), Some(at));
        let der = generalized(at);
        assert_eq!(from_asn1(&Element::parse(&der).unwrap()), Some(at));
        let utc = gm::asn1::tlv(tag::UTC_TIME, b"261231193005Z");
        assert_eq!(from_asn1(&Element::parse(&utc).unwrap()), Some(at));
    }
}
