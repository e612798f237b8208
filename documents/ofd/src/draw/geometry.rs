//! Places, boxes and outlines in millimetres, y downwards.

/// An affine map: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix(pub [f64; 6]);

impl Matrix {
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub fn translate(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    pub fn scale(x: f64, y: f64) -> Self {
        Self([x, 0.0, 0.0, y, 0.0, 0.0])
    }

    /// A turn clockwise on the page.
    pub fn turn(degrees: f64) -> Self {
        // Quarter turns are exact: their text stays level.
        let (sin, cos) = match degrees.rem_euclid(360.0) {
            0.0 => (0.0, 1.0),
            90.0 => (1.0, 0.0),
            180.0 => (0.0, -1.0),
            270.0 => (-1.0, 0.0),
            other => other.to_radians().sin_cos(),
        };
        Self([cos, sin, -sin, cos, 0.0, 0.0])
    }

    /// First this map, then `outer`.
    pub fn then(self, outer: Self) -> Self {
        let ([a, b, c, d, e, f], [oa, ob, oc, od, oe, of]) = (self.0, outer.0);
        Self([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    pub fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The way back, if there is one.
    pub fn inverse(self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let determinant = a * d - b * c;
        if determinant.abs() < 1e-12 {
            return None;
        }
        let [a, b, c, d] = [d, -b, -c, a].map(|n| n / determinant);
        Some(Self([a, b, c, d, -(a * e + c * f), -(b * e + d * f)]))
    }

    /// Whether level lines stay level and upright ones upright.
    pub fn is_level(self) -> bool {
        let [_, b, c, ..] = self.0;
        b.abs() < 1e-9 && c.abs() < 1e-9
    }

    /// How much lengths grow, on average.
    pub fn stretch(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs().sqrt()
    }

    /// Usable for drawing: finite, and not so large that numbers lose their meaning.
    pub fn is_sane(self) -> bool {
        self.0.iter().all(|n| n.abs() < 1e7)
    }
}

/// A box by its edges; empty if they cross.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub const EMPTY: Self = Self {
        left: f64::INFINITY,
        top: f64::INFINITY,
        right: f64::NEG_INFINITY,
        bottom: f64::NEG_INFINITY,
    };

    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            left: x,
            top: y,
            right: x + width,
            bottom: y + height,
        }
    }

    pub fn is_empty(self) -> bool {
        !(self.left < self.right && self.top < self.bottom)
    }

    pub fn width(self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    pub fn add(&mut self, x: f64, y: f64) {
        self.left = self.left.min(x);
        self.top = self.top.min(y);
        self.right = self.right.max(x);
        self.bottom = self.bottom.max(y);
    }

    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub fn intersect(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    pub fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    pub fn holds(self, other: Self) -> bool {
        other.left >= self.left
            && other.top >= self.top
            && other.right <= self.right
            && other.bottom <= self.bottom
    }

    /// The box around this one after a map.
    pub fn mapped(self, matrix: Matrix) -> Self {
        let mut around = Self::EMPTY;
        if self.left <= self.right && self.top <= self.bottom {
            for (x, y) in [
                (self.left, self.top),
                (self.right, self.top),
                (self.left, self.bottom),
                (self.right, self.bottom),
            ] {
                let (x, y) = matrix.apply(x, y);
                around.add(x, y);
            }
        }
        around
    }
}

/// A piece of an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Segment {
    Move(f32, f32),
    Line(f32, f32),
    Quad(f32, f32, f32, f32),
    Cubic(f32, f32, f32, f32, f32, f32),
    Close,
}

/// An outline and the box around its points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub segments: Vec<Segment>,
    pub bounds: Rect,
    /// Lines along the axes only: their corners reach no farther than half the pen.
    pub is_level: bool,
    /// A glyph of a font: drawn as such, if it is small.
    pub is_glyph: bool,
}

impl Shape {
    pub fn new(segments: Vec<Segment>) -> Self {
        let mut bounds = Rect::EMPTY;
        for segment in &segments {
            let mut add = |x: f32, y: f32| bounds.add(x.into(), y.into());
            match *segment {
                Segment::Move(x, y) | Segment::Line(x, y) => add(x, y),
                Segment::Quad(a, b, x, y) => {
                    add(a, b);
                    add(x, y);
                }
                Segment::Cubic(a, b, c, d, x, y) => {
                    add(a, b);
                    add(c, d);
                    add(x, y);
                }
                Segment::Close => {}
            }
        }
        Self {
            is_level: is_level(&segments),
            is_glyph: false,
            segments,
            bounds,
        }
    }

