//! Outlines that reach far beyond the canvas, cut to it: the renderer's fixed-point numbers do
//! not reach as far as a file's.

use resvg::tiny_skia::{Path, PathBuilder, PathSegment, Point};

use super::geometry::Rect;

/// Pixels beyond the canvas that the renderer takes without harm.
const NEAR: f64 = 2_000.0;
/// Lines that a curve becomes.
const PIECES: u32 = 24;

/// Whether a box in pixels stays near a canvas of that size.
pub(crate) fn is_near(bounds: Rect, width: u32, height: u32) -> bool {
    let all = Rect::new(0.0, 0.0, width.into(), height.into());
    all.grown(NEAR).holds(bounds)
}

/// The part of a filled outline, in pixels, that covers the canvas. Windings inside stay as they
/// are; what lies outside is pressed onto the edges.
pub(crate) fn cut(path: &Path, width: u32, height: u32) -> Option<Path> {
    let margin = 16.0;
    let mut out = PathBuilder::new();
    for ring in rings(path) {
        let mut ring = ring;
        for (axis, edge, keeps_more) in [
            (0, -margin, true),
            (0, width as f32 + margin, false),
            (1, -margin, true),
            (1, height as f32 + margin, false),
        ] {
            ring = half(&ring, axis, edge, keeps_more);
        }
        let mut points = ring.into_iter();
        let Some([x, y]) = points.next() else {
            continue;
        };
        out.move_to(x, y);
        points.for_each(|[x, y]| out.line_to(x, y));
        out.close();
    }
    out.finish()
}

/// The closed rings of lines of an outline.
fn rings(path: &Path) -> Vec<Vec<[f32; 2]>> {
    let mut rings = Vec::new();
    let mut ring: Vec<[f32; 2]> = Vec::new();
    let pair = |p: Point| [p.x, p.y];
    for segment in path.segments() {
        let from = ring.last().copied().unwrap_or_default();
        let mut curve = |at: &dyn Fn(f32) -> [f32; 2]| {
            ring.extend((1..=PIECES).map(|n| at(n as f32 / PIECES as f32)));
        };
        match segment {
            PathSegment::MoveTo(to) => {
                rings.push(std::mem::take(&mut ring));
                ring.push(pair(to));
            }
            PathSegment::LineTo(to) => ring.push(pair(to)),
            PathSegment::QuadTo(a, to) => {
                let (a, to) = (pair(a), pair(to));
                curve(&|t| {
                    let u = 1.0 - t;
                    [0, 1].map(|n| u * u * from[n] + 2.0 * u * t * a[n] + t * t * to[n])
                });
            }
            PathSegment::CubicTo(a, b, to) => {
                let (a, b, to) = (pair(a), pair(b), pair(to));
                curve(&|t| {
                    let u = 1.0 - t;
                    let near = |n: usize| u * u * u * from[n] + 3.0 * u * u * t * a[n];
                    let far = |n: usize| 3.0 * u * t * t * b[n] + t * t * t * to[n];
                    [0, 1].map(|n| near(n) + far(n))
                });
            }
            PathSegment::Close => {}
        }
    }
    rings.push(ring);
    rings
}

/// What of a ring lies on one side of an edge.
fn half(ring: &[[f32; 2]], axis: usize, edge: f32, keeps_more: bool) -> Vec<[f32; 2]> {
    let inside = |p: &[f32; 2]| (p[axis] >= edge) == keeps_more || p[axis] == edge;
    let mut kept = Vec::new();
    for (n, point) in ring.iter().enumerate() {
        let before = &ring[(n + ring.len() - 1) % ring.len()];
        if inside(point) != inside(before) {
            // In double precision, because the ends may be far away.
            let [from, to] = [before, point].map(|p| p.map(f64::from));
            let part = (f64::from(edge) - from[axis]) / (to[axis] - from[axis]);
            let mut met = [0, 1].map(|n| (from[n] + (to[n] - from[n]) * part) as f32);
            met[axis] = edge;
            kept.push(met);
        }
        if inside(point) {
            kept.push(*point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_larger_than_the_canvas_covers_it() {
        let mut far = PathBuilder::new();
        far.move_to(-1e6, -1e6);
        far.line_to(1e6, -1e6);
        far.line_to(1e6, 1e6);
        far.line_to(-1e6, 1e6);
        let far = far.finish().unwrap();
        assert!(!is_near(Rect::new(-1e6, -1e6, 2e6, 2e6), 100, 50));
        let cut = cut(&far, 100, 50).unwrap();
        let bounds = cut.bounds();
        assert_eq!((bounds.left(), bounds.bottom()), (-16.0, 66.0));
    }

    #[test]
    fn a_curve_keeps_its_way_inside() {
        let mut far = PathBuilder::new();
        far.move_to(50.0, 10.0);
        far.quad_to(1e5, 25.0, 50.0, 40.0);
        let cut = cut(&far.finish().unwrap(), 100, 50).unwrap();
        assert_eq!((cut.bounds().left(), cut.bounds().right()), (50.0, 116.0));
        let mut outside = PathBuilder::new();
        outside.move_to(-1e5, 0.0);
        outside.line_to(-1e4, 0.0);
        outside.line_to(-1e4, 10.0);
        assert!(super::cut(&outside.finish().unwrap(), 100, 50).is_none());
    }
}
