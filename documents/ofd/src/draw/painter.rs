//! From the objects of a page to the display list.

use std::collections::HashMap;
use std::sync::Arc;

use super::font::{Font, Glyph};
use super::geometry::{Matrix, Rect, Shape};
use super::list::{Cap, Item, Join, List, Pen, Placed, Rule, ShapeId};
use crate::read::resources::Scope;
use crate::read::{Document, Findings, What, value};
use crate::xml::Element;

/// Objects of one page, and pieces of all its outlines.
const MOST_OBJECTS: usize = 200_000;
pub(crate) const MOST_ITEMS: usize = 400_000;
const MOST_SEGMENTS: usize = 3_000_000;
const DEEPEST: u32 = 24;

/// What a page is drawn with.
pub(crate) struct Painter<'d> {
    pub document: &'d Document,
    pub scope: Scope<'d>,
    pub page: usize,
    pub list: List,
    pub findings: Findings,
    /// The object being drawn, for findings.
    pub object: Option<&'d str>,
    pub fonts: Vec<Font<'d>>,
    pub font_names: Vec<String>,
    pub font_numbers: HashMap<(String, bool), usize>,
    pub outlines: HashMap<(usize, Glyph), Option<ShapeId>>,
    pub picture_numbers: HashMap<String, Option<usize>>,
    pub items: usize,
    /// How many patterns this is within.
    pub patterns: u32,
    objects: usize,
    segments: usize,
}

/// Where an object stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'d> {
    /// From its surroundings to the page.
    pub matrix: Matrix,
    /// Drawing parameters of its layer.
    pub params: Option<&'d str>,
    pub depth: u32,
}

/// An object with the drawing parameters it refers to, nearest first.
pub(crate) struct Style<'d> {
    levels: Vec<&'d Element>,
}

impl<'d> Style<'d> {
    pub fn attribute(&self, name: &str) -> Option<&'d str> {
        self.levels.iter().find_map(|level| level.attribute(name))
    }

    pub fn child(&self, name: &str) -> Option<&'d Element> {
        self.levels.iter().find_map(|level| level.child(name))
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name).and_then(value::number)
    }

    /// The line that is drawn with, in the object's coordinates.
    pub fn pen(&self) -> Pen {
        let dashes = self
            .attribute("DashPattern")
            .map(value::numbers)
            .unwrap_or_default();
        let mut dashes: Vec<f32> = dashes.iter().take(64).map(|d| d.max(0.0) as f32).collect();
        if dashes.len() % 2 == 1 {
            dashes.extend_from_within(..);
        }
        // Dashes finer than can be seen are a line, and would be an attack on time.
        if dashes.iter().sum::<f32>() < 0.02 {
            dashes.clear();
        }
        Pen {
            width: self.number("LineWidth").unwrap_or(0.353).clamp(0.0, 1e4),
            cap: match self.attribute("Cap") {
                Some("Round") => Cap::Round,
                Some("Square") => Cap::Square,
                _ => Cap::Butt,
            },
            join: match self.attribute("Join") {
                Some("Round") => Join::Round,
                Some("Bevel") => Join::Bevel,
                _ => Join::Miter,
            },
            miter: self.number("MiterLimit").unwrap_or(3.528).clamp(1.0, 100.0),
            dashes,
            offset: self.number("DashOffset").unwrap_or(0.0) as f32,
        }
    }
}

impl<'d> Painter<'d> {
    pub fn new(document: &'d Document, scope: Scope<'d>, page: usize, view: Rect) -> Self {
        Self {
            document,
            scope,
            page,
            list: List::new(view),
            findings: Findings::default(),
            object: None,
            fonts: Vec::new(),
            font_names: Vec::new(),
            font_numbers: HashMap::new(),
            outlines: HashMap::new(),
            picture_numbers: HashMap::new(),
            items: 0,
            patterns: 0,
            objects: 0,
            segments: 0,
        }
    }

    pub fn tell(&mut self, what: What, detail: &str) {
        self.findings
            .tell(what, Some(self.page), self.object, detail);
    }

    /// Keeps an outline; nothing if the page holds too many.
    pub fn shape(&mut self, segments: Vec<super::geometry::Segment>) -> Option<ShapeId> {
        self.segments += segments.len();
        if self.segments > MOST_SEGMENTS {
            self.tell(What::TooMuch, "");
            return None;
        }
        Some(self.list.shape(segments))
    }

    /// Counts an item; no more are drawn once there are too many.
    pub fn count(&mut self, items: usize) -> bool {
        self.items += items;
        if self.items > MOST_ITEMS {
            self.tell(What::TooMuch, "");
            return false;
        }
        true
    }

