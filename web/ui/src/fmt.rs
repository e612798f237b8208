//! Dates, times, amounts and numbers as people read them.

use jiff::civil::{Date, DateTime};

use crate::L;

/// 「2026 年 11 月 26 日」, `26 November 2026`.
pub fn date(l: &L, day: Date) -> String {
    let month = l.t(&format!("month-{}", day.month()));
    l.t3(
        "date-full",
        "y",
        i64::from(day.year()),
        "m",
        month,
        "d",
        day.day(),
    )
}

/// Without the year when it is that of `today`: 「11 月 26 日」.
pub fn day(l: &L, at: Date, today: Date) -> String {
    if at.year() != today.year() {
        return date(l, at);
    }
    let month = l.t(&format!("month-{}", at.month()));
    l.t2("date-short", "m", month, "d", at.day())
}

/// 「11 月 26 日 17:00 前」
pub fn deadline(l: &L, at: DateTime, today: Date) -> String {
    l.t2(
        "date-before",
        "day",
        day(l, at.date(), today),
        "time",
        clock(at),
    )
}

/// 「11 月 26 日 17:00」
pub fn minute(l: &L, at: DateTime, today: Date) -> String {
    l.t2(
        "date-minute",
        "day",
        day(l, at.date(), today),
        "time",
        clock(at),
    )
}

/// `17:00`
pub fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `17:00:05`, where a paper has to say it exactly.
pub fn second(at: DateTime) -> String {
    format!("{}:{:02}", clock(at), at.second())
}

/// An amount of cents (分) in full: 「120.00 元」.
pub fn money(l: &L, cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (yuan, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let digits = yuan.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    l.t1("money", "amount", format!("{sign}{grouped}.{rest:02}"))
}

/// Characters in groups of the given sizes, the rest in one more: `grouped("19900120007", &[3, 4])`
/// is `199 0012 0007`.
pub fn grouped(text: &str, sizes: &[usize]) -> String {
    let mut chars = text.chars();
    let mut groups: Vec<String> = Vec::new();
    for size in sizes {
        let group: String = chars.by_ref().take(*size).collect();
        if !group.is_empty() {
            groups.push(group);
        }
    }
    let rest: String = chars.collect();
    if !rest.is_empty() {
        groups.push(rest);
    }
    groups.join(" ")
}

/// A mobile number: `199 0012 0007`.
pub fn grouped_phone(text: &str) -> String {
    grouped(text, &[3, 4, 4])
}

/// An identity number: `990102 19780312 0639`.
pub fn grouped_id(text: &str) -> String {
    grouped(text, &[6, 8, 4])
}

/// A unified social credit code: `91 990102 MA0000001X`.
pub fn grouped_code(text: &str) -> String {
    grouped(text, &[2, 6, 10])
}

/// A digest in eight groups, as two people can read it to each other: `77EB0C05 0307513D …`.
pub fn fingerprint(digest: &[u8; 32]) -> String {
    let groups = digest.chunks(4).map(|group| {
        let digits: Vec<String> = group.iter().map(|byte| format!("{byte:02X}")).collect();
        digits.concat()
    });
    groups.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date as d, datetime};
    use kernel::Locale;

    use super::*;

    #[test]
    fn dates_are_stated_in_full_and_in_words() {
        let (zh, en) = (L::sample(Locale::Zh), L::sample(Locale::En));
        let at = datetime(2026, 11, 26, 17, 0, 0, 0);
        assert_eq!(deadline(&zh, at, d(2026, 11, 20)), "11 月 26 日 17:00 前");
        assert_eq!(
            deadline(&en, at, d(2026, 11, 20)),
            "before 17:00 on 26 November"
        );
        assert_eq!(day(&zh, at.date(), d(2027, 1, 2)), "2026 年 11 月 26 日");
        assert_eq!(minute(&en, at, d(2026, 11, 20)), "26 November, 17:00");
        assert_eq!(date(&en, at.date()), "26 November 2026");
    }

    #[test]
    fn amounts_and_numbers_are_grouped() {
        let zh = L::sample(Locale::Zh);
        assert_eq!(money(&zh, 12_345_678), "123,456.78 元");
        assert_eq!(money(&zh, 100_000), "1,000.00 元");
        assert_eq!(money(&zh, 5), "0.05 元");
        assert_eq!(money(&zh, -12_000), "-120.00 元");
        assert_eq!(grouped_phone("19900120007"), "199 0012 0007");
        assert_eq!(grouped_id("990102197803120639"), "990102 19780312 0639");
        assert_eq!(grouped_code("91990102MA0000001X"), "91 990102 MA0000001X");
        assert_eq!(grouped_phone("199"), "199");
    }
}
