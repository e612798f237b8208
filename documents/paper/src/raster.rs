//! PNG: page images for screens, and thumbnails.

use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Transform};
use ttf_parser::OutlineBuilder;

use crate::place::{Upright, place};
use crate::{
    Colour, Error, GlyphRun, Laid, LaidItem, LaidPage, Path, Picture, Placed, Segment, fonts,
    pixels,
};

/// How large a page image is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Pixels an inch.
    Dpi(f32),
    /// Width in pixels.
    Width(u32),
}

/// More pixels than A2 at 300 dpi is no page image but an attack on memory.
const MOST_PIXELS: f64 = 40e6;

/// The image of one page (counted from 0) as PNG.
pub fn to_png(laid: &Laid, page: usize, scale: Scale) -> Result<Vec<u8>, Error> {
    let page = laid.pages.get(page).ok_or(Error::NoPage(page))?;
    let per_mm = match scale {
        Scale::Dpi(dpi) => dpi / 25.4,
        Scale::Width(width) => width as f32 / page.width,
    };
    let (width, height) = (
        (page.width * per_mm).round(),
        (page.height * per_mm).round(),
    );
    let pixels = f64::from(width) * f64::from(height);
    if !(per_mm.is_finite() && (1.0..=MOST_PIXELS).contains(&pixels)) {
        return Err(Error::Measure("a page image needs a sensible resolution"));
    }
    let mut canvas = ground(page, (width as u32, height as u32), per_mm)?;
    for item in &page.items {
        match item {
            LaidItem::Run(it) => run(&mut canvas, it, per_mm),
            LaidItem::Path(it) => path(&mut canvas, it, per_mm),
            LaidItem::Picture(it) => picture(&mut canvas, it, per_mm)?,
        }
    }
    pixels::page_png(&canvas, per_mm * 25.4)
}

/// A small image of the first page, `width` pixels wide, for lists.
pub fn thumbnail(laid: &Laid, width: u32) -> Result<Vec<u8>, Error> {
    to_png(laid, 0, Scale::Width(width))
}

/// Page images whose ground is kept: thumbnails of one style after the other.
const GROUNDS: usize = 24;
/// The most pixels of one: four bytes each.
const GROUND: u32 = 1 << 20;

type Ground = (Picture, Arc<Pixmap>);

/// The empty page: white, or its base picture. Small ones are kept, the last used first, because
/// thousands of thumbnails of one style begin with the same ground.
fn ground(page: &LaidPage, (width, height): (u32, u32), per_mm: f32) -> Result<Pixmap, Error> {
    static KEPT: Mutex<Vec<Ground>> = Mutex::new(Vec::new());
    let insensible = Error::Measure("a page image needs a sensible resolution");
    let white = || {
        let mut canvas = Pixmap::new(width, height)?;
        canvas.fill(Color::WHITE);
        Some(canvas)
    };
    let Some(base) = &page.base else {
        return white().ok_or(insensible);
    };
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let is_it = |(of, canvas): &Ground| {
        of.is_same(base) && canvas.width() == width && canvas.height() == height
    };
    {
        let mut kept = kept();
        if let Some(at) = kept.iter().position(is_it) {
            kept[..=at].rotate_right(1);
            let canvas = kept[0].1.clone();
            drop(kept);
            return Ok(Pixmap::clone(&canvas));
        }
    }
    let mut canvas = white().ok_or(insensible)?;
    let placed = Placed {
        picture: base.clone(),
        x: 0.0,
        y: 0.0,
        width: page.width,
        height: page.height,
    };
    picture(&mut canvas, &placed, per_mm)?;
    if width * height <= GROUND {
        let mut kept = kept();
        if !kept.iter().any(is_it) {
            kept.truncate(GROUNDS - 1);
            kept.insert(0, (base.clone(), Arc::new(canvas.clone())));
        }
    }
    Ok(canvas)
}

pub(crate) fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.r, colour.g, colour.b, 255);
    paint.anti_alias = true;
    paint
}

fn run(canvas: &mut Pixmap, run: &GlyphRun, per_mm: f32) {
    let face = fonts::face(run.font);
    let scale = run.size * per_mm / f32::from(face.units_per_em());
    let paint = paint(run.colour);
    let mut x = run.x;
    for glyph in &run.glyphs {
        if let Some(outline) = outline(face.parsed(), glyph.id) {
            let place = Transform::from_row(scale, 0.0, 0.0, -scale, x * per_mm, run.y * per_mm);
            canvas.fill_path(&outline, &paint, FillRule::Winding, place, None);
        }
        x += glyph.advance;
    }
}

/// The outline of a glyph in font units, y upwards; nothing for a blank.
pub(crate) fn outline(
    face: &ttf_parser::Face<'static>,
    glyph: u16,
) -> Option<resvg::tiny_skia::Path> {
    let mut pen = Pen(PathBuilder::new());
    face.outline_glyph(ttf_parser::GlyphId(glyph), &mut pen)?;
    pen.0.finish()
}

struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.0.close();
    }
}

fn path(canvas: &mut Pixmap, path: &Path, per_mm: f32) {
    let mut builder = PathBuilder::new();
    for segment in &path.segments {
        match *segment {
            Segment::Move(x, y) => builder.move_to(x, y),
            Segment::Line(x, y) => builder.line_to(x, y),
            Segment::Curve(a, b, c, d, x, y) => builder.cubic_to(a, b, c, d, x, y),
            Segment::Close => builder.close(),
        }
    }
    let Some(outline) = builder.finish() else {
        return;
    };
    let scale = Transform::from_scale(per_mm, per_mm);
    if let Some(colour) = path.fill {
        canvas.fill_path(&outline, &paint(colour), FillRule::Winding, scale, None);
    }
    if let Some(stroke) = path.stroke {
        let line = resvg::tiny_skia::Stroke {
            width: stroke.width,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Miter,
            ..Default::default()
        };
        canvas.stroke_path(&outline, &paint(stroke.colour), &line, scale, None);
    }
}

