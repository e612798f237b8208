//! From a document to placed glyphs.

use crate::wrap::{self, Line, Shaped};
use crate::{
    Align, Colour, Document, Error, Glyph, GlyphRun, Item, Laid, LaidItem, LaidPage, Page, Placed,
    Text, TextBox, qr_picture,
};

/// The largest page edge, millimetres: a metre, above A0's width.
const LARGEST_EDGE: f32 = 1_200.0;

/// Chooses fonts, breaks lines and places every glyph.
///
/// Fails when a character has no glyph, a text does not fit its box, or a measure is impossible;
/// nothing is drawn approximately.
pub fn lay_out(document: &Document) -> Result<Laid, Error> {
    let pages = document.pages.iter().map(page).collect::<Result<_, _>>()?;
    Ok(Laid {
        meta: document.meta.clone(),
        pages,
        attachments: document.attachments.clone(),
    })
}

fn page(page: &Page) -> Result<LaidPage, Error> {
    if !(1.0..=LARGEST_EDGE).contains(&page.width) || !(1.0..=LARGEST_EDGE).contains(&page.height) {
        return Err(Error::Measure("page size must be between 1 and 1200 mm"));
    }
    let mut items = Vec::with_capacity(page.items.len() + 16);
    if let Some(base) = &page.base {
        for label in &base.labels {
            text(label, &mut items)?;
        }
    }
    for item in &page.items {
        match item {
            Item::Text(it) => text(it, &mut items)?,
            Item::TextBox(it) => text_box(it, &mut items)?,
            Item::Picture(it) => items.push(LaidItem::Picture(checked(it.clone())?)),
            Item::Path(it) => {
                let finite = it
                    .bounds()
                    .is_some_and(|(l, t, r, b)| [l, t, r, b].iter().all(|edge| edge.is_finite()));
                if !finite || it.stroke.is_some_and(|stroke| !positive(stroke.width)) {
                    return Err(Error::Measure(
                        "a path needs finite points and a line width",
                    ));
                }
                items.push(LaidItem::Path(it.clone()));
            }
            Item::Qr(it) => items.push(LaidItem::Picture(checked(Placed {
                picture: qr_picture(&it.content)?,
                x: it.x,
                y: it.y,
                width: it.size,
                height: it.size,
            })?)),
        }
    }
    Ok(LaidPage {
        width: page.width,
        height: page.height,
        base: page.base.as_ref().map(|base| base.picture.clone()),
        items,
    })
}

fn checked(placed: Placed) -> Result<Placed, Error> {
    let fine = placed.x.is_finite() && placed.y.is_finite();
    if fine && positive(placed.width) && positive(placed.height) {
        Ok(placed)
    } else {
        Err(Error::Measure("a picture needs a place and a size"))
    }
}

fn positive(value: f32) -> bool {
    value.is_finite() && value > 0.0
}

fn text(text: &Text, items: &mut Vec<LaidItem>) -> Result<(), Error> {
    let finite = [
        text.x,
        text.y,
        text.letter_spacing,
        text.stretch_to.unwrap_or(0.0),
    ];
    if !positive(text.size) || !finite.iter().all(|measure| measure.is_finite()) {
        return Err(Error::Measure("a text needs a place and a size"));
    }
    let shaped = wrap::shape(&text.content)?;
    let trimmed = trim(&shaped);
    let spacing = text.letter_spacing;
    let width: f32 = trimmed
        .iter()
        .map(|s| s.advance * text.size + spacing)
        .sum();
    let x = match text.align {
        Align::Left | Align::Justify => text.x,
        Align::Centre => text.x - width / 2.0,
        Align::Right => text.x - width,
    };
    let at = Pen {
        x,
        y: text.y,
        size: text.size,
        colour: text.colour,
    };
    let stretch = text
        .stretch_to
        .map_or(0.0, |to| stretch(trimmed, to - width, text.size));
    let extra = |i: usize| {
        if stretches_after(trimmed, i) {
            spacing + stretch
        } else {
            spacing
        }
    };
    runs(trimmed, &at, extra, items);
    Ok(())
}

