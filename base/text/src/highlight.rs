//! Matched words in red (关键字飘红), as pieces of text: whoever shows them escapes and marks.

use serde::Serialize;

use crate::fold::{Folded, fold};
use crate::plan::Plan;
use crate::schema::Fields;
use crate::{sound, words};

/// A piece of text; the pieces joined are the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    pub text: String,
    /// True when it was searched for.
    pub hit: bool,
}

/// Characters shown before and after the first match in a body.
const BEFORE: usize = 20;
const AFTER: usize = 60;

/// Marks in any text what was searched for, for texts that are not in the index.
pub fn mark(text: &str, query: &str) -> Vec<Segment> {
    marked(text, &Plan::new(query, &Fields::build().1))
}

pub(crate) fn marked(text: &str, plan: &Plan) -> Vec<Segment> {
    let chars: Vec<char> = text.chars().collect();
    segments(&chars, &marks(text, chars.len(), plan))
}

/// The surroundings of the first match in a body; nothing when there is none.
pub(crate) fn snippet(body: &str, plan: &Plan) -> Vec<Segment> {
    let chars: Vec<char> = body.chars().collect();
    let marks = marks(body, chars.len(), plan);
    let Some(first) = marks.iter().position(|&m| m) else {
        return Vec::new();
    };
    let from = first.saturating_sub(BEFORE);
    let to = (first + AFTER).min(chars.len());
    let mut out = segments(&chars[from..to], &marks[from..to]);
    let dots = || Segment {
        text: "…".into(),
        hit: false,
    };
    if from > 0 {
        out.insert(0, dots());
    }
    if to < chars.len() {
        out.push(dots());
    }
    out
}

fn segments(chars: &[char], marks: &[bool]) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    for (&c, &hit) in chars.iter().zip(marks) {
        // A line break inside a snippet would tear it apart.
        let c = if c.is_control() { ' ' } else { c };
        match out.last_mut() {
            Some(last) if last.hit == hit => last.text.push(c),
            _ => out.push(Segment {
                text: c.to_string(),
                hit,
            }),
        }
    }
    out
}

/// For each character of the text, whether it was searched for.
fn marks(text: &str, length: usize, plan: &Plan) -> Vec<bool> {
    let folded = fold(text);
    let mut marks = vec![false; length];
    if plan.chars.is_empty() || every(&folded, &plan.chars, &mut marks) {
        return marks;
    }
    if let Some(letters) = plan.letters.as_deref() {
        by_letters(&folded, letters, plan, &mut marks);
        if marks.contains(&true) {
            return marks;
        }
    }
    let mut found = false;
    for unit in plan.units.iter().filter(|u| u.required) {
        found |= every(&folded, &unit.chars, &mut marks);
    }
    if !found && plan.letters.is_none() {
        common_pairs(&folded, plan, &mut marks);
    }
    marks
}

/// Marks every occurrence.
fn every(folded: &Folded, needle: &[char], marks: &mut [bool]) -> bool {
    let mut found = false;
    if needle.is_empty() || needle.len() > folded.chars.len() {
        return false;
    }
    for at in 0..=folded.chars.len() - needle.len() {
        if folded.chars[at..].starts_with(needle) {
            fill(folded, at, at + needle.len(), marks);
            found = true;
        }
    }
    found
}

/// Marks from the first to the last character, with the punctuation between them.
fn fill(folded: &Folded, from: usize, to: usize, marks: &mut [bool]) {
    let (Some(&first), Some(&last)) = (folded.at.get(from), folded.at.get(to.saturating_sub(1)))
    else {
        return;
    };
    marks[first..=last].fill(true);
}

fn by_letters(folded: &Folded, letters: &str, plan: &Plan, marks: &mut [bool]) {
    let (sounds, at) = sound::sounds(&folded.chars);
    let typed: Vec<char> = letters.chars().collect();
    let initials = plan
        .is_typed()
        .then(|| sound::find_initials(&sounds, &typed))
        .flatten();
    let fit = sound::find_letters(&sounds, letters).or(initials);
    if let Some(fit) = fit
        && let (Some(&from), Some(&last)) = (at.get(fit.from), at.get(fit.to - 1))
    {
        fill(folded, from, last + 1, marks);
    }
}

/// After a slip: the pairs that question and text have in common.
fn common_pairs(folded: &Folded, plan: &Plan, marks: &mut [bool]) {
    for pair in plan.chars.windows(2) {
        let text: String = pair.iter().collect();
        if !words::is_asking(&text) {
            every(folded, pair, marks);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hits(text: &str, query: &str) -> Vec<String> {
        mark(text, query)
            .into_iter()
            .filter(|s| s.hit)
            .map(|s| s.text)
            .collect()
    }

    /// [B-13] matched words in red
    #[test]
    fn what_was_searched_for_is_marked() {
        assert_eq!(hits("食品经营许可（新办）", "经营许可"), ["经营许可"]);
        assert_eq!(
            hits("食品经营许可（新办）", "食品经营许可新办"),
            ["食品经营许可（新办"]
        );
        assert_eq!(hits("食品经营许可（新办）", "食品许可"), ["食品", "许可"]);
        assert_eq!(hits("食品经营许可（新办）", "jyxk"), ["经营许可"]);
        assert_eq!(hits("食品经营许可（新办）", "jingying"), ["经营"]);
        assert_eq!(
            hits("食品经营许可（新办）", "食品经迎许可"),
            ["食品", "许可"]
        );
        assert_eq!(hits("KTV、商场", "ktv"), ["KTV"]);
        assert!(hits("食品经营许可", "消防").is_empty());
    }

    #[test]
    fn a_snippet_shows_the_surroundings() {
        let body = format!("{}燃气安全{}", "甲".repeat(100), "乙".repeat(100));
        let cut = snippet(&body, &Plan::new("燃气", &Fields::build().1));
        let text: String = cut.iter().map(|s| s.text.as_str()).collect();
        assert!(text.starts_with("…甲") && text.ends_with("乙…"));
        assert!(cut.contains(&Segment {
            text: "燃气".into(),
            hit: true
        }));
        assert!(snippet("没有", &Plan::new("燃气", &Fields::build().1)).is_empty());
    }

    proptest! {
        #[test]
        fn the_pieces_joined_are_the_text(text in "[食品经营（）a ]{0,20}", query in "[食品经a]{0,4}") {
            let joined: String = mark(&text, &query).into_iter().map(|s| s.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
