//! Scanned and photographed impressions made fit for a seal: the red kept, everything else made
//! transparent, the edges cropped, size and resolution checked.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{ImageReader, Limits, Luma, RgbaImage};

use super::CINNABAR;
use crate::png_out::{self, Effort, Pixels};
use crate::{Colour, Error, Picture};

/// The least resolution of an impression after cropping (a choice): below it the edges of the
/// characters are lost in print.
pub const LEAST_DPI: f32 = 200.0;
/// More is thinned out: a seal is a part of every document it signs.
const MOST_DPI: f32 = 600.0;
/// Largest edge of what is taken in, in pixels.
const LARGEST_EDGE: u32 = 8_000;
/// How far the proportions of the picture may be from those of the size given.
const TOLERANCE: f32 = 0.06;
/// How much redder than grey a pixel of ink is at least, of 255.
const REDDISH: f32 = 34.0;

/// Why a picture is no impression.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CleanError {
    /// Neither PNG, JPEG nor BMP, broken, or too large to be looked at.
    #[error(
        "the picture cannot be read: it must be a PNG, JPEG or BMP of at most 8000 pixels an edge"
    )]
    Unreadable,
    /// Nothing red in it, or red all over.
    #[error("the picture holds no red impression on a plain ground")]
    NoInk,
    /// Fewer dots an inch than [`LEAST_DPI`], at the size given.
    #[error("the impression has {0} dpi at this size; at least 200 are needed")]
    TooSmall(u32),
    /// Its proportions are not those of the size given: millimetres it would have at that width.
    #[error(
        "the impression's proportions do not fit: at {width_mm} mm wide it is {found_mm} mm high"
    )]
    Proportions { width_mm: u32, found_mm: u32 },
    #[error("the size in millimetres is not usable")]
    Size,
}

impl CleanError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Unreadable => "图片无法读取：须为PNG、JPEG或BMP，长宽均不超过8000像素".into(),
            Self::NoInk => "图片中没有找到浅色底上的红色印迹".into(),
            Self::TooSmall(dpi) => {
                format!("图片太小：按所填尺寸只有{dpi}dpi，至少需要200dpi，请重新扫描")
            }
            Self::Proportions { width_mm, found_mm } => {
                format!("图片长宽比与所填尺寸不符：宽{width_mm}毫米时印迹高约{found_mm}毫米")
            }
            Self::Size => "印章尺寸须为10至70毫米".into(),
        }
    }
}

/// An impression made of a picture.
#[derive(Clone, Debug)]
pub struct Cleaned {
    /// PNG: cinnabar on transparent ground, cropped to the ink.
    pub picture: Picture,
    /// Of the picture handed in.
    pub original_pixels: (u32, u32),
    /// Of the impression as it is kept.
    pub dpi: u32,
}

/// Makes an impression of a PNG, JPEG or BMP whose ink is `width_mm` by `height_mm`.
pub fn clean(bytes: &[u8], width_mm: u32, height_mm: u32) -> Result<Cleaned, CleanError> {
    if !(10..=70).contains(&width_mm) || !(10..=70).contains(&height_mm) {
        return Err(CleanError::Size);
    }
    let image = decode(bytes)?;
    let original_pixels = image.dimensions();
    let mut ink = ink(&image)?;
    drop(image);
    despeckle(&mut ink);
    let (x, y, w, h) = bounds(&ink).ok_or(CleanError::NoInk)?;
    let (wide, high) = (width_mm as f32, height_mm as f32);
    let found = wide * h as f32 / w as f32;
    if (found / high - 1.0).abs() > TOLERANCE {
        let found_mm = found.round() as u32;
        return Err(CleanError::Proportions { width_mm, found_mm });
    }
    let dpi = w as f32 / wide * 25.4;
    if dpi < LEAST_DPI {
        return Err(CleanError::TooSmall(dpi.floor() as u32));
    }
    let cut = imageops::crop_imm(&ink, x, y, w, h).to_image();
    let dpi = dpi.min(MOST_DPI);
    // Exactly the size given: what is left of the tolerance is stretched away.
    let size = |mm: f32| (mm * dpi / 25.4).round().max(1.0) as u32;
    let target = (size(wide), size(high));
    let cut = if cut.dimensions() == target {
        cut
    } else {
        imageops::resize(&cut, target.0, target.1, FilterType::CatmullRom)
    };
    let Colour { r, g, b } = CINNABAR;
    let rgba: Vec<u8> = cut.pixels().flat_map(|p| [r, g, b, p.0[0]]).collect();
    let pixels = Pixels::Rgba(&rgba);
    let picture = png_out::encode(target.0, target.1, pixels, Some(dpi), Effort::Best)
        .and_then(Picture::new)
        .map_err(|_: Error| CleanError::Unreadable)?;
    Ok(Cleaned {
        picture,
        original_pixels,
        dpi: dpi.round() as u32,
    })
}