    pub fn style(&self, object: &'d Element, inherited: Option<&'d str>) -> Style<'d> {
        let mut levels = vec![object];
        let mut next = object.attribute("DrawParam").or(inherited);
        while let Some(params) = next.and_then(|id| self.scope.find(|r| &r.params, id)) {
            // A chain that bites its tail ends.
            if levels.len() > 16 {
                break;
            }
            levels.push(params);
            next = params.attribute("Relative");
        }
        Style { levels }
    }

    /// The layers of a page or template: background, body, foreground, each in its order.
    pub fn layers(&mut self, page: &'d Element, place: Place<'d>, out: &mut Vec<Item>) {
        let Some(content) = page.child("Content") else {
            return;
        };
        let rank = |layer: &Element| match layer.attribute("Type").map(str::trim) {
            Some(kind) if kind.eq_ignore_ascii_case("background") => 0,
            Some(kind) if kind.eq_ignore_ascii_case("foreground") => 2,
            _ => 1,
        };
        let mut layers: Vec<_> = content.all("Layer").collect();
        layers.sort_by_key(|layer| rank(layer));
        for layer in layers {
            let params = layer.attribute("DrawParam");
            self.block(layer, Place { params, ..place }, out);
        }
        // Objects without a layer are against the standard, and seen.
        self.objects(content, place, out, true);
    }

    /// All objects of a block in their order.
    pub fn block(&mut self, block: &'d Element, place: Place<'d>, out: &mut Vec<Item>) {
        self.objects(block, place, out, false);
    }

    fn objects(
        &mut self,
        block: &'d Element,
        place: Place<'d>,
        out: &mut Vec<Item>,
        outside_layers: bool,
    ) {
        for object in &block.children {
            self.object = object.attribute("ID");
            self.objects += 1;
            if self.objects > MOST_OBJECTS || self.items > MOST_ITEMS {
                return self.tell(What::TooMuch, "");
            }
            let deeper = Place {
                depth: place.depth + 1,
                ..place
            };
            match object.name.as_str() {
                "Layer" if outside_layers => {}
                "PageBlock" | "Layer" if place.depth < DEEPEST => self.block(object, deeper, out),
                "TextObject" | "PathObject" | "ImageObject" | "CompositeObject"
                    if place.depth < DEEPEST =>
                {
                    self.unit(object, place, out);
                }
                "PageBlock" | "Layer" | "TextObject" | "PathObject" | "ImageObject"
                | "CompositeObject" => self.tell(What::TooDeep, ""),
                "Actions" | "Extensions" => {}
                name => self.tell(What::ObjectUnknown, name),
            }
        }
    }

    /// One graphic object: what it shows, through its boundary and clips, with its transparency.
    fn unit(&mut self, object: &'d Element, place: Place<'d>, out: &mut Vec<Item>) {
        if object.attribute("Visible").and_then(value::truth) == Some(false) {
            return;
        }
        let boundary = object.attribute("Boundary").and_then(value::array::<4>);
        let [x, y, width, height] = boundary.unwrap_or_default();
        let outer = Matrix::translate(x, y).then(place.matrix);
        let ctm = object
            .attribute("CTM")
            .and_then(value::array::<6>)
            .map(Matrix);
        let local = ctm.unwrap_or(Matrix::IDENTITY).then(outer);
        if !local.is_sane() {
            return self.tell(What::TooMuch, "CTM");
        }
        let style = self.style(object, place.params);
        let mut items = Vec::new();
        // How far beyond its boundary an object may reach: half its line, and the tails of
        // letters, for which many producers leave no room.
        let grows = ctm.map_or(1.0, Matrix::stretch);
        let mut slack = 0.0;
        match object.name.as_str() {
            "TextObject" => {
                let size = style.number("Size").unwrap_or(0.0).abs();
                slack = size * grows * 0.25;
                self.text(object, &style, local, &mut items);
            }
            "PathObject" => {
                slack = style.pen().width * grows / 2.0;
                self.path(object, &style, local, &mut items);
            }
            "ImageObject" => {
                let unit = match ctm {
                    Some(_) => local,
                    None => Matrix::scale(width, height).then(outer),
                };
                self.image(object, &style, unit, outer, (width, height), &mut items);
            }
            _ => {
                let id = object.attribute("ResourceID").unwrap_or_default();
                match self.scope.find(|r| &r.units, id) {
                    Some(unit) => {
                        let place = Place {
                            matrix: local,
                            params: place.params,
                            depth: place.depth + 1,
                        };
                        self.block(unit.child("Content").unwrap_or(unit), place, &mut items);
                        self.object = object.attribute("ID");
                    }
                    None => self.tell(What::ResourceMissing, &format!("CompositeObject {id}")),
                }
            }
        }
        if items.is_empty() || !self.count(items.len()) {
            return;
        }
        let mut clips = self.clips(object, local, outer);
        let within = Rect::new(0.0, 0.0, width, height).grown(slack);
        // A boundary without an area is a line's, and clips nothing.
        if width > 0.0 && height > 0.0 {
            let around = self.list.all_bounds(&items);
            let inside = outer.is_level() && within.mapped(outer).grown(1e-3).holds(around);
            if !inside && let Some(shape) = self.shape(Shape::rectangle(within).segments) {
                clips.push(vec![Placed {
                    shape,
                    matrix: outer,
                    rule: Rule::NonZero,
                }]);
            }
        }
        let alpha = object.attribute("Alpha").and_then(value::number);
        let alpha = (alpha.unwrap_or(255.0) / 255.0).clamp(0.0, 1.0) as f32;
        if alpha == 0.0 {
            return;
        }
        // Glyphs of a text hardly overlap: each may fade for itself.
        let apart = items.len() == 1
            || object.name == "TextObject" && items.iter().all(|i| matches!(i, Item::Fill { .. }));
        let together = if apart && alpha < 1.0 {
            items.iter_mut().for_each(|item| item.fade(alpha));
            1.0
        } else {
            alpha
        };
        if clips.is_empty() && together == 1.0 {
            out.append(&mut items);
        } else {
            let items = Arc::new(items);
            let group = self.list.group(clips, together, Matrix::IDENTITY, items);
            out.push(Item::Group(group));
        }
    }

    /// A path: filled, then stroked.
    fn path(&mut self, object: &'d Element, style: &Style<'d>, local: Matrix, out: &mut Vec<Item>) {
        let Some(at) = self.outline(object, local) else {
            return;
        };
        let is = |name, otherwise| {
            let said = object.attribute(name).and_then(value::truth);
            said.unwrap_or(otherwise)
        };
        if is("Fill", false)
            && let Some(colour) = style.child("FillColor")
        {
            self.fill(&at, colour, local, out);
        }
        if is("Stroke", true) {
            self.stroke(&at, style.pen(), style.child("StrokeColor"), out);
        }
    }

    /// The outline of a path object.
    pub fn outline(&mut self, object: &'d Element, matrix: Matrix) -> Option<Placed> {
        let data = object
            .child("AbbreviatedData")
            .map_or("", |data| data.text.trim());
        let (segments, whole) =
            super::path::parse(data, MOST_SEGMENTS - self.segments.min(MOST_SEGMENTS));
        if !whole {
            self.tell(What::PathUnreadable, "");
        }
        let rule = match object.attribute("Rule").map(str::trim) {
            Some("Even-Odd" | "EvenOdd" | "Even_Odd" | "even-odd" | "evenodd") => Rule::EvenOdd,
            _ => Rule::NonZero,
        };
        Some(Placed {
            shape: self.shape(segments)?,
            matrix,
            rule,
        })
    }

    /// The clips of an object: all of them hold, each is the union of its areas.
    fn clips(&mut self, object: &'d Element, local: Matrix, outer: Matrix) -> Vec<Vec<Placed>> {
        let Some(list) = object.child("Clips") else {
            return Vec::new();
        };
        let moves = list
            .attribute("TransFlag")
            .and_then(value::truth)
            .unwrap_or(true);
        let base = if moves { local } else { outer };
        let mut clips = Vec::new();
        for clip in list.all("Clip").take(64) {
            let mut areas = Vec::new();
            for area in clip.all("Area").take(1_000) {
                let matrix = area
                    .attribute("CTM")
                    .and_then(value::array::<6>)
                    .map(Matrix);
                let base = matrix.unwrap_or(Matrix::IDENTITY).then(base);
                for inner in &area.children {
                    let [x, y, ..] = inner
                        .attribute("Boundary")
                        .and_then(value::array::<4>)
                        .unwrap_or_default();
                    let matrix = inner
                        .attribute("CTM")
                        .and_then(value::array::<6>)
                        .map(Matrix);
                    let matrix = matrix
                        .unwrap_or(Matrix::IDENTITY)
                        .then(Matrix::translate(x, y))
                        .then(base);
                    if !matrix.is_sane() {
                        continue;
                    }
                    match inner.name.as_str() {
                        "Path" | "PathObject" => areas.extend(self.outline(inner, matrix)),
                        "Text" | "TextObject" => {
                            let style = self.style(inner, None);
                            let mut glyphs = Vec::new();
                            self.text(inner, &style, matrix, &mut glyphs);
                            areas.extend(glyphs.into_iter().filter_map(|glyph| match glyph {
                                Item::Fill { at, .. } => Some(at),
                                _ => None,
                            }));
                        }
                        name => self.tell(What::ObjectUnknown, name),
                    }
                }
            }
            clips.push(areas);
        }
        clips
    }
}
