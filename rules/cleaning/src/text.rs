//! Texts as they should have been typed.

/// Blanks that nobody sees, beside those that are white space.
fn invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The plain form of a character of full width.
pub(crate) fn half(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(invisible)
}

/// A blank, or the mark by which spreadsheets tell texts from numbers.
fn mark(c: char) -> bool {
    invisible(c) || matches!(half(c), '\'' | '\u{2018}' | '\u{2019}')
}

/// A number or code: full width made plain, blanks removed wherever they stand, and the `'` by
/// which spreadsheets mark texts. None when it is in order.
pub(crate) fn code(text: &str, upper: bool) -> Option<String> {
    let fine = |b: &u8| b.is_ascii_graphic() && *b != b'\'' && !(upper && b.is_ascii_lowercase());
    if text.as_bytes().iter().all(fine) {
        return None;
    }
    let trimmed = text.trim_start_matches(mark);
    let out: String = trimmed
        .chars()
        .filter(|c| !invisible(*c))
        .map(half)
        .map(|c| if upper { c.to_ascii_uppercase() } else { c })
        .collect();
    (out != text).then_some(out)
}

/// A date as typed: full width made plain, blanks at its ends removed.
pub(crate) fn date(text: &str) -> Option<String> {
    let fine = |b: &u8| b.is_ascii_graphic() && *b != b'\'';
    if text.as_bytes().iter().all(fine) {
        return None;
    }
    let out: String = text
        .trim_start_matches(mark)
        .trim_end_matches(invisible)
        .chars()
        .map(|c| if invisible(c) { ' ' } else { half(c) })
        .collect();
    (out != text).then_some(out)
}

/// A name or address: letters and digits of full width made plain (brackets and other signs stay
/// as they are: in Chinese they are wide), blanks removed at the ends and beside Chinese, one left
/// between foreign words.
pub(crate) fn words(text: &str) -> Option<String> {
    let wrong = |c: char| {
        invisible(c) && c != ' '
            || matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
    };
    if !text.contains(' ') && !text.contains(wrong) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if invisible(c) {
            gap = true;
            continue;
        }
        let c = match half(c) {
            plain if plain.is_ascii_alphanumeric() => plain,
            _ => c,
        };
        let between_words = out.ends_with(|c: char| c.is_ascii()) && c.is_ascii();
        if gap && between_words {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    (out != text).then_some(out)
}

/// A name as it is compared: signs that are typed in several ways folded, blanks dropped.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one == other || folded(one).eq(folded(other))
}

/// The characters of a name or number by which it is compared.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .filter(|c| !invisible(*c))
        .map(half)
        .map(|c| match c {
            '〔' | '【' | '[' | '﹝' => '(',
            '〕' | '】' | ']' | '﹞' => ')',
            '•' | '・' | '∙' | '‧' | '．' | '.' => '·',
            '—' | '–' | '−' | '‐' => '-',
            c => c.to_ascii_uppercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lose_width_and_blanks() {
        for (from, to) in [
            ("ＪＹ１２", "JY12"),
            ("　JY12 ", "JY12"),
            ("JY 1\t2", "JY12"),
            ("'9901", "9901"),
            ("\u{feff}9901\u{200b}", "9901"),
            ("云东〔２０２３〕第１号", "云东〔2023〕第1号"),
            ("云东（2023）", "云东(2023)"),
            ("99x", "99X"),
        ] {
            assert_eq!(code(from, true).as_deref(), Some(to), "{from}");
            assert_eq!(code(to, true), None, "{to}");
        }
        assert_eq!(code("99x", false), None);
        assert_eq!(code("云东卫公证字〔2024〕第005002号", true), None);
    }

    #[test]
    fn words_keep_chinese_signs() {
        for (from, to) in [
            (" 陈　云飞 ", "陈云飞"),
            ("云州市（个体）　７号店", "云州市（个体）7号店"),
            ("John   Smith", "John Smith"),
            ("东湖路 250 号", "东湖路250号"),
        ] {
            assert_eq!(words(from).as_deref(), Some(to), "{from}");
            assert_eq!(words(to), None, "{to}");
        }
        assert_eq!(words("阿依古丽·买买提（个体）"), None);
    }

    #[test]
    fn names_are_compared_without_manners() {
        assert!(same_name("阿依·买买提", "阿依•买买提"));
        assert!(same_name("甲店（个体）", "甲店(个体)"));
        assert!(!same_name("甲店", "乙店"));
    }
}
