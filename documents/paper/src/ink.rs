//! Glyphs on a drawing: small filled outlines of one colour. How much of each pixel an outline
//! covers is reckoned exactly from its edges, one pass over them and one over the pixels; this is
//! several times faster than a renderer for outlines of any size, and its grey is finer.
//!
//! Every edge adds to the pixels it crosses how much of them lies to its right; what was added so
//! far along a line is then the winding at a pixel. Where outlines of both directions meet within
//! one pixel they cancel each other there: glyphs are not made so, drawings may be.

use resvg::tiny_skia::{Color, Path, PathSegment, Pixmap, Point, Transform};

/// The largest box in pixels; a renderer is better at what has few edges and much inside.
const MOST_PIXELS: f32 = 65_536.0;
/// The most verbs of an outline.
const MOST_VERBS: usize = 4_000;
/// How far in pixels a line may lie from the curve it stands for.
const NEAR: f32 = 0.03;

/// What drawing glyphs needs again and again.
#[derive(Default)]
pub struct Ink {
    sums: Vec<f32>,
    /// Pixels of a line of `sums`: two more than the box has.
    row: usize,
}

impl Ink {
    /// Fills an outline, brought to pixels by `place`, with the non-zero rule. False, and nothing
    /// is drawn, if it is too large or does not lie wholly on the drawing: that is for a renderer.
    pub fn fill(
        &mut self,
        target: &mut Pixmap,
        path: &Path,
        place: Transform,
        colour: Color,
    ) -> bool {
        let Some(bounds) = path.bounds().transform(place) else {
            return false;
        };
        let (left, top) = (bounds.left().floor(), bounds.top().floor());
        let (width, height) = (bounds.right().ceil() - left, bounds.bottom().ceil() - top);
        let inside = left >= 0.0
            && top >= 0.0
            && left + width <= target.width() as f32
            && top + height <= target.height() as f32;
        if !inside || width * height > MOST_PIXELS || path.len() > MOST_VERBS {
            return false;
        }
        let (width, height) = (width as usize, height as usize);
        self.row = width + 2;
        self.sums.clear();
        self.sums.resize(self.row * height, 0.0);
        self.edges(path, place.post_translate(-left, -top));
        let colour = colour.premultiply().to_color_u8();
        let colour = [colour.red(), colour.green(), colour.blue(), colour.alpha()];
        let across = target.width() as usize * 4;
        let from = top as usize * across + left as usize * 4;
        let lines = target.data_mut()[from..].chunks_mut(across);
        for (sums, line) in self.sums.chunks_exact(self.row).zip(lines) {
            lay(&sums[..width], &mut line[..width * 4], colour);
        }
        true
    }

    fn edges(&mut self, path: &Path, place: Transform) {
        let map = |mut point: Point| {
            place.map_point(&mut point);
            point
        };
        let (mut start, mut at) = (Point::zero(), Point::zero());
        for segment in path.segments() {
            match segment {
                PathSegment::MoveTo(to) => {
                    self.edge(at, start);
                    start = map(to);
                    at = start;
                }
                PathSegment::LineTo(to) => {
                    let to = map(to);
                    self.edge(at, to);
                    at = to;
                }
                PathSegment::QuadTo(a, to) => {
                    let (from, a, to) = (at, map(a), map(to));
                    let (once, twice) = (times(a - from, 2.0), from - a + (to - a));
                    let pieces = pieces(long(twice) * 0.25);
                    for piece in 1..pieces {
                        let t = piece as f32 / pieces as f32;
                        let next = from + times(once + times(twice, t), t);
                        self.edge(at, next);
                        at = next;
                    }
                    self.edge(at, to);
                    at = to;
                }
                PathSegment::CubicTo(a, b, to) => {
                    let (from, a, b, to) = (at, map(a), map(b), map(to));
                    let (near, far) = (from - a + (b - a), a - b + (to - b));
                    let (once, twice) = (times(a - from, 3.0), times(near, 3.0));
                    let thrice = far - near;
                    let pieces = pieces(long(near).max(long(far)) * 0.75);
                    for piece in 1..pieces {
                        let t = piece as f32 / pieces as f32;
                        let bent = times(twice + times(thrice, t), t);
                        let next = from + times(once + bent, t);
                        self.edge(at, next);
                        at = next;
                    }
                    self.edge(at, to);
                    at = to;
                }
                PathSegment::Close => {
                    self.edge(at, start);
                    at = start;
                }
            }
        }
        self.edge(at, start);
    }

