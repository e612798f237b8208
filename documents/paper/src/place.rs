//! Pictures that stand upright on a drawing: scaled to their place and laid over what is there, in
//! one pass and without a copy of the scaled picture.
//!
//! A picture that is shrunk is averaged over what each pixel covers, one that is enlarged is
//! smoothed between its pixels, as [`tiny_skia`](resvg::tiny_skia) does it for any matrix; this is
//! many times faster, and thin lines of a shrunk picture stay.

use resvg::tiny_skia::Pixmap;

/// Where a picture goes on a drawing, in pixels of the drawing. Turned about where `right` is less
/// than `left`, or `bottom` less than `top`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Upright {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

/// Lays a picture over a drawing; `opacity` is 0 to 1. Edges are sharp, so that pictures that were
/// cut into tiles show no seams.
pub fn place(target: &mut Pixmap, source: &Pixmap, at: Upright, opacity: f32) {
    let across = Axis::new(at.left, at.right, source.width(), target.width());
    let down = Axis::new(at.top, at.bottom, source.height(), target.height());
    let (Some(across), Some(down)) = (across, down) else {
        return;
    };
    let opacity = (opacity.clamp(0.0, 1.0) * 256.0).round() as u16;
    let (old_row, row) = (source.width() as usize * 4, target.width() as usize * 4);
    let old = source.data();
    let whole = across.spans.iter().all(|span| span.count == 1);
    let pairs = across.spans.iter().zip(across.spans.iter().skip(1));
    let straight = whole
        && pairs
            .into_iter()
            .all(|(one, next)| one.from + 1 == next.from);
    let begin = across.spans.first().map_or(0, |span| span.from * 4);
    let mut sums = vec![0_u16; old_row];
    let mut line = vec![0_u8; across.spans.len() * 4];
    for (y, span) in (down.first..).zip(&down.spans) {
        let weights = down.weights(span);
        let rows = old[span.from * old_row..].chunks_exact(old_row);
        let to = &mut target.data_mut()[y * row + across.first * 4..][..line.len()];
        if let ([_], true) = (weights, whole) {
            // Neither axis mixes pixels.
            if straight {
                let source = &old[span.from * old_row + begin..][..line.len()];
                lay(to, source, opacity);
                continue;
            }
            let source = &old[span.from * old_row..][..old_row];
            for (to, span) in line.chunks_exact_mut(4).zip(&across.spans) {
                to.copy_from_slice(&source[span.from * 4..][..4]);
            }
        } else {
            for (index, (source, weight)) in rows.zip(weights).enumerate() {
                let pairs = sums.iter_mut().zip(source);
                if index == 0 {
                    pairs.for_each(|(sum, value)| *sum = u16::from(*value) * weight);
                } else {
                    pairs.for_each(|(sum, value)| *sum += u16::from(*value) * weight);
                }
            }
            across.mix(&sums, &mut line);
        }
        lay(to, &line, opacity);
    }
}

/// Lays a drawing over another from a pixel on; what reaches beyond it is not drawn.
pub fn over(target: &mut Pixmap, source: &Pixmap, (left, top): (usize, usize), opacity: f32) {
    let Some(room) = (target.width() as usize).checked_sub(left) else {
        return;
    };
    let opacity = (opacity.clamp(0.0, 1.0) * 256.0).round() as u16;
    let width = room.min(source.width() as usize) * 4;
    let row = target.width() as usize * 4;
    let lines = target.data_mut().chunks_exact_mut(row).skip(top);
    let old = source.data().chunks_exact(source.width() as usize * 4);
    for (to, line) in lines.zip(old) {
        lay(&mut to[left * 4..][..width], &line[..width], opacity);
    }
}

