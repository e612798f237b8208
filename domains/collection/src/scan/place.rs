//! Which words of a page are the value of which field: those behind its label, else those that stand
//! where the paper has its value.

use std::collections::BTreeMap;

use kernel::number;
use licences::LicenceType;
use regex::Regex;

use super::fields::{ScanField, scan_fields};
use super::ocr::Word;

/// A value with its confidence, from 0 to 100: that of its least certain word.
pub(crate) type Found = (String, u8);

/// One character with its place.
#[derive(Clone, Copy, Debug)]
struct Glyph {
    c: char,
    left: f32,
    right: f32,
    confidence: f32,
}

/// What stands beside each other.
struct Line {
    top: f32,
    bottom: f32,
    glyphs: Vec<Glyph>,
}

impl Line {
    fn height(&self) -> f32 {
        (self.bottom - self.top).max(1.0)
    }

    /// Whether a new column begins at this character.
    fn begins(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|at| self.glyphs.get(at)) else {
            return true;
        };
        let here = self.glyphs.get(at).map_or(before.right, |one| one.left);
        here - before.right > self.height() * 0.9
    }
}

/// A label in a line: the characters from `from` up to `to`.
struct Label {
    line: usize,
    from: usize,
    to: usize,
    /// Place among the names that were looked for.
    name: usize,
}

/// The values of a type's fields among the words of a page of this size in pixels.
pub(crate) fn values(
    kind: &LicenceType,
    words: &[Word],
    (width, height): (u32, u32),
) -> BTreeMap<String, Found> {
    let lines = lines(words);
    let fields = scan_fields(kind);
    // Labels of fields that nobody types end the value before them all the same.
    let names: Vec<String> = kind
        .face_fields
        .iter()
        .map(|f| folded(&f.field_name))
        .collect();
    let labels = labels(&lines, &names);
    let mut found = BTreeMap::new();
    for field in &fields {
        let name = folded(&field.zh);
        let label = labels
            .iter()
            .find(|label| names.get(label.name) == Some(&name));
        let glyphs = match label {
            Some(label) => behind(&lines, &labels, label),
            None => standing(field, kind, &lines, &labels, (width, height)),
        };
        if let Some(value) = value(field, kind, &glyphs) {
            found.insert(field.code.clone(), value);
        }
    }
    found
}

fn lines(words: &[Word]) -> Vec<Line> {
    let mut sorted: Vec<&Word> = words.iter().collect();
    sorted.sort_by(|a, b| (a.top + a.height / 2.0).total_cmp(&(b.top + b.height / 2.0)));
    let mut lines: Vec<(f32, f32, Vec<&Word>)> = Vec::new();
    for word in sorted {
        let middle = word.top + word.height / 2.0;
        match lines.last_mut() {
            Some((top, bottom, held)) if middle < *bottom && middle > *top => held.push(word),
            _ => lines.push((word.top, word.top + word.height, vec![word])),
        }
    }
    lines
        .into_iter()
        .map(|(top, bottom, mut words)| {
            words.sort_by(|a, b| a.left.total_cmp(&b.left));
            let glyphs = words.into_iter().flat_map(|word| {
                let n = word.text.chars().count().max(1) as f32;
                let step = word.width / n;
                word.text.chars().enumerate().map(move |(at, c)| Glyph {
                    c,
                    left: word.left + step * at as f32,
                    right: word.left + step * (at + 1) as f32,
                    confidence: word.confidence,
                })
            });
            Line {
                top,
                bottom,
                glyphs: glyphs.collect(),
            }
        })
        .collect()
}

/// Half width, as labels are compared.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || "：；，。、·〈〉《》—…‘’“”（）【】".contains(c)
}

fn folded(text: &str) -> String {
    text.chars().map(narrow).filter(|c| !is_mark(*c)).collect()
}

