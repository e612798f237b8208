//! The round seal of an organisation (公章, 专用章).

use std::f32::consts::{PI, TAU};

use resvg::tiny_skia::{FillRule, PathBuilder, Pixmap, Stroke, Transform};

use super::{CINNABAR, Cut, DIGITS, bounded, canvas, cut, digits, finish, set};
use crate::raster::paint;
use crate::{Error, Picture};

/// The round seal of an organisation: ring, star, the name in an arc from left to right, and the
/// seal's purpose in a line below the star. The star is an ornament, not the national emblem.
#[derive(Clone, Debug)]
pub struct Official {
    /// The organisation's full name.
    pub organisation: String,
    /// The purpose of a special seal: `受理专用章`, `电子证照专用章`; none for the common seal.
    pub purpose: Option<String>,
    /// The seal's code (印章编码), cut along the foot of the ring; empty for none. ASCII letters and
    /// digits, at most 18.
    pub digits: String,
    /// Outer diameter in millimetres: 42 for most agencies, 40 or 38 for special seals.
    pub diameter_mm: f32,
    /// Resolution; 300 and more prints well, 600 looks cut.
    pub dpi: f32,
}

/// Measures at 42 mm; all scale with the diameter.
const DESIGN: f32 = 42.0;
const RING: f32 = 1.2;
/// From the ring's inner edge to the heads of the characters.
const MARGIN: f32 = 1.3;
const STAR_RADIUS: f32 = 7.0;

/// Draws the impression. Fails when the name is empty or longer than 40 characters, the purpose
/// longer than 12, or a character has no glyph.
pub fn official(seal: &Official) -> Result<Picture, Error> {
    if !(20.0..=60.0).contains(&seal.diameter_mm) {
        return Err(Error::Measure("a round seal is 20 to 60 mm wide"));
    }
    let name = cut(&seal.organisation)?;
    let purpose = cut(seal.purpose.as_deref().unwrap_or_default())?;
    let code = digits(&seal.digits)?;
    if name.is_empty() {
        return Err(Error::Measure("a seal needs the organisation's name"));
    }
    bounded("印章单位名称", &name, 40)?;
    bounded("印章用途", &purpose, 12)?;
    let (mut canvas, per_mm) = canvas(seal.diameter_mm, seal.diameter_mm, seal.dpi)?;
    // Millimetres of the 42 mm design about the centre.
    let scale = per_mm * seal.diameter_mm / DESIGN;
    let centre = canvas.width() as f32 / 2.0;
    let place = Transform::from_row(scale, 0.0, 0.0, scale, centre, centre);
    ring(&mut canvas, place);
    star(&mut canvas, place);
    arc(&mut canvas, place, &name, &purpose, &code);
    line(&mut canvas, place, &purpose, !code.is_empty());
    foot(&mut canvas, place, &code);
    finish(&canvas, seal.dpi)
}

fn ring(canvas: &mut Pixmap, place: Transform) {
    // Half a pixel inside, so that the edge is smooth and not cut off.
    let radius = DESIGN / 2.0 - RING / 2.0 - 0.5 / place.sx;
    if let Some(circle) = PathBuilder::from_circle(0.0, 0.0, radius) {
        let stroke = Stroke {
            width: RING,
            ..Stroke::default()
        };
        canvas.stroke_path(&circle, &paint(CINNABAR), &stroke, place, None);
    }
}

