//! The display list as one SVG file: no script, no style, no reference to anything outside it.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

use base64::Engine;

use super::geometry::{Matrix, Segment, Shape};
use super::list::{
    Cap, Gradient, GradientKind, Group, Item, Join, List, Paint, Pen, Placed, Rgba, Rule,
};
use crate::read::What;

/// Writes a list. The second value names pictures that could not be read.
pub(crate) fn write(list: &List) -> (String, Vec<(What, usize)>) {
    let mut uses = vec![0u32; list.shapes.len()];
    count_uses(&list.items, &mut uses, &mut HashSet::new());
    let mut writer = Writer {
        list,
        uses,
        defs: String::new(),
        body: String::new(),
        named: HashMap::new(),
        next: 0,
        unreadable: Vec::new(),
    };
    for item in &list.items {
        writer.item(item);
    }
    let view = list.view;
    let (x, y) = (Number(view.left, 4), Number(view.top, 4));
    let (width, height) = (Number(view.width(), 4), Number(view.height(), 4));
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="{x} {y} {width} {height}">"#
    );
    if !writer.defs.is_empty() {
        let _ = write!(svg, "<defs>{}</defs>", writer.defs);
    }
    let _ = write!(
        svg,
        r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#fff"/>{}</svg>"##,
        writer.body
    );
    (svg, writer.unreadable)
}

/// How often each shape is drawn; the cells of a pattern count once.
fn count_uses(items: &[Item], uses: &mut [u32], seen: &mut HashSet<*const Vec<Item>>) {
    for item in items {
        match item {
            Item::Fill { at, .. } | Item::Stroke { at, .. } => uses[at.shape] += 1,
            Item::Picture { .. } => {}
            Item::Group(group) => {
                if seen.insert(Arc::as_ptr(&group.items)) {
                    count_uses(&group.items, uses, seen);
                }
            }
        }
    }
}

/// What was written once under a name.
#[derive(PartialEq, Eq, Hash)]
enum Named {
    Shape(usize),
    Picture(usize),
    Gradient(*const Gradient),
    Cell(*const Vec<Item>),
}

struct Writer<'a> {
    list: &'a List,
    uses: Vec<u32>,
    defs: String,
    body: String,
    named: HashMap<Named, u32>,
    next: u32,
    unreadable: Vec<(What, usize)>,
}