/// Every name where it is best seen: what reads exactly so first, and of those the longest, for a
/// short name may be part of it.
fn labels(lines: &[Line], names: &[String]) -> Vec<Label> {
    let mut seen: Vec<(usize, Label)> = Vec::new();
    for (name, wanted) in names.iter().enumerate() {
        let wanted: Vec<char> = wanted.chars().collect();
        for (at, line) in lines.iter().enumerate() {
            for from in (0..line.glyphs.len()).filter(|from| line.begins(*from)) {
                if let Some((to, wrong)) = matches(line, from, &wanted) {
                    let label = Label {
                        line: at,
                        from,
                        to,
                        name,
                    };
                    seen.push((wrong, label));
                }
            }
        }
    }
    seen.sort_by_key(|(wrong, one)| (*wrong, std::cmp::Reverse(one.to - one.from)));
    let mut found: Vec<Label> = Vec::new();
    for (_, label) in seen {
        let over =
            |one: &Label| one.line == label.line && one.from < label.to && label.from < one.to;
        if !found.iter().any(|one| one.name == label.name || over(one)) {
            found.push(label);
        }
    }
    found
}

/// Whether a name stands here, with at most one character in four misread: where it ends, and how
/// many are wrong.
fn matches(line: &Line, from: usize, wanted: &[char]) -> Option<(usize, usize)> {
    let (mut wrong, mut at) = (0, from);
    for want in wanted {
        let mut here = line.glyphs.get(at)?;
        while is_mark(narrow(here.c)) {
            at += 1;
            here = line.glyphs.get(at)?;
        }
        wrong += usize::from(narrow(here.c) != *want);
        at += 1;
    }
    (wrong * 4 <= wanted.len()).then_some((at, wrong))
}

/// What stands behind a label, and below that where it goes on.
fn behind(lines: &[Line], labels: &[Label], label: &Label) -> Vec<Glyph> {
    let Some(line) = lines.get(label.line) else {
        return Vec::new();
    };
    let next = labels
        .iter()
        .filter(|one| one.line == label.line && one.from >= label.to)
        .map(|one| one.from)
        .min();
    let end = next.unwrap_or(line.glyphs.len());
    let mut glyphs = line.glyphs.get(label.to..end).unwrap_or_default().to_vec();
    let Some(left) = glyphs
        .iter()
        .find(|one| !is_mark(one.c))
        .map(|one| one.left)
    else {
        return Vec::new();
    };
    // A second line begins below the first, within its column.
    let right = next
        .and_then(|at| line.glyphs.get(at))
        .map_or(f32::MAX, |one| one.left);
    let labelled = |at: usize| labels.iter().any(|one| one.line == at);
    if let Some(below) = lines.get(label.line + 1) {
        let near = below.top - line.bottom < line.height() * 1.2;
        if near && !labelled(label.line + 1) {
            let slack = line.height() * 1.5;
            let inside = |one: &&Glyph| one.left > left - slack && one.right < right;
            let starts = below
                .glyphs
                .first()
                .is_some_and(|one| one.left > left - slack);
            if starts {
                glyphs.extend(below.glyphs.iter().filter(inside));
            }
        }
    }
    glyphs
}

/// What stands where the paper has the value, if the page has the proportions of the paper.
fn standing(
    field: &ScanField,
    kind: &LicenceType,
    lines: &[Line],
    labels: &[Label],
    (width, height): (u32, u32),
) -> Vec<Glyph> {
    let Some([left, top, wide, high]) = field.place else {
        return Vec::new();
    };
    let across = width as f32 / kind.paper.width_mm.max(1.0);
    let down = height as f32 / kind.paper.height_mm.max(1.0);
    if (across / down - 1.0).abs() > 0.08 {
        return Vec::new();
    }
    let mut glyphs = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let middle = (line.top + line.bottom) / 2.0 / down;
        if middle < top - 1.0 || middle > top + high {
            continue;
        }
        for (place, glyph) in line.glyphs.iter().enumerate() {
            let middle = (glyph.left + glyph.right) / 2.0 / across;
            let own = |one: &Label| one.line == at && one.from <= place && place < one.to;
            if middle > left - 1.0 && middle < left + wide && !labels.iter().any(own) {
                glyphs.push(*glyph);
            }
        }
    }
    glyphs
}

