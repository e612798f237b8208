//! Text strings and dates of PDF (ISO 32000-1, 7.9).

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// UTF-16 with byte order mark, or plain ASCII where that suffices.
pub(super) fn encode(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// Reads UTF-16, UTF-8 with their marks, and the ASCII part of PDFDocEncoding.
pub(super) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// `D:20260131093000+08'00'`: China's time, which the readers of our documents live in.
pub(super) fn date(time: Timestamp) -> String {
    let zone = TimeZone::fixed(Offset::constant(8));
    time.to_zoned(zone)
        .strftime("D:%Y%m%d%H%M%S+08'00'")
        .to_string()
}

/// Reads a date. Missing parts stand at their beginning; a date without zone is taken as UTC.
pub(super) fn parse_date(bytes: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (stamp, zone) = text.split_at(digits);
    if !(4..=14).contains(&digits) || digits % 2 == 1 {
        return None;
    }
    let part = |from: usize, default: i8| match stamp.get(from..from + 2) {
        Some(two) => two.parse().ok(),
        None => Some(default),
    };
    let year: i16 = stamp[..4].parse().ok()?;
    let local = DateTime::new(
        year,
        part(4, 1)?,
        part(6, 1)?,
        part(8, 0)?,
        part(10, 0)?,
        part(12, 0)?,
        0,
    )
    .ok()?;
    let ahead = match zone.split_at_checked(1) {
        None => 0,
        Some(("Z", _)) => 0,
        Some((sign @ ("+" | "-"), rest)) => {
            let mut parts = rest.split('\'');
            let hours: i64 = parts
                .next()?
                .parse()
                .ok()
                .filter(|h| (0..=23).contains(h))?;
            let minutes = match parts.next() {
                None | Some("") => 0,
                Some(minutes) => minutes.parse().ok().filter(|m| (0..=59).contains(m))?,
            };
            let ahead = hours * 60 + minutes;
            if sign == "+" { ahead } else { -ahead }
        }
        Some(_) => return None,
    };
    let utc = TimeZone::UTC.to_timestamp(local).ok()?;
    utc.checked_sub(SignedDuration::from_mins(ahead)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        let time: Timestamp = "2026-01-31T01:30:05Z".parse().unwrap();
        assert_eq!(date(time), "D:20260131093005+08'00'");
        assert_eq!(parse_date(date(time).as_bytes()), Some(time));
        let utc = Some("2026-01-31T00:00:00Z".parse().unwrap());
        for text in ["D:20260131", "20260131000000Z", "D:20260131000000Z00'00'"] {
            assert_eq!(parse_date(text.as_bytes()), utc, "{text}");
        }
        let west = parse_date(b"D:20260130190000-05'00'");
        assert_eq!(west, utc);
        for wrong in [
            "",
            "D:",
            "D:2026013",
            "D:20261331",
            "D:20260131000000+99'00'",
            "D:2026x",
        ] {
            assert_eq!(parse_date(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn text_goes_both_ways() {
        for text in ["", "Tongban", "临港市行政审批局", "𬭎"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(decode(b"\xef\xbb\xbf\xe5\x8d\xb0"), "印");
    }
}
