//! Amounts in words (大写金额), as payment papers carry them.

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// `32.00` → `叁拾贰元整`. Up to 999 999 999 999.99 yuan; none for anything else.
pub(crate) fn in_words(amount: &str) -> Option<String> {
    let (yuan, cents) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str, most| text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if yuan.is_empty() || !digits(yuan, 12) || !digits(cents, 2) {
        return None;
    }
    let whole: u64 = yuan.parse().ok()?;
    let cents: u64 = format!("{cents:0<2}").parse().ok()?;
    let (jiao, fen) = (cents / 10, cents % 10);
    let mut out = String::new();
    if whole > 0 {
        out.push_str(&integer(whole));
        out.push('元');
    } else if cents == 0 {
        out.push_str("零元");
    }
    if cents == 0 {
        out.push('整');
        return Some(out);
    }
    match jiao {
        0 if whole > 0 => out.push('零'),
        0 => {}
        jiao => {
            out.push(digit(jiao));
            out.push('角');
        }
    }
    match fen {
        0 => out.push('整'),
        fen => {
            out.push(digit(fen));
            out.push('分');
        }
    }
    Some(out)
}

fn digit(value: u64) -> char {
    DIGITS[(value % 10) as usize]
}

fn integer(value: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let group = value / unit % 10_000;
        if group == 0 {
            gap = !out.is_empty();
            continue;
        }
        // A zero is read where places are skipped between what stands before and this group.
        if !out.is_empty() && (gap || group < 1_000) {
            out.push('零');
        }
        out.push_str(&thousands(group));
        out.push_str(name);
        gap = false;
    }
    out
}

fn thousands(group: u64) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let place = group / unit % 10;
        if place == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
        }
        out.push(digit(place));
        out.push_str(name);
        gap = false;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_banks_want_them() {
        for (amount, words) in [
            ("32.00", "叁拾贰元整"),
            ("20", "贰拾元整"),
            ("0.50", "伍角整"),
            ("0.05", "伍分"),
            ("0", "零元整"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("100000000", "壹亿元整"),
            ("100000001.00", "壹亿零壹元整"),
            ("200050000", "贰亿零伍万元整"),
        ] {
            assert_eq!(in_words(amount).as_deref(), Some(words), "{amount}");
        }
    }

    #[test]
    fn other_text_has_no_words() {
        for wrong in ["", ".5", "-1", "1.234", "12,000", "一百", "1234567890123"] {
            assert_eq!(in_words(wrong), None, "{wrong}");
        }
    }
}
