//! How well a document answers, judged on its names as a person would: own name first, then
//! everyday names, then words people use, then what sounds alike or is one slip away, then what
//! only mentions it.

use crate::fold::{find, folded};
use crate::plan::Plan;
use crate::schema::Head;
use crate::sound::{self, Fit, Sound};
use crate::typo::{distance, distance_within};

/// Where and how a document matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// Its own name.
    Title,
    /// The everyday name of this place.
    Name(usize),
    /// The synonym of this place.
    Synonym(usize),
    Code,
    /// Name, everyday name and text together, or the text alone.
    Body,
}

/// A judged document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    /// Classes are a hundred or so apart; within one, closer matches are higher.
    pub value: f32,
    pub matched: Matched,
    /// True when it was found by ear or in spite of a slip, not as written.
    pub guessed: bool,
}

/// Below this, neither title nor names hold what was asked.
pub(crate) const BODY: f32 = 300.0;
/// Below this, the question was not found as written.
pub(crate) const WRITTEN: f32 = 600.0;

/// Titles and names of a document: place, folded characters, and how far they stand behind the
/// title.
fn names(head: &Head) -> impl Iterator<Item = (Matched, Vec<char>, f32)> + '_ {
    let title = std::iter::once((Matched::Title, folded(&head.title), 0.0));
    let names = head
        .names
        .iter()
        .enumerate()
        .map(|(i, n)| (Matched::Name(i), folded(n), 40.0));
    let synonyms = head
        .synonyms
        .iter()
        .enumerate()
        .map(|(i, n)| (Matched::Synonym(i), folded(n), 90.0));
    title.chain(names).chain(synonyms)
}

/// Judges a document that has all that is needed.
pub(crate) fn judge(plan: &Plan, head: &Head, score: f32) -> Verdict {
    let body = 100.0 + 190.0 * score / (score + 60.0);
    let mut best = Verdict {
        value: body,
        matched: Matched::Body,
        guessed: false,
    };
    if plan.chars.is_empty() {
        return best;
    }
    if head.codes.iter().any(|code| folded(code) == plan.chars) {
        return Verdict {
            value: 1100.0,
            matched: Matched::Code,
            guessed: false,
        };
    }
    for (place, name, behind) in names(head) {
        let written = as_written(plan, &name, place == Matched::Title).map(|v| (v, false));
        // As written is better than any guess.
        let guess = || {
            let value = max(by_letters(plan, &name), by_slip(plan, &name))?;
            // Pinyin that fits is no guess.
            Some((value, !plan.is_typed() || value < WRITTEN))
        };
        let found = written.or_else(guess);
        if let Some((value, guessed)) = found {
            let value = value - behind;
            if value > best.value {
                best = Verdict {
                    value,
                    matched: place,
                    guessed,
                };
            }
        }
    }
    if best.value < BODY + 40.0 && in_names_together(plan, head) {
        best = Verdict {
            value: BODY + 40.0,
            matched: Matched::Body,
            guessed: false,
        };
    }
    best
}

