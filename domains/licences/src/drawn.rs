//! What stands on a style beside the values: the base picture, drawn texts, lines and frames, the
//! watermark [H-19, H-83].

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use paper::{Align, Base, Colour, Document, Item, Page, Path, Picture, Text, TextBox};
use serde::{Deserialize, Serialize};

use crate::error::LicenceError;

/// Largest base pictures, bytes.
const LARGEST_SVG: usize = 2 << 20;
const LARGEST_PICTURE: usize = 6 << 20;
/// How a picture begins where it is kept as text.
const KEPT: &str = "data:image;base64,";

/// 底图: what lies under everything, over the whole paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// White paper.
    #[default]
    Blank,
    /// A drawing.
    Svg(String),
    /// A PNG or JPEG file.
    Picture(Vec<u8>),
}

impl Ground {
    /// Takes an uploaded file: an SVG drawing, PNG or JPEG. It must be one that can be drawn at this
    /// size; references in it are not followed.
    pub fn of_file(bytes: Vec<u8>, paper: (f32, f32)) -> Result<Self, LicenceError> {
        let wrong = |why: &str| LicenceError::TypeFile(format!("底图{why}"));
        let text = std::str::from_utf8(&bytes).ok();
        let ground = match text.filter(|text| text.contains("<svg")) {
            Some(_) if bytes.len() > LARGEST_SVG => return Err(wrong("超过2 MB")),
            Some(text) => Self::Svg(text.to_owned()),
            None if bytes.len() > LARGEST_PICTURE => return Err(wrong("超过6 MB")),
            None => Self::Picture(bytes),
        };
        match ground.is_drawn(paper) {
            true => Ok(ground),
            false => Err(wrong("无法读取：请上传 SVG、PNG 或 JPEG 文件")),
        }
    }

    /// Whether it can be drawn: the head of a broken file may be whole.
    fn is_drawn(&self, (w, h): (f32, f32)) -> bool {
        let mut page = Page::new(w, h);
        let Ok(base) = self.base(w, h) else {
            return false;
        };
        page.base = base;
        let document = Document {
            pages: vec![page],
            ..Document::default()
        };
        let drawn = paper::lay_out(&document).and_then(|laid| paper::thumbnail(&laid, 64));
        drawn.is_ok()
    }

    /// As it is kept in a column of text.
    pub(crate) fn kept(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Svg(text) => text.clone(),
            Self::Picture(bytes) => format!("{KEPT}{}", STANDARD.encode(bytes)),
        }
    }

    pub(crate) fn of_kept(text: String) -> Result<Self, LicenceError> {
        match text.strip_prefix(KEPT) {
            Some(bytes) => match STANDARD.decode(bytes) {
                Ok(bytes) => Ok(Self::Picture(bytes)),
                Err(error) => Err(LicenceError::Data(error.to_string())),
            },
            None if text.is_empty() => Ok(Self::Blank),
            None => Ok(Self::Svg(text)),
        }
    }

    /// For drawing; the same one each time.
    pub(crate) fn base(&self, w: f32, h: f32) -> Result<Option<Arc<Base>>, paper::Error> {
        match self {
            Self::Blank => Ok(None),
            Self::Svg(text) => paper::base_picture(text, w, h, paper::base_dpi(w, h)).map(Some),
            Self::Picture(bytes) => Ok(Some(Arc::new(Base {
                picture: Picture::again(bytes.as_slice())?,
                labels: Vec::new(),
            }))),
        }
    }
}

/// Something drawn over the base picture. Millimetres from the upper left corner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Element {
    /// A line of text by its baseline.
    Text {
        text: String,
        x_mm: f32,
        y_mm: f32,
        size_mm: f32,
        /// `left`, `centre`, `right`: how the line stands to `x_mm`.
        align: Stand,
        colour: Tint,
    },
    /// A straight line.
    Line {
        x_mm: f32,
        y_mm: f32,
        to_x_mm: f32,
        to_y_mm: f32,
        width_mm: f32,
        colour: Tint,
    },
    /// The four sides of a rectangle.
    Frame {
        x_mm: f32,
        y_mm: f32,
        width_mm: f32,
        height_mm: f32,
        line_mm: f32,
        colour: Tint,
    },
}

