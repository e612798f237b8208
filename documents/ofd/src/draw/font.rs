//! A font of the file with those of ours that stand in for it: characters to glyphs, glyphs to
//! outlines.

use std::cell::OnceCell;

use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag, cff};

use super::geometry::Segment;
use super::guard::{self, CffGuard};
use super::stand_in::{self, StandIns};
use crate::read::resources::FontDef;

/// Points of one outline.
const MOST_SEGMENTS: usize = 100_000;

pub(crate) struct Font<'a> {
    embedded: Option<Embedded<'a>>,
    ours: StandIns,
    /// The declared font is bold or italic.
    pub bold: bool,
    pub italic: bool,
}

enum Embedded<'a> {
    Sfnt(Box<Face<'a>>, OnceCell<Option<CffGuard<'a>>>),
    /// A CFF font without the tables around it, as PDF embeds them.
    Bare(Box<cff::Table<'a>>, CffGuard<'a>),
}

/// A glyph of one of a font's faces: 0 is the embedded one, then ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Glyph {
    pub face: u8,
    pub id: u16,
}

impl<'a> Font<'a> {
    /// The font of a declaration with its file, if there is one; whether that file was readable.
    pub fn new(def: &FontDef, file: Option<&'a [u8]>, bold_asked: bool) -> (Self, bool) {
        let embedded = file.and_then(|data| embedded(data, def));
        let readable = file.is_none() || embedded.is_some();
        let named = |says: fn(&str) -> bool| says(&def.name) || says(&def.family);
        let bold = def.bold || named(stand_in::says_bold);
        let font = Self {
            embedded,
            ours: stand_in::stand_ins(def, bold || bold_asked),
            bold,
            italic: def.italic || named(stand_in::says_italic),
        };
        (font, readable)
    }

    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Whether our font is the one that was meant.
    pub fn is_exact(&self) -> bool {
        self.ours.exact
    }

    /// Whether glyphs of this face are thinner than asked for.
    pub fn lacks_weight(&self, face: u8, bold: bool) -> bool {
        match (face, &self.embedded) {
            (0, Some(Embedded::Sfnt(face, _))) => {
                bold && !self.bold && !face.is_bold() && face.weight().to_number() < 600
            }
            (0, _) => bold && !self.bold,
            (1, _) => (bold || self.bold) && !self.ours.bold,
            _ => bold || self.bold,
        }
    }

    /// Whether glyphs of this face stand upright though they should slant.
    pub fn lacks_slant(&self, face: u8, italic: bool) -> bool {
        match (face, &self.embedded) {
            (0, Some(Embedded::Sfnt(face, _))) => italic && !self.italic && !face.is_italic(),
            (0, _) => italic && !self.italic,
            _ => italic || self.italic,
        }
    }

    /// The glyph of a character: of the embedded font, else of ours.
    pub fn glyph(&self, character: char) -> Option<Glyph> {
        let own = match &self.embedded {
            Some(Embedded::Sfnt(face, _)) => sfnt_glyph(face, character),
            Some(Embedded::Bare(table, _)) => bare_glyph(table, character),
            None => None,
        };
        if let Some(id) = own {
            return Some(Glyph { face: 0, id });
        }
        self.ours.faces.iter().zip(1..).find_map(|(face, number)| {
            let id = face.glyph_index(character)?.0;
            (id != 0).then_some(Glyph { face: number, id })
        })
    }

    fn ours(&self, glyph: Glyph) -> &'static Face<'static> {
        self.ours.faces[usize::from(glyph.face) - 1]
    }

    pub fn units_per_em(&self, glyph: Glyph) -> f64 {
        match (&self.embedded, glyph.face) {
            (Some(Embedded::Sfnt(face, _)), 0) => face.units_per_em().into(),
            (Some(Embedded::Bare(table, _)), 0) => {
                let unit = f64::from(table.matrix().sx.abs());
                if (1e-5..=1.0).contains(&unit) {
                    1.0 / unit
                } else {
                    1000.0
                }
            }
            (None, 0) => 1000.0,
            _ => self.ours(glyph).units_per_em().into(),
        }
    }

    /// How far the next character is, in em.
    pub fn advance(&self, glyph: Glyph) -> f64 {
        let id = GlyphId(glyph.id);
        let units = match (&self.embedded, glyph.face) {
            (Some(Embedded::Sfnt(face, _)), 0) => face.glyph_hor_advance(id),
            (Some(Embedded::Bare(table, guard)), 0) => guard
                .is_bearable(glyph.id)
                .then(|| table.glyph_width(id))
                .flatten(),
            (None, 0) => None,
            _ => self.ours(glyph).glyph_hor_advance(id),
        };
        units.map_or(1.0, |units| f64::from(units) / self.units_per_em(glyph))
    }