fn star(canvas: &mut Pixmap, place: Transform) {
    // The inner corners of a regular pentagram.
    let inner = STAR_RADIUS * (PI / 10.0).sin() / (3.0 * PI / 10.0).sin();
    let mut builder = PathBuilder::new();
    for corner in 0..10 {
        let radius = if corner % 2 == 0 { STAR_RADIUS } else { inner };
        let angle = TAU * corner as f32 / 10.0 - PI / 2.0;
        let (x, y) = (radius * angle.cos(), radius * angle.sin());
        if corner == 0 {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder.close();
    if let Some(star) = builder.finish() {
        canvas.fill_path(&star, &paint(CINNABAR), FillRule::Winding, place, None);
    }
}

/// Height and pitch of the characters by their number: a short name is cut large and spaced
/// out, a long one tall, narrow and close.
fn arc(canvas: &mut Pixmap, place: Transform, name: &[Cut], purpose: &[Cut], code: &[Cut]) {
    let count = name.len() as f32;
    let height = match name.len() {
        0..=10 => 6.0,
        11..=16 => 5.7,
        17..=24 => 5.2,
        _ => 4.6,
    };
    let outer = DESIGN / 2.0 - RING - MARGIN;
    let middle = outer - height / 2.0;
    // The arc ends above the line of the purpose and before the code, or leaves the foot of the
    // circle open.
    let longest: f32 = match (purpose.is_empty(), code.len()) {
        (false, 0) => 250.0,
        (true, 0) => 270.0,
        (_, count) => 236.0_f32.min(330.0 - pitch_of_code() * count as f32),
    };
    let widest: f32 = match name.len() {
        0..=6 => 30.0,
        7..=10 => 26.0,
        _ => 21.5,
    };
    let pitch = (longest / count).min(widest).to_radians();
    let room = pitch * middle;
    // Feet stand closer together than heads; what matters is that feet do not touch.
    let width = (pitch * (outer - height) * 1.06)
        .min(room * 0.86)
        .min(height * 0.86);
    let start = -pitch * (count - 1.0) / 2.0;
    for (index, character) in name.iter().enumerate() {
        let angle = (start + pitch * index as f32).to_degrees();
        let upright = place.pre_concat(Transform::from_rotate(angle));
        set(canvas, upright, character, (0.0, -middle), (width, height));
    }
}

/// Degrees that one digit of the code takes of the ring.
fn pitch_of_code() -> f32 {
    (DIGITS * 0.84 / code_radius()).to_degrees()
}

/// Where the middle of the digits lies.
fn code_radius() -> f32 {
    DESIGN / 2.0 - RING - 0.9 - DIGITS / 2.0
}

/// The code runs along the foot of the ring from left to right, heads inwards.
fn foot(canvas: &mut Pixmap, place: Transform, code: &[Cut]) {
    let pitch = pitch_of_code();
    let start = pitch * (code.len() as f32 - 1.0) / 2.0;
    for (index, digit) in code.iter().enumerate() {
        let upright = place.pre_concat(Transform::from_rotate(start - pitch * index as f32));
        let at = (0.0, code_radius());
        set(canvas, upright, digit, at, (DIGITS * 1.05, DIGITS * 1.25));
    }
}

/// The purpose stands in one line below the star, higher where the code runs below it.
fn line(canvas: &mut Pixmap, place: Transform, purpose: &[Cut], has_code: bool) {
    if purpose.is_empty() {
        return;
    }
    let count = purpose.len() as f32;
    let height = if purpose.len() <= 7 { 4.4 } else { 4.0 };
    let y = if has_code { 11.0 } else { 12.4 };
    // The width of the circle at the line's foot, inside ring and margin.
    let inner = DESIGN / 2.0 - RING - if has_code { 3.4 } else { 2.2 };
    let foot: f32 = y + height / 2.0;
    let room = 2.0 * (inner * inner - foot * foot).max(0.0).sqrt();
    let pitch = (room / count).min(height * 1.0);
    for (index, character) in purpose.iter().enumerate() {
        let x = pitch * (index as f32 - (count - 1.0) / 2.0);
        set(canvas, place, character, (x, y), (pitch * 0.9, height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Scale;

    fn seal(name: &str, purpose: Option<&str>) -> Official {
        Official {
            organisation: name.into(),
            purpose: purpose.map(Into::into),
            digits: String::new(),
            diameter_mm: 42.0,
            dpi: 300.0,
        }
    }

    #[test]
    fn the_impression_is_red_on_transparent_ground() {
        let picture =
            official(&seal("云州市云东区市场监督管理局", Some("电子证照专用章"))).unwrap();
        assert_eq!(picture.pixels(), (496, 496));
        let image = picture.decode().unwrap();
        assert_eq!(image.get_pixel(0, 0).0[3], 0, "outside the ring");
        assert_eq!(
            image.get_pixel(248, 248).0,
            [0xdc, 0x14, 0x14, 255],
            "the star"
        );
        assert_eq!(image.get_pixel(248, 6).0[3], 255, "the ring");
        // Between ring and name.
        assert_eq!(image.get_pixel(248, 22).0[3], 0);
        let inked = image.pixels().filter(|p| p.0[3] > 128).count();
        assert!((30_000..110_000).contains(&inked), "{inked}");
    }

    #[test]
    fn name_and_purpose_change_what_is_seen() {
        let of = |s: &Official| official(s).unwrap().bytes().to_vec();
        let plain = of(&seal("云州市公安局", None));
        assert_ne!(plain, of(&seal("云州市民政局", None)));
        assert_ne!(plain, of(&seal("云州市公安局", Some("户口专用章"))));
        assert_eq!(plain, of(&seal("云州市公安局", None)));
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        assert!(matches!(official(&seal(" ", None)), Err(Error::Measure(_))));
        assert!(matches!(
            official(&seal(&"长".repeat(41), None)),
            Err(Error::DoesNotFit { .. })
        ));
        assert_eq!(
            official(&seal("云州\u{31350}局", None)).unwrap_err(),
            Error::NoGlyph('\u{31350}')
        );
        let wide = Official {
            diameter_mm: 400.0,
            ..seal("云州市公安局", None)
        };
        assert!(matches!(official(&wide), Err(Error::Measure(_))));
    }

    #[test]
    fn an_impression_can_be_placed_on_a_page() {
        let picture = official(&seal("云州市公安局", None)).unwrap();
        let mut page = crate::Page::a4();
        page.items.push(crate::Item::Picture(crate::Placed {
            picture,
            x: 100.0,
            y: 200.0,
            width: 42.0,
            height: 42.0,
        }));
        let document = crate::Document {
            pages: vec![page],
            ..Default::default()
        };
        let laid = crate::lay_out(&document).unwrap();
        let png = crate::to_png(&laid, 0, Scale::Dpi(100.0)).unwrap();
        let image = Picture::new(png).unwrap().decode().unwrap();
        let red = image
            .pixels()
            .filter(|p| p.0[0] > 180 && p.0[1] < 80)
            .count();
        assert!(red > 3_000, "{red}");
    }
}
