//! The display list as pixels.

use std::borrow::Cow;
use std::sync::Arc;

use paper::ink::Ink;
use paper::place::Upright;
use resvg::tiny_skia::{
    Color, FillRule, FilterQuality, GradientStop, IntSize, LineCap, LineJoin, LinearGradient, Mask,
    Paint as Brush, Path, PathBuilder, Pattern, Pixmap, PixmapPaint, PixmapRef, Point,
    RadialGradient, Shader, SpreadMode, Stroke, StrokeDash, Transform,
};

use super::cut::{cut, is_near};
use super::geometry::{Matrix, Rect, Segment, Shape};
use super::list::{
    Cap, Gradient, GradientKind, Group, Item, Join, List, Paint, Pen, Placed, Rgba, Rule,
};
use super::window::{Part, window};
use crate::read::What;

/// Groups within groups that get pixels of their own.
const DEEPEST: u32 = 12;
/// Work allowed for one page, as how often all its pixels may be painted, and a part for small
/// pages.
const MOST_PAINTED: f64 = 200.0;
const ALWAYS_ALLOWED: f64 = 100e6;
/// What an item costs beside its pixels.
const COST_OF_ITEM: f64 = 2_000.0;

/// What could not be painted, with the number of the picture where it is about one.
pub(crate) type Told = Vec<(What, Option<usize>)>;

/// Draws a list at so many pixels a millimetre on white.
pub(crate) fn draw(list: &List, width: u32, height: u32, per_mm: f64) -> Option<(Pixmap, Told)> {
    let size = IntSize::from_wh(width, height)?;
    let white = vec![255; width as usize * height as usize * 4];
    let mut pixmap = Pixmap::from_vec(white, size)?;
    let to_pixels =
        Matrix::translate(-list.view.left, -list.view.top).then(Matrix::scale(per_mm, per_mm));
    let pixels = f64::from(width) * f64::from(height);
    let mut canvas = Canvas {
        list,
        paths: vec![None; list.shapes.len()],
        ink: Ink::default(),
        work: pixels * MOST_PAINTED + ALWAYS_ALLOWED,
        told: Vec::new(),
    };
    canvas.items(&list.items, to_pixels, &mut pixmap, 0);
    Some((pixmap, canvas.told))
}

struct Canvas<'a> {
    list: &'a List,
    /// Outlines as the renderer takes them, made when they are first needed.
    paths: Vec<Option<Option<Arc<Path>>>>,
    ink: Ink,
    work: f64,
    told: Told,
}