    /// The box it is, if it is one with edges along the axes.
    pub fn as_box(&self) -> Option<Rect> {
        let [
            Segment::Move(..),
            Segment::Line(..),
            Segment::Line(..),
            Segment::Line(..),
            rest @ ..,
        ] = &self.segments[..]
        else {
            return None;
        };
        let closes = match rest {
            [] | [Segment::Close] => true,
            [Segment::Line(x, y)] | [Segment::Line(x, y), Segment::Close] => {
                self.segments.first() == Some(&Segment::Move(*x, *y))
            }
            _ => false,
        };
        let mut corners = self.segments[..4]
            .iter()
            .filter_map(|segment| match segment {
                Segment::Move(x, y) | Segment::Line(x, y) => Some((f64::from(*x), f64::from(*y))),
                _ => None,
            });
        let Rect {
            left,
            top,
            right,
            bottom,
        } = self.bounds;
        let at_corners =
            corners.all(|(x, y)| (x == left || x == right) && (y == top || y == bottom));
        (closes && at_corners && self.is_level && !self.bounds.is_empty()).then_some(self.bounds)
    }

    pub fn rectangle(rect: Rect) -> Self {
        let [left, top, right, bottom] =
            [rect.left, rect.top, rect.right, rect.bottom].map(|edge| edge as f32);
        Self::new(vec![
            Segment::Move(left, top),
            Segment::Line(right, top),
            Segment::Line(right, bottom),
            Segment::Line(left, bottom),
            Segment::Close,
        ])
    }

    pub fn mapped(&self, matrix: Matrix) -> Vec<Segment> {
        let at = |x: f32, y: f32| {
            let (x, y) = matrix.apply(x.into(), y.into());
            (x as f32, y as f32)
        };
        let mapped = self.segments.iter().map(|segment| match *segment {
            Segment::Move(x, y) => {
                let (x, y) = at(x, y);
                Segment::Move(x, y)
            }
            Segment::Line(x, y) => {
                let (x, y) = at(x, y);
                Segment::Line(x, y)
            }
            Segment::Quad(a, b, x, y) => {
                let ((a, b), (x, y)) = (at(a, b), at(x, y));
                Segment::Quad(a, b, x, y)
            }
            Segment::Cubic(a, b, c, d, x, y) => {
                let ((a, b), (c, d), (x, y)) = (at(a, b), at(c, d), at(x, y));
                Segment::Cubic(a, b, c, d, x, y)
            }
            Segment::Close => Segment::Close,
        });
        mapped.collect()
    }
}

/// Whether all lines run along the axes, those that close a ring as well.
fn is_level(segments: &[Segment]) -> bool {
    let (mut start, mut at) = ((0.0, 0.0), (0.0, 0.0));
    segments.iter().all(|segment| {
        let to = match *segment {
            Segment::Move(x, y) => {
                (start, at) = ((x, y), (x, y));
                return true;
            }
            Segment::Line(x, y) => (x, y),
            Segment::Close => start,
            Segment::Quad(..) | Segment::Cubic(..) => return false,
        };
        let level = at.0 == to.0 || at.1 == to.1;
        at = to;
        level
    })
}

