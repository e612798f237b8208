//! Resources: fonts, colour spaces, drawing parameters, media and composite units, from any
//! resource file in any order.

use std::collections::HashMap;

use super::parts::Parts;
use super::value::{self, truth};
use crate::xml::Element;

/// A font as it is declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FontDef {
    pub name: String,
    pub family: String,
    pub bold: bool,
    pub italic: bool,
    pub serif: bool,
    pub fixed: bool,
    /// Its file as written, and where that is.
    pub file: Option<(String, Option<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Components {
    Gray,
    Rgb,
    Cmyk,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColourSpace {
    pub components: Components,
    pub bits: u32,
    pub palette: Vec<Vec<f64>>,
    pub profile: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Media {
    pub kind: String,
    pub format: String,
    pub file: (String, Option<String>),
}

/// What one or several resource files declare, by ID.
#[derive(Default)]
pub(crate) struct Resources {
    pub fonts: HashMap<String, FontDef>,
    pub spaces: HashMap<String, ColourSpace>,
    pub params: HashMap<String, Element>,
    pub media: HashMap<String, Media>,
    pub units: HashMap<String, Element>,
}

/// Colours of one palette.
const MOST_COLOURS: usize = 65_536;

impl Resources {
    /// Adds what a resource file says. An ID said twice keeps its first meaning.
    pub fn add(&mut self, parts: &Parts, path: &str, root: Element) {
        let base = root.attribute("BaseLoc").map(str::to_owned);
        let place = |location: &str| {
            let found = parts.find(path, base.as_deref(), location);
            (location.to_owned(), found)
        };
        for group in root.children {
            for entry in group.children {
                let Some(id) = entry.attribute("ID").map(|id| id.trim().to_owned()) else {
                    continue;
                };
                match entry.name.as_str() {
                    "Font" => {
                        let file = entry.child_text("FontFile").map(place);
                        self.fonts.entry(id).or_insert_with(|| font(&entry, file));
                    }
                    "ColorSpace" => {
                        self.spaces.entry(id).or_insert_with(|| space(&entry));
                    }
                    "DrawParam" => {
                        self.params.entry(id).or_insert(entry);
                    }
                    "MultiMedia" => {
                        let said = |name| entry.attribute(name).unwrap_or_default().to_owned();
                        let file = entry.child_text("MediaFile").map(place);
                        self.media.entry(id).or_insert_with(|| Media {
                            kind: said("Type"),
                            format: said("Format"),
                            file: file.unwrap_or_default(),
                        });
                    }
                    "CompositeGraphicUnit" | "CompositeGraphUnit" | "VectorG" => {
                        self.units.entry(id).or_insert(entry);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn font(entry: &Element, file: Option<(String, Option<String>)>) -> FontDef {
    let said = |name| entry.attribute(name).unwrap_or_default().trim().to_owned();
    let is = |name| entry.attribute(name).and_then(truth).unwrap_or(false);
    FontDef {
        name: said("FontName"),
        family: said("FamilyName"),
        bold: is("Bold"),
        italic: is("Italic"),
        serif: is("Serif"),
        fixed: is("FixedWidth"),
        file,
    }
}

fn space(entry: &Element) -> ColourSpace {
    let kind = entry.attribute("Type").unwrap_or("RGB").trim();
    let components = match kind.to_ascii_uppercase().as_str() {
        "GRAY" | "GREY" => Components::Gray,
        "CMYK" => Components::Cmyk,
        _ => Components::Rgb,
    };
    let bits = entry
        .attribute("BitsPerComponent")
        .and_then(|bits| bits.trim().parse().ok());
    let colours = entry.child("Palette").into_iter();
    let colours = colours.flat_map(|palette| palette.all("CV"));
    let palette = colours
        .take(MOST_COLOURS)
        .map(|colour| {
            let words = value::words(&colour.text);
            words.filter_map(value::component).take(4).collect()
        })
        .collect();
    ColourSpace {
        components,
        bits: bits.filter(|bits| (1..=16).contains(bits)).unwrap_or(8),
        palette,
        profile: entry
            .attribute("Profile")
            .is_some_and(|p| !p.trim().is_empty()),
    }
}

/// The resources an object may use: its page's, then the document's.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub page: &'a Resources,
    pub document: &'a Resources,
}

impl<'a> Scope<'a> {
    pub fn find<T>(
        &self,
        table: fn(&'a Resources) -> &'a HashMap<String, T>,
        id: &str,
    ) -> Option<&'a T> {
        let id = id.trim();
        table(self.page)
            .get(id)
            .or_else(|| table(self.document).get(id))
    }
}
