//! The oval seal of an organisation (椭圆业务专用章).

use std::f32::consts::PI;

use resvg::tiny_skia::{PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::{CINNABAR, Cut, DIGITS, bounded, canvas, cut, digits, finish, set};
use crate::raster::paint;
use crate::{Error, Picture};

/// An oval seal: the name in an arc over the upper part, the purpose in a line across the middle,
/// the code below it. The shape and 40 × 30 mm are those of the invoice seal (发票专用章); other
/// sizes are a choice.
#[derive(Clone, Debug)]
pub struct Oval {
    /// The organisation's full name, at most 40 characters.
    pub organisation: String,
    /// `受理专用章`; empty for none. At most 12 characters.
    pub purpose: String,
    /// The seal's code (印章编码); empty for none. ASCII letters and digits, at most 18.
    pub digits: String,
    /// Long axis in millimetres, 30 to 60.
    pub width_mm: f32,
    /// Short axis in millimetres: 0.6 to 0.9 of the long one.
    pub height_mm: f32,
    /// Resolution.
    pub dpi: f32,
}

/// Measures of the 40 × 30 mm design; they scale with the short axis.
const SHORT: f32 = 30.0;
const RING: f32 = 1.0;
const MARGIN: f32 = 1.0;

/// Draws the impression. Fails when the name is empty or a text too long, a character has no
/// glyph, or the measures are no oval.
pub fn oval(seal: &Oval) -> Result<Picture, Error> {
    let ratio = seal.height_mm / seal.width_mm;
    if !(30.0..=60.0).contains(&seal.width_mm) || !(0.6..=0.9).contains(&ratio) {
        return Err(Error::Measure(
            "an oval seal is 30 to 60 mm wide and 0.6 to 0.9 of that high",
        ));
    }
    let (name, purpose) = (cut(&seal.organisation)?, cut(&seal.purpose)?);
    let code = digits(&seal.digits)?;
    if name.is_empty() {
        return Err(Error::Measure("a seal needs the organisation's name"));
    }
    bounded("印章单位名称", &name, 40)?;
    bounded("印章用途", &purpose, 12)?;
    let (mut canvas, per_mm) = canvas(seal.width_mm, seal.height_mm, seal.dpi)?;
    let scale = per_mm * seal.height_mm / SHORT;
    let centre = (canvas.width() as f32 / 2.0, canvas.height() as f32 / 2.0);
    let place = Transform::from_row(scale, 0.0, 0.0, scale, centre.0, centre.1);
    // Half axes in millimetres of the design.
    let axes = (SHORT / ratio / 2.0, SHORT / 2.0);
    ring(&mut canvas, place, axes);
    arc(&mut canvas, place, axes, &name);
    middle(&mut canvas, place, axes, &purpose, &code);
    finish(&canvas, seal.dpi)
}

fn ring(canvas: &mut Pixmap, place: Transform, (a, b): (f32, f32)) {
    // Half a pixel inside, so that the edge is smooth and not cut off.
    let inset = RING / 2.0 + 0.5 / place.sx;
    let (a, b) = (a - inset, b - inset);
    let Some(bounds) = Rect::from_ltrb(-a, -b, a, b) else {
        return;
    };
    if let Some(path) = PathBuilder::from_oval(bounds) {
        let stroke = Stroke {
            width: RING,
            ..Stroke::default()
        };
        canvas.stroke_path(&path, &paint(CINNABAR), &stroke, place, None);
    }
}

/// Heads of the name's characters follow the ring; they are spaced by the length of the curve, not
/// by its angle, or they would crowd at the ends of the oval.
fn arc(canvas: &mut Pixmap, place: Transform, (a, b): (f32, f32), name: &[Cut]) {
    let height = match name.len() {
        0..=10 => 4.4,
        11..=16 => 4.1,
        17..=26 => 3.7,
        _ => 3.3,
    };
    let inset = RING + MARGIN + height / 2.0;
    let (a, b) = (a - inset, b - inset);
    // The longer the name, the further down it runs on both sides.
    let half = match name.len() {
        0..=10 => 86.0_f32,
        11..=20 => 94.0,
        _ => 100.0,
    };
    let curve = Curve::new((a, b), half.to_radians());
    let widest = height * 1.75;
    let pitch = (curve.length() / name.len() as f32).min(widest);
    let start = curve.length() / 2.0 - pitch * (name.len() as f32 - 1.0) / 2.0;
    for (index, character) in name.iter().enumerate() {
        let (x, y, turn, radius) = curve.at(start + pitch * index as f32);
        // Feet stand closer together than heads: they must not touch where the curve is tight.
        let feet = ((radius - height / 2.0) / radius).clamp(0.4, 1.0);
        let width = (pitch * feet * 1.04).min(pitch * 0.88).min(height * 0.86);
        let upright = place
            .pre_concat(Transform::from_translate(x, y))
            .pre_concat(Transform::from_rotate(turn.to_degrees()));
        set(canvas, upright, character, (0.0, 0.0), (width, height));
    }
}

/// The upper part of an ellipse, measured along its length.
struct Curve {
    axes: (f32, f32),
    /// Parameter and length from the left end, in small steps.
    steps: Vec<(f32, f32)>,
}

impl Curve {
    /// `half` is the parameter from the crown to either end.
    fn new(axes: (f32, f32), half: f32) -> Self {
        const STEPS: usize = 720;
        let mut steps = Vec::with_capacity(STEPS + 1);
        let (mut length, mut last) = (0.0_f32, None::<(f32, f32)>);
        for step in 0..=STEPS {
            let t = -half + 2.0 * half * step as f32 / STEPS as f32;
            let point = (axes.0 * t.sin(), -axes.1 * t.cos());
            if let Some(before) = last {
                length += (point.0 - before.0).hypot(point.1 - before.1);
            }
            steps.push((t, length));
            last = Some(point);
        }
        Self { axes, steps }
    }

    fn length(&self) -> f32 {
        self.steps.last().map_or(0.0, |(_, length)| *length)
    }

    /// Point, direction of an upright character, and radius of curvature at a length.
    fn at(&self, length: f32) -> (f32, f32, f32, f32) {
        let index = self.steps.partition_point(|(_, at)| *at < length);
        let t = self
            .steps
            .get(index)
            .or(self.steps.last())
            .map_or(0.0, |s| s.0);
        let (a, b) = self.axes;
        // The tangent gives the direction; at the crown a character stands upright.
        let (dx, dy) = (a * t.cos(), b * t.sin());
        let radius = (dx * dx + dy * dy).powf(1.5) / (a * b);
        (
            a * t.sin(),
            -b * t.cos(),
            dy.atan2(dx).clamp(-PI, PI),
            radius,
        )
    }
}

/// Purpose and code in the open middle.
fn middle(canvas: &mut Pixmap, place: Transform, axes: (f32, f32), purpose: &[Cut], code: &[Cut]) {
    let inner = (axes.0 - RING - 1.6, axes.1 - RING - 1.6);
    let half_width = |y: f32| inner.0 * (1.0 - (y / inner.1).powi(2)).max(0.0).sqrt();
    if !purpose.is_empty() {
        let count = purpose.len() as f32;
        let height = if purpose.len() <= 6 { 5.0 } else { 4.6 };
        let y: f32 = if code.is_empty() { 6.0 } else { 5.0 };
        let room = 2.0 * half_width(y + height / 2.0) * 0.97;
        let pitch = (room / count).min(height * 1.12);
        for (index, character) in purpose.iter().enumerate() {
            let x = pitch * (index as f32 - (count - 1.0) / 2.0);
            let size = ((pitch * 0.9).min(height * 0.92), height);
            set(canvas, place, character, (x, y), size);
        }
    }
    let count = code.len() as f32;
    let y = 10.0;
    let room = 2.0 * half_width(y + DIGITS / 2.0);
    let pitch = (room / count.max(1.0)).min(DIGITS * 0.84);
    for (index, digit) in code.iter().enumerate() {
        let x = pitch * (index as f32 - (count - 1.0) / 2.0);
        set(canvas, place, digit, (x, y), (pitch * 1.3, DIGITS * 1.25));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(name: &str, purpose: &str, digits: &str) -> Oval {
        Oval {
            organisation: name.into(),
            purpose: purpose.into(),
            digits: digits.into(),
            width_mm: 40.0,
            height_mm: 30.0,
            dpi: 300.0,
        }
    }

    /// Inked pixels of a part of the picture, in shares of width and height.
    fn inked(picture: &Picture, (left, top, right, bottom): (f32, f32, f32, f32)) -> usize {
        let image = picture.decode().unwrap();
        let (w, h) = (image.width() as f32, image.height() as f32);
        let pixels = image.enumerate_pixels();
        let within = pixels.filter(|(x, y, _)| {
            let (x, y) = (*x as f32 / w, *y as f32 / h);
            x >= left && x < right && y >= top && y < bottom
        });
        within.filter(|(_, _, p)| p.0[3] > 128).count()
    }

    #[test]
    fn name_above_purpose_across_code_below() {
        let picture = oval(&seal("云州市公安局", "户口专用章", "9901020012345")).unwrap();
        assert_eq!(picture.pixels(), (472, 354));
        let image = picture.decode().unwrap();
        assert_eq!(image.get_pixel(0, 0).0[3], 0, "outside the ring");
        assert_eq!(
            image.get_pixel(236, 5).0,
            [0xdc, 0x14, 0x14, 255],
            "the ring"
        );
        let (purpose, code) = ((0.2, 0.58, 0.8, 0.76), (0.25, 0.8, 0.75, 0.88));
        assert!(inked(&picture, (0.2, 0.06, 0.8, 0.3)) > 1_500, "the name");
        assert!(inked(&picture, purpose) > 1_500, "the purpose");
        assert!(inked(&picture, code) > 300, "the code");
        let bare = oval(&seal("云州市公安局", "", "")).unwrap();
        assert_eq!(inked(&bare, purpose) + inked(&bare, code), 0);
    }

    #[test]
    fn names_of_every_length_stay_within_the_ring() {
        for count in 4..=40 {
            let name: String = "云州市云东区市场监督管理局"
                .chars()
                .cycle()
                .take(count)
                .collect();
            let picture = oval(&seal(&name, "行政审批专用章", "9901020012345")).unwrap();
            let image = picture.decode().unwrap();
            // Between the heads of the name and the ring nothing is inked: half way across the
            // margin of 1 mm, seen from the centre.
            let (a, b) = (20.0 - RING - 0.5, 15.0 - RING - 0.5);
            let mm = 300.0 / 25.4;
            for degree in 0..360 {
                let t = (degree as f32).to_radians();
                let (x, y) = ((20.0 + a * t.cos()) * mm, (15.0 + b * t.sin()) * mm);
                let alpha = image.get_pixel(x as u32, y as u32).0[3];
                assert!(alpha < 40, "{count} characters, {degree}°");
            }
        }
    }

    #[test]
    fn what_is_no_oval_is_refused() {
        let of = |change: fn(&mut Oval)| {
            let mut one = seal("云州市公安局", "户口专用章", "");
            change(&mut one);
            oval(&one)
        };
        assert!(matches!(of(|o| o.height_mm = 40.0), Err(Error::Measure(_))));
        assert!(matches!(of(|o| o.width_mm = 90.0), Err(Error::Measure(_))));
        assert!(matches!(
            of(|o| o.width_mm = f32::NAN),
            Err(Error::Measure(_))
        ));
        assert!(matches!(
            of(|o| o.organisation = " ".into()),
            Err(Error::Measure(_))
        ));
        assert!(matches!(
            of(|o| o.digits = "12-3".into()),
            Err(Error::Measure(_))
        ));
        assert!(matches!(
            of(|o| o.organisation = "长".repeat(41)),
            Err(Error::DoesNotFit { .. })
        ));
        assert!(matches!(
            of(|o| o.purpose = "长".repeat(13)),
            Err(Error::DoesNotFit { .. })
        ));
    }
}