kernel::codes! {
    /// Where a line of text stands to its point.
    Stand {
        Left = "left", "左对齐", "left";
        Centre = "centre", "居中", "centred";
        Right = "right", "右对齐", "right";
    }
}

/// A colour as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tint(pub String);

impl Tint {
    /// The colour, if it is one.
    pub(crate) fn colour(&self) -> Option<Colour> {
        let digits = self.0.strip_prefix('#').filter(|d| d.len() == 6)?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Colour::rgb(part(0)?, part(2)?, part(4)?))
    }
}

impl Element {
    /// Left, top, right, bottom as far as they are known without setting the text.
    pub(crate) fn bounds(&self) -> [f32; 4] {
        match self {
            Self::Text {
                x_mm,
                y_mm,
                size_mm,
                ..
            } => [*x_mm, y_mm - size_mm, *x_mm, *y_mm],
            Self::Line {
                x_mm,
                y_mm,
                to_x_mm,
                to_y_mm,
                ..
            } => [
                x_mm.min(*to_x_mm),
                y_mm.min(*to_y_mm),
                x_mm.max(*to_x_mm),
                y_mm.max(*to_y_mm),
            ],
            Self::Frame {
                x_mm,
                y_mm,
                width_mm,
                height_mm,
                ..
            } => [*x_mm, *y_mm, x_mm + width_mm, y_mm + height_mm],
        }
    }

    pub(crate) fn tint(&self) -> &Tint {
        match self {
            Self::Text { colour, .. } | Self::Line { colour, .. } | Self::Frame { colour, .. } => {
                colour
            }
        }
    }

    pub(crate) fn item(&self) -> Item {
        let tint = self.tint().colour().unwrap_or(Colour::BLACK);
        match self {
            Self::Text {
                text,
                x_mm,
                y_mm,
                size_mm,
                align,
                ..
            } => {
                let align = match align {
                    Stand::Left => Align::Left,
                    Stand::Centre => Align::Centre,
                    Stand::Right => Align::Right,
                };
                let line = Text::new(text.clone(), *x_mm, *y_mm, *size_mm);
                Item::Text(line.coloured(tint).aligned(align))
            }
            Self::Line {
                x_mm,
                y_mm,
                to_x_mm,
                to_y_mm,
                width_mm,
                ..
            } => Item::Path(Path::line(
                (*x_mm, *y_mm),
                (*to_x_mm, *to_y_mm),
                tint,
                *width_mm,
            )),
            Self::Frame {
                x_mm,
                y_mm,
                width_mm,
                height_mm,
                line_mm,
                ..
            } => Item::Path(
                Path::rectangle(*x_mm, *y_mm, *width_mm, *height_mm).stroked(tint, *line_mm),
            ),
        }
    }
}

/// 底纹: a text all over the paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    pub text: String,
    pub colour: Tint,
}

impl Watermark {
    pub(crate) fn draw(&self, page: &mut Page) {
        let colour = self.colour.colour().unwrap_or(Colour::GREY);
        all_over(page, &format!("{}　", self.text), colour);
    }
}

/// Rows of a text over the whole page, each begun at another place of it, so that no part of the
/// page can be cut out without it.
pub(crate) fn all_over(page: &mut Page, text: &str, colour: Colour) {
    let (w, h) = (page.width, page.height);
    // A card has the same number of rows as a sheet, in smaller print.
    let step = (h / 9.0).max(5.0);
    let size = (step / 6.0).clamp(1.4, 5.0);
    let (left, width) = (w * 0.04, w * 0.92);
    // A Chinese character is as wide as it is high, everything else is narrower.
    let most = (width / size).floor().clamp(1.0, 500.0) as usize;
    let mut y = step * 0.7;
    let mut row = 0;
    while y < h - size * 2.5 {
        let begin = row * 11 % text.chars().count().max(1);
        let cut: String = text.chars().cycle().skip(begin).take(most).collect();
        let line = TextBox {
            colour,
            ..TextBox::new("watermark", cut.trim().to_owned())
                .at(left, y, width)
                .set(size, size * 1.2, 1)
        };
        page.items.push(Item::TextBox(line));
        y += step;
        row += 1;
    }
}