/// Pixels over pixels, both with alpha multiplied in.
fn lay(target: &mut [u8], line: &[u8], opacity: u16) {
    // All of them at once, which the compiler makes wide steps of.
    let alphas = line.chunks_exact(4).fold(255, |all, p| all & p[3]);
    if opacity == 256 && alphas == 255 {
        target.copy_from_slice(line);
        return;
    }
    for (to, from) in target.chunks_exact_mut(4).zip(line.chunks_exact(4)) {
        let faded = |value: u8| (u16::from(value) * opacity + 128) >> 8;
        let left = 255 - faded(from[3]);
        for (to, from) in to.iter_mut().zip(from) {
            let under = (u16::from(*to) * left + 127) / 255;
            *to = (faded(*from) + under).min(255) as u8;
        }
    }
}

/// For rounding what is divided by 65536.
const HALF: u32 = 1 << 15;

/// The old pixels that make one new pixel.
struct Span {
    /// The first of them.
    from: usize,
    count: usize,
    /// Where their weights begin.
    weights: usize,
}

/// One direction of the scaling.
struct Axis {
    /// The first pixel of the drawing that is painted.
    first: usize,
    spans: Vec<Span>,
    /// 256 for each span together.
    all: Vec<u16>,
}

impl Axis {
    /// Scales `old` pixels to the stretch from `from` to `to`, of which what lies between 0 and
    /// `size` is seen; nothing if that is nothing.
    fn new(from: f32, to: f32, old: u32, size: u32) -> Option<Self> {
        let turned = to < from;
        let (from, to) = if turned { (to, from) } else { (from, to) };
        let (from, to) = (f64::from(from), f64::from(to));
        if from.is_nan() || to.is_nan() || from >= to {
            return None;
        }
        // A picture thinner than a pixel is still there.
        let last = to.round().max(from.floor() + 1.0);
        let first = from.round().min(last - 1.0);
        let (start, end) = (first.max(0.0), last.min(f64::from(size)));
        if start >= end {
            return None;
        }
        let mut axis = Self {
            first: start as usize,
            spans: Vec::with_capacity((end - start) as usize),
            all: Vec::new(),
        };
        // As many pixels as before, but for rounding: none is mixed with its neighbour for that.
        let even = last - first == f64::from(old) && (to - from - f64::from(old)).abs() < 1.0;
        let scale = if even {
            1.0
        } else {
            f64::from(old) / (to - from)
        };
        let from = if even { first } else { from };
        for pixel in start as usize..end as usize {
            let left = (pixel as f64 - from) * scale;
            axis.push(left, scale, old);
        }
        if turned {
            axis.turn(old as usize);
        }
        Some(axis)
    }

    /// The span of a new pixel that covers the old ones from `left` on.
    fn push(&mut self, left: f64, scale: f64, old: u32) {
        let old = f64::from(old);
        // Enlarged, a pixel lies between the centres of two old ones; shrunk, it covers its part.
        let half = scale.max(1.0) / 2.0;
        let middle = (left + scale / 2.0).clamp(0.0, old);
        let (left, right) = ((middle - half).max(0.0), (middle + half).min(old));
        let from = left.floor().min(old - 1.0);
        let to = right.ceil().max(from + 1.0).min(old);
        let width = right - left;
        let weights = self.all.len();
        // Rounding what was covered so far, not each weight, makes them 256 together.
        let mut before = 0;
        for at in from as usize..to as usize {
            let covered = ((at as f64 + 1.0).min(right) - left) / width;
            let upto = (covered * 256.0).round() as u16;
            self.all.push(upto.saturating_sub(before));
            before = upto.max(before);
        }
        if let Some(last) = self.all.last_mut().filter(|_| before < 256) {
            *last += 256 - before;
        }
        // Pixels without weight at the ends need not be looked at.
        let mut from = from as usize;
        while self.all.last() == Some(&0) {
            self.all.pop();
        }
        let none = self.all[weights..].iter().take_while(|w| **w == 0).count();
        self.all.drain(weights..weights + none);
        from += none;
        self.spans.push(Span {
            from,
            count: self.all.len() - weights,
            weights,
        });
    }

