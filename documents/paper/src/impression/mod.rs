//! Seal impressions (印模): what a seal leaves on paper, drawn as PNG on transparent ground.

mod block;
mod clean;
mod official;
mod oval;
mod personal;

pub use block::{Block, block};
pub use clean::{CleanError, Cleaned, clean};
pub use official::{Official, official};
pub use oval::{Oval, oval};
pub use personal::{Personal, personal};

use resvg::tiny_skia::{FillRule, Path, Pixmap, Transform};

use crate::png_out::{self, Effort, Pixels};
use crate::raster::{outline, paint};
use crate::{Colour, Error, Picture, fonts};

/// Cinnabar (朱红), the colour of seal paste.
const CINNABAR: Colour = Colour::rgb(0xdc, 0x14, 0x14);

/// A character as cut into a seal: its outline in a square of edge 1, y downwards, ink centred.
struct Cut {
    outline: Path,
}

impl Cut {
    /// From the Song face; a character it lacks, from the fonts of documents.
    fn new(character: char) -> Result<Self, Error> {
        let song = fonts::serif_bold();
        let found = match song.glyph_index(character) {
            Some(glyph) => outline(song, glyph.0).map(|path| (path, song.units_per_em())),
            None => {
                let (font, glyph) = fonts::find(character)?;
                let face = fonts::face(font);
                outline(face.parsed(), glyph).map(|path| (path, face.units_per_em()))
            }
        };
        let (path, em) = found.ok_or(Error::NoGlyph(character))?;
        let scale = 1.0 / f32::from(em);
        // 0.88 of the em above the baseline, 0.12 below: the ideographic em box of both faces.
        let place = Transform::from_row(scale, 0.0, 0.0, -scale, 0.0, 0.88);
        let outline = path.transform(place).ok_or(Error::NoGlyph(character))?;
        Ok(Self { outline })
    }

    /// Fills the character, its unit square placed by `place`.
    fn stamp(&self, canvas: &mut Pixmap, place: Transform) {
        canvas.fill_path(
            &self.outline,
            &paint(CINNABAR),
            FillRule::Winding,
            place,
            None,
        );
    }

    /// Width and height of the ink, and its centre, in the unit square.
    fn ink(&self) -> (f32, f32, f32, f32) {
        let bounds = self.outline.bounds();
        let centre = (
            bounds.left() + bounds.right(),
            bounds.top() + bounds.bottom(),
        );
        (
            bounds.width(),
            bounds.height(),
            centre.0 / 2.0,
            centre.1 / 2.0,
        )
    }
}

/// The characters that are cut: blanks between them are left out.
fn characters(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect()
}

/// A text cut character by character.
fn cut(text: &str) -> Result<Vec<Cut>, Error> {
    characters(text).into_iter().map(Cut::new).collect()
}

/// A text of a seal within its bounds: 4 to 40 characters of an organisation's name, 12 of a
/// purpose.
fn bounded(what: &str, text: &[Cut], most: usize) -> Result<(), Error> {
    if text.len() <= most {
        return Ok(());
    }
    Err(Error::DoesNotFit {
        name: what.into(),
        characters: text.len(),
        lines: 1,
    })
}

/// Height of the digits of a seal's code, in millimetres.
const DIGITS: f32 = 1.9;

/// The code of a seal, cut; most seals have thirteen digits.
fn digits(code: &str) -> Result<Vec<Cut>, Error> {
    let code = code.trim();
    if code.len() > 18 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::Measure(
            "a seal's code has at most 18 letters and digits",
        ));
    }
    cut(code)
}

/// Places a character's ink about a point: as high as asked, as wide as it may be.
fn set(
    canvas: &mut Pixmap,
    place: Transform,
    character: &Cut,
    centre: (f32, f32),
    (width, height): (f32, f32),
) {
    let (ink_width, ink_height, ink_x, ink_y) = character.ink();
    // Characters such as 一 must not be blown up to the full height.
    let tall = (height / 0.9_f32.max(ink_height)).max(0.0);
    let wide = (width / 0.9_f32.max(ink_width)).max(0.0);
    let by_ink = Transform::from_row(
        wide,
        0.0,
        0.0,
        tall,
        centre.0 - ink_x * wide,
        // Sideways by its ink, but standing by its em: 一 belongs in the middle of its height.
        centre.1 - (if ink_height > 0.6 { ink_y } else { 0.5 }) * tall,
    );
    character.stamp(canvas, place.pre_concat(by_ink));
}

fn canvas(width_mm: f32, height_mm: f32, dpi: f32) -> Result<(Pixmap, f32), Error> {
    if !(72.0..=1_200.0).contains(&dpi) {
        return Err(Error::Measure("a seal impression needs 72 to 1200 dpi"));
    }
    let per_mm = dpi / 25.4;
    let pixels = |mm: f32| (mm * per_mm).round() as u32;
    Pixmap::new(pixels(width_mm), pixels(height_mm))
        .map(|canvas| (canvas, per_mm))
        .ok_or(Error::Measure("a seal impression needs a size"))
}

/// The drawing as PNG: one colour, its strength in the alpha channel.
fn finish(canvas: &Pixmap, dpi: f32) -> Result<Picture, Error> {
    let Colour { r, g, b } = CINNABAR;
    let rgba: Vec<u8> = canvas
        .pixels()
        .iter()
        .flat_map(|p| [r, g, b, p.alpha()])
        .collect();
    let pixels = Pixels::Rgba(&rgba);
    Picture::new(png_out::encode(
        canvas.width(),
        canvas.height(),
        pixels,
        Some(dpi),
        Effort::Best,
    )?)
}