fn trim(shaped: &[Shaped]) -> &[Shaped] {
    let blank = |s: &Shaped| wrap::is_blank(s.character);
    let start = shaped
        .iter()
        .position(|s| !blank(s))
        .unwrap_or(shaped.len());
    let end = shaped
        .iter()
        .rposition(|s| !blank(s))
        .map_or(start, |last| last + 1);
    &shaped[start..end]
}

fn text_box(it: &TextBox, items: &mut Vec<LaidItem>) -> Result<(), Error> {
    if !positive(it.size)
        || !positive(it.width)
        || !positive(it.line_height)
        || !positive(it.min_size)
        || it.max_lines == 0
        || ![it.x, it.y, it.indent]
            .iter()
            .all(|measure| measure.is_finite())
    {
        return Err(Error::Measure(
            "a text box needs a place, a width, a size and a line height",
        ));
    }
    let paragraphs = paragraphs(&it.content)?;
    let Fit {
        size,
        pitch,
        first,
        lines,
    } = fit(it, &paragraphs)?;
    let mut y = first;
    for (paragraph, lines) in paragraphs.iter().zip(lines) {
        // An empty paragraph is an empty line.
        if lines.is_empty() {
            y += pitch;
        }
        for line in &lines {
            let at = Pen {
                x: it.x,
                y,
                size,
                colour: it.colour,
            };
            set_line(paragraph, line, it.width, it.indent, it.align, at, items);
            y += pitch;
        }
    }
    Ok(())
}

/// The paragraphs of a text, shaped.
fn paragraphs(content: &str) -> Result<Vec<Vec<Shaped>>, Error> {
    content
        .trim_end_matches('\n')
        .split('\n')
        .map(wrap::shape)
        .collect()
}

/// How a text fits its box: size, distance of lines, first baseline, and the lines.
struct Fit {
    size: f32,
    pitch: f32,
    first: f32,
    lines: Vec<Vec<Line>>,
}

/// The largest size at which the text fits. Lines that are more than the box has at full size
/// are set close and centred in its height.
fn fit(it: &TextBox, paragraphs: &[Vec<Shaped>]) -> Result<Fit, Error> {
    const STEP: f32 = 0.97;
    /// Of a line's size: the closest lines may stand, and how far an em reaches below the middle
    /// of its line.
    const CLOSEST: f32 = 1.15;
    const BELOW_MIDDLE: f32 = 0.38;
    let height = it.max_lines as f32 * it.line_height + 0.1 * it.size;
    let mut size = it.size;
    loop {
        let width = it.width / size;
        let lines: Vec<Vec<Line>> = paragraphs
            .iter()
            .map(|p| wrap::break_lines(p, width, it.indent))
            .collect();
        let needed: usize = lines.iter().map(|lines| lines.len().max(1)).sum();
        let pitch = it.line_height * size / it.size;
        if needed <= it.max_lines {
            return Ok(Fit {
                size,
                pitch,
                first: it.y,
                lines,
            });
        }
        let gaps = (needed - 1) as f32;
        if size < it.size && size + gaps * CLOSEST * size <= height {
            let pitch = ((height - size) / gaps).min(pitch);
            let above = it.y - BELOW_MIDDLE * it.size;
            let middle = above + (it.max_lines - 1) as f32 * it.line_height / 2.0;
            let first = middle - gaps * pitch / 2.0 + BELOW_MIDDLE * size;
            return Ok(Fit {
                size,
                pitch,
                first,
                lines,
            });
        }
        if size <= it.min_size {
            return Err(Error::DoesNotFit {
                name: it.name.clone(),
                characters: paragraphs.iter().map(Vec::len).sum(),
                lines: it.max_lines,
            });
        }
        size = (size * STEP).max(it.min_size);
    }
}

/// Where and how a line is written.
#[derive(Clone, Copy)]
struct Pen {
    x: f32,
    y: f32,
    size: f32,
    colour: Colour,
}