    /// Counts the old pixels from the other end.
    fn turn(&mut self, old: usize) {
        for span in &mut self.spans {
            self.all[span.weights..span.weights + span.count].reverse();
            span.from = old - span.from - span.count;
        }
    }

    fn weights(&self, span: &Span) -> &[u16] {
        &self.all[span.weights..span.weights + span.count]
    }

    /// A line of new pixels from a line of old ones, both with 256 for one on the way in.
    fn mix(&self, sums: &[u16], line: &mut [u8]) {
        for (to, span) in line.chunks_exact_mut(4).zip(&self.spans) {
            let old = &sums[span.from * 4..(span.from + span.count) * 4];
            let mixed = match (self.weights(span), old) {
                // By far the most, without a loop.
                ([one, two], [a, b, c, d, e, f, g, h]) => {
                    let (one, two) = (u32::from(*one), u32::from(*two));
                    [(a, e), (b, f), (c, g), (d, h)]
                        .map(|(a, b)| HALF + u32::from(*a) * one + u32::from(*b) * two)
                }
                (weights, old) => {
                    let mut mixed = [HALF; 4];
                    for (old, weight) in old.chunks_exact(4).zip(weights) {
                        for (mixed, old) in mixed.iter_mut().zip(old) {
                            *mixed += u32::from(*old) * u32::from(*weight);
                        }
                    }
                    mixed
                }
            };
            to.copy_from_slice(&mixed.map(|mixed| (mixed >> 16) as u8));
        }
    }
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{
        Color, FilterQuality, IntSize, PixmapPaint, PremultipliedColorU8, Transform,
    };

    use super::*;

    fn at(left: f32, top: f32, right: f32, bottom: f32) -> Upright {
        Upright {
            left,
            top,
            right,
            bottom,
        }
    }

    fn white(width: u32, height: u32) -> Pixmap {
        let mut pixmap = Pixmap::new(width, height).unwrap();
        pixmap.fill(Color::WHITE);
        pixmap
    }

    /// Soft hills with a hole in them.
    fn picture(width: u32, height: u32) -> Pixmap {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let data = pixels.flat_map(|(x, y)| {
            let wave = |n: u32, of: u32| ((n as f32 / of as f32 * 9.0).sin() * 90.0 + 128.0) as u8;
            let alpha = if x > width / 2 && y > height / 2 {
                128
            } else {
                255
            };
            let times = |c: u8| (u16::from(c) * alpha / 255) as u8;
            let colour = [wave(x, width), wave(y, height), wave(x + y, width + height)];
            let [r, g, b] = colour.map(times);
            [r, g, b, alpha as u8]
        });
        let size = IntSize::from_wh(width, height).unwrap();
        Pixmap::from_vec(data.collect(), size).unwrap()
    }

    fn pixel(pixmap: &Pixmap, x: u32, y: u32) -> [u8; 4] {
        let p = pixmap.pixel(x, y).unwrap();
        [p.red(), p.green(), p.blue(), p.alpha()]
    }

    /// At every scale near one it shows what the general way shows.
    #[test]
    fn it_agrees_with_the_general_way() {
        for (width, height, to) in [
            (80, 60, at(10.0, 12.0, 90.0, 72.0)),
            (80, 60, at(10.4, 11.7, 100.1, 80.3)),
            (80, 60, at(-20.0, -10.0, 150.0, 110.0)),
            (80, 60, at(5.0, 5.0, 65.0, 50.0)),
            (80, 60, at(90.0, 10.0, 10.0, 70.0)),
            (80, 60, at(10.0, 70.0, 90.0, 10.0)),
        ] {
            for opacity in [1.0, 0.5] {
                let source = picture(width, height);
                let (mut ours, mut theirs) = (white(110, 100), white(110, 100));
                place(&mut ours, &source, to, opacity);
                let paint = PixmapPaint {
                    quality: FilterQuality::Bilinear,
                    opacity,
                    ..PixmapPaint::default()
                };
                let (x, y) = (
                    (to.right - to.left) / width as f32,
                    (to.bottom - to.top) / height as f32,
                );
                let matrix = Transform::from_row(x, 0.0, 0.0, y, to.left, to.top);
                theirs.draw_pixmap(0, 0, source.as_ref(), &paint, matrix, None);
                let all = ours.data().iter().zip(theirs.data());
                let apart = all.map(|(a, b)| f64::from(a.abs_diff(*b)));
                let mean = apart.sum::<f64>() / ours.data().len() as f64;
                assert!(mean < 0.8, "{to:?} {opacity}: {mean}");
            }
        }
    }