    /// What lies to the right of an edge, downwards positive.
    fn edge(&mut self, from: Point, to: Point) {
        if from.y == to.y {
            return;
        }
        let (way, top, bottom) = if from.y < to.y {
            (1.0, from, to)
        } else {
            (-1.0, to, from)
        };
        let slope = (bottom.x - top.x) / (bottom.y - top.y);
        // Rounding may put a point a hair outside the box.
        let most = (self.row - 2) as f32;
        let first = top.y.max(0.0) as usize;
        let lines = self.sums.chunks_exact_mut(self.row).enumerate().skip(first);
        let mut x = top.x;
        for (y, line) in lines {
            let (above, below) = ((y as f32).max(top.y), (y as f32 + 1.0).min(bottom.y));
            if above >= below {
                break;
            }
            let high = below - above;
            let next = x + slope * high;
            let (left, right) = if x < next { (x, next) } else { (next, x) };
            cross(
                line,
                left.clamp(0.0, most),
                right.clamp(0.0, most),
                high * way,
            );
            x = next;
        }
    }
}

/// An edge that crosses one line of pixels from `left` to `right` and is `high` there.
#[inline]
fn cross(line: &mut [f32], left: f32, right: f32, high: f32) {
    let first = left as usize;
    let last = right as usize;
    if first >= last {
        // Within one pixel: the mean of where it comes in and goes out.
        if let [one, two, ..] = &mut line[first..] {
            let beyond = ((left + right) * 0.5 - first as f32) * high;
            *one += high - beyond;
            *two += beyond;
        }
        return;
    }
    let steep = high / (right - left);
    // What is covered up to a pixel's right side grows with the square, then evenly.
    let mut before = 0.0;
    let mut edge = first as f32 + 1.0;
    let part = edge - left;
    let mut covered = 0.5 * part * part * steep;
    let mut pixels = line[first..].iter_mut();
    for pixel in pixels.by_ref().take(last - first) {
        *pixel += covered - before;
        before = covered;
        covered = (edge - left + 0.5) * steep;
        edge += 1.0;
    }
    // The pixel it ends in, and the one after, from where on all is covered.
    let inside = right - last as f32;
    let to_end = high - 0.5 * inside * inside * steep;
    if let (Some(one), Some(two)) = (pixels.next(), pixels.next()) {
        *one += to_end - before;
        *two += high - to_end;
    }
}

/// The lines that a curve becomes, which one line would miss by `off` pixels.
fn pieces(off: f32) -> u32 {
    ((off / NEAR).sqrt() as u32 + 1).min(64)
}

fn times(point: Point, by: f32) -> Point {
    Point::from_xy(point.x * by, point.y * by)
}

fn long(point: Point) -> f32 {
    (point.x * point.x + point.y * point.y).sqrt()
}

/// A colour over a line of pixels, all with alpha multiplied in, where it is covered.
fn lay(sums: &[f32], line: &mut [u8], colour: [u8; 4]) {
    let mut sum = 0.0;
    for (more, to) in sums.iter().zip(line.chunks_exact_mut(4)) {
        sum += more;
        let covered = (f32::abs(sum).min(1.0) * 255.0 + 0.5) as u32;
        if covered == 0 {
            continue;
        }
        if covered * u32::from(colour[3]) == 255 * 255 {
            to.copy_from_slice(&colour);
            continue;
        }
        let left = 255 - by_255(covered * u32::from(colour[3]));
        for (to, from) in to.iter_mut().zip(colour) {
            *to = by_255(u32::from(from) * covered + u32::from(*to) * left).min(255) as u8;
        }
    }
}