fn decode(bytes: &[u8]) -> Result<RgbaImage, CleanError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| CleanError::Unreadable)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_EDGE);
    limits.max_image_height = Some(LARGEST_EDGE);
    limits.max_alloc = Some(300 << 20);
    reader.limits(limits);
    let image = reader.decode().map_err(|_| CleanError::Unreadable)?;
    Ok(image.into_rgba8())
}

/// How strong the ink is at each pixel: how much redder than grey it is, from the faintest red to
/// the usual strength of this picture. Grey and black, whatever was printed below the seal, is no
/// ink.
fn ink(image: &RgbaImage) -> Result<image::GrayImage, CleanError> {
    let red = |p: &image::Rgba<u8>| {
        let [r, g, b, a] = p.0.map(f32::from);
        (r - (g + b) / 2.0).max(0.0) * a / 255.0
    };
    let mut counts = [0_u64; 256];
    for pixel in image.pixels() {
        counts[red(pixel) as usize] += 1;
    }
    let reddish: u64 = counts[REDDISH as usize..].iter().sum();
    let all = u64::from(image.width()) * u64::from(image.height());
    // A name seal cut in relief is half ink; nothing that is nearly all red is an impression.
    if reddish * 1_000 < all || reddish * 10 > all * 9 {
        return Err(CleanError::NoInk);
    }
    // The strength that six tenths of the ink reach is full ink: paste is uneven, its edge soft.
    let (mut left, mut full) = (reddish * 6 / 10, 255_usize);
    while full > REDDISH as usize && counts[full] < left {
        left -= counts[full];
        full -= 1;
    }
    let full = (full as f32).max(REDDISH * 2.0);
    let low = (full * 0.25).max(REDDISH * 0.6);
    Ok(image::GrayImage::from_fn(
        image.width(),
        image.height(),
        |x, y| {
            let strength = (red(image.get_pixel(x, y)) - low) / (full * 0.85 - low);
            Luma([(strength.clamp(0.0, 1.0) * 255.0).round() as u8])
        },
    ))
}

/// Takes single dots away: noise of the scanner, no part of a stroke.
fn despeckle(ink: &mut image::GrayImage) {
    let before = ink.clone();
    let (w, h) = before.dimensions();
    for (x, y, pixel) in ink.enumerate_pixels_mut() {
        if pixel.0[0] == 0 {
            continue;
        }
        let mut company = 0;
        for dy in -1_i64..=1 {
            for dx in -1_i64..=1 {
                let (nx, ny) = (i64::from(x) + dx, i64::from(y) + dy);
                let inside = nx >= 0 && ny >= 0 && nx < i64::from(w) && ny < i64::from(h);
                if inside && before.get_pixel(nx as u32, ny as u32).0[0] > 64 {
                    company += 1;
                }
            }
        }
        if company < 3 {
            pixel.0[0] = 0;
        }
    }
}