    #[test]
    fn one_to_one_is_a_copy() {
        let mut source = picture(20, 20);
        source.pixels_mut()[0] = PremultipliedColorU8::from_rgba(1, 2, 3, 255).unwrap();
        let mut target = white(40, 40);
        place(&mut target, &source, at(7.0, 9.0, 27.0, 29.0), 1.0);
        assert_eq!(pixel(&target, 7, 9), [1, 2, 3, 255]);
        assert_eq!(pixel(&target, 12, 15), pixel(&source, 5, 6));
        assert_eq!(pixel(&target, 6, 9), [255; 4]);
        assert_eq!(pixel(&target, 27, 9), [255; 4]);
    }

    #[test]
    fn shrinking_averages_everything_it_covers() {
        let mut source = white(300, 300);
        // A black line one pixel wide, which smoothing between four pixels could leave out.
        for y in 0..300 {
            source.pixels_mut()[y * 300 + 151] =
                PremultipliedColorU8::from_rgba(0, 0, 0, 255).unwrap();
        }
        let mut target = white(100, 100);
        place(&mut target, &source, at(0.0, 0.0, 100.0, 100.0), 1.0);
        // Two thirds of white, but for rounding.
        assert!(pixel(&target, 50, 50)[0].abs_diff(170) <= 1);
        assert_eq!(pixel(&target, 49, 50), [255; 4]);
    }

    #[test]
    fn even_areas_stay_even_at_any_scale() {
        let mut source = Pixmap::new(37, 91).unwrap();
        source.fill(Color::from_rgba8(201, 17, 99, 255));
        for scale in [0.013, 0.1, 0.33, 0.7, 1.0, 1.9, 4.4] {
            let mut target = white(200, 400);
            let (right, bottom) = (3.3 + 37.0 * scale, 2.2 + 91.0 * scale);
            place(&mut target, &source, at(3.3, 2.2, right, bottom), 1.0);
            let painted = target.pixels().iter().filter(|p| p.green() != 255);
            assert!(painted.clone().count() > 0, "{scale}: nothing was painted");
            for p in painted {
                assert_eq!((p.red(), p.green(), p.blue()), (201, 17, 99), "{scale}");
            }
        }
    }

    #[test]
    fn tiles_leave_no_seam() {
        let mut source = Pixmap::new(50, 50).unwrap();
        source.fill(Color::from_rgba8(10, 20, 30, 255));
        let mut target = white(100, 20);
        for tile in 0..7 {
            let left = tile as f32 * 13.37;
            place(&mut target, &source, at(left, 0.0, left + 13.37, 20.0), 1.0);
        }
        assert!(target.pixels()[..93].iter().all(|p| p.red() == 10));
    }

    #[test]
    fn places_beside_the_drawing_paint_nothing() {
        for to in [
            at(-50.0, 0.0, -1.0, 9.0),
            at(0.0, 30.0, 9.0, 60.0),
            at(5.0, 5.0, 5.0, 9.0),
            at(f32::NAN, 0.0, 9.0, 9.0),
            at(1e9, 0.0, 2e9, 9.0),
        ] {
            let mut target = white(20, 20);
            place(&mut target, &picture(8, 8), to, 1.0);
            assert!(target.data().iter().all(|b| *b == 255), "{to:?}");
        }
    }
}
