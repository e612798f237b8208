//! Colours: values in their colour space, palettes, gradients and patterns.

use std::sync::Arc;

use super::geometry::{Matrix, Rect, Shape};
use super::list::{Gradient, GradientKind, Item, Paint, Pen, Placed, Rgba, Rule, weight};
use super::painter::{Painter, Place};
use crate::read::resources::Components;
use crate::read::{What, value};
use crate::xml::Element;

/// Stops of one gradient, repetitions included.
const MOST_STOPS: usize = 256;
/// Patterns within patterns.
const DEEPEST: u32 = 3;
/// Cells of one pattern.
const MOST_CELLS: f64 = 4_000.0;

impl<'d> Painter<'d> {
    /// Fills a shape with a colour as it is written. `object` leads from the object's
    /// coordinates, which are also the shape's, to the page.
    pub fn fill(&mut self, at: &Placed, colour: &'d Element, object: Matrix, out: &mut Vec<Item>) {
        let alpha = alpha(colour);
        if let Some(pattern) = colour.child("Pattern") {
            return self.pattern(at, pattern, alpha, object, out);
        }
        let paint = self.paint(colour);
        out.push(Item::Fill {
            at: at.clone(),
            paint,
        });
    }

    /// Strokes a shape; black where no colour is said.
    pub fn stroke(
        &mut self,
        at: &Placed,
        pen: Pen,
        colour: Option<&'d Element>,
        out: &mut Vec<Item>,
    ) {
        let mut paint = Paint::Solid(Rgba::BLACK);
        if let Some(colour) = colour {
            if colour.child("Pattern").is_some() {
                self.tell(What::Pattern, "StrokeColor");
            }
            paint = self.paint(colour);
        }
        let at = at.clone();
        out.push(Item::Stroke { at, pen, paint });
    }

    /// A colour or gradient.
    pub fn paint(&mut self, colour: &'d Element) -> Paint {
        let gradient = colour
            .children
            .iter()
            .find_map(|child| match child.name.as_str() {
                "AxialShd" => self.axial(child, alpha(colour)),
                "RadialShd" => self.radial(child, alpha(colour)),
                _ => None,
            });
        if let Some(gradient) = gradient {
            return Paint::Gradient(Arc::new(gradient));
        }
        let mesh = ["GouraudShd", "LaGouraudShd", "LaGourandShd", "GourandShd"];
        if let Some(mesh) = mesh.iter().find_map(|name| colour.child(name)) {
            self.tell(What::MeshShading, "");
            let mut colours = Vec::new();
            for point in mesh.all("Point").take(1_000) {
                colours.extend(point.child("Color").map(|c| self.solid(c)));
            }
            colours.extend(mesh.all("Color").take(1).map(|c| self.solid(c)));
            let mean = |of: fn(&Rgba) -> u8| {
                let sum: usize = colours.iter().map(|c| usize::from(of(c))).sum();
                (sum / colours.len().max(1)) as u8
            };
            return Paint::Solid(Rgba {
                r: mean(|c| c.r),
                g: mean(|c| c.g),
                b: mean(|c| c.b),
                a: alpha(colour),
            });
        }
        Paint::Solid(self.solid(colour))
    }

    /// A plain colour, with its own alpha.
    pub fn solid(&mut self, colour: &'d Element) -> Rgba {
        let named = colour.attribute("ColorSpace");
        let id = named.or(self.document.default_space.as_deref());
        let space = id.and_then(|id| self.scope.find(|r| &r.spaces, id));
        if named.is_some() && space.is_none() {
            self.tell(
                What::ResourceMissing,
                &format!("ColorSpace {}", named.unwrap_or_default()),
            );
        }
        if space.is_some_and(|space| space.profile) {
            self.tell(What::ColourApproximate, id.unwrap_or_default());
        }
        let written = colour.attribute("Value").map(|text| {
            let words = value::words(text);
            words
                .filter_map(value::component)
                .take(5)
                .collect::<Vec<_>>()
        });
        let indexed = || {
            let index: usize = colour.attribute("Index")?.trim().parse().ok()?;
            space?.palette.get(index).cloned()
        };
        let values = match written {
            Some(values) if !values.is_empty() => values,
            _ => match indexed() {
                Some(values) => values,
                None => {
                    if colour.attribute("Index").is_some() || colour.attribute("Value").is_some() {
                        self.tell(What::ColourUnreadable, "");
                        return Rgba {
                            a: alpha(colour),
                            ..Rgba::BLACK
                        };
                    }
                    // Neither value nor index: all channels are 0.
                    vec![
                        0.0;
                        space.map_or(3, |s| match s.components {
                            Components::Gray => 1,
                            Components::Rgb => 3,
                            Components::Cmyk => 4,
                        })
                    ]
                }
            },
        };
        // The number of values says more than a space that does not fit them.
        let components = match values.len() {
            1 | 2 => Components::Gray,
            3 => Components::Rgb,
            _ => Components::Cmyk,
        };
        let top = f64::from((1u32 << space.map_or(8, |s| s.bits)) - 1);
        let v = |n: usize| (values.get(n).copied().unwrap_or(0.0) / top).clamp(0.0, 1.0);
        let byte = |light: f64| (light * 255.0).round() as u8;
        let [r, g, b] = match components {
            Components::Gray => [v(0); 3],
            Components::Rgb => [v(0), v(1), v(2)],
            Components::Cmyk => [0, 1, 2].map(|n| (1.0 - v(n)) * (1.0 - v(3))),
        };
        Rgba {
            r: byte(r),
            g: byte(g),
            b: byte(b),
            a: alpha(colour),
        }
    }

