//! Pinyin and initials of names, with every reading of a character that has several.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

use crate::fold::is_latin;

/// Rarer readings than these are left out: they find more that is wrong than that is right.
const READINGS: usize = 3;

/// The ways to read one character, the usual one first; a letter reads as itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sound {
    readings: [&'static str; READINGS],
    count: usize,
}

/// Letters and digits, to be read as themselves.
const PLAIN: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

/// Syllables as they are typed: `ü` has no key and is written `v`.
fn typed(plain: &'static str) -> &'static str {
    match plain {
        "lü" => "lv",
        "nü" => "nv",
        "lüe" => "lve",
        "nüe" => "nve",
        other => other,
    }
}

impl Sound {
    fn of(c: char) -> Option<Self> {
        let mut sound = Self {
            readings: [""; READINGS],
            count: 0,
        };
        if is_latin(c) {
            let at = PLAIN.find(c.to_ascii_lowercase())?;
            sound.push(&PLAIN[at..=at]);
            return Some(sound);
        }
        for one in c.to_pinyin_multi()? {
            sound.push(typed(one.plain()));
        }
        (sound.count > 0).then_some(sound)
    }

    fn push(&mut self, reading: &'static str) {
        if self.count < READINGS && !self.readings().contains(&reading) {
            self.readings[self.count] = reading;
            self.count += 1;
        }
    }

    fn readings(&self) -> &[&'static str] {
        &self.readings[..self.count]
    }

    fn usual(&self) -> &'static str {
        self.readings[0]
    }

    fn has_initial(&self, letter: char) -> bool {
        self.readings().iter().any(|r| r.starts_with(letter))
    }
}

/// The sounds of folded characters; characters without a reading are skipped. The second value
/// is each sound's place among the characters.
pub(crate) fn sounds(chars: &[char]) -> (Vec<Sound>, Vec<usize>) {
    let mut sounds = Vec::with_capacity(chars.len());
    let mut at = Vec::with_capacity(chars.len());
    for (i, &c) in chars.iter().enumerate() {
        if let Some(sound) = Sound::of(c) {
            sounds.push(sound);
            at.push(i);
        }
    }
    (sounds, at)
}

/// The usual reading written as one word.
pub(crate) fn usual(sounds: &[Sound]) -> String {
    sounds.iter().map(Sound::usual).collect()
}

/// The usual reading and, for each character that has others, the whole with one of these.
fn variants(sounds: &[Sound]) -> Vec<Vec<&str>> {
    let base: Vec<&str> = sounds.iter().map(Sound::usual).collect();
    let mut all = vec![base.clone()];
    for (i, sound) in sounds.iter().enumerate() {
        for other in sound.readings().iter().skip(1) {
            let mut variant = base.clone();
            variant[i] = other;
            all.push(variant);
        }
    }
    all
}

/// Every three letters in a row of any reading.
pub(crate) fn letter_grams(sounds: &[Sound], out: &mut BTreeSet<String>) {
    for variant in variants(sounds) {
        let letters: Vec<char> = variant.concat().chars().collect();
        out.extend(letters.windows(3).map(|w| w.iter().collect::<String>()));
        if letters.len() < 3 && !letters.is_empty() {
            out.insert(letters.iter().collect());
        }
    }
}

/// Every two and three initials in a row, and the first one marked with `^`.
pub(crate) fn initial_grams(sounds: &[Sound], out: &mut BTreeSet<String>) {
    for variant in variants(sounds) {
        let initials: Vec<char> = variant.iter().filter_map(|r| r.chars().next()).collect();
        for size in 2..=3 {
            out.extend(initials.windows(size).map(|w| w.iter().collect::<String>()));
        }
        if let Some(first) = initials.first() {
            out.insert(format!("^{first}"));
        }
    }
}

/// Where typed letters fit a name: the first and the last sound they cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub from: usize,
    /// Past the last sound.
    pub to: usize,
}

/// Finds letters as initials.
pub(crate) fn find_initials(sounds: &[Sound], letters: &[char]) -> Option<Fit> {
    if letters.is_empty() || letters.len() > sounds.len() {
        return None;
    }
    (0..=sounds.len() - letters.len()).find_map(|from| {
        let fits = letters
            .iter()
            .zip(&sounds[from..])
            .all(|(&l, s)| s.has_initial(l));
        fits.then_some(Fit {
            from,
            to: from + letters.len(),
        })
    })
}

/// Finds letters as full pinyin that begins at a syllable; the last syllable may be unfinished.
pub(crate) fn find_letters(sounds: &[Sound], letters: &str) -> Option<Fit> {
    if letters.is_empty() {
        return None;
    }
    (0..sounds.len())
        .find_map(|from| covers(&sounds[from..], letters).map(|n| Fit { from, to: from + n }))
}

/// How many sounds the letters cover from the first one on.
fn covers(sounds: &[Sound], letters: &str) -> Option<usize> {
    if letters.is_empty() {
        return Some(0);
    }
    let (first, rest) = sounds.split_first()?;
    first
        .readings()
        .iter()
        .find_map(|reading| match letters.strip_prefix(*reading) {
            Some(left) => covers(rest, left).map(|n| n + 1),
            None => reading.starts_with(letters).then_some(1),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Sound> {
        let chars: Vec<char> = text.chars().collect();
        sounds(&chars).0
    }

    #[test]
    fn readings_and_initials() {
        let name = of("食品经营许可");
        assert_eq!(usual(&name), "shipinjingyingxuke");
        let fit = find_initials(&name, &['j', 'y', 'x']);
        assert_eq!(fit, Some(Fit { from: 2, to: 5 }));
        assert_eq!(
            find_letters(&name, "jingyingx"),
            Some(Fit { from: 2, to: 5 })
        );
        assert_eq!(find_letters(&name, "ingying"), None);
        assert_eq!(
            find_letters(&of("老年人优待证"), "youdaizheng"),
            Some(Fit { from: 3, to: 6 })
        );
    }

    #[test]
    fn characters_with_several_readings_are_found_by_each() {
        assert!(find_letters(&of("旅行社"), "lvxingshe").is_some());
        assert!(find_letters(&of("银行"), "yinhang").is_some());
        let mut grams = BTreeSet::new();
        letter_grams(&of("银行"), &mut grams);
        assert!(grams.contains("nha"), "{grams:?}");
    }

    #[test]
    fn short_names_have_grams_too() {
        let mut grams = BTreeSet::new();
        initial_grams(&of("开药店"), &mut grams);
        for wanted in ["^k", "ky", "kyd"] {
            assert!(grams.contains(wanted), "{wanted} in {grams:?}");
        }
    }
}
