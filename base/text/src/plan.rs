//! A question taken apart: what is looked up, what a document must have, what is nearly enough.

use crate::fold::{fold_string, is_latin};
use crate::gather::{Probe, Weight};
use crate::grams::{atoms, pairs};
use crate::schema::Fields;
use crate::{sound, words};

/// Longer questions are cut: each part takes a bit.
const LONGEST: usize = 40;
/// Bits 0 to 39 belong to the question as written or as full pinyin, 40 to 62 to initials.
const INITIALS_AT: u32 = 40;
const INITIALS: usize = 23;

/// A word of the question.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub chars: Vec<char>,
    /// Bits of the parts that it consists of.
    bits: u64,
    pub required: bool,
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// The folded question.
    pub chars: Vec<char>,
    /// The question as typed pinyin, when it is only letters.
    pub letters: Option<String>,
    pub units: Vec<Unit>,
    pub probes: Vec<Probe>,
    /// A document matches when it has all bits of one of these.
    pub need: Vec<u64>,
    /// Parts whose presence in title and names hints at a typo, and how many of them it takes.
    pub near: u64,
    pub near_least: u32,
}

impl Plan {
    /// Takes a question apart. An empty question finds everything.
    pub fn new(text: &str, fields: &Fields) -> Self {
        let pieces: Vec<String> = text
            .split_whitespace()
            .map(fold_string)
            .filter(|p| !p.is_empty())
            .collect();
        let mut chars: Vec<char> = pieces.iter().flat_map(|p| p.chars()).collect();
        chars.truncate(LONGEST);
        let mut plan = Self {
            chars,
            ..Self::default()
        };
        if plan.chars.is_empty() {
            plan.need.push(0);
            return plan;
        }
        let whole: String = plan.chars.iter().collect();
        if plan.chars.iter().all(char::is_ascii_lowercase) {
            plan.typed_letters(&whole, fields);
        } else {
            plan.written(&pieces, fields);
        }
        plan.fixed(fields.whole_title, &whole, 1000.0);
        plan.fixed(fields.whole_name, &whole, 800.0);
        plan.fixed(fields.whole_synonym, &whole, 600.0);
        plan.fixed(fields.code, &whole, 2000.0);
        plan
    }

    /// The same question by ear: finds names that sound like it.
    pub fn by_ear(&self, fields: &Fields) -> Option<Self> {
        let (sounds, _) = sound::sounds(&self.chars);
        if self.letters.is_some() || sounds.len() < 2 {
            return None;
        }
        let letters = sound::usual(&sounds);
        let mut plan = Self {
            chars: self.chars.clone(),
            letters: Some(letters.clone()),
            units: self.units.clone(),
            ..Self::default()
        };
        let all = plan.letter_probes(&letters, fields);
        plan.near = all;
        plan.near_least = all.count_ones();
        Some(plan)
    }

    fn fixed(&mut self, field: tantivy::schema::Field, whole: &str, weight: f32) {
        // The whole question is every part of it.
        let bits = self.need.iter().fold(0, |all, need| all | need);
        let term = whole.to_owned();
        let weight = Weight::Fixed(weight);
        self.probes.push(Probe {
            field,
            term,
            bits,
            head: true,
            weight,
        });
    }

    /// Letters only: a word as it stands, initials, or full pinyin.
    fn typed_letters(&mut self, whole: &str, fields: &Fields) {
        self.letters = Some(whole.to_owned());
        self.units = vec![Unit {
            chars: self.chars.clone(),
            bits: 1 << 63,
            required: true,
        }];
        for (field, head, weight) in [
            (fields.title, true, 6.0),
            (fields.names, true, 4.0),
            (fields.grams, false, 1.0),
        ] {
            let (term, weight) = (whole.to_owned(), Weight::Rare(weight));
            self.probes.push(Probe {
                field,
                term,
                bits: 1 << 63,
                head,
                weight,
            });
        }
        self.need.push(1 << 63);

        let initials = match self.chars.as_slice() {
            [one] => vec![format!("^{one}")],
            [_, _] => vec![whole.to_owned()],
            many => many.windows(3).map(|w| w.iter().collect()).collect(),
        };
        if initials.len() <= INITIALS {
            let mut all = 0;
            for (i, term) in initials.into_iter().enumerate() {
                let bits = 1 << (INITIALS_AT + i as u32);
                all |= bits;
                let weight = Weight::Rare(3.0);
                self.probes.push(Probe {
                    field: fields.initials,
                    term,
                    bits,
                    head: true,
                    weight,
                });
            }
            self.need.push(all);
        }

        let all = self.letter_probes(whole, fields);
        if all != 0 {
            self.need.push(all);
            let count = all.count_ones();
            if count >= 4 {
                // One slip breaks up to four of them.
                self.near = all;
                self.near_least = (count - 4).max(2);
            }
        }
    }

    /// Full pinyin: three letters at a time.
    fn letter_probes(&mut self, letters: &str, fields: &Fields) -> u64 {
        let chars: Vec<char> = letters.chars().take(LONGEST + 2).collect();
        let mut all = 0;
        for (i, window) in chars.windows(3).enumerate() {
            let (term, bits) = (window.iter().collect(), 1 << i);
            all |= bits;
            let weight = Weight::Rare(2.0);
            self.probes.push(Probe {
                field: fields.letters,
                term,
                bits,
                head: true,
                weight,
            });
        }
        all
    }