    fn axial(&mut self, shading: &'d Element, alpha: f32) -> Option<Gradient> {
        let from = point(shading, "StartPoint")?;
        let to = point(shading, "EndPoint")?;
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        Some(Gradient {
            kind: GradientKind::Axial { from, to },
            stops: self.stops(shading, length, alpha)?,
            matrix: Matrix::IDENTITY,
        })
    }

    fn radial(&mut self, shading: &'d Element, alpha: f32) -> Option<Gradient> {
        let number = |name| shading.attribute(name).and_then(value::number);
        let from = point(shading, "StartPoint")?;
        let to = point(shading, "EndPoint").unwrap_or(from);
        let from_radius = number("StartRadius").unwrap_or(0.0).max(0.0);
        let to_radius = number("EndRadius")?.max(0.0);
        let length = (to_radius - from_radius).abs() + (to.0 - from.0).hypot(to.1 - from.1);
        let mut stops = self.stops(shading, length, alpha)?;
        // An ellipse is a circle pressed along one of its axes.
        let pressed = (1.0
            - number("Eccentricity")
                .unwrap_or(0.0)
                .clamp(0.0, 0.999)
                .powi(2))
        .sqrt();
        let matrix = Matrix::translate(-to.0, -to.1)
            .then(Matrix::scale(1.0, pressed))
            .then(Matrix::turn(number("Angle").unwrap_or(0.0)))
            .then(Matrix::translate(to.0, to.1));
        let from = matrix.inverse()?.apply(from.0, from.1);
        let mut ends = [(from, from_radius), (to, to_radius)];
        if from_radius > to_radius {
            // Drawn from the inner circle outwards, which is how every renderer wants it.
            ends.reverse();
            stops.reverse();
            stops.iter_mut().for_each(|(at, _)| *at = 1.0 - *at);
        }
        let [(from, from_radius), (to, to_radius)] = ends;
        Some(Gradient {
            kind: GradientKind::Radial {
                from,
                from_radius,
                to,
                to_radius,
            },
            stops,
            matrix,
        })
    }

    /// The stops of a shading over its whole length: repetitions written out, and nothing beyond
    /// its ends where it does not extend.
    fn stops(&mut self, shading: &'d Element, length: f64, alpha: f32) -> Option<Vec<(f32, Rgba)>> {
        let segments: Vec<_> = shading.all("Segment").take(MOST_STOPS / 2).collect();
        let last = segments.len().saturating_sub(1).max(1) as f32;
        let mut once = Vec::new();
        let mut reached = 0f32;
        for (n, segment) in segments.iter().enumerate() {
            let said = segment.attribute("Position").and_then(value::number);
            let position = said
                .map_or(n as f32 / last, |p| p as f32)
                .clamp(reached, 1.0);
            reached = position;
            let mut colour = self.solid(segment.child("Color")?);
            colour.a *= alpha;
            once.push((position, colour));
        }
        let (first, end) = (*once.first()?, *once.last()?);
        let repeats = match shading.attribute("MapType").map(str::trim) {
            Some("Repeat") => Some(false),
            Some("Reflect") => Some(true),
            _ => None,
        };
        let unit = shading.attribute("MapUnit").and_then(value::number);
        let unit = unit.filter(|unit| *unit > 0.0 && *unit < length && length > 0.0);
        let mut stops = Vec::new();
        match (repeats, unit) {
            (Some(reflects), Some(unit)) => {
                let part = (unit / length) as f32;
                let times = (1.0 / part)
                    .ceil()
                    .min((MOST_STOPS / once.len()).max(1) as f32);
                for n in 0..times as usize {
                    let back = reflects && n % 2 == 1;
                    let cell = |&(at, colour): &(f32, Rgba)| {
                        let at = if back { 1.0 - at } else { at };
                        (((n as f32 + at) * part).min(1.0), colour)
                    };
                    if back {
                        stops.extend(once.iter().rev().map(cell));
                    } else {
                        stops.extend(once.iter().map(cell));
                    }
                }
            }
            _ => stops = once,
        }
        let extend = shading
            .attribute("Extend")
            .and_then(value::number)
            .unwrap_or(0.0) as u32;
        let clear = |colour: Rgba| Rgba { a: 0.0, ..colour };
        if extend & 1 == 0 {
            stops.insert(0, (0.0, first.1));
            stops.insert(0, (0.0, clear(first.1)));
        }
        if extend & 2 == 0 {
            stops.push((1.0, end.1));
            stops.push((1.0, clear(end.1)));
        }
        Some(stops)
    }