impl Canvas<'_> {
    fn tell(&mut self, what: What, picture: Option<usize>) {
        if !self.told.contains(&(what, picture)) {
            self.told.push((what, picture));
        }
    }

    /// Pays for painting a box; `times` is how dear its pixels are. Nothing is left once the page
    /// has cost too much.
    fn pay(&mut self, bounds: Rect, target: &Pixmap, times: f64) -> bool {
        let all = Rect::new(0.0, 0.0, target.width().into(), target.height().into());
        let seen = bounds.intersect(all);
        self.work -= seen.width() * seen.height() * times + COST_OF_ITEM;
        if self.work < 0.0 {
            self.tell(What::TooMuch, None);
        }
        self.work >= 0.0
    }

    fn items(&mut self, items: &[Item], matrix: Matrix, target: &mut Pixmap, depth: u32) {
        let all = Rect::new(0.0, 0.0, target.width().into(), target.height().into());
        for item in items {
            if self.work < 0.0 {
                return;
            }
            let bounds = self.list.bounds(item).mapped(matrix);
            // Hair lines have no area of their own.
            let seen = bounds.grown(1.0).intersect(all);
            if seen.is_empty() {
                continue;
            }
            match item {
                Item::Fill { at, paint } => {
                    let dear = if matches!(paint, Paint::Solid(_)) {
                        1.0
                    } else {
                        6.0
                    };
                    if self.pay(bounds, target, dear) {
                        self.fill(at, paint, matrix, target);
                    }
                }
                Item::Stroke { at, pen, paint } => {
                    if self.pay(bounds, target, 1.0) {
                        self.stroke(at, pen, paint, matrix, target);
                    }
                }
                Item::Picture {
                    picture,
                    matrix: place,
                    alpha,
                } => {
                    if self.pay(bounds, target, 4.0) {
                        self.picture(*picture, place.then(matrix), *alpha, target);
                    }
                }
                Item::Group(group) => {
                    let matrix = group.matrix.then(matrix);
                    if group.clips.is_empty() && group.alpha >= 1.0 {
                        self.items(&group.items, matrix, target, depth);
                    } else if depth >= DEEPEST {
                        self.tell(What::TooDeep, None);
                    } else if self.pay(bounds, target, 4.0) {
                        self.group(group, matrix, seen, target, depth);
                    }
                }
            }
        }
    }

    /// What is drawn through upright boxes is drawn on a copy of what lies behind. Any other group
    /// gets a layer of its own, no larger than what is seen of it.
    fn group(
        &mut self,
        group: &Group,
        matrix: Matrix,
        seen: Rect,
        target: &mut Pixmap,
        depth: u32,
    ) {
        if group.alpha >= 1.0
            && let Some(window) = window(self.list, group, matrix)
        {
            let seen = seen.intersect(window);
            if !seen.is_empty()
                && let Some(mut part) = Part::of(target, seen)
            {
                let matrix = matrix.then(part.way());
                self.items(&group.items, matrix, &mut part.pixels, depth + 1);
                part.put_back(target, window);
            }
            return;
        }
        let (left, top) = (seen.left.floor(), seen.top.floor());
        let width = (seen.right.ceil() - left).max(1.0) as u32;
        let height = (seen.bottom.ceil() - top).max(1.0) as u32;
        let (Some(mut layer), Some(mut mask)) =
            (Pixmap::new(width, height), Mask::new(width, height))
        else {
            return;
        };
        let matrix = matrix.then(Matrix::translate(-left, -top));
        self.items(&group.items, matrix, &mut layer, depth + 1);
        for clip in &group.clips {
            mask.clear();
            for at in clip {
                let Some(path) = self.path(at.shape) else {
                    continue;
                };
                let bounds = self.list.shapes[at.shape].bounds;
                let place = at.matrix.then(matrix);
                if let Some((path, place)) = within(&path, bounds, place, (width, height)) {
                    mask.fill_path(&path, rule(at.rule), true, place);
                }
            }
            layer.apply_mask(&mask);
        }
        paper::place::over(target, &layer, (left as usize, top as usize), group.alpha);
    }

    fn path(&mut self, shape: usize) -> Option<Arc<Path>> {
        let list = self.list;
        self.paths[shape]
            .get_or_insert_with(|| outline(&list.shapes[shape]).map(Arc::new))
            .clone()
    }

    fn fill(&mut self, at: &Placed, paint: &Paint, matrix: Matrix, target: &mut Pixmap) {
        let Some(path) = self.path(at.shape) else {
            return;
        };
        let Some(mut brush) = brush(paint) else {
            return;
        };
        let place = at.matrix.then(matrix);
        let bounds = self.list.shapes[at.shape].bounds;
        if self.list.shapes[at.shape].is_glyph
            && let Paint::Solid(solid) = paint
            && self
                .ink
                .fill(target, &path, transform(place), colour(*solid))
        {
            return;
        }
        let size = (target.width(), target.height());
        if let Some((path, to)) = within(&path, bounds, place, size) {
            if to.is_identity() {
                // The outline has moved to pixels, and its gradient with it.
                brush.shader.transform(transform(place));
            }
            target.fill_path(&path, &brush, rule(at.rule), to, None);
        }
    }

    fn stroke(
        &mut self,
        at: &Placed,
        pen: &Pen,
        paint: &Paint,
        matrix: Matrix,
        target: &mut Pixmap,
    ) {
        let (Some(path), Some(mut brush)) = (self.path(at.shape), brush(paint)) else {
            return;
        };
        let place = at.matrix.then(matrix);
        let stretch = place.stretch().max(1e-9);
        // Dashes that cost more than they show become a line.
        let across_bounds = self.list.shapes[at.shape].bounds;
        let once: f32 = pen.dashes.iter().sum();
        let length = (across_bounds.width() + across_bounds.height()) * path.len() as f64;
        let bearable = once > 0.0 && length / f64::from(once) < 20_000.0;
        let dash = if bearable && f64::from(once) * stretch > 0.5 {
            StrokeDash::new(pen.dashes.clone(), pen.offset)
        } else {
            None
        };
        let stroke = Stroke {
            // No line is thinner than half a pixel: tables keep their rules on screens.
            width: pen.width.max(0.5 / stretch) as f32,
            miter_limit: pen.miter as f32,
            line_cap: match pen.cap {
                Cap::Butt => LineCap::Butt,
                Cap::Round => LineCap::Round,
                Cap::Square => LineCap::Square,
            },
            line_join: match pen.join {
                Join::Miter => LineJoin::Miter,
                Join::Round => LineJoin::Round,
                Join::Bevel => LineJoin::Bevel,
            },
            dash,
        };
        let to = transform(place);
        let (across, down) = (target.width(), target.height());
        let reach = pen.width * stretch * pen.miter.max(2.0);
        let bounds = across_bounds.mapped(place);
        if is_near(bounds, across, down) && reach < 1_000.0 {
            target.stroke_path(&path, &brush, &stroke, to, None);
            return;
        }
        // The line as an outline of its own, of which only what is seen is filled.
        let whole = Stroke {
            dash: None,
            ..stroke
        };
        let line = path
            .stroke(&whole, stretch as f32)
            .and_then(|line| line.transform(to));
        if let Some(line) = line.and_then(|line| cut(&line, across, down)) {
            brush.shader.transform(to);
            target.fill_path(
                &line,
                &brush,
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }
    }

    fn picture(&mut self, number: usize, place: Matrix, alpha: f32, target: &mut Pixmap) {
        let [a, b, c, d, ..] = place.0;
        let (width, height) = (a.hypot(b), c.hypot(d));
        let picture = self.list.pictures[number].1.clone();
        let drawn = match picture.drawn(width as f32, height as f32) {
            Ok(drawn) => drawn,
            Err(what) => return self.tell(what, Some(number)),
        };
        if let Some(turned) = upright(place, &drawn) {
            let (picture, at) = turned;
            return paper::place::place(target, &picture, at, alpha);
        }
        let pixels = Matrix::scale(
            1.0 / f64::from(drawn.width()),
            1.0 / f64::from(drawn.height()),
        );
        let place = pixels.then(place);
        let source: PixmapRef = (*drawn).as_ref();
        // Enlarged pictures keep their pixels smooth but QR codes sharp enough to be read.
        let quality = FilterQuality::Bilinear;
        let size = (target.width(), target.height());
        let edges = Rect::new(0.0, 0.0, drawn.width().into(), drawn.height().into());
        if is_near(edges.mapped(place), size.0, size.1) {
            let paint = PixmapPaint {
                opacity: alpha,
                quality,
                ..PixmapPaint::default()
            };
            target.draw_pixmap(0, 0, source, &paint, transform(place), None);
        } else if let Some(path) = outline(&Shape::rectangle(edges))
            && let Some((path, _)) = within(&Arc::new(path), edges, place, size)
        {
            let brush = Brush {
                shader: Pattern::new(source, SpreadMode::Pad, quality, alpha, transform(place)),
                ..Brush::default()
            };
            target.fill_path(
                &path,
                &brush,
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }
    }
}

/// A picture whose edges run along those of the page, and where it goes: nearly all are such. One
/// that lies on its side comes with its axes exchanged.
fn upright<'a>(place: Matrix, drawn: &'a Pixmap) -> Option<(Cow<'a, Pixmap>, Upright)> {
    let [a, b, c, d, x, y] = place.0;
    // By less than a tenth of a pixel over the whole picture, nobody sees it.
    let straight = |n: f64| n.abs() < 0.1;
    let (picture, across, down) = if straight(b) && straight(c) {
        (Cow::Borrowed(drawn), a, d)
    } else if straight(a) && straight(d) {
        (Cow::Owned(transposed(drawn)?), c, b)
    } else {
        return None;
    };
    let at = Upright {
        left: x as f32,
        top: y as f32,
        right: (x + across) as f32,
        bottom: (y + down) as f32,
    };
    Some((picture, at))
}

