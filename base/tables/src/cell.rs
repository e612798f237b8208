//! Numbers and dates of spreadsheets as the text that a person sees in the cell.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// How a number of a spreadsheet is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Number,
    Date,
    Time,
}

/// The text of a number: whole numbers in all their digits, never with an exponent; fractions
/// rounded to the fifteen digits that spreadsheets hold.
pub(crate) fn number(raw: &str) -> String {
    let raw = raw.trim();
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return raw.to_owned();
    }
    match raw.parse::<f64>() {
        Ok(value) => float(value),
        Err(_) => raw.to_owned(),
    }
}

fn float(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    format!("{value:.14e}")
        .parse::<f64>()
        .unwrap_or(value)
        .to_string()
}

/// The text of a day number: `YYYY-MM-DD`, with ` HH:MM:SS` behind it when it is not midnight, the
/// time alone below one. A number that is no day stays a number.
pub(crate) fn serial(raw: &str, shown: Shown, since_1904: bool) -> String {
    let Some(value) = raw.trim().parse::<f64>().ok().filter(|v| v.is_finite()) else {
        return raw.trim().to_owned();
    };
    if shown == Shown::Number || !(0.0..2_958_466.0).contains(&value) {
        return number(raw);
    }
    let mut days = value.trunc();
    let mut seconds = (value.fract() * 86_400.0).round();
    if seconds >= 86_400.0 {
        days += 1.0;
        seconds = 0.0;
    }
    let clock = |seconds: f64| {
        let s = seconds as i64;
        format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    };
    if days == 0.0 && (shown == Shown::Time || seconds > 0.0) {
        return clock(seconds);
    }
    if shown == Shown::Time {
        return number(raw);
    }
    match day(days as i64, since_1904) {
        Some(date) if seconds > 0.0 => format!("{date} {}", clock(seconds)),
        Some(date) => date.to_string(),
        None => number(raw),
    }
}

fn day(number: i64, since_1904: bool) -> Option<Date> {
    let start = if since_1904 {
        date(1904, 1, 1)
    } else if number < 60 {
        date(1899, 12, 31)
    } else {
        // Spreadsheets count a 29 February 1900 that never was.
        date(1899, 12, 30)
    };
    start.checked_add(number.days()).ok()
}

/// What a number format of a spreadsheet shows.
pub(crate) fn format_shows(code: &str) -> Shown {
    let mut plain = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let _ = chars.by_ref().find(|c| *c == '"');
            }
            '[' => {
                let _ = chars.by_ref().find(|c| *c == ']');
            }
            '\\' | '_' | '*' => {
                let _ = chars.next();
            }
            ';' => break,
            _ => plain.push(c.to_ascii_lowercase()),
        }
    }
    if plain.contains("general") || plain.contains("通用") {
        return Shown::Number;
    }
    let clock = plain.contains(['h', 's']);
    if plain.contains(['y', 'd']) || (plain.contains('m') && !clock) {
        Shown::Date
    } else if clock {
        Shown::Time
    } else {
        Shown::Number
    }
}

/// What a number format that has a number but no code shows: those of the Chinese edition included.
pub(crate) fn built_in_shows(id: u32) -> Shown {
    match id {
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shown::Date,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Shown::Time,
        _ => Shown::Number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for (raw, text) in [
            ("990102195503014771", "990102195503014771"),
            ("1.2E17", "120000000000000000"),
            ("9.9010219550301E+17", "990102195503010048"),
            ("44809", "44809"),
            ("0.30000000000000004", "0.3"),
            ("12.5", "12.5"),
            ("-3", "-3"),
            ("1E-7", "0.0000001"),
            ("abc", "abc"),
        ] {
            assert_eq!(number(raw), text, "{raw}");
        }
    }

    #[test]
    fn days_are_those_the_cell_shows() {
        let day = |raw| serial(raw, Shown::Date, false);
        assert_eq!(day("44809"), "2022-09-05");
        assert_eq!(day("44809.5"), "2022-09-05 12:00:00");
        assert_eq!(day("1"), "1900-01-01");
        assert_eq!(day("61"), "1900-03-01");
        assert_eq!(day("-5"), "-5");
        assert_eq!(day("99999999"), "99999999");
        assert_eq!(serial("43347", Shown::Date, true), "2022-09-05");
        assert_eq!(serial("0.75", Shown::Time, false), "18:00:00");
        // Noise of a float just below midnight.
        assert_eq!(day("44808.9999999999"), "2022-09-05");
    }

    #[test]
    fn formats_of_dates_are_known() {
        for (code, shown) in [
            ("yyyy-mm-dd", Shown::Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Shown::Date),
            ("[$-804]yyyy/m/d;@", Shown::Date),
            ("h:mm:ss", Shown::Time),
            ("General", Shown::Number),
            ("0.00_);[Red]\\(0.00\\)", Shown::Number),
            ("0\"days\"", Shown::Number),
            ("@", Shown::Number),
        ] {
            assert_eq!(format_shows(code), shown, "{code}");
        }
        assert_eq!(built_in_shows(14), Shown::Date);
        assert_eq!(built_in_shows(31), Shown::Date);
        assert_eq!(built_in_shows(0), Shown::Number);
    }
}