/// Sets one broken line into a width.
fn set_line(
    paragraph: &[Shaped],
    line: &Line,
    width: f32,
    indent: f32,
    align: Align,
    pen: Pen,
    items: &mut Vec<LaidItem>,
) {
    let text = &paragraph[line.range.clone()];
    let indent = if line.indented {
        indent * pen.size
    } else {
        0.0
    };
    let natural: f32 = text.iter().map(|s| s.advance).sum::<f32>() * pen.size;
    let spare = width - indent - natural;
    let shift = match align {
        Align::Left | Align::Justify => 0.0,
        Align::Centre => spare / 2.0,
        Align::Right => spare,
    };
    let pen = Pen {
        x: pen.x + indent + shift,
        ..pen
    };
    let stretch = match align {
        Align::Justify if !line.last => stretch(text, spare, pen.size),
        _ => 0.0,
    };
    let extra = |index: usize| {
        if stretches_after(text, index) {
            stretch
        } else {
            0.0
        }
    };
    runs(text, &pen, extra, items);
}

fn stretches_after(text: &[Shaped], index: usize) -> bool {
    index + 1 < text.len() && wrap::may_stretch(text[index].character, text[index + 1].character)
}

/// What each gap gets when `spare` millimetres are to be filled; nothing where a line of few,
/// long words would be torn apart.
fn stretch(text: &[Shaped], spare: f32, size: f32) -> f32 {
    let gaps = (0..text.len())
        .filter(|&index| stretches_after(text, index))
        .count();
    let each = spare / gaps.max(1) as f32;
    if (0.0..=size * 0.5).contains(&each) {
        each
    } else {
        0.0
    }
}

/// Cuts a line into runs of one font, without blanks at their ends.
fn runs(text: &[Shaped], pen: &Pen, extra: impl Fn(usize) -> f32, items: &mut Vec<LaidItem>) {
    let mut x = pen.x;
    let mut run: Option<GlyphRun> = None;
    for (index, shaped) in text.iter().enumerate() {
        let advance = shaped.advance * pen.size + extra(index);
        if run.as_ref().is_some_and(|run| run.font != shaped.font) {
            finish(run.take(), items);
        }
        if run.is_some() || !wrap::is_blank(shaped.character) {
            let run = run.get_or_insert_with(|| GlyphRun {
                font: shaped.font,
                size: pen.size,
                colour: pen.colour,
                x,
                y: pen.y,
                glyphs: Vec::with_capacity(text.len() - index),
            });
            run.glyphs.push(Glyph {
                id: shaped.glyph,
                character: shaped.character,
                advance,
            });
        }
        x += advance;
    }
    finish(run, items);
}

