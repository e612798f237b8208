//! What people type, folded to what is stored: blanks around it, full-width characters, the ways
//! to write a number or a date.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use kernel::time::{BEIJING, beijing};
use serde_json::Value;

/// Trimmed, full-width digits made plain, control characters gone. `lines` keeps line breaks (as
/// `\n`), otherwise they become blanks.
pub(crate) fn text(typed: &str, lines: bool) -> String {
    let one = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\n' if lines => '\n',
        '\n' | '\t' => ' ',
        _ => c,
    };
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    let kept = typed
        .chars()
        .map(one)
        .filter(|c| *c == '\n' || !c.is_control());
    kept.collect::<String>().trim().to_owned()
}

/// Digits with an optional sign, fraction and thousands marks, as a JSON number. More than 15
/// significant digits are refused: they would not survive as a number.
pub(crate) fn number(typed: &str) -> Option<Value> {
    let folded = kernel::number::fold(typed);
    let (sign, digits) = match folded.strip_prefix(['+', '-']) {
        Some(rest) => (if folded.starts_with('-') { "-" } else { "" }, rest),
        None => ("", folded.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = ungrouped(whole)?;
    let all = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let ends = digits.contains('.') && fraction.is_empty();
    if whole.is_empty() || ends || !all(&whole) || !all(fraction) {
        return None;
    }
    let significant = format!("{whole}{fraction}");
    if significant.trim_start_matches('0').len() > 15 {
        return None;
    }
    if fraction.bytes().all(|b| b == b'0') {
        return format!("{sign}{whole}")
            .parse::<i64>()
            .ok()
            .map(Value::from);
    }
    let number = format!("{sign}{whole}.{fraction}").parse::<f64>().ok()?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

/// `1,234,567` without its marks; a mark anywhere else is a typing error.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let fine = rest.is_empty()
        || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    fine.then(|| whole.replace(',', ""))
}

/// Many ways to write a day: `2026-11-16`, `2026/11/6`, `2026.11.6`, `2026年11月6日`, `20261116`.
pub(crate) fn date(typed: &str) -> Option<Date> {
    let folded = kernel::number::fold(typed);
    let plain = folded
        .replace(['年', '月', '/', '.'], "-")
        .replace('日', "");
    let parts: Vec<_> = match plain.len() {
        8 if plain.bytes().all(|b| b.is_ascii_digit()) => {
            vec![&plain[..4], &plain[4..6], &plain[6..]]
        }
        _ => plain.split('-').collect(),
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    if year.len() != 4
        || !parts
            .iter()
            .all(|part| part.bytes().all(|b| b.is_ascii_digit()))
    {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A moment: what a browser sends (`2026-11-20T09:30`), a day and a time, or RFC 3339 with an
/// offset. Without an offset it is Beijing time.
pub(crate) fn moment(typed: &str) -> Option<Timestamp> {
    let typed = text(typed, false).replace('：', ":");
    if let Ok(moment) = typed.parse::<Timestamp>() {
        return Some(moment);
    }
    let (day, time) = typed.split_once('T').or_else(|| typed.rsplit_once(' '))?;
    let format = if time.matches(':').count() == 2 {
        "%H:%M:%S"
    } else {
        "%H:%M"
    };
    let time = Time::strptime(format, time.trim()).ok()?;
    BEIJING.to_timestamp(date(day)?.to_datetime(time)).ok()
}

/// `2026-11-20T09:30:00+08:00`.
pub(crate) fn stored(moment: Timestamp) -> String {
    beijing(moment)
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

/// A stored moment on the wall clock in Beijing.
pub(crate) fn wall(stored: &str) -> Option<DateTime> {
    stored.parse::<Timestamp>().ok().map(beijing)
}

#[cfg(test)]
mod tests {
    use jiff::civil;
    use serde_json::json;

    use super::*;

    #[test]
    fn texts() {
        assert_eq!(text("　东湖路１３号 \r\n", false), "东湖路13号");
        assert_eq!(text("一\r\n二\t三", false), "一 二 三");
        assert_eq!(text("一\r\n二\u{0}\n", true), "一\n二");
    }

    #[test]
    fn numbers() {
        for (typed, value) in [
            ("86.50", json!(86.5)),
            ("24", json!(24)),
            ("42.0", json!(42)),
            (" １，２３４．５ ", json!(1234.5)),
            ("-3", json!(-3)),
            ("007", json!(7)),
            ("999999999999999", json!(999_999_999_999_999i64)),
        ] {
            assert_eq!(number(typed), Some(value), "{typed}");
        }
        for typed in [
            "", "abc", "1e5", "1.", ".5", "1,23", "1234,567", "--1", "0x10", "inf", "1 .2.3",
        ] {
            assert_eq!(number(typed), None, "{typed}");
        }
        assert_eq!(
            number("0.1234567890123456"),
            None,
            "more digits than a number keeps"
        );
    }

    #[test]
    fn days() {
        let day = Some(civil::date(2026, 11, 6));
        for typed in [
            "2026-11-06",
            "2026/11/6",
            "2026.11.6",
            "2026年11月6日",
            "20261106",
            "２０２６年１１月６日",
        ] {
            assert_eq!(date(typed), day, "{typed}");
        }
        for typed in [
            "",
            "2026-13-01",
            "2026-02-30",
            "26-11-06",
            "2026-11",
            "6/11/2026",
            "2026-11-06-1",
        ] {
            assert_eq!(date(typed), None, "{typed}");
        }
    }

    #[test]
    fn moments() {
        for typed in [
            "2026-11-20T09:30",
            "2026-11-20 09:30:00",
            "2026年11月20日 09：30",
            "2026-11-20T01:30:00Z",
        ] {
            assert_eq!(
                moment(typed).map(stored).as_deref(),
                Some("2026-11-20T09:30:00+08:00"),
                "{typed}"
            );
        }
        for typed in ["2026-11-20", "2026-11-20T25:00", "soon"] {
            assert_eq!(moment(typed), None, "{typed}");
        }
        assert_eq!(
            wall("2026-11-20T09:30:00+08:00"),
            Some(civil::date(2026, 11, 20).at(9, 30, 0, 0))
        );
    }
}