/// A product of two bytes, or a sum of such up to a byte's own, as a byte, rounded.
fn by_255(product: u32) -> u32 {
    let near = product + 128;
    (near + (near >> 8)) >> 8
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{FillRule, Paint, PathBuilder};

    use super::*;
    use crate::{fonts, pixels, raster};

    fn white(width: u32, height: u32) -> Pixmap {
        let mut pixmap = Pixmap::new(width, height).unwrap();
        pixmap.fill(Color::WHITE);
        pixmap
    }

    fn rectangle(left: f32, top: f32, right: f32, bottom: f32) -> PathBuilder {
        let mut pen = PathBuilder::new();
        pen.move_to(left, top);
        pen.line_to(right, top);
        pen.line_to(right, bottom);
        pen.line_to(left, bottom);
        pen.close();
        pen
    }

    fn red(pixmap: &Pixmap, x: u32, y: u32) -> u8 {
        pixmap.pixel(x, y).unwrap().red()
    }

    /// What the renderer makes of it eight times as large, every pixel the mean of sixty-four.
    fn truly(path: &Path, place: Transform, colour: Color) -> Pixmap {
        let mut large = white(120 * 8, 110 * 8);
        let mut paint = Paint::default();
        paint.set_color(colour);
        let place = place.post_scale(8.0, 8.0);
        large.fill_path(path, &paint, FillRule::Winding, place, None);
        (0..3).fold(large, |large, _| pixels::half(&large).unwrap())
    }

    /// At the sizes of common text, of every kind of outline that fonts have.
    #[test]
    fn glyphs_are_as_dark_as_they_are_finely_drawn() {
        let seal = fonts::serif_bold();
        let plain = fonts::shipped_and_installed()[0].parsed();
        for (face, size) in [(plain, 18.0), (plain, 24.0), (plain, 61.0), (seal, 33.0)] {
            for character in "云州味轩餐饮管理鹽龘8gQ%&".chars() {
                let Some(glyph) = face.glyph_index(character) else {
                    continue;
                };
                let Some(path) = raster::outline(face, glyph.0) else {
                    continue;
                };
                let unit = size / f32::from(face.units_per_em());
                let place = Transform::from_row(unit, 0.0, 0.0, -unit, 20.3, 70.6);
                let colour = Color::from_rgba8(200, 30, 20, 255);
                let mut drawn = white(120, 110);
                assert!(Ink::default().fill(&mut drawn, &path, place, colour));
                let truth = truly(&path, place, colour);
                let pairs = drawn.data().iter().zip(truth.data());
                let apart = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)));
                let inked = truth.data().iter().filter(|value| **value < 255).count() as f64;
                let mean = apart.clone().sum::<f64>() / inked;
                assert!(mean < 1.5, "{character} {size}: {mean}");
                let most = apart.fold(0.0, f64::max);
                assert!(most < 40.0, "{character} {size}: {most}");
            }
        }
    }

    #[test]
    fn a_pixel_is_as_dark_as_it_is_covered() {
        let mut drawn = white(10, 10);
        let path = rectangle(2.25, 3.0, 5.0, 6.5).finish().unwrap();
        let mut ink = Ink::default();
        assert!(ink.fill(&mut drawn, &path, Transform::identity(), Color::BLACK));
        let line = |y| [1, 2, 3, 4, 5].map(|x| red(&drawn, x, y));
        assert_eq!(line(2), [255; 5]);
        assert_eq!(line(3), [255, 64, 0, 0, 255]);
        assert_eq!(line(6), [255, 159, 127, 127, 255]);
        assert_eq!(line(7), [255; 5]);
        // A slope halves what it runs through.
        let mut slope = PathBuilder::new();
        slope.move_to(0.0, 0.0);
        slope.line_to(10.0, 10.0);
        slope.line_to(0.0, 10.0);
        let mut drawn = white(10, 10);
        let path = slope.finish().unwrap();
        assert!(ink.fill(&mut drawn, &path, Transform::identity(), Color::BLACK));
        assert_eq!(
            [red(&drawn, 3, 3), red(&drawn, 2, 3), red(&drawn, 4, 3)],
            [127, 0, 255]
        );
    }

    #[test]
    fn parts_that_lie_on_one_another_are_filled_once() {
        let mut both = rectangle(1.0, 1.0, 6.0, 6.0);
        both.push_path(&rectangle(4.0, 4.0, 9.0, 9.0).finish().unwrap());
        let mut drawn = white(10, 10);
        let colour = Color::from_rgba8(0, 0, 0, 128);
        let path = both.finish().unwrap();
        assert!(Ink::default().fill(&mut drawn, &path, Transform::identity(), colour));
        assert_eq!([red(&drawn, 2, 2), red(&drawn, 5, 5)], [127, 127]);
    }

    #[test]
    fn what_reaches_beyond_the_drawing_or_is_large_is_left_alone() {
        let mut drawn = white(400, 400);
        let before = drawn.clone();
        for box_ in [
            rectangle(-1.0, 5.0, 5.0, 9.0),
            rectangle(395.0, 5.0, 401.0, 9.0),
            rectangle(1.0, 1.0, 399.0, 399.0),
        ] {
            let path = box_.finish().unwrap();
            let mut ink = Ink::default();
            assert!(!ink.fill(&mut drawn, &path, Transform::identity(), Color::BLACK));
        }
        assert_eq!(drawn.data(), before.data());
    }
}