/// Rows as columns.
fn transposed(old: &Pixmap) -> Option<Pixmap> {
    let mut new = Pixmap::new(old.height(), old.width())?;
    let (row, old) = (old.width() as usize, old.pixels());
    let columns = new.width() as usize;
    for (x, line) in new.pixels_mut().chunks_exact_mut(columns).enumerate() {
        for (y, pixel) in line.iter_mut().enumerate() {
            *pixel = old[y * row + x];
        }
    }
    Some(new)
}

/// An outline and its way to the pixels; one that reaches far beyond them is cut, and in pixels
/// already.
fn within(
    path: &Arc<Path>,
    bounds: Rect,
    place: Matrix,
    (width, height): (u32, u32),
) -> Option<(Arc<Path>, Transform)> {
    if is_near(bounds.mapped(place), width, height) {
        return Some((path.clone(), transform(place)));
    }
    let moved = (**path).clone().transform(transform(place))?;
    Some((Arc::new(cut(&moved, width, height)?), Transform::identity()))
}

fn rule(rule: Rule) -> FillRule {
    match rule {
        Rule::NonZero => FillRule::Winding,
        Rule::EvenOdd => FillRule::EvenOdd,
    }
}

fn transform(matrix: Matrix) -> Transform {
    let [a, b, c, d, e, f] = matrix.0.map(|n| n as f32);
    Transform::from_row(a, b, c, d, e, f)
}