/// An arc of an ellipse as curves, given as in SVG: radii, turn of the ellipse in degrees, whether
/// the longer way, whether clockwise, end. Degenerate arcs are lines.
pub(crate) fn arc(
    from: (f64, f64),
    radii: (f64, f64),
    turn: f64,
    large: bool,
    sweep: bool,
    to: (f64, f64),
    out: &mut Vec<Segment>,
) {
    let (mut rx, mut ry) = (radii.0.abs(), radii.1.abs());
    let line = Segment::Line(to.0 as f32, to.1 as f32);
    if rx < 1e-6 || ry < 1e-6 || from == to {
        out.push(line);
        return;
    }
    let (sin, cos) = turn.to_radians().sin_cos();
    // Half the chord in the ellipse's own directions.
    let (dx, dy) = ((from.0 - to.0) / 2.0, (from.1 - to.1) / 2.0);
    let (x, y) = (cos * dx + sin * dy, cos * dy - sin * dx);
    let short = (x / rx).powi(2) + (y / ry).powi(2);
    if short > 1.0 {
        rx *= short.sqrt();
        ry *= short.sqrt();
    }
    let below = (rx * y).powi(2) + (ry * x).powi(2);
    let square = ((rx * ry).powi(2) - below) / below;
    let mut factor = square.max(0.0).sqrt();
    if large == sweep {
        factor = -factor;
    }
    let (cx, cy) = (factor * rx * y / ry, -factor * ry * x / rx);
    let start = ((y - cy) / ry).atan2((x - cx) / rx);
    let end = ((-y - cy) / ry).atan2((-x - cx) / rx);
    let mut span = end - start;
    let whole = std::f64::consts::TAU;
    if sweep && span < 0.0 {
        span += whole;
    } else if !sweep && span > 0.0 {
        span -= whole;
    }
    let (middle_x, middle_y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let at = |px: f64, py: f64| {
        let (px, py) = (px * rx + cx, py * ry + cy);
        (
            (cos * px - sin * py + middle_x) as f32,
            (sin * px + cos * py + middle_y) as f32,
        )
    };
    let pieces = (span.abs() / (whole / 4.0)).ceil().clamp(1.0, 4.0);
    let step = span / pieces;
    let handle = 4.0 / 3.0 * (step / 4.0).tan();
    if !(start.is_finite() && step.is_finite()) {
        out.push(line);
        return;
    }
    for piece in 0..pieces as u32 {
        let (s0, c0) = (start + step * f64::from(piece)).sin_cos();
        let (s1, c1) = (start + step * f64::from(piece + 1)).sin_cos();
        let (a, b) = at(c0 - handle * s0, s0 + handle * c0);
        let (c, d) = at(c1 + handle * s1, s1 - handle * c1);
        let (x, y) = at(c1, s1);
        out.push(Segment::Cubic(a, b, c, d, x, y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_follow_one_another() {
        let map = Matrix::scale(2.0, 3.0).then(Matrix::translate(10.0, 20.0));
        assert_eq!(map.apply(1.0, 1.0), (12.0, 23.0));
        assert_eq!(Matrix::turn(90.0).apply(1.0, 0.0), (0.0, 1.0));
        assert_eq!(Matrix::turn(-90.0).apply(1.0, 0.0), (0.0, -1.0));
        assert!((map.stretch() - 6f64.sqrt()).abs() < 1e-9);
        let turned = Rect::new(0.0, 0.0, 2.0, 1.0).mapped(Matrix::turn(90.0));
        assert_eq!(turned, Rect::new(-1.0, 0.0, 1.0, 2.0));
    }

    #[test]
    fn an_arc_goes_the_way_it_is_told() {
        let mut out = Vec::new();
        arc(
            (1.0, 0.0),
            (1.0, 1.0),
            0.0,
            false,
            true,
            (0.0, 1.0),
            &mut out,
        );
        let [Segment::Cubic(.., x, y)] = out[..] else {
            panic!("{out:?}")
        };
        assert!((x, y) == (0.0, 1.0) || (x.abs() < 1e-6 && (y - 1.0).abs() < 1e-6));
        let bounds = Shape::new([vec![Segment::Move(1.0, 0.0)], out].concat()).bounds;
        assert!(bounds.right < 1.01 && bounds.left > -0.01, "{bounds:?}");
        let mut out = Vec::new();
        arc(
            (1.0, 0.0),
            (1.0, 1.0),
            0.0,
            true,
            false,
            (0.0, 1.0),
            &mut out,
        );
        assert_eq!(out.len(), 3, "the longer way");
        let bounds = Shape::new(out).bounds;
        assert!(bounds.left < -0.9 && bounds.top < -0.9, "{bounds:?}");
        // Too small radii grow; none is a line.
        let mut out = Vec::new();
        arc(
            (0.0, 0.0),
            (1.0, 1.0),
            0.0,
            false,
            true,
            (10.0, 0.0),
            &mut out,
        );
        assert_eq!(out.len(), 2);
        arc(
            (0.0, 0.0),
            (0.0, 1.0),
            0.0,
            false,
            true,
            (10.0, 0.0),
            &mut out,
        );
        assert_eq!(out.last(), Some(&Segment::Line(10.0, 0.0)));
    }
}
