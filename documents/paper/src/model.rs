//! What stands on a page and where. Millimetres, origin top left, text by its baseline.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{Base, Picture};

/// A document of one or more pages.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Title and the like; goes into the file's metadata.
    pub meta: Meta,
    /// The pages in order.
    pub pages: Vec<Page>,
    /// Files that travel inside the document.
    pub attachments: Vec<Attachment>,
}

/// What a file says about itself.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// The document's title.
    pub title: String,
    /// Who issues it.
    pub author: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// The moment the document is dated; written in China's time (+08:00). Never taken from a
    /// clock here: the same document always gives the same bytes.
    pub created: Timestamp,
}

/// A file inside the document.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// File name, ASCII letters, digits, `_`, `-` and one `.` before the extension.
    pub file_name: String,
    /// Media type such as `application/json`.
    pub media_type: String,
    /// What it is, for people.
    pub description: String,
    /// The content.
    pub bytes: Arc<[u8]>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Width in millimetres.
    pub width: f32,
    /// Height in millimetres.
    pub height: f32,
    /// The picture behind everything, over the whole page.
    pub base: Option<Arc<Base>>,
    /// What is drawn on it, first item first.
    pub items: Vec<Item>,
}

impl Page {
    /// An empty page.
    pub fn new(width: f32, height: f32) -> Self {
        Self {
            width,
            height,
            base: None,
            items: Vec::new(),
        }
    }

    /// An empty A4 page, upright.
    pub fn a4() -> Self {
        Self::new(210.0, 297.0)
    }
}

/// One thing on a page.
#[derive(Clone, Debug)]
pub enum Item {
    /// A single line.
    Text(Text),
    /// Text that is broken into lines.
    TextBox(TextBox),
    /// A picture.
    Picture(Placed),
    /// A line or an area.
    Path(Path),
    /// A QR code.
    Qr(Qr),
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::rgb(255, 255, 255);
    /// The red of official headings and seals.
    pub const RED: Self = Self::rgb(0xd9, 0x1e, 0x18);
    /// Grey of captions.
    pub const GREY: Self = Self::rgb(0x59, 0x59, 0x59);

    /// From its parts.
    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }
}

/// Where text stands in its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Starts at the left edge, or at x.
    #[default]
    Left,
    /// Centred in the width, or on x.
    Centre,
    /// Ends at the right edge, or at x.
    Right,
    /// Both edges; the last line of a paragraph as `Left`. A single line is set as `Left`.
    Justify,
}

/// A single line of text. Control characters count as blanks; blanks at either end are dropped.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub content: String,
    /// The point the line is aligned to, millimetres from the left.
    pub x: f32,
    /// The baseline, millimetres from the top.
    pub y: f32,
    /// Font size (height of an em) in millimetres.
    pub size: f32,
    /// Colour.
    pub colour: Colour,
    /// How the line stands to `x`.
    pub align: Align,
    /// Added after each character, millimetres.
    pub letter_spacing: f32,
    /// Widen the gaps until the line is this wide, millimetres; a line that is wider stays so.
    pub stretch_to: Option<f32>,
}

impl Text {
    /// Black, left-aligned text.
    pub fn new(content: impl Into<String>, x: f32, y: f32, size: f32) -> Self {
        Self {
            content: content.into(),
            x,
            y,
            size,
            colour: Colour::BLACK,
            align: Align::Left,
            letter_spacing: 0.0,
            stretch_to: None,
        }
    }

    /// The same in a colour.
    pub fn coloured(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }

    /// The same with another alignment.
    pub fn aligned(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// Text broken into lines by the rules of Chinese setting: no line begins with a closing mark or
/// ends with an opening one, and numbers and Latin words stay whole.
///
/// Text that needs more lines than `max_lines` is set smaller, in as many lines as the same height
/// holds, down to `min_size`; beyond that it is [`crate::Error::DoesNotFit`].
#[derive(Clone, Debug)]
pub struct TextBox {
    /// What the box holds, for the error message: a field's name, never its value.
    pub name: String,
    /// The text; `\n` begins a new paragraph.
    pub content: String,
    /// Left edge, millimetres.
    pub x: f32,
    /// Baseline of the first line, millimetres from the top.
    pub y: f32,
    /// Width in millimetres.
    pub width: f32,
    /// Font size in millimetres.
    pub size: f32,
    /// Smallest size it may shrink to, millimetres.
    pub min_size: f32,
    /// From baseline to baseline at full size, millimetres.
    pub line_height: f32,
    /// Lines at full size.
    pub max_lines: usize,
    /// Blank before the first line of each paragraph, in em.
    pub indent: f32,
    /// Alignment.
    pub align: Align,
    /// Colour.
    pub colour: Colour,
}

impl TextBox {
    /// A black, left-aligned box that may shrink to 30 per cent, but not below 1.2 mm (3.4 pt),
    /// the smallest print that is still read.
    pub fn new(name: impl Into<String>, content: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            content: content.into(),
            x: 0.0,
            y: 0.0,
            width: 0.0,
            size: 0.0,
            min_size: 0.0,
            line_height: 0.0,
            max_lines: 1,
            indent: 0.0,
            align: Align::Left,
            colour: Colour::BLACK,
        }
    }

    /// Places the box: left edge, first baseline, width.
    pub fn at(self, x: f32, y: f32, width: f32) -> Self {
        Self {
            x,
            y,
            width,
            ..self
        }
    }

    /// Sets size, line height and number of lines, and the smallest size that goes with them.
    pub fn set(self, size: f32, line_height: f32, max_lines: usize) -> Self {
        let min_size = (size * 0.3).max(1.2).min(size);
        Self {
            size,
            min_size,
            line_height,
            max_lines,
            ..self
        }
    }
}

/// A picture and its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The picture.
    pub picture: Picture,
    /// Left edge, millimetres.
    pub x: f32,
    /// Upper edge, millimetres.
    pub y: f32,
    /// Width in millimetres.
    pub width: f32,
    /// Height in millimetres.
    pub height: f32,
}

/// A line or an area. Coordinates are page millimetres; areas are filled by the non-zero rule, so
/// a hole is wound the other way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path {
    /// The commands.
    pub segments: Vec<Segment>,
    /// How its line is drawn, if it is.
    pub stroke: Option<Stroke>,
    /// What it is filled with, if it is.
    pub fill: Option<Colour>,
}

/// A drawing command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// Go to a point.
    Move(f32, f32),
    /// Straight line to a point.
    Line(f32, f32),
    /// Cubic Bézier by two control points to a point.
    Curve(f32, f32, f32, f32, f32, f32),
    /// Back to where this part began.
    Close,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Colour,
    /// Width in millimetres.
    pub width: f32,
}

impl Path {
    /// A straight line.
    pub fn line(from: (f32, f32), to: (f32, f32), colour: Colour, width: f32) -> Self {
        Self {
            segments: vec![Segment::Move(from.0, from.1), Segment::Line(to.0, to.1)],
            stroke: Some(Stroke { colour, width }),
            fill: None,
        }
    }

    /// A rectangle without line or fill: give it one.
    pub fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self {
            segments: vec![
                Segment::Move(x, y),
                Segment::Line(x + width, y),
                Segment::Line(x + width, y + height),
                Segment::Line(x, y + height),
                Segment::Close,
            ],
            stroke: None,
            fill: None,
        }
    }

    /// The same with a line.
    pub fn stroked(self, colour: Colour, width: f32) -> Self {
        Self {
            stroke: Some(Stroke { colour, width }),
            ..self
        }
    }

    /// The same, filled.
    pub fn filled(self, colour: Colour) -> Self {
        Self {
            fill: Some(colour),
            ..self
        }
    }

    /// Left, top, right, bottom of all points, control points included; nothing for no segments.
    pub fn bounds(&self) -> Option<(f32, f32, f32, f32)> {
        let mut all: Option<(f32, f32, f32, f32)> = None;
        let mut add = |x: f32, y: f32| {
            all = Some(match all {
                None => (x, y, x, y),
                Some((l, t, r, b)) => (l.min(x), t.min(y), r.max(x), b.max(y)),
            });
        };
        for segment in &self.segments {
            match *segment {
                Segment::Move(x, y) | Segment::Line(x, y) => add(x, y),
                Segment::Curve(a, b, c, d, x, y) => {
                    add(a, b);
                    add(c, d);
                    add(x, y);
                }
                Segment::Close => {}
            }
        }
        all
    }
}

/// A QR code (error correction M, quiet zone of four modules inside its square).
#[derive(Clone, Debug)]
pub struct Qr {
    /// What it says.
    pub content: String,
    /// Left edge, millimetres.
    pub x: f32,
    /// Upper edge, millimetres.
    pub y: f32,
    /// Edge length in millimetres, quiet zone included.
    pub size: f32,
}
