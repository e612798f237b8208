//! Text objects: which glyph stands where, and how it is painted.

use super::font::{Font, Glyph};
use super::geometry::{Matrix, Rect, Shape};
use super::list::{Cap, Item, Join, Paint, Pen, Placed, Rgba, Rule, ShapeId};
use super::painter::{Painter, Style};
use crate::read::resources::FontDef;
use crate::read::{What, value};
use crate::xml::Element;

/// Characters of one text object.
const MOST_CHARACTERS: usize = 100_000;
/// From here a weight is bold.
const BOLD: f64 = 600.0;

/// What is the same for all characters of an object.
struct Setting {
    font: usize,
    size: f64,
    across: f64,
    turned: f64,
    reading: f64,
    bold: bool,
    italic: bool,
}

/// A character or glyph where it stands.
struct Set {
    glyph: Option<Glyph>,
    character: char,
    x: f64,
    y: f64,
    /// How wide it may be; stand-ins are often wider than what they stand in for.
    room: Option<f64>,
}

/// A stretch of characters whose glyphs are given by number (CGTransform).
struct Numbered {
    position: usize,
    codes: usize,
    glyphs: Vec<u16>,
}

impl<'d> Painter<'d> {
    /// A text object; `local` leads from its coordinates to the page.
    pub fn text(
        &mut self,
        object: &'d Element,
        style: &Style<'d>,
        local: Matrix,
        out: &mut Vec<Item>,
    ) {
        let number = |name| object.attribute(name).and_then(value::number);
        let is = |name| object.attribute(name).and_then(value::truth);
        let bold = number("Weight").is_some_and(|weight| weight >= BOLD);
        let Some(font) = self.font(object.attribute("Font").unwrap_or_default(), bold) else {
            return;
        };
        let setting = Setting {
            font,
            size: style.number("Size").unwrap_or(4.23),
            across: number("HScale")
                .filter(|h| *h > 0.0)
                .unwrap_or(1.0)
                .clamp(0.01, 100.0),
            turned: number("CharDirection").unwrap_or(0.0),
            reading: number("ReadDirection").unwrap_or(0.0).rem_euclid(360.0),
            bold,
            italic: is("Italic").unwrap_or(false),
        };
        if !(1e-4..=10_000.0).contains(&setting.size.abs()) {
            return;
        }
        let set = self.set(object, &setting);
        let filled = is("Fill").unwrap_or(true);
        let fill = style.child("FillColor");
        let stroke = style
            .child("StrokeColor")
            .filter(|_| is("Stroke").unwrap_or(false));
        let plain = |colour: &&Element| {
            !colour
                .children
                .iter()
                .any(|child| child.name.ends_with("Shd") || child.name == "Pattern")
        };
        // A gradient runs over the whole text, so its glyphs become one shape.
        let joined = [filled.then_some(fill).flatten(), stroke]
            .into_iter()
            .flatten()
            .any(|colour| !plain(&colour));
        let mut placed = Vec::new();
        for set in &set {
            placed.extend(self.place(set, &setting));
        }
        if joined {
            let mut segments = Vec::new();
            for (shape, matrix, _) in &placed {
                segments.extend(self.list.shapes[*shape].mapped(*matrix));
            }
            placed.clear();
            placed.extend(self.shape(segments).map(|s| (s, Matrix::IDENTITY, 0.0)));
        }
        let solid = |painter: &mut Self, colour: Option<&'d Element>| match colour {
            Some(colour) => painter.paint(colour),
            None => Paint::Solid(Rgba::BLACK),
        };
        for (shape, matrix, embolden) in placed {
            let at = Placed {
                shape,
                matrix: matrix.then(local),
                rule: Rule::NonZero,
            };
            let unit = matrix.stretch().max(1e-9);
            if filled {
                match fill {
                    Some(colour) if joined => self.fill(&at, colour, local, out),
                    _ => {
                        let paint = solid(self, fill);
                        if embolden > 0.0 {
                            out.push(Item::Stroke {
                                at: at.clone(),
                                pen: Pen {
                                    width: embolden / unit,
                                    cap: Cap::Butt,
                                    join: Join::Round,
                                    miter: 4.0,
                                    dashes: Vec::new(),
                                    offset: 0.0,
                                },
                                paint: paint.clone(),
                            });
                        }
                        out.push(Item::Fill {
                            at: at.clone(),
                            paint,
                        });
                    }
                }
            }
            if let Some(colour) = stroke {
                let mut pen = style.pen();
                pen.width /= unit;
                pen.offset /= unit as f32;
                pen.dashes.iter_mut().for_each(|dash| *dash /= unit as f32);
                self.stroke(&at, pen, Some(colour), out);
            }
        }
    }

    /// The number of a font in this drawing.
    fn font(&mut self, id: &str, bold: bool) -> Option<usize> {
        let key = (id.trim().to_owned(), bold);
        if let Some(number) = self.font_numbers.get(&key) {
            return Some(*number);
        }
        let nothing = FontDef::default();
        let def = self.scope.find(|r| &r.fonts, id);
        if def.is_none() {
            self.tell(What::ResourceMissing, &format!("Font {id}"));
        }
        let def = def.unwrap_or(&nothing);
        let file = match &def.file {
            Some((_, Some(path))) => self.document.parts.bytes(path).map(|bytes| &bytes[..]),
            Some((location, None)) => {
                self.tell(What::PartMissing, location);
                None
            }
            None => None,
        };
        let (font, readable) = Font::new(def, file, bold);
        let name = [&def.name, &def.family]
            .into_iter()
            .find(|name| !name.is_empty());
        self.font_names
            .push(name.cloned().unwrap_or_else(|| id.to_owned()));
        if !readable {
            self.tell(What::FontUnreadable, &def.name);
        }
        self.fonts.push(font);
        self.font_numbers.insert(key, self.fonts.len() - 1);
        Some(self.fonts.len() - 1)
    }

    /// Where every character of an object stands.
    fn set(&mut self, object: &'d Element, setting: &Setting) -> Vec<Set> {
        let mut set = Vec::new();
        let mut numbered = Vec::new();
        let (mut x, mut y) = (0.0, 0.0);
        let codes = object
            .children
            .iter()
            .rposition(|child| child.name == "TextCode");
        // Transforms that follow the last text belong to it all the same.
        let late = codes.map_or(&[][..], |at| &object.children[at + 1..]);
        for (at, child) in object.children.iter().enumerate() {
            match child.name.as_str() {
                "CGTransform" => numbered.extend(transform(child)),
                "TextCode" => {
                    if Some(at) == codes {
                        let late = late.iter().filter(|child| child.name == "CGTransform");
                        numbered.extend(late.filter_map(transform));
                    }
                    let number = |name| child.attribute(name).and_then(value::number);
                    x = number("X").unwrap_or(x);
                    y = number("Y").unwrap_or(y);
                    self.line(child, (x, y), &numbered, setting, &mut set);
                    numbered.clear();
                }
                _ => {}
            }
            if set.len() > MOST_CHARACTERS {
                self.tell(What::TooMuch, "");
                break;
            }
        }
        set
    }

    /// One TextCode from a starting point.
    fn line(
        &mut self,
        code: &'d Element,
        start: (f64, f64),
        numbered: &[Numbered],
        setting: &Setting,
        set: &mut Vec<Set>,
    ) {
        let text = code.text.trim_matches(['\r', '\n', '\t']);
        let characters: Vec<char> = text.chars().take(MOST_CHARACTERS).collect();
        let shown = shown(&self.fonts[setting.font], &characters, numbered);
        let steps = |name| code.attribute(name).map(value::deltas);
        let across = steps("DeltaX").map(|steps| by_character(steps, &characters));
        let down = steps("DeltaY").map(|steps| by_character(steps, &characters));
        let upright = matches!(setting.reading, 90.0 | 270.0);
        let font = &self.fonts[setting.font];
        let advance = |glyphs: &[Option<Glyph>]| -> f64 {
            let em = |glyph: &Option<Glyph>| glyph.map_or(1.0, |glyph| font.advance(glyph));
            let ems: f64 = glyphs.iter().map(em).sum();
            ems * setting.size * setting.across
        };
        let (mut x, mut y) = start;
        let mut guessed = false;
        for (at, (&character, glyphs)) in characters.iter().zip(&shown).enumerate() {
            let last = at + 1 == characters.len();
            let said = |steps: &Option<Vec<f64>>| steps.as_ref().map(|s| s.get(at).copied());
            // A step that is not said is the width of the glyph; a direction that is not said
            // does not move, if the other one is.
            let natural = || {
                if upright {
                    setting.size
                } else {
                    advance(glyphs)
                }
            };
            let along = match setting.reading {
                90.0 => (0.0, 1.0),
                180.0 => (-1.0, 0.0),
                270.0 => (0.0, -1.0),
                _ => (1.0, 0.0),
            };
            let (dx, dy) = match (said(&across), said(&down)) {
                (Some(Some(dx)), dy) => (dx, dy.flatten().unwrap_or(0.0)),
                (dx, Some(Some(dy))) => (dx.flatten().unwrap_or(0.0), dy),
                _ if last => (0.0, 0.0),
                _ => {
                    guessed |= !glyphs.is_empty();
                    (along.0 * natural(), along.1 * natural())
                }
            };
            let positioned = matches!(said(&across), Some(Some(_))) && dy == 0.0;
            let mut ahead = 0.0;
            for (n, &glyph) in glyphs.iter().enumerate() {
                set.push(Set {
                    glyph,
                    character,
                    x: x + ahead,
                    y,
                    room: (positioned && n == 0 && !last).then_some(dx),
                });
                ahead += advance(&[glyph]);
            }
            x += dx;
            y += dy;
        }
        if guessed {
            self.tell(What::TextUnpositioned, "");
        }
    }

    /// The outline of a character, its way to the object's coordinates, and by how much it is to
    /// be made bolder. Nothing for blanks.
    fn place(&mut self, set: &Set, setting: &Setting) -> Option<(ShapeId, Matrix, f64)> {
        let font = &self.fonts[setting.font];
        let size = setting.size;
        let place = Matrix::turn(setting.turned).then(Matrix::translate(set.x, set.y));
        let Some(glyph) = set.glyph else {
            if is_blank(set.character) {
                return None;
            }
            let code = format!("U+{:04X}", u32::from(set.character));
            self.tell(What::NoGlyph, &code);
            let outer = Rect::new(size * 0.1, -size * 0.75, size * 0.8, size * 0.8);
            let line = size * 0.05;
            let mut frame = Shape::rectangle(outer).segments;
            let hole = Shape::rectangle(outer.grown(-line));
            // Wound the other way, so that it is a hole.
            let mirrored = Matrix([-1.0, 0.0, 0.0, 1.0, size, 0.0]);
            frame.extend(hole.mapped(mirrored));
            return Some((self.shape(frame)?, place, 0.0));
        };
        let mut across = setting.across;
        let stands_in = glyph.face > 0;
        if stands_in && let Some(room) = set.room {
            let wide = font.advance(glyph) * size * across;
            if setting.turned == 0.0 && room > 0.0 && wide > room * 1.02 {
                across *= (room / wide).max(0.5);
            }
        }
        let unit = size / font.units_per_em(glyph);
        let mut matrix = Matrix::scale(unit * across, -unit);
        if font.lacks_slant(glyph.face, setting.italic) {
            matrix = matrix.then(Matrix([1.0, 0.0, -0.21, 1.0, 0.0, 0.0]));
        }
        let embolden = if font.lacks_weight(glyph.face, setting.bold) {
            size.abs() * 0.035
        } else {
            0.0
        };
        let substituted = stands_in && !font.is_exact() && !is_blank(set.character);
        let key = (setting.font, glyph);
        let shape = match self.outlines.get(&key) {
            Some(known) => *known,
            None => {
                let shape = match font.outline(glyph) {
                    Some(segments) if segments.is_empty() => None,
                    Some(segments) => {
                        let shape = self.shape(segments);
                        if let Some(shape) = shape {
                            self.list.shapes[shape].is_glyph = true;
                        }
                        shape
                    }
                    None => {
                        self.tell(What::GlyphUnusable, &glyph.id.to_string());
                        None
                    }
                };
                self.outlines.insert(key, shape);
                shape
            }
        };
        if substituted {
            let name = self.font_names[setting.font].clone();
            self.tell(What::FontSubstituted, &name);
        }
        Some((shape?, matrix.then(place), embolden))
    }
}