/// Where the impression lies: left, top, width and height. Rows and columns with a few inked
/// pixels only are outside it.
fn bounds(ink: &image::GrayImage) -> Option<(u32, u32, u32, u32)> {
    let (w, h) = ink.dimensions();
    let (mut columns, mut rows) = (vec![0_u32; w as usize], vec![0_u32; h as usize]);
    for (x, y, pixel) in ink.enumerate_pixels() {
        if pixel.0[0] > 96 {
            columns[x as usize] += 1;
            rows[y as usize] += 1;
        }
    }
    let span = |counts: &[u32]| {
        let most = counts.iter().max().copied().unwrap_or(0);
        let least = (most / 60).max(3);
        let first = counts.iter().position(|c| *c >= least)?;
        let last = counts.iter().rposition(|c| *c >= least)?;
        Some((first as u32, (last - first + 1) as u32))
    };
    let ((x, width), (y, height)) = (span(&columns)?, span(&rows)?);
    (width >= 16 && height >= 16).then_some((x, y, width, height))
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::{Official, official};

    /// A scan: the seal somewhere on paper that is not quite white, with print below it.
    fn scan(dpi: f32) -> RgbImage {
        let seal = official(&Official {
            organisation: "云州市公安局".into(),
            purpose: None,
            digits: String::new(),
            diameter_mm: 42.0,
            dpi,
        });
        let seal = seal.unwrap().decode().unwrap();
        let (w, h) = seal.dimensions();
        let mut page = RgbImage::from_pixel(w + 160, h + 90, Rgb([247, 244, 238]));
        for x in 40..w + 100 {
            for y in h / 2..h / 2 + 9 {
                page.put_pixel(x, y, Rgb([40, 40, 44]));
            }
        }
        for (x, y, ink) in seal.enumerate_pixels() {
            let alpha = f32::from(ink.0[3]) / 255.0;
            let paper = page.get_pixel_mut(x + 97, y + 31);
            // Paste is uneven, and darker than the colour on a screen.
            let paste = [200 - (x % 23) as u8, 38 + (y % 11) as u8, 44];
            for (channel, paste) in paper.0.iter_mut().zip(paste) {
                let mixed = f32::from(*channel) * (1.0 - alpha) + f32::from(paste) * alpha;
                *channel = mixed.round() as u8;
            }
        }
        // A speck of red dust far from the seal.
        page.put_pixel(3, 3, Rgb([220, 30, 30]));
        page
    }

    fn file(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn ground_and_print_go_and_the_red_stays() {
        let page = scan(300.0);
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp] {
            let cleaned = clean(&file(&page, format), 42, 42).unwrap();
            let (w, h) = cleaned.picture.pixels();
            assert!(w.abs_diff(496) <= 4 && h == w, "{format:?}: {w} × {h}");
            assert!(cleaned.dpi.abs_diff(300) <= 3);
            assert_eq!(cleaned.original_pixels, page.dimensions());
            let image = cleaned.picture.decode().unwrap();
            assert!(
                image.pixels().all(|p| p.0[..3] == [0xdc, 0x14, 0x14]),
                "pure red"
            );
            assert_eq!(image.get_pixel(1, 1).0[3], 0, "the corner is transparent");
            assert!(image.get_pixel(w / 2, h / 2).0[3] > 235, "the star is full");
            // Between star and ring ran the line of print.
            assert_eq!(
                image.get_pixel(w / 5, h / 2 + 4).0[3],
                0,
                "{format:?}: the print is gone"
            );
            // The ring is whole all round.
            for degree in (0..360).step_by(3) {
                let t = (degree as f32).to_radians();
                let radius = w as f32 / 2.0 * (21.0 - 0.6) / 21.0;
                let x = w as f32 / 2.0 + radius * t.cos();
                let y = h as f32 / 2.0 + radius * t.sin();
                assert!(image.get_pixel(x as u32, y as u32).0[3] > 120, "{degree}°");
            }
        }
    }

    #[test]
    fn what_was_cleaned_stays_as_it_is() {
        let once = clean(&file(&scan(300.0), ImageFormat::Png), 42, 42).unwrap();
        let twice = clean(once.picture.bytes(), 42, 42).unwrap();
        assert_eq!(once.picture.pixels(), twice.picture.pixels());
        assert_eq!(twice.dpi, once.dpi);
    }

    #[test]
    fn fine_scans_are_thinned_out_and_coarse_ones_refused() {
        let fine = file(&scan(900.0), ImageFormat::Png);
        assert_eq!(clean(&fine, 42, 42).unwrap().picture.pixels(), (992, 992));
        let coarse = file(&scan(120.0), ImageFormat::Png);
        assert!(matches!(
            clean(&coarse, 42, 42),
            Err(CleanError::TooSmall(115..=125))
        ));
        // The same file at half the size would do.
        assert!(clean(&coarse, 20, 20).is_ok());
    }

    #[test]
    fn what_is_no_impression_is_refused() {
        let page = file(&scan(300.0), ImageFormat::Png);
        assert_eq!(
            clean(&page, 42, 30).unwrap_err(),
            CleanError::Proportions {
                width_mm: 42,
                found_mm: 42
            }
        );
        assert_eq!(clean(&page, 9, 9).unwrap_err(), CleanError::Size);
        let grey = RgbImage::from_fn(600, 600, |x, y| Rgb([((x * y) % 255) as u8; 3]));
        assert_eq!(
            clean(&file(&grey, ImageFormat::Png), 42, 42).unwrap_err(),
            CleanError::NoInk
        );
        let red = RgbImage::from_pixel(600, 600, Rgb([220, 20, 20]));
        assert_eq!(
            clean(&file(&red, ImageFormat::Png), 42, 42).unwrap_err(),
            CleanError::NoInk
        );
        for bytes in [&b""[..], b"GIF89a", &page[..page.len() / 2]] {
            assert_eq!(clean(bytes, 42, 42).unwrap_err(), CleanError::Unreadable);
        }
    }
}