fn outline(shape: &Shape) -> Option<Path> {
    let mut pen = PathBuilder::with_capacity(shape.segments.len(), shape.segments.len() * 2);
    for segment in &shape.segments {
        match *segment {
            Segment::Move(x, y) => pen.move_to(x, y),
            Segment::Line(x, y) => pen.line_to(x, y),
            Segment::Quad(a, b, x, y) => pen.quad_to(a, b, x, y),
            Segment::Cubic(a, b, c, d, x, y) => pen.cubic_to(a, b, c, d, x, y),
            Segment::Close => pen.close(),
        }
    }
    pen.finish()
}

fn colour(colour: Rgba) -> Color {
    let mut out = Color::from_rgba8(colour.r, colour.g, colour.b, 255);
    out.set_alpha(colour.a.clamp(0.0, 1.0));
    out
}

fn brush(paint: &Paint) -> Option<Brush<'static>> {
    let shader = match paint {
        Paint::Solid(solid) => Shader::SolidColor(colour(*solid)),
        Paint::Gradient(gradient) => shader(gradient)?,
    };
    Some(Brush {
        shader,
        anti_alias: true,
        ..Brush::default()
    })
}

fn shader(gradient: &Gradient) -> Option<Shader<'static>> {
    let stops = gradient.stops.iter();
    let stops = stops
        .map(|(at, c)| GradientStop::new(*at, colour(*c)))
        .collect();
    let point = |(x, y): (f64, f64)| Point::from_xy(x as f32, y as f32);
    let place = transform(gradient.matrix);
    match gradient.kind {
        GradientKind::Axial { from, to } => {
            LinearGradient::new(point(from), point(to), stops, SpreadMode::Pad, place)
        }
        GradientKind::Radial {
            from,
            from_radius,
            to,
            to_radius,
        } => RadialGradient::new(
            point(from),
            from_radius as f32,
            point(to),
            to_radius as f32,
            stops,
            SpreadMode::Pad,
            place,
        ),
    }
}
