//! What is done to a page: turned by quarters, straightened, cropped. The page itself stays as it
//! came, so that everything can be done anew.

use image::{DynamicImage, GenericImageView, ImageBuffer, Pixel};

use crate::Picture;

/// What is cut off each side, in thousandths of the turned page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crop {
    pub left: u16,
    pub top: u16,
    pub right: u16,
    pub bottom: u16,
}

/// How a page is to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Quarters to the right: 0 to 3.
    pub quarters: u8,
    /// Hundredths of a degree by which it is turned to the left afterwards, at most ±[`Shape::TILT`].
    pub tilt: i16,
    pub crop: Crop,
}

impl Shape {
    /// Most that is straightened, in hundredths of a degree.
    pub const TILT: i16 = 1_500;

    /// Nothing is done.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its numbers make sense: at least a tenth of each side is left.
    pub fn is_good(&self) -> bool {
        let Crop {
            left,
            top,
            right,
            bottom,
        } = self.crop;
        let left_over = |a: u16, b: u16| u32::from(a) + u32::from(b) <= 900;
        self.quarters < 4
            && self.tilt.abs() <= Self::TILT
            && left_over(left, right)
            && left_over(top, bottom)
    }
}

/// The page as it is to be seen.
pub fn shaped(picture: &Picture, shape: &Shape) -> Picture {
    let mut now = match shape.quarters % 4 {
        1 => picture.rotate90(),
        2 => picture.rotate180(),
        3 => picture.rotate270(),
        _ => picture.clone(),
    };
    if shape.tilt != 0 {
        now = turned(&now, f32::from(shape.tilt) / 100.0);
    }
    let (width, height) = now.dimensions();
    let part = |whole: u32, thousandths: u16| whole * u32::from(thousandths.min(900)) / 1000;
    let crop = shape.crop;
    let (x, y) = (part(width, crop.left), part(height, crop.top));
    let right = width.saturating_sub(part(width, crop.right));
    let bottom = height.saturating_sub(part(height, crop.bottom));
    if (x, y, right, bottom) == (0, 0, width, height) {
        return now;
    }
    let (width, height) = (right.saturating_sub(x), bottom.saturating_sub(y));
    now.crop_imm(x, y, width.max(1), height.max(1))
}

/// Turned to the left around its middle on ground of its own size; what comes in is paper.
fn turned(picture: &Picture, degrees: f32) -> Picture {
    match picture {
        DynamicImage::ImageLuma8(of) => DynamicImage::ImageLuma8(turned_pixels(of, degrees)),
        DynamicImage::ImageRgb8(of) => DynamicImage::ImageRgb8(turned_pixels(of, degrees)),
        other => DynamicImage::ImageRgb8(turned_pixels(&other.to_rgb8(), degrees)),
    }
}

fn turned_pixels<P>(of: &ImageBuffer<P, Vec<u8>>, degrees: f32) -> ImageBuffer<P, Vec<u8>>
where
    P: Pixel<Subpixel = u8>,
{
    let (width, height) = of.dimensions();
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (mid_x, mid_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let white = *P::from_slice(&[255; 4][..usize::from(P::CHANNEL_COUNT).min(4)]);
    let at = |x: i64, y: i64| {
        let inside = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        let found = inside.and_then(|(x, y)| of.get_pixel_checked(x, y));
        found.copied().unwrap_or(white)
    };
    ImageBuffer::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - mid_x, y as f32 + 0.5 - mid_y);
        let from_x = cos * dx - sin * dy + mid_x - 0.5;
        let from_y = sin * dx + cos * dy + mid_y - 0.5;
        let (left, top) = (from_x.floor(), from_y.floor());
        let (part_x, part_y) = (from_x - left, from_y - top);
        let (left, top) = (left as i64, top as i64);
        let (a, b) = (at(left, top), at(left + 1, top));
        let (c, d) = (at(left, top + 1), at(left + 1, top + 1));
        let mix = |a: u8, b: u8, part: f32| f32::from(a) * (1.0 - part) + f32::from(b) * part;
        let upper = a.map2(&b, |a, b| mix(a, b, part_x) as u8);
        let lower = c.map2(&d, |c, d| mix(c, d, part_x) as u8);
        upper.map2(&lower, |a, b| mix(a, b, part_y).round() as u8)
    })
}