    /// The outline in font units, y upwards; empty for a blank. Nothing if it cannot be drawn.
    pub fn outline(&self, glyph: Glyph) -> Option<Vec<Segment>> {
        let id = GlyphId(glyph.id);
        let mut pen = Pen::default();
        match (&self.embedded, glyph.face) {
            (Some(Embedded::Sfnt(face, guard)), 0) => {
                let tables = face.tables();
                let bearable = if glyph.id >= face.number_of_glyphs() {
                    false
                } else if tables.glyf.is_some() {
                    guard::glyf_is_bearable(face, glyph.id)
                } else {
                    let guard = guard.get_or_init(|| {
                        CffGuard::new(face.raw_face().table(Tag::from_bytes(b"CFF "))?)
                    });
                    guard
                        .as_ref()
                        .is_some_and(|guard| guard.is_bearable(glyph.id))
                };
                if !bearable {
                    return None;
                }
                face.outline_glyph(id, &mut pen);
            }
            (Some(Embedded::Bare(table, guard)), 0) => {
                if !guard.is_bearable(glyph.id) {
                    return None;
                }
                // A glyph that breaks off is drawn as far as it goes.
                let _ = table.outline(id, &mut pen);
            }
            (None, 0) => return None,
            _ => {
                self.ours(glyph).outline_glyph(id, &mut pen);
            }
        }
        (!pen.overflown).then_some(pen.segments)
    }
}

fn embedded<'a>(data: &'a [u8], def: &FontDef) -> Option<Embedded<'a>> {
    if let Ok(face) = Face::parse(data, in_collection(data, def)) {
        let tables = face.tables();
        // CFF2 has no guard; no reader of OFD knows it.
        let drawable = tables.glyf.is_some() || tables.cff.is_some();
        return drawable.then(|| Embedded::Sfnt(Box::new(face), OnceCell::new()));
    }
    let table = cff::Table::parse(data)?;
    Some(Embedded::Bare(Box::new(table), CffGuard::new(data)?))
}

/// The face of a collection that has the declared name; the first otherwise.
fn in_collection(data: &[u8], def: &FontDef) -> u32 {
    let wanted = [stand_in::plain(&def.name), stand_in::plain(&def.family)];
    let count = ttf_parser::fonts_in_collection(data).unwrap_or(0).min(16);
    let named = |index: &u32| {
        let Ok(face) = Face::parse(data, *index) else {
            return false;
        };
        let names = face.names().into_iter().take(64);
        let mut names = names.filter_map(|name| name.to_string());
        names.any(|name| wanted.contains(&stand_in::plain(&name)))
    };
    (0..count).find(named).unwrap_or(0)
}

fn sfnt_glyph(face: &Face, character: char) -> Option<u16> {
    let real = |glyph: GlyphId| (glyph.0 != 0).then_some(glyph.0);
    if let Some(found) = face.glyph_index(character).and_then(real) {
        return Some(found);
    }
    // Subsets often keep a symbol or Macintosh table only.
    let code = u32::from(character);
    let tables = face.tables().cmap?.subtables.into_iter();
    tables
        .filter(|table| !table.is_unicode())
        .find_map(|table| {
            let symbol = (code < 0x100)
                .then(|| table.glyph_index(0xf000 + code))
                .flatten();
            let plain = || (code < 0x80).then(|| table.glyph_index(code)).flatten();
            symbol.or_else(plain).and_then(real)
        })
}

fn bare_glyph(table: &cff::Table, character: char) -> Option<u16> {
    let code = u32::from(character);
    let by_code = || {
        u8::try_from(code)
            .ok()
            .filter(u8::is_ascii)
            .and_then(|c| table.glyph_index(c))
    };
    let by_name = || table.glyph_index_by_name(&format!("uni{code:04X}"));
    by_name()
        .or_else(by_code)
        .map(|glyph| glyph.0)
        .filter(|id| *id != 0)
}

#[derive(Default)]
struct Pen {
    segments: Vec<Segment>,
    overflown: bool,
}

impl Pen {
    fn push(&mut self, segment: Segment) {
        if self.segments.len() < MOST_SEGMENTS {
            self.segments.push(segment);
        } else {
            self.overflown = true;
        }
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push(Segment::Move(x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.push(Segment::Line(x, y));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.push(Segment::Quad(x1, y1, x, y));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push(Segment::Cubic(x1, y1, x2, y2, x, y));
    }
    fn close(&mut self) {
        self.push(Segment::Close);
    }
}