    /// A pattern: its cell drawn once, and shown in every place that the shape reaches.
    fn pattern(
        &mut self,
        at: &Placed,
        pattern: &'d Element,
        alpha: f32,
        object: Matrix,
        out: &mut Vec<Item>,
    ) {
        let number = |name| pattern.attribute(name).and_then(value::number);
        let cell = pattern.child("CellContent");
        let (Some(cell), Some(width), Some(height)) = (cell, number("Width"), number("Height"))
        else {
            return self.tell(What::Pattern, "");
        };
        let step = |name, otherwise: f64| {
            let step = number(name).unwrap_or(otherwise).abs();
            if step > 0.0 { step } else { otherwise }
        };
        let (step_x, step_y) = (step("XStep", width), step("YStep", height));
        let on_page = pattern.attribute("RelativeTo").map(str::trim) == Some("Page");
        let base = if on_page { Matrix::IDENTITY } else { object };
        let own = pattern
            .attribute("CTM")
            .and_then(value::array::<6>)
            .map(Matrix);
        let matrix = own.unwrap_or(Matrix::IDENTITY).then(base);
        let reach = self.list.clip_bounds(std::slice::from_ref(at));
        let reach = reach.intersect(self.list.view);
        let back = matrix
            .inverse()
            .filter(|_| matrix.is_sane() && width > 0.0 && height > 0.0);
        let Some(back) = back else {
            return self.tell(What::Pattern, "");
        };
        if reach.is_empty() {
            return;
        }
        let reach = reach.mapped(back);
        // The first and last cells that reach in; a cell may be larger than its step.
        let first = |from: f64, size: f64, step: f64| ((from - size) / step).floor();
        let (left, right) = (
            first(reach.left, width, step_x),
            (reach.right / step_x).ceil(),
        );
        let (top, bottom) = (
            first(reach.top, height, step_y),
            (reach.bottom / step_y).ceil(),
        );
        let cells = (right - left + 1.0) * (bottom - top + 1.0);
        if cells.is_nan() || cells > MOST_CELLS {
            return self.tell(What::Pattern, "");
        }
        if self.patterns >= DEEPEST {
            return self.tell(What::TooDeep, "Pattern");
        }
        let mut items = Vec::new();
        let place = Place {
            matrix: Matrix::IDENTITY,
            params: None,
            depth: 1,
        };
        let before = self.object;
        self.patterns += 1;
        self.block(cell, place, &mut items);
        self.patterns -= 1;
        self.object = before;
        if !self.count((cells as usize).saturating_mul(weight(&items) + 1)) {
            return;
        }
        let bounds = Rect::new(0.0, 0.0, width, height);
        let mut clips = Vec::new();
        if !bounds.grown(1e-3).holds(self.list.all_bounds(&items))
            && let Some(shape) = self.shape(Shape::rectangle(bounds).segments)
        {
            let matrix = Matrix::IDENTITY;
            let rule = Rule::NonZero;
            clips.push(vec![Placed {
                shape,
                matrix,
                rule,
            }]);
        }
        let items = Arc::new(items);
        let method = pattern.attribute("ReflectMethod").map(str::trim);
        let (in_rows, in_columns) = match method {
            Some("Row") => (true, false),
            Some("Column") => (false, true),
            Some("RowAndColumn") => (true, true),
            _ => (false, false),
        };
        let mut shown = Vec::new();
        let odd = |n: f64| n.rem_euclid(2.0) == 1.0;
        let mut y = top;
        while y <= bottom {
            let mut x = left;
            while x <= right {
                let mut turned = Matrix::IDENTITY;
                if in_rows && odd(x) {
                    turned = turned.then(Matrix([-1.0, 0.0, 0.0, 1.0, width, 0.0]));
                }
                if in_columns && odd(y) {
                    turned = turned.then(Matrix([1.0, 0.0, 0.0, -1.0, 0.0, height]));
                }
                let place = turned
                    .then(Matrix::translate(x * step_x, y * step_y))
                    .then(matrix);
                let group = self.list.group(clips.clone(), 1.0, place, items.clone());
                shown.push(Item::Group(group));
                x += 1.0;
            }
            y += 1.0;
        }
        let clips = vec![vec![at.clone()]];
        let group = self
            .list
            .group(clips, alpha, Matrix::IDENTITY, Arc::new(shown));
        out.push(Item::Group(group));
    }
}

/// How opaque a colour says it is.
pub(crate) fn alpha(colour: &Element) -> f32 {
    let alpha = colour.attribute("Alpha").and_then(value::number);
    (alpha.unwrap_or(255.0) / 255.0).clamp(0.0, 1.0) as f32
}

fn point(shading: &Element, name: &str) -> Option<(f64, f64)> {
    let [x, y] = value::array::<2>(shading.attribute(name)?)?;
    Some((x, y))
}