    /// A written question: words, and in them characters and pairs.
    fn written(&mut self, pieces: &[String], fields: &Fields) {
        let mut next = 0u32;
        for piece in pieces.iter().flat_map(|p| words::without_phrases(p)) {
            if words::is_asking(piece) {
                self.unit(piece, &mut next, fields);
                continue;
            }
            for word in words::plain_words(piece) {
                self.unit(&word, &mut next, fields);
            }
        }
        if !self.units.iter().any(|u| u.required) {
            self.units.iter_mut().for_each(|u| u.required = true);
        }
        let need = self
            .units
            .iter()
            .filter(|u| u.required)
            .fold(0, |all, u| all | u.bits);
        self.need.push(need);
        self.across(&mut next, fields);
    }

    fn unit(&mut self, word: &str, next: &mut u32, fields: &Fields) {
        let chars: Vec<char> = word.chars().collect();
        let atoms = atoms(&chars);
        let parts: Vec<String> = if atoms.len() == 1 {
            atoms
        } else {
            pairs(&atoms).collect()
        };
        let mut bits = 0;
        for part in parts {
            let Some(bit) = take(next) else { break };
            bits |= bit;
            for (field, head, weight) in [
                (fields.title, true, 6.0),
                (fields.names, true, 4.0),
                (fields.grams, false, 0.3),
            ] {
                let (term, weight) = (part.clone(), Weight::Rare(weight));
                self.probes.push(Probe {
                    field,
                    term,
                    bits: bit,
                    head,
                    weight,
                });
            }
        }
        if bits == 0 {
            return;
        }
        let (term, weight) = (word.to_owned(), Weight::Rare(1.0));
        self.probes.push(Probe {
            field: fields.words,
            term,
            bits,
            head: false,
            weight,
        });
        self.units.push(Unit {
            chars,
            bits,
            required: !words::is_asking(word),
        });
    }

    /// Parts beyond words: pairs across their borders, and single characters of short questions.
    /// They rank, and they hint at a typo.
    fn across(&mut self, next: &mut u32, fields: &Fields) {
        let atoms = atoms(&self.chars);
        let count = atoms.len() as u32;
        let short = atoms.len() <= 4;
        let parts: Vec<String> = if short {
            atoms.clone()
        } else {
            pairs(&atoms).collect()
        };
        for part in &parts {
            let known = self
                .probes
                .iter()
                .find(|p| p.field == fields.title && &p.term == part);
            let bit = match known.map(|p| p.bits) {
                Some(bit) => bit,
                None => {
                    let Some(bit) = take(next) else { break };
                    for (field, weight) in [(fields.title, 3.0), (fields.names, 2.0)] {
                        let weight = Weight::Rare(if short { weight / 4.0 } else { weight });
                        let term = part.clone();
                        self.probes.push(Probe {
                            field,
                            term,
                            bits: bit,
                            head: true,
                            weight,
                        });
                    }
                    bit
                }
            };
            self.near |= bit;
        }
        let found = self.near.count_ones();
        match count {
            0..=2 => self.near = 0,
            3..=4 => self.near_least = found.saturating_sub(1).max(1),
            // One slip breaks up to three pairs.
            5..=9 => self.near_least = found.saturating_sub(3).max(1),
            _ => self.near_least = found.saturating_sub(6).max(3),
        }
    }

    /// True when the question was typed with letters only and may be pinyin.
    pub fn is_typed(&self) -> bool {
        self.letters.is_some() && self.chars.iter().all(|&c| is_latin(c))
    }

    /// Fewer parts that still say something: what to settle for when nothing has all of them.
    /// Single characters say too little, unless there is nothing else.
    pub fn relaxed(&self) -> Option<(u64, u32)> {
        let required = || self.units.iter().filter(|u| u.required);
        let words = required()
            .filter(|u| u.chars.len() > 1)
            .fold(0, |all, u| all | u.bits);
        let all = if words == 0 {
            required().fold(0, |all, u| all | u.bits)
        } else {
            words
        };
        let loose = self.letters.is_none() && required().nth(1).is_some();
        loose.then(|| (all, ((all.count_ones() * 3 + 2) / 5).max(1)))
    }
}

fn take(next: &mut u32) -> Option<u64> {
    // Bit 63 is kept for words of letters.
    let bit = (*next < 62).then(|| 1u64 << *next);
    *next += 1;
    bit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Plan {
        Plan::new(text, &Fields::build().1)
    }

    #[test]
    fn how_somebody_asks_is_not_required() {
        let plan = plan("我想开饭店怎么办理");
        let required: Vec<String> = plan
            .units
            .iter()
            .filter(|u| u.required)
            .map(|u| u.chars.iter().collect())
            .collect();
        assert!(
            required
                .iter()
                .all(|w| !"我想怎么办理".contains(w.as_str())),
            "{required:?}"
        );
        assert!(required.concat().contains("饭店"));
    }

    #[test]
    fn a_question_of_asking_words_only_is_taken_as_it_is() {
        assert!(plan("办理材料").units.iter().all(|u| u.required));
    }

    #[test]
    fn letters_are_tried_as_word_initials_and_pinyin() {
        let plan = plan("spjyxk");
        assert_eq!(plan.letters.as_deref(), Some("spjyxk"));
        assert_eq!(plan.need.len(), 3);
        assert!(Plan::new("  ", &Fields::build().1).need == [0]);
    }

    #[test]
    fn very_long_questions_are_cut() {
        let long = "食品经营许可".repeat(100);
        assert_eq!(plan(&long).chars.len(), LONGEST);
        assert!(plan(&"x".repeat(5000)).probes.len() < 200);
    }
}