impl Writer<'_> {
    fn name(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Fill { at, paint } => {
                let rule = match at.rule {
                    Rule::NonZero => "",
                    Rule::EvenOdd => r#" fill-rule="evenodd""#,
                };
                let fill = self.paint("fill", paint);
                self.shape(at, &format!("{fill}{rule}"));
            }
            Item::Stroke { at, pen, paint } => {
                let stroke = self.paint("stroke", paint);
                let pen = pen_attributes(pen, at.matrix);
                self.shape(at, &format!(r#" fill="none"{stroke}{pen}"#));
            }
            Item::Picture {
                picture,
                matrix,
                alpha,
            } => self.picture(*picture, *matrix, *alpha),
            Item::Group(group) => self.group(group),
        }
    }

    fn shape(&mut self, at: &Placed, attributes: &str) {
        let matrix = transform(at.matrix);
        // Small outlines are repeated rather than named.
        let often = self.uses[at.shape] > 1 && self.list.shapes[at.shape].segments.len() > 6;
        if !often {
            let data = path_data(&self.list.shapes[at.shape]);
            let _ = write!(self.body, r#"<path d="{data}"{attributes}{matrix}/>"#);
            return;
        }
        let id = match self.named.get(&Named::Shape(at.shape)) {
            Some(id) => *id,
            None => {
                let id = self.name();
                let data = path_data(&self.list.shapes[at.shape]);
                let _ = write!(self.defs, r#"<path id="n{id}" d="{data}"/>"#);
                self.named.insert(Named::Shape(at.shape), id);
                id
            }
        };
        let _ = write!(self.body, r##"<use href="#n{id}"{attributes}{matrix}/>"##);
    }

    fn paint(&mut self, what: &str, paint: &Paint) -> String {
        match paint {
            Paint::Solid(colour) => colour_attributes(what, *colour),
            Paint::Gradient(gradient) => {
                let id = self.gradient(gradient);
                format!(r#" {what}="url(#n{id})""#)
            }
        }
    }

    fn gradient(&mut self, gradient: &Arc<Gradient>) -> u32 {
        let key = Named::Gradient(Arc::as_ptr(gradient));
        if let Some(id) = self.named.get(&key) {
            return *id;
        }
        let id = self.name();
        let n = |value: f64| Number(value, 4);
        let (name, place) = match gradient.kind {
            GradientKind::Axial { from, to } => (
                "linearGradient",
                format!(
                    r#"x1="{}" y1="{}" x2="{}" y2="{}""#,
                    n(from.0),
                    n(from.1),
                    n(to.0),
                    n(to.1)
                ),
            ),
            GradientKind::Radial {
                from,
                from_radius,
                to,
                to_radius,
            } => (
                "radialGradient",
                format!(
                    r#"cx="{}" cy="{}" r="{}" fx="{}" fy="{}" fr="{}""#,
                    n(to.0),
                    n(to.1),
                    n(to_radius),
                    n(from.0),
                    n(from.1),
                    n(from_radius)
                ),
            ),
        };
        let matrix = transform(gradient.matrix).replace(" transform=", " gradientTransform=");
        let _ = write!(
            self.defs,
            r#"<{name} id="n{id}" gradientUnits="userSpaceOnUse" {place}{matrix}>"#
        );
        for (at, colour) in &gradient.stops {
            let _ = write!(
                self.defs,
                r#"<stop offset="{}"{}/>"#,
                Number(f64::from(*at), 4),
                colour_attributes("stop", *colour).replace(" stop=", " stop-color=")
            );
        }
        let _ = write!(self.defs, "</{name}>");
        self.named.insert(key, id);
        id
    }

    fn picture(&mut self, picture: usize, matrix: Matrix, alpha: f32) {
        let id = match self.named.get(&Named::Picture(picture)) {
            Some(id) => *id,
            None => {
                let (media, bytes) = match self.list.pictures[picture].1.for_browsers() {
                    Ok(file) => file,
                    Err(what) => return self.unreadable.push((what, picture)),
                };
                let id = self.name();
                // A unit square loses its fractions in some renderers: pixels are its units.
                let (width, height) = {
                    let (_, picture) = &self.list.pictures[picture];
                    (picture.width, picture.height)
                };
                let _ = write!(
                    self.defs,
                    r#"<image id="n{id}" width="{width}" height="{height}" preserveAspectRatio="none" href="data:{media};base64,"#
                );
                base64::engine::general_purpose::STANDARD.encode_string(&bytes, &mut self.defs);
                self.defs.push_str("\"/>");
                self.named.insert(Named::Picture(picture), id);
                id
            }
        };
        let (_, shown) = &self.list.pictures[picture];
        let pixels = Matrix::scale(1.0 / f64::from(shown.width), 1.0 / f64::from(shown.height));
        let place = transform(pixels.then(matrix));
        let faint = if alpha < 1.0 {
            format!(r#" opacity="{}""#, Number(alpha.into(), 3))
        } else {
            String::new()
        };
        let _ = write!(self.body, r##"<use href="#n{id}"{faint}{place}/>"##);
    }

    fn group(&mut self, group: &Group) {
        let mut attributes = transform(group.matrix);
        if group.alpha < 1.0 {
            let _ = write!(
                attributes,
                r#" opacity="{}""#,
                Number(group.alpha.into(), 3)
            );
        }
        let mut clips = group.clips.iter();
        if let Some(clip) = clips.next() {
            let id = self.clip(clip);
            let _ = write!(attributes, r#" clip-path="url(#n{id})""#);
        }
        let _ = write!(self.body, "<g{attributes}>");
        let mut open = 1;
        for clip in clips {
            let id = self.clip(clip);
            let _ = write!(self.body, r#"<g clip-path="url(#n{id})">"#);
            open += 1;
        }
        // Only the cells of a pattern are shared.
        if Arc::strong_count(&group.items) > 1 {
            let id = self.cell(&group.items);
            let _ = write!(self.body, r##"<use href="#n{id}"/>"##);
        } else {
            for item in group.items.iter() {
                self.item(item);
            }
        }
        for _ in 0..open {
            self.body.push_str("</g>");
        }
    }

    fn cell(&mut self, items: &Arc<Vec<Item>>) -> u32 {
        let key = Named::Cell(Arc::as_ptr(items));
        if let Some(id) = self.named.get(&key) {
            return *id;
        }
        let id = self.name();
        let outer = std::mem::take(&mut self.body);
        for item in items.iter() {
            self.item(item);
        }
        let inner = std::mem::replace(&mut self.body, outer);
        let _ = write!(self.defs, r#"<g id="n{id}">{inner}</g>"#);
        self.named.insert(key, id);
        id
    }

    fn clip(&mut self, clip: &[Placed]) -> u32 {
        let id = self.name();
        let _ = write!(self.defs, r#"<clipPath id="n{id}">"#);
        for at in clip {
            let data = path_data(&self.list.shapes[at.shape]);
            let rule = match at.rule {
                Rule::NonZero => "",
                Rule::EvenOdd => r#" clip-rule="evenodd""#,
            };
            let matrix = transform(at.matrix);
            let _ = write!(self.defs, r#"<path d="{data}"{rule}{matrix}/>"#);
        }
        self.defs.push_str("</clipPath>");
        id
    }
}

/// A number with at most so many decimals and no needless ones.
struct Number(f64, usize);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.*}", self.1, self.0);
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

fn transform(matrix: Matrix) -> String {
    if matrix == Matrix::IDENTITY {
        return String::new();
    }
    let [a, b, c, d, e, f] = matrix.0;
    // The scale of a font's units is a thousandth and less.
    let [a, b, c, d] = [a, b, c, d].map(|n| Number(n, 7));
    let [e, f] = [e, f].map(|n| Number(n, 4));
    format!(r#" transform="matrix({a} {b} {c} {d} {e} {f})""#)
}

fn colour_attributes(what: &str, colour: Rgba) -> String {
    let Rgba { r, g, b, a } = colour;
    let mut text = format!(r##" {what}="#{r:02x}{g:02x}{b:02x}""##);
    if a < 1.0 {
        let _ = write!(text, r#" {what}-opacity="{}""#, Number(a.into(), 3));
    }
    text
}

fn pen_attributes(pen: &Pen, matrix: Matrix) -> String {
    // A line of no width is as thin as can be seen: a tenth of a millimetre.
    let width = if pen.width > 0.0 {
        pen.width
    } else {
        0.1 / matrix.stretch().max(1e-9)
    };
    let mut text = format!(r#" stroke-width="{}""#, Number(width, 4));
    text.push_str(match pen.cap {
        Cap::Butt => "",
        Cap::Round => r#" stroke-linecap="round""#,
        Cap::Square => r#" stroke-linecap="square""#,
    });
    match pen.join {
        Join::Miter => {
            let _ = write!(text, r#" stroke-miterlimit="{}""#, Number(pen.miter, 2));
        }
        Join::Round => text.push_str(r#" stroke-linejoin="round""#),
        Join::Bevel => text.push_str(r#" stroke-linejoin="bevel""#),
    }
    if !pen.dashes.is_empty() {
        let dashes: Vec<_> = pen
            .dashes
            .iter()
            .map(|d| Number((*d).into(), 4).to_string())
            .collect();
        let _ = write!(text, r#" stroke-dasharray="{}""#, dashes.join(" "));
        if pen.offset != 0.0 {
            let _ = write!(
                text,
                r#" stroke-dashoffset="{}""#,
                Number(pen.offset.into(), 4)
            );
        }
    }
    text
}

fn path_data(shape: &Shape) -> String {
    // Font units are large and need no decimals; millimetres need some.
    let decimals = if shape.bounds.width().max(shape.bounds.height()) > 2_000.0 {
        1
    } else {
        3
    };
    let mut text = String::with_capacity(shape.segments.len() * 12);
    for segment in &shape.segments {
        let (letter, numbers): (char, &[f32]) = match segment {
            Segment::Move(x, y) => ('M', &[*x, *y]),
            Segment::Line(x, y) => ('L', &[*x, *y]),
            Segment::Quad(a, b, x, y) => ('Q', &[*a, *b, *x, *y]),
            Segment::Cubic(a, b, c, d, x, y) => ('C', &[*a, *b, *c, *d, *x, *y]),
            Segment::Close => ('Z', &[]),
        };
        text.push(letter);
        for (n, number) in numbers.iter().enumerate() {
            let number = Number((*number).into(), decimals).to_string();
            if n > 0 && !number.starts_with('-') {
                text.push(' ');
            }
            text.push_str(&number);
        }
    }
    text
}