fn finish(run: Option<GlyphRun>, items: &mut Vec<LaidItem>) {
    let Some(mut run) = run else { return };
    while run
        .glyphs
        .last()
        .is_some_and(|glyph| wrap::is_blank(glyph.character))
    {
        run.glyphs.pop();
    }
    if !run.glyphs.is_empty() {
        items.push(LaidItem::Run(run));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(item: Item) -> Result<Vec<GlyphRun>, Error> {
        let mut page = Page::new(210.0, 148.0);
        page.items.push(item);
        let laid = lay_out(&Document {
            pages: vec![page],
            ..Document::default()
        })?;
        Ok(laid.pages[0]
            .items
            .iter()
            .filter_map(|item| match item {
                LaidItem::Run(run) => Some(run.clone()),
                _ => None,
            })
            .collect())
    }

    fn field(content: &str, lines: usize) -> TextBox {
        TextBox::new("住所", content)
            .at(20.0, 50.0, 40.0)
            .set(5.0, 7.0, lines)
    }

    #[test]
    fn a_text_stands_on_its_baseline_from_x() {
        let runs = laid(Item::Text(Text::new("云州市", 10.0, 20.0, 5.0))).unwrap();
        assert_eq!(runs.len(), 1);
        assert_eq!((runs[0].x, runs[0].y, runs[0].size), (10.0, 20.0, 5.0));
        assert_eq!(runs[0].width(), 15.0);
    }

    #[test]
    fn alignment_moves_the_line_about_x() {
        let centred = Text::new("云州市", 100.0, 20.0, 5.0).aligned(Align::Centre);
        assert_eq!(laid(Item::Text(centred)).unwrap()[0].x, 92.5);
        let right = Text::new("云州市", 100.0, 20.0, 5.0).aligned(Align::Right);
        assert_eq!(laid(Item::Text(right)).unwrap()[0].x, 85.0);
    }

    #[test]
    fn a_rare_character_makes_a_run_of_its_own_in_line() {
        let runs = laid(Item::Text(Text::new("韩𬭎 代", 10.0, 20.0, 5.0))).unwrap();
        let texts: Vec<_> = runs.iter().map(GlyphRun::text).collect();
        assert_eq!(texts, ["韩", "𬭎", "代"]);
        assert_eq!(runs[1].x, 15.0);
        assert!(
            runs[2].x > 21.0,
            "the blank between keeps its room: {}",
            runs[2].x
        );
    }

    #[test]
    fn what_fits_is_not_shrunk() {
        let runs = laid(Item::TextBox(field("云岭省云州市云东区", 2))).unwrap();
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[0].size, 5.0);
        assert_eq!(runs[1].y, 57.0);
    }

    #[test]
    fn what_does_not_fit_shrinks_within_its_height() {
        let long = "云岭省云州市云东区东湖街道望湖巷五十二号六栋三单元一百零二室";
        let runs = laid(Item::TextBox(field(long, 2))).unwrap();
        assert!(runs[0].size < 5.0 && runs[0].size > 2.0, "{}", runs[0].size);
        assert_eq!(runs.iter().map(GlyphRun::text).collect::<String>(), long);
        for run in &runs {
            assert!(run.x + run.width() <= 60.01);
            // Two lines of 7 mm about the middle of the box.
            assert!(run.y - run.size * 0.88 >= 44.3 && run.y + run.size * 0.12 <= 58.9);
        }
    }

    #[test]
    fn a_long_address_on_a_card_takes_two_small_lines_for_one() {
        let address = "云岭省云州市云东区东湖街道望湖巷五十二号六栋三单元一百零二室";
        let it = TextBox::new("住址", address)
            .at(23.2, 32.6, 29.9)
            .set(2.2, 3.0, 1);
        let runs = laid(Item::TextBox(it)).unwrap();
        assert_eq!(runs.len(), 2);
        assert!(runs[0].size >= 1.4, "{}", runs[0].size);
        // Neighbours stand 4.2 mm above and below.
        assert!(runs[0].y - runs[0].size * 0.88 > 28.4 + 2.2 * 0.12);
        assert!(runs[1].y + runs[1].size * 0.12 < 36.8 - 2.2 * 0.88);
    }

    #[test]
    fn what_cannot_fit_is_refused_by_the_boxs_name() {
        let error = laid(Item::TextBox(field(&"长".repeat(2_000), 2))).unwrap_err();
        assert_eq!(
            error,
            Error::DoesNotFit {
                name: "住所".into(),
                characters: 2_000,
                lines: 2
            }
        );
        assert!(!error.to_string().contains('长'));
    }

    #[test]
    fn justified_lines_reach_the_right_edge_except_the_last() {
        let mut it = field("根据《中华人民共和国行政许可法》第三十二条，现予受理。", 9);
        it.align = Align::Justify;
        let runs = laid(Item::TextBox(it)).unwrap();
        let (last, rest) = runs.split_last().unwrap();
        for run in rest {
            assert!((run.x + run.width() - 60.0).abs() < 0.01, "{}", run.text());
        }
        assert!(last.x + last.width() < 59.0);
    }

    #[test]
    fn impossible_measures_are_refused() {
        assert!(matches!(
            laid(Item::Text(Text::new("云", f32::NAN, 1.0, 5.0))),
            Err(Error::Measure(_))
        ));
        let mut it = field("云", 1);
        it.width = 0.0;
        assert!(matches!(laid(Item::TextBox(it)), Err(Error::Measure(_))));
    }

    #[test]
    fn a_missing_character_stops_the_document() {
        let error = laid(Item::Text(Text::new("张\u{31350}", 1.0, 5.0, 5.0))).unwrap_err();
        assert_eq!(error, Error::NoGlyph('\u{31350}'));
    }
}
