//! Moments are stored as UTC text of fixed width, which sorts as it reads; people see Beijing time.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

/// The platform's one time zone for people: Beijing time, UTC+8 all year.
pub const BEIJING: Offset = Offset::constant(8);

/// `2026-11-16T01:05:00.000Z`: UTC, milliseconds, always 24 characters.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads what [`stamp`] wrote.
pub fn parse_stamp(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse()
}

/// The moment as a Beijing clock shows it.
pub fn beijing(at: Timestamp) -> DateTime {
    BEIJING.to_datetime(at)
}

/// The moment with its zone, for formatting.
pub fn beijing_zoned(at: Timestamp) -> Zoned {
    at.to_zoned(BEIJING.to_time_zone())
}

/// The day in Beijing.
pub fn beijing_date(at: Timestamp) -> Date {
    beijing(at).date()
}

/// The moment at which a Beijing clock shows `at`.
pub fn from_beijing(at: DateTime) -> Result<Timestamp, jiff::Error> {
    BEIJING.to_timestamp(at)
}

/// `2026-11-16 09:05` in Beijing.
pub fn minute(at: Timestamp) -> String {
    beijing(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `2026年11月16日`.
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `2026年11月16日 09:05` in Beijing.
pub fn chinese_minute(at: Timestamp) -> String {
    let t = beijing(at);
    format!(
        "{} {:02}:{:02}",
        chinese_date(t.date()),
        t.hour(),
        t.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_keep_their_width_and_sort_as_text() {
        let a: Timestamp = "2026-11-16T01:05:00Z".parse().unwrap();
        let b: Timestamp = "2026-11-16T01:05:00.5Z".parse().unwrap();
        assert_eq!(stamp(a), "2026-11-16T01:05:00.000Z");
        assert!(stamp(a) < stamp(b));
        assert_eq!(parse_stamp(&stamp(b)).unwrap(), b);
        assert_eq!(minute(a), "2026-11-16 09:05");
        assert_eq!(chinese_minute(a), "2026年11月16日 09:05");
    }
}