fn picture(canvas: &mut Pixmap, placed: &Placed, per_mm: f32) -> Result<(), Error> {
    let (width, height) = (placed.width * per_mm, placed.height * per_mm);
    let times = pixels::halvings(placed.picture.pixels(), width, height);
    let source = halved(&placed.picture, times)?;
    let (left, top) = (placed.x * per_mm, placed.y * per_mm);
    let at = Upright {
        left,
        top,
        right: left + width,
        bottom: top + height,
    };
    place(canvas, &source, at, 1.0);
    Ok(())
}

/// The pixels of a picture, halved so many times. A small result is kept with the picture: a
/// base picture is decoded once for all thumbnails.
fn halved(picture: &Picture, times: u32) -> Result<Arc<Pixmap>, Error> {
    const KEPT: u32 = 1 << 19;
    let mut kept = picture
        .halved()
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pixels)) = kept.as_ref().filter(|(of, _)| *of == times) {
        return Ok(pixels.clone());
    }
    let mut pixels = picture.drawable()?;
    for _ in 0..times {
        pixels = pixels::half(&pixels).ok_or_else(|| Error::Picture("empty".into()))?;
    }
    let pixels = Arc::new(pixels);
    if times > 0 && pixels.width() * pixels.height() <= KEPT {
        *kept = Some((times, pixels.clone()));
    }
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;

    use super::*;
    use crate::png_out::{self, Effort, Pixels};
    use crate::{Document, Item, Page, Qr, Text, lay_out};

    fn sample() -> Laid {
        let mut page = Page::new(100.0, 50.0);
        page.items = vec![
            Item::Path(Path::rectangle(50.0, 10.0, 20.0, 20.0).filled(Colour::RED)),
            Item::Text(Text::new("云州䶮", 10.0, 20.0, 10.0)),
            Item::Qr(Qr {
                content: "https://zwfw.example/".into(),
                x: 75.0,
                y: 10.0,
                size: 20.0,
            }),
        ];
        lay_out(&Document {
            pages: vec![page],
            ..Document::default()
        })
        .unwrap()
    }

    fn decoded(png: Vec<u8>) -> RgbaImage {
        Picture::new(png).unwrap().decode().unwrap()
    }

    #[test]
    fn everything_is_drawn_where_it_stands() {
        let image = decoded(to_png(&sample(), 0, Scale::Dpi(254.0)).unwrap());
        assert_eq!(image.dimensions(), (1000, 500));
        assert_eq!(image.get_pixel(600, 200).0, [0xd9, 0x1e, 0x18, 255]);
        assert_eq!(image.get_pixel(490, 200).0, [255; 4]);
        let dark = |left: u32, right: u32| {
            (left..right)
                .flat_map(|x| (100..220).map(move |y| (x, y)))
                .filter(|&(x, y)| image.get_pixel(x, y).0[0] < 80)
                .count()
        };
        for left in [100, 200, 300] {
            assert!(dark(left, left + 100) > 500, "a character from {left}");
        }
        assert!(dark(750, 950) > 2_000, "the QR code");
    }

    #[test]
    fn a_picture_drawn_small_keeps_its_thin_lines() {
        // One dark row in sixteen, drawn at a twentieth: a sixteenth of the black is left.
        let grey = |y: u32| if y.is_multiple_of(16) { 0 } else { 255 };
        let rgb: Vec<u8> = (0..1600).flat_map(|y| [grey(y); 1600 * 3]).collect();
        let png = png_out::encode(1600, 1600, Pixels::Rgb(&rgb), None, Effort::Fast).unwrap();
        let picture = Picture::new(png).unwrap();
        let mut page = Page::new(100.0, 100.0);
        let placed = Placed {
            picture,
            x: 0.0,
            y: 0.0,
            width: 100.0,
            height: 100.0,
        };
        page.items.push(Item::Picture(placed));
        let laid = lay_out(&Document {
            pages: vec![page],
            ..Document::default()
        })
        .unwrap();
        let first = thumbnail(&laid, 80).unwrap();
        let image = decoded(first.clone());
        let mean = image.pixels().map(|p| u32::from(p.0[0])).sum::<u32>() / (80 * 80);
        assert!((236..=242).contains(&mean), "{mean}");
        assert_eq!(
            first,
            thumbnail(&laid, 80).unwrap(),
            "kept pixels draw the same"
        );
    }

    #[test]
    fn a_thumbnail_has_the_asked_width() {
        let image = decoded(thumbnail(&sample(), 120).unwrap());
        assert_eq!(image.dimensions(), (120, 60));
    }

    #[test]
    fn senseless_requests_are_refused() {
        assert_eq!(
            to_png(&sample(), 1, Scale::Dpi(100.0)),
            Err(Error::NoPage(1))
        );
        assert!(matches!(
            to_png(&sample(), 0, Scale::Dpi(1e6)),
            Err(Error::Measure(_))
        ));
        assert!(matches!(
            to_png(&sample(), 0, Scale::Dpi(f32::NAN)),
            Err(Error::Measure(_))
        ));
        assert!(matches!(
            to_png(&sample(), 0, Scale::Width(0)),
            Err(Error::Measure(_))
        ));
    }
}
