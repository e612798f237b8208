//! A laid-out document: every glyph chosen and placed. What all outputs draw.

use crate::{Attachment, Colour, FontId, Meta, Path, Picture, Placed};

/// A document ready to be drawn.
#[derive(Clone, Debug)]
pub struct Laid {
    /// What the file says about itself.
    pub meta: Meta,
    /// The pages in order.
    pub pages: Vec<LaidPage>,
    /// Files inside the document.
    pub attachments: Vec<Attachment>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct LaidPage {
    /// Width in millimetres.
    pub width: f32,
    /// Height in millimetres.
    pub height: f32,
    /// The picture over the whole page, behind everything.
    pub base: Option<Picture>,
    /// What is drawn, first item first.
    pub items: Vec<LaidItem>,
}

/// One thing to draw.
#[derive(Clone, Debug)]
pub enum LaidItem {
    /// Glyphs of one font on one baseline.
    Run(GlyphRun),
    /// A picture, QR codes included.
    Picture(Placed),
    /// A line or an area.
    Path(Path),
}

/// Glyphs of one font, size and colour on one baseline. Never empty; neither its first nor its
/// last character is a blank.
#[derive(Clone, Debug, PartialEq)]
pub struct GlyphRun {
    /// The font.
    pub font: FontId,
    /// Size in millimetres.
    pub size: f32,
    /// Colour.
    pub colour: Colour,
    /// Where the first glyph begins, millimetres from the left.
    pub x: f32,
    /// The baseline, millimetres from the top.
    pub y: f32,
    /// The glyphs from left to right.
    pub glyphs: Vec<Glyph>,
}

/// One glyph of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// Glyph index in the whole font.
    pub id: u16,
    /// The character it shows.
    pub character: char,
    /// How far the next glyph begins after this one, millimetres.
    pub advance: f32,
}

impl GlyphRun {
    /// The text of the run.
    pub fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.character).collect()
    }

    /// Sum of the advances, millimetres.
    pub fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }
}

impl LaidPage {
    /// The text of the page, one run a line.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for item in &self.items {
            if let LaidItem::Run(run) = item {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.extend(run.glyphs.iter().map(|glyph| glyph.character));
            }
        }
        text
    }
}
