//! Shaping and line breaking. Widths are in em, so that one shaped text serves all sizes.

use std::ops::Range;

use crate::{Error, FontId, fonts};

/// A character with its glyph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shaped {
    pub character: char,
    pub font: FontId,
    pub glyph: u16,
    /// In em.
    pub advance: f32,
}

/// Finds a glyph for each character. One character gives one glyph: Chinese needs no more, and
/// the position of each can then be said in every output.
pub(crate) fn shape(text: &str) -> Result<Vec<Shaped>, Error> {
    text.chars()
        .map(|character| {
            let character = if character.is_control() {
                ' '
            } else {
                character
            };
            let (font, glyph) = fonts::find(character)?;
            Ok(Shaped {
                character,
                font,
                glyph,
                advance: fonts::face(font).advance(glyph),
            })
        })
        .collect()
}

/// Marks that must not begin a line (避头点).
fn no_start(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '）'
            | '》'
            | '」'
            | '』'
            | '】'
            | '〕'
            | '〉'
            | '］'
            | '｝'
            | '”'
            | '’'
            | '％'
            | '…'
            | '—'
            | '～'
            | '·'
            | ','
            | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | ')'
            | ']'
            | '}'
            | '%'
            | '℃'
    )
}

/// Marks that must not end a line (避尾点).
fn no_end(c: char) -> bool {
    matches!(
        c,
        '（' | '《'
            | '「'
            | '『'
            | '【'
            | '〔'
            | '〈'
            | '［'
            | '｛'
            | '“'
            | '‘'
            | '('
            | '['
            | '{'
    )
}

/// Characters that hold together as a word, a number or an address.
fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '.' | '-' | '_' | '/' | '@' | ':' | '&' | '=' | '#' | '+' | '*' | '\'' | ','
        )
        || ('\u{c0}'..='\u{24f}').contains(&c)
}

/// Whether a line may end between two characters.
pub(crate) fn may_break(before: char, after: char) -> bool {
    !(no_start(after)
        || no_end(before)
        || in_word(before) && in_word(after)
        || before == after && matches!(before, '—' | '…'))
}

/// Whether justifying may widen the gap between two characters: everywhere but inside words.
pub(crate) fn may_stretch(before: char, after: char) -> bool {
    !(in_word(before) && in_word(after) || before == after && matches!(before, '—' | '…'))
}

/// A laid line: which characters, blanks at the ends left out, and whether a paragraph ends here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub range: Range<usize>,
    pub last: bool,
    pub indented: bool,
}

/// Breaks one paragraph into lines of at most `width` em, the first shortened by `indent` em.
pub(crate) fn break_lines(text: &[Shaped], width: f32, indent: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = skip_blanks(text, 0);
    while start < text.len() {
        let room = if lines.is_empty() {
            width - indent
        } else {
            width
        };
        let end = line_end(text, start, room);
        lines.push(Line {
            range: start..trim_end(text, start, end),
            last: false,
            indented: lines.is_empty(),
        });
        start = skip_blanks(text, end);
    }
    if let Some(last) = lines.last_mut() {
        last.last = true;
    }
    lines
}

fn line_end(text: &[Shaped], start: usize, room: f32) -> usize {
    // Room for rounding: a line that fits exactly must not be broken.
    let room = room + 1e-3;
    let mut used = 0.0;
    let mut legal = None;
    for (index, shaped) in text.iter().enumerate().skip(start) {
        if index > start && may_break(text[index - 1].character, shaped.character) {
            legal = Some(index);
        }
        used += shaped.advance;
        // A blank may hang over the edge: it is dropped.
        if used > room && !is_blank(shaped.character) {
            // A word longer than the line is cut where it reaches the edge.
            return legal.unwrap_or(index.max(start + 1));
        }
    }
    text.len()
}

pub(crate) fn is_blank(c: char) -> bool {
    c == ' ' || c == '\u{a0}' || c == '\u{3000}'
}

fn skip_blanks(text: &[Shaped], from: usize) -> usize {
    (from..text.len())
        .find(|&i| !is_blank(text[i].character))
        .unwrap_or(text.len())
}

fn trim_end(text: &[Shaped], start: usize, mut end: usize) -> usize {
    while end > start && is_blank(text[end - 1].character) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let shaped = shape(text).unwrap();
        break_lines(&shaped, width, 0.0)
            .into_iter()
            .map(|line| shaped[line.range].iter().map(|s| s.character).collect())
            .collect()
    }

    #[test]
    fn a_line_never_begins_with_a_closing_mark() {
        assert_eq!(lines("你好世界，再见。", 4.0), ["你好世", "界，再", "见。"]);
    }

    #[test]
    fn a_line_never_ends_with_an_opening_mark() {
        assert_eq!(lines("根据《行政许可法》", 3.0)[0], "根据");
        assert_eq!(lines("根据《行政许可法》", 3.0)[1], "《行政");
    }

    #[test]
    fn numbers_and_words_stay_whole() {
        assert_eq!(
            lines("代码91990102MA2016221A止", 12.0),
            ["代码", "91990102MA2016221A止"]
        );
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut() {
        let lines = lines("https://example.org/abcdefghijklmnopqrstuvwxyz", 8.0);
        assert!(lines.len() > 2);
        assert_eq!(
            lines.concat(),
            "https://example.org/abcdefghijklmnopqrstuvwxyz"
        );
    }

    #[test]
    fn blanks_at_the_ends_of_lines_are_dropped() {
        assert_eq!(lines("　　你好 世界 ", 2.0), ["你好", "世界"]);
    }

    #[test]
    fn the_narrowest_box_still_ends() {
        assert_eq!(lines("你好，", 0.1), ["你", "好", "，"]);
    }
}