/// The value that the characters say, as it is written in a register.
fn value(field: &ScanField, kind: &LicenceType, glyphs: &[Glyph]) -> Option<Found> {
    let mut text = String::new();
    let mut least = 100.0_f32;
    for (at, glyph) in glyphs.iter().enumerate() {
        let c = if field.code.starts_with("face.") {
            glyph.c
        } else {
            narrow(glyph.c)
        };
        let before = at.checked_sub(1).and_then(|at| glyphs.get(at));
        // Latin words keep the blank between them; Chinese has none.
        let apart = before.is_some_and(|before| {
            glyph.left - before.right > (glyph.right - glyph.left) * 0.4
                && before.c.is_ascii_alphanumeric()
                && c.is_ascii_alphanumeric()
        });
        if apart {
            text.push(' ');
        }
        text.push(c);
        if !is_mark(glyph.c) {
            least = least.min(glyph.confidence);
        }
    }
    let stray = |c: char| c.is_whitespace() || ":;：；,，.。|'‘’\"“”_-—~".contains(c);
    let text = text.trim_matches(stray);
    let text = match field.code.as_str() {
        _ if field.date => day(text)?,
        "holder_id" => text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_uppercase(),
        "licence_no" => bracketed(text, &kind.numbering_rule.pattern),
        _ => text.to_owned(),
    };
    let n = text.chars().count();
    (n > 0 && n <= field.length.max(10) * 2).then_some((text, least.round() as u8))
}

/// Whether a reading is to be proposed rather than another one: what its rule allows, then what is in
/// Chinese where the other is not, then what is more certain.
pub(crate) fn is_better(kind: &LicenceType, code: &str, one: &Found, other: &Found) -> bool {
    let worth = |(text, confidence): &Found| {
        let good = match code {
            "licence_no" => {
                Regex::new(&kind.numbering_rule.pattern).is_ok_and(|pattern| pattern.is_match(text))
            }
            "holder_id" => number::uscc(text).is_ok() || number::resident_id(text).is_ok(),
            _ => text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
        };
        (good, *confidence)
    };
    worth(one) > worth(other)
}

/// A day in any of its writings, as 2026-01-01; 长期 as it is.
fn day(text: &str) -> Option<String> {
    if text.contains("长期") || text.contains("永久") {
        return Some("长期".to_owned());
    }
    let mut parts = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |part: &str| part.parse::<i16>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let day = jiff::civil::Date::new(year, month, day).ok()?;
    Some(day.to_string())
}

/// A number without blanks, with the brackets that its pattern wants.
fn bracketed(text: &str, pattern: &str) -> String {
    let brackets = pattern.contains('〔');
    let put = |c: char| match c {
        '[' | '【' | '〈' | '(' | '［' | '{' if brackets => '〔',
        ']' | '】' | '〉' | ')' | '］' | '}' if brackets => '〕',
        c => c,
    };
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(put)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_every_writing() {
        assert_eq!(day("2026年01月02日").as_deref(), Some("2026-01-02"));
        assert_eq!(day("2026 .1. 2").as_deref(), Some("2026-01-02"));
        assert_eq!(day("长期有效").as_deref(), Some("长期"));
        assert_eq!(day("2026年13月02日"), None);
        assert_eq!(day("二〇二六年"), None);
    }

    #[test]
    fn numbers_get_the_brackets_of_their_pattern() {
        let own = "^云东卫公证字〔20\\d{2}〕第\\d{6}号$";
        let read = bracketed("云东卫公证字[2023] 第 005001 号", own);
        assert_eq!(read, "云东卫公证字〔2023〕第005001号");
        assert_eq!(bracketed("JY 1(2)", "^JY"), "JY1(2)");
    }
}