/// How much of a name the question covers.
fn cover(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn as_written(plan: &Plan, name: &[char], title: bool) -> Option<f32> {
    let asked = &plan.chars;
    if name == asked.as_slice() {
        return Some(1000.0);
    }
    let covered = cover(asked.len(), name.len());
    if name.starts_with(asked) {
        return Some(800.0 + 60.0 * covered);
    }
    if find(name, asked).is_some() {
        return Some(740.0 + 40.0 * covered);
    }
    // The question says more than the name: 「我要开饭店」.
    if name.len() >= 2 && find(asked, name).is_some() {
        return Some(680.0 + 40.0 * cover(name.len(), asked.len()));
    }
    let mut required = plan.units.iter().filter(|u| u.required).peekable();
    if required.peek().is_some() && required.all(|u| find(name, &u.chars).is_some()) {
        return Some(if title { 660.0 } else { 640.0 } + 20.0 * covered);
    }
    None
}

/// Pinyin, initials, or the sound of the written question.
fn by_letters(plan: &Plan, name: &[char]) -> Option<f32> {
    let letters = plan.letters.as_deref()?;
    let (sounds, _) = sound::sounds(name);
    let mut best = sound::find_letters(&sounds, letters).map(|fit| value_of(fit, &sounds, 0.0));
    if plan.is_typed() {
        let typed: Vec<char> = letters.chars().collect();
        let initials = sound::find_initials(&sounds, &typed);
        best = max(best, initials.map(|fit| value_of(fit, &sounds, 5.0)));
        best = max(best, letters_with_slip(&typed, &sounds));
    }
    // What only sounds like the question stands behind what is written like it.
    best.map(|value| {
        if plan.is_typed() {
            value
        } else {
            value - 320.0
        }
    })
}

fn value_of(fit: Fit, sounds: &[Sound], behind: f32) -> f32 {
    let covered = cover(fit.to - fit.from, sounds.len());
    let class = match (fit.from, fit.to == sounds.len()) {
        (0, true) => 940.0,
        (0, false) => 780.0,
        _ => 700.0,
    };
    class + 60.0 * covered - behind
}

fn letters_with_slip(typed: &[char], sounds: &[Sound]) -> Option<f32> {
    if typed.len() < 6 {
        return None;
    }
    let whole: Vec<char> = sound::usual(sounds).chars().collect();
    if distance(typed, &whole, 1).is_some() {
        return Some(590.0);
    }
    let covered = cover(typed.len(), whole.len());
    distance_within(typed, &whole, 1).map(|_| 500.0 + 60.0 * covered)
}

/// One slip; two in long names.
fn by_slip(plan: &Plan, name: &[char]) -> Option<f32> {
    let asked = &plan.chars;
    if asked.len() < 3 || plan.letters.is_some() {
        return None;
    }
    let most = if asked.len() < 8 { 1 } else { 2 };
    // Each slip spoils at most one of the characters asked for.
    let known = asked.iter().filter(|c| name.contains(c)).count();
    if known + most < asked.len() {
        return None;
    }
    if let Some(slips) = distance(asked, name, most) {
        return (name.len() >= 3).then_some(600.0 - 20.0 * slips as f32);
    }
    if asked.len() < 4 {
        return None;
    }
    let covered = cover(asked.len(), name.len());
    distance_within(asked, name, most).map(|slips| 520.0 + 30.0 * covered - 20.0 * slips as f32)
}

/// All words stand in title and names, taken together.
fn in_names_together(plan: &Plan, head: &Head) -> bool {
    let all: Vec<Vec<char>> = names(head).map(|(_, name, _)| name).collect();
    let mut required = plan.units.iter().filter(|u| u.required).peekable();
    required.peek().is_some()
        && required.all(|u| all.iter().any(|name| find(name, &u.chars).is_some()))
}

fn max(a: Option<f32>, b: Option<f32>) -> Option<f32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Fields;

    fn head(title: &str, names: &[&str], synonyms: &[&str]) -> Head {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        Head {
            id: title.into(),
            kind: "item".into(),
            title: title.into(),
            names: own(names),
            synonyms: own(synonyms),
            codes: vec!["SPJYXK-XB".into()],
            weight: 0.0,
            facets: Vec::new(),
        }
    }

    fn value(text: &str, head: &Head) -> f32 {
        judge(&Plan::new(text, &Fields::build().1), head, 10.0).value
    }

    #[test]
    fn own_name_then_everyday_name_then_synonym_then_slip_then_text() {
        let h = head("食品经营许可（新办）", &["开饭店"], &["餐饮许可"]);
        let order = [
            "食品经营许可新办",
            "开饭店",
            "餐饮许可",
            "食品经营",
            "经营许可",
            "食品经迎许可新办",
            "消防检查",
        ];
        let values: Vec<f32> = order.iter().map(|q| value(q, &h)).collect();
        assert!(values.windows(2).all(|w| w[0] > w[1]), "{values:?}");
        assert!(values[5] < WRITTEN && values[5] > BODY);
        assert!(values[6] < BODY);
    }

    #[test]
    fn pinyin_initials_and_code() {
        let h = head("食品经营许可（新办）", &["开饭店"], &[]);
        for q in [
            "shipinjingyingxukexinban",
            "spjyxkxb",
            "kaifandian",
            "kfd",
            "SPJYXK-XB",
        ] {
            assert!(value(q, &h) > 840.0, "{q}: {}", value(q, &h));
        }
        assert!(value("shipinjingyinxuke", &h) > BODY);
        assert!(value("jyxk", &h) > WRITTEN);
    }

    #[test]
    fn what_sounds_alike_is_found_by_ear() {
        let h = head("药品零售企业经营许可", &["开药店"], &[]);
        let other = head("食品经营许可（新办）", &["开饭店"], &[]);
        let fields = Fields::build().1;
        let ear = Plan::new("开要店", &fields).by_ear(&fields).unwrap();
        let (right, wrong) = (judge(&ear, &h, 1.0), judge(&ear, &other, 1.0));
        assert!(right.value > BODY && right.guessed);
        assert!(right.value > wrong.value);
        // One slip in writing alone would not tell the two apart.
        assert_eq!(value("开要店", &h), value("开要店", &other));
    }
}
