//! Clips that are upright boxes, as nearly all are: what lies behind is copied, drawn on, and
//! copied back inside the box. No mask is made, and nothing is blended twice.

use resvg::tiny_skia::Pixmap;

use super::geometry::{Matrix, Rect};
use super::list::{Group, List};

/// What is seen of a group through its clips, in pixels, if all of them are upright boxes.
pub(crate) fn window(list: &List, group: &Group, matrix: Matrix) -> Option<Rect> {
    let mut seen = list.view.mapped(matrix).grown(f64::from(u32::MAX));
    for clip in &group.clips {
        let [at] = &clip[..] else {
            return None;
        };
        let place = at.matrix.then(matrix);
        let [a, b, c, d, ..] = place.0;
        let none = |n: f64| n.abs() < 1e-9;
        if !(none(b) && none(c) || none(a) && none(d)) {
            return None;
        }
        seen = seen.intersect(list.shapes[at.shape].as_box()?.mapped(place));
    }
    Some(seen)
}

/// A part of a drawing that is drawn on for itself.
pub(crate) struct Part {
    pub pixels: Pixmap,
    /// Where it lies, in pixels of the whole.
    left: usize,
    top: usize,
}

impl Part {
    /// Copies what a box touches, which must lie on the drawing.
    pub fn of(whole: &Pixmap, seen: Rect) -> Option<Self> {
        let (left, top) = (seen.left.max(0.0) as usize, seen.top.max(0.0) as usize);
        let right = (seen.right.ceil() as usize).min(whole.width() as usize);
        let bottom = (seen.bottom.ceil() as usize).min(whole.height() as usize);
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        let mut pixels = Pixmap::new(width as u32, height as u32)?;
        let (row, from) = (whole.width() as usize * 4, left * 4);
        let lines = whole.data().chunks_exact(row).skip(top);
        for (to, line) in pixels.data_mut().chunks_exact_mut(width * 4).zip(lines) {
            to.copy_from_slice(&line[from..from + width * 4]);
        }
        Some(Self { pixels, left, top })
    }

    /// From the pixels of the whole to those of the part.
    pub fn way(&self) -> Matrix {
        Matrix::translate(-(self.left as f64), -(self.top as f64))
    }

    /// Puts it back where the window is; a pixel on its edge by as much as the window covers.
    pub fn put_back(&self, whole: &mut Pixmap, window: Rect) {
        let covered = |at: usize, from: f64, to: f64| {
            let covered = (at as f64 + 1.0).min(to) - (at as f64).max(from);
            (covered.clamp(0.0, 1.0) * 256.0).round() as u32
        };
        let (row, width) = (whole.width() as usize * 4, self.pixels.width() as usize);
        let columns: Vec<u32> = (self.left..self.left + width)
            .map(|x| covered(x, window.left, window.right))
            .collect();
        let even = columns.iter().all(|part| *part == 256);
        let from = self.left * 4;
        let lines = whole.data_mut().chunks_exact_mut(row).enumerate();
        let parts = self.pixels.data().chunks_exact(width * 4);
        for ((y, line), part) in lines.skip(self.top).zip(parts) {
            let line = &mut line[from..from + width * 4];
            let high = covered(y, window.top, window.bottom);
            if even && high == 256 {
                line.copy_from_slice(part);
                continue;
            }
            let pixels = line.chunks_exact_mut(4).zip(part.chunks_exact(4));
            for ((to, from), wide) in pixels.zip(&columns) {
                match (wide * high) >> 8 {
                    0 => {}
                    256 => to.copy_from_slice(from),
                    part => {
                        for (to, from) in to.iter_mut().zip(from) {
                            let mixed = u32::from(*to) * (256 - part) + u32::from(*from) * part;
                            *to = ((mixed + 128) >> 8) as u8;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::Color;

    use super::*;

    #[test]
    fn edges_within_a_pixel_are_covered_in_part() {
        let mut whole = Pixmap::new(8, 6).unwrap();
        whole.fill(Color::WHITE);
        let window = Rect::new(1.5, 2.0, 3.0, 2.25);
        let mut part = Part::of(&whole, window).unwrap();
        assert_eq!((part.pixels.width(), part.pixels.height()), (4, 3));
        assert_eq!(part.way().apply(1.5, 2.0), (0.5, 0.0));
        part.pixels.fill(Color::BLACK);
        part.put_back(&mut whole, window);
        let red = |x, y| whole.pixel(x, y).unwrap().red();
        let line = |y| [0, 1, 2, 3, 4, 5].map(|x| red(x, y));
        assert_eq!(line(1), [255; 6]);
        assert_eq!(line(2), [255, 128, 0, 0, 128, 255]);
        assert_eq!(line(3), line(2));
        assert_eq!(line(4), [255, 223, 191, 191, 223, 255]);
        assert_eq!(line(5), [255; 6]);
    }
}
