//! The square or rectangular seal of an organisation (方形、矩形业务专用章).

use resvg::tiny_skia::{PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::{CINNABAR, Cut, DIGITS, bounded, canvas, cut, digits, finish, set};
use crate::raster::paint;
use crate::{Error, Picture};

/// A seal of lines in a frame: the name in one to three lines, the purpose in one, the code at the
/// foot. Sizes are a choice: 40 × 40 mm square, 50 × 25 mm for a strip.
#[derive(Clone, Debug)]
pub struct Block {
    /// The organisation's full name, at most 40 characters.
    pub organisation: String,
    /// `业务专用章`; empty for none. At most 12 characters.
    pub purpose: String,
    /// The seal's code (印章编码); empty for none. ASCII letters and digits, at most 18.
    pub digits: String,
    /// 20 to 70 mm.
    pub width_mm: f32,
    /// 15 to 60 mm, and 0.3 to 1.2 of the width.
    pub height_mm: f32,
    /// Resolution.
    pub dpi: f32,
}

const FRAME: f32 = 1.1;
const MARGIN: f32 = 1.5;

/// Draws the impression. Fails as [`super::oval`] does.
pub fn block(seal: &Block) -> Result<Picture, Error> {
    let (w, h) = (seal.width_mm, seal.height_mm);
    let fits = (20.0..=70.0).contains(&w) && (15.0..=60.0).contains(&h);
    if !fits || !(0.3..=1.2).contains(&(h / w)) {
        return Err(Error::Measure(
            "a rectangular seal is 20 to 70 mm wide, 15 to 60 mm high and no upright strip",
        ));
    }
    let (name, purpose) = (cut(&seal.organisation)?, cut(&seal.purpose)?);
    let code = digits(&seal.digits)?;
    if name.is_empty() {
        return Err(Error::Measure("a seal needs the organisation's name"));
    }
    bounded("印章单位名称", &name, 40)?;
    bounded("印章用途", &purpose, 12)?;
    let (mut canvas, per_mm) = canvas(w, h, seal.dpi)?;
    let place = Transform::from_row(
        per_mm,
        0.0,
        0.0,
        per_mm,
        canvas.width() as f32 / 2.0,
        canvas.height() as f32 / 2.0,
    );
    frame(&mut canvas, place, (w, h));
    let inner = (w - 2.0 * (FRAME + MARGIN), h - 2.0 * (FRAME + MARGIN));
    let foot = if code.is_empty() { 0.0 } else { DIGITS + 1.0 };
    lines(
        &mut canvas,
        place,
        (inner.0, inner.1 - foot),
        foot,
        &name,
        &purpose,
    );
    let pitch = (inner.0 / code.len().max(1) as f32).min(DIGITS * 0.9);
    let y = inner.1 / 2.0 - DIGITS / 2.0;
    row(
        &mut canvas,
        place,
        &code,
        (pitch, pitch * 1.3, DIGITS * 1.25),
        y,
    );
    finish(&canvas, seal.dpi)
}

fn frame(canvas: &mut Pixmap, place: Transform, (w, h): (f32, f32)) {
    let inset = FRAME / 2.0 + 0.5 / place.sx;
    let (x, y) = (w / 2.0 - inset, h / 2.0 - inset);
    if let Some(bounds) = Rect::from_ltrb(-x, -y, x, y) {
        let stroke = Stroke {
            width: FRAME,
            ..Stroke::default()
        };
        let path = PathBuilder::from_rect(bounds);
        canvas.stroke_path(&path, &paint(CINNABAR), &stroke, place, None);
    }
}

/// In how many lines a name stands: few lines in a flat seal, more in a square one, so that
/// characters keep a natural shape.
fn name_lines(count: usize, (w, h): (f32, f32), has_purpose: bool) -> usize {
    let best = |lines: usize| {
        let rows = lines + usize::from(has_purpose);
        let (wide, high) = (w / count.div_ceil(lines) as f32, h / rows as f32);
        // How far from square the cells are.
        (wide / high).ln().abs()
    };
    (1..=4)
        .filter(|lines| *lines == 1 || count >= 2 * lines)
        .min_by(|a, b| best(*a).total_cmp(&best(*b)))
        .unwrap_or(1)
}

fn lines(
    canvas: &mut Pixmap,
    place: Transform,
    (w, h): (f32, f32),
    foot: f32,
    name: &[Cut],
    purpose: &[Cut],
) {
    let count = name_lines(name.len(), (w, h), !purpose.is_empty());
    let mut rows: Vec<&[Cut]> = Vec::with_capacity(count + 1);
    let mut rest = name;
    for row in 0..count {
        // As even as can be, the longer lines above.
        let (these, later) = rest.split_at(rest.len().div_ceil(count - row));
        rows.push(these);
        rest = later;
    }
    if !purpose.is_empty() {
        rows.push(purpose);
    }
    let line = h / rows.len() as f32;
    let top = -h / 2.0 - foot / 2.0;
    for (index, text) in rows.iter().enumerate() {
        // Characters are at most as high as leaves air between lines, and never wider than high.
        let height = (line * 0.84).min(w / text.len() as f32 * 2.0).min(9.0);
        let pitch = (w / text.len() as f32).min(height * 1.5);
        let width = (pitch * 0.92).min(height * 0.96);
        let y = top + line * (index as f32 + 0.5);
        row(canvas, place, text, (pitch, width, height), y);
    }
}

/// One centred line: pitch, width and height of its characters.
fn row(
    canvas: &mut Pixmap,
    place: Transform,
    text: &[Cut],
    (pitch, width, height): (f32, f32, f32),
    y: f32,
) {
    for (index, character) in text.iter().enumerate() {
        let x = pitch * (index as f32 - (text.len() as f32 - 1.0) / 2.0);
        set(canvas, place, character, (x, y), (width, height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(name: &str, purpose: &str, (width_mm, height_mm): (f32, f32)) -> Block {
        Block {
            organisation: name.into(),
            purpose: purpose.into(),
            digits: String::new(),
            width_mm,
            height_mm,
            dpi: 300.0,
        }
    }

    #[test]
    fn a_frame_with_lines() {
        let picture = block(&seal("云州市公安局", "户口专用章", (50.0, 25.0))).unwrap();
        assert_eq!(picture.pixels(), (591, 295));
        let image = picture.decode().unwrap();
        assert_eq!(
            image.get_pixel(6, 6).0,
            [0xdc, 0x14, 0x14, 255],
            "the frame"
        );
        for y in [18, 277] {
            let free = (30..560).all(|x| image.get_pixel(x, y).0[3] < 40);
            assert!(free, "the margin at {y}");
        }
        let ink = |from: u32, to: u32| {
            let all = (20..570).flat_map(|x| (from..to).map(move |y| (x, y)));
            all.filter(|&(x, y)| image.get_pixel(x, y).0[3] > 128)
                .count()
        };
        assert!(ink(30, 145) > 5_000 && ink(150, 265) > 5_000);
    }

    #[test]
    fn names_of_every_length_stay_within_the_frame() {
        for size in [(40.0, 40.0), (50.0, 25.0), (60.0, 20.0)] {
            for count in 4..=40 {
                let name: String = "云州市云东区市场监督管理局"
                    .chars()
                    .cycle()
                    .take(count)
                    .collect();
                let mut one = seal(&name, "行政审批专用章", size);
                one.digits = "9901020012345".into();
                let picture = block(&one).unwrap();
                let image = picture.decode().unwrap();
                let gap = ((FRAME + 0.6) * 300.0 / 25.4) as u32;
                let (w, h) = image.dimensions();
                let free = |x: u32, y: u32| image.get_pixel(x, y).0[3] < 40;
                assert!(
                    (gap..w - gap).all(|x| free(x, gap) && free(x, h - gap - 1)),
                    "{count}"
                );
                assert!(
                    (gap..h - gap).all(|y| free(gap, y) && free(w - gap - 1, y)),
                    "{count}"
                );
            }
        }
    }

    #[test]
    fn long_names_take_more_lines() {
        assert_eq!(name_lines(6, (45.0, 20.0), true), 1);
        assert!(name_lines(24, (35.0, 35.0), true) >= 3);
    }

    #[test]
    fn what_is_no_rectangle_is_refused() {
        for size in [(10.0, 10.0), (50.0, 10.0), (30.0, 60.0), (f32::NAN, 20.0)] {
            let done = block(&seal("云州市公安局", "", size));
            assert!(matches!(done, Err(Error::Measure(_))), "{size:?}");
        }
    }
}