/// The glyphs each character shows: its own, or those that are given by number; none where it is
/// part of what another shows.
fn shown(font: &Font, characters: &[char], numbered: &[Numbered]) -> Vec<Vec<Option<Glyph>>> {
    let mut shown: Vec<Vec<Option<Glyph>>> = characters
        .iter()
        .map(|&c| {
            if c.is_control() {
                Vec::new()
            } else {
                vec![font.glyph(c)]
            }
        })
        .collect();
    for stretch in numbered {
        // A number means nothing in a font of ours.
        if !font.is_embedded() {
            break;
        }
        let mut unit = 0;
        let mut covered = Vec::new();
        for (at, character) in characters.iter().enumerate() {
            if (stretch.position..stretch.position + stretch.codes).contains(&unit) {
                covered.push(at);
            }
            unit += character.len_utf16();
        }
        let Some((&last, _)) = covered.split_last() else {
            continue;
        };
        let glyph = |id: &u16| Some(Glyph { face: 0, id: *id });
        for (n, &at) in covered.iter().enumerate() {
            shown[at] = stretch.glyphs.get(n).map(glyph).into_iter().collect();
        }
        let more = stretch.glyphs.iter().skip(covered.len());
        shown[last].extend(more.map(glyph));
    }
    shown
}

/// Steps by character. Some producers write one for each half of a character beyond the basic
/// plane.
fn by_character(steps: Vec<f64>, characters: &[char]) -> Vec<f64> {
    let units: usize = characters.iter().map(|c| c.len_utf16()).sum();
    if units == characters.len() || steps.len() + 1 != units {
        return steps;
    }
    let mut halves = steps.into_iter();
    let whole = characters
        .iter()
        .map(|c| halves.by_ref().take(c.len_utf16()).sum());
    let mut whole: Vec<f64> = whole.collect();
    whole.pop();
    whole
}

fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn transform(element: &Element) -> Option<Numbered> {
    let number = |name| {
        element
            .attribute(name)
            .and_then(|n| n.trim().parse::<usize>().ok())
    };
    let glyphs = value::numbers(element.child_text("Glyphs")?);
    let ids = glyphs.iter().filter(|id| (0.0..65_536.0).contains(*id));
    let mut glyphs: Vec<u16> = ids.map(|id| *id as u16).collect();
    glyphs.truncate(number("GlyphCount").unwrap_or(glyphs.len()));
    Some(Numbered {
        position: number("CodePosition")?,
        codes: number("CodeCount").unwrap_or(1).min(MOST_CHARACTERS),
        glyphs,
    })
}
