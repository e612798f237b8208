//! Text as it is compared: full width made plain, letters in lower case, punctuation dropped.

/// A folded text with the way back to the original.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folded {
    pub chars: Vec<char>,
    /// For each folded character, its place among the original's characters.
    pub at: Vec<usize>,
}

/// Folds one character; none when it does not take part in comparing.
pub(crate) fn fold_char(c: char) -> Option<char> {
    let plain = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    if !plain.is_alphanumeric() {
        return None;
    }
    // A lower-case mapping of several characters (such as İ) would break the way back.
    let mut lower = plain.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => Some(one),
        _ => Some(plain),
    }
}

/// Folds a text as one run: punctuation and blanks vanish.
pub(crate) fn fold(text: &str) -> Folded {
    let mut out = Folded::default();
    for (i, c) in text.chars().enumerate() {
        if let Some(folded) = fold_char(c) {
            out.chars.push(folded);
            out.at.push(i);
        }
    }
    out
}

/// The folded characters alone.
pub(crate) fn folded(text: &str) -> Vec<char> {
    text.chars().filter_map(fold_char).collect()
}

/// The folded text as a string.
pub(crate) fn fold_string(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// The runs between punctuation and blanks, folded.
pub(crate) fn runs(text: &str) -> Vec<Vec<char>> {
    let mut all = Vec::new();
    let mut run = Vec::new();
    for c in text.chars() {
        match fold_char(c) {
            Some(folded) => run.push(folded),
            None if !run.is_empty() => all.push(std::mem::take(&mut run)),
            None => {}
        }
    }
    if !run.is_empty() {
        all.push(run);
    }
    all
}

/// True for letters and digits that form words by themselves, unlike Chinese characters.
pub(crate) fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Where `needle` begins in `hay`, counting characters.
pub(crate) fn find(hay: &[char], needle: &[char]) -> Option<usize> {
    if needle.is_empty() || needle.len() > hay.len() {
        return None;
    }
    hay.windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_punctuation_do_not_matter() {
        assert_eq!(
            fold_string("食品经营许可（新办）"),
            fold_string("食品经营许可 新办")
        );
        assert_eq!(fold_string("ＫＴＶ、Ktv"), "ktvktv");
        let f = fold("“一件事”！");
        assert_eq!(f.chars, ['一', '件', '事']);
        assert_eq!(f.at, [1, 2, 3]);
        assert_eq!(runs("开饭店，开餐馆 ").len(), 2);
    }

    #[test]
    fn rare_characters_take_part() {
        assert_eq!(fold_string("陈䶮𠮷"), "陈䶮𠮷");
    }
}
