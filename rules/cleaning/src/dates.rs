//! Dates in the ways in which people write them.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// How long-term validity is written.
pub(crate) const LONG_TERM: &str = "长期";

/// What a cell of a date holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Missing,
    Day(Date),
    LongTerm,
    Unreadable,
}

impl When {
    /// What a cell holds in the form `YYYY-MM-DD` or 长期; any other form is unreadable.
    pub fn of(text: &str) -> Self {
        if crate::text::is_blank(text) {
            return Self::Missing;
        }
        if text == LONG_TERM {
            return Self::LongTerm;
        }
        match canonical(text) {
            Some(day) => Self::Day(day),
            None => Self::Unreadable,
        }
    }

    pub fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Missing | Self::LongTerm | Self::Unreadable => None,
        }
    }
}

fn canonical(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    plausible(
        digits(text.get(..4)?)?,
        digits(text.get(5..7)?)?,
        digits(text.get(8..)?)?,
    )
}

fn digits(text: &str) -> Option<i32> {
    (!text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// A day that a licence can carry: none is older than the republic.
fn plausible(year: i32, month: i32, day: i32) -> Option<Date> {
    if !(1949..=2199).contains(&year) {
        return None;
    }
    Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()
}

/// Rewrites what can mean only one day as `YYYY-MM-DD`, and words for long-term validity as 长期.
/// None when the text is in order already or cannot be read. A year of two digits and a day before
/// a month stay unread: they could mean several days.
pub(crate) fn rewritten(text: &str) -> Option<String> {
    if matches!(
        When::of(text),
        When::Missing | When::Day(_) | When::LongTerm
    ) {
        return None;
    }
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let squeezed = squeezed.as_str();
    if matches!(
        squeezed,
        "长期有效"
            | "永久"
            | "永久有效"
            | "长期"
            | "无固定期限"
            | "无期限"
            | "9999-12-31"
            | "99991231"
            | "9999/12/31"
            | "9999.12.31"
            | "9999年12月31日"
    ) {
        return Some(LONG_TERM.to_owned());
    }
    day_of(without_time(text.trim()))
        .or_else(|| day_of(squeezed))
        .map(|day| day.to_string())
}

/// Midnight behind a day is how databases write days.
fn without_time(text: &str) -> &str {
    match text.split_once([' ', 'T']) {
        Some((day, time))
            if time.starts_with("00:00")
                || time.starts_with("0:00")
                || time.starts_with("0:0:0") =>
        {
            day
        }
        _ => text,
    }
}

fn day_of(text: &str) -> Option<Date> {
    if text.len() == 8
        && let Some(date) = compact(text)
    {
        return Some(date);
    }
    if text.len() == 5
        && let Some(number) = digits(text).filter(|n| (18_264..=73_050).contains(n))
    {
        return date(1899, 12, 30).checked_add(number.days()).ok();
    }
    let plain = chinese_digits(text);
    let trimmed = plain.strip_suffix(['日', '号']).unwrap_or(&plain);
    let mut parts = trimmed.split(['-', '/', '.', '年', '月', '。', '、', '\\', '_']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    plausible(digits(year)?, digits(month)?, digits(day)?)
}

fn compact(text: &str) -> Option<Date> {
    plausible(
        digits(text.get(..4)?)?,
        digits(text.get(4..6)?)?,
        digits(text.get(6..)?)?,
    )
}

/// 二〇二二年九月十五日 as 2022年9月15日.
fn chinese_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' | 'Ｏ' => Some(0),
        c => DIGITS.chars().position(|d| d == c),
    };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '十' {
            // 十五 is 15, 二十 is 20, 二十五 is 25.
            if !out.ends_with(|c: char| c.is_ascii_digit()) {
                out.push('1');
            }
            if chars.peek().is_none_or(|next| digit(*next).is_none()) {
                out.push('0');
            }
        } else if let Some(value) = digit(c) {
            out.push_str(&value.to_string());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_is_read_however_it_is_written() {
        for text in [
            "2022.9.5",
            "2022.09.05",
            "2022/9/5",
            "2022-9-5",
            "2022年9月5日",
            "2022年09月05号",
            "20220905",
            "44809",
            "2022-09-05 00:00:00",
            "2022/9/5 0:00",
            "2022-09-05T00:00:00",
            "2022 年 9 月 5 日",
            "二〇二二年九月五日",
            "2022、9、5",
        ] {
            assert_eq!(rewritten(text).as_deref(), Some("2022-09-05"), "{text}");
        }
        assert_eq!(
            rewritten("二〇二〇年十二月二十五日").as_deref(),
            Some("2020-12-25")
        );
        assert_eq!(
            rewritten("二零二零年十月十日").as_deref(),
            Some("2020-10-10")
        );
        for text in ["长期有效", "永久", "9999-12-31", "9999年12月31日"] {
            assert_eq!(rewritten(text).as_deref(), Some("长期"), "{text}");
        }
    }

    #[test]
    fn what_is_in_order_or_means_no_one_day_stays() {
        for text in [
            "2022-09-05",
            "长期",
            "",
            "  ",
            "2022-02-30",
            "2022-13-01",
            "22.9.5",
            "05/09/2022",
            "202295",
            "2022-09",
            "2022年",
            "1234",
            "99999",
            "待定",
            "0000-00-00",
            "2022-09-05 13:00",
            "1899-01-01",
            "2022-09-05-06",
            "１",
        ] {
            assert_eq!(rewritten(text), None, "{text}");
        }
        assert_eq!(When::of("2022-02-30"), When::Unreadable);
        assert_eq!(When::of(" "), When::Missing);
        assert_eq!(When::of("长期"), When::LongTerm);
    }
}
