//! The pages of a TIFF file.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageBuffer, RgbImage, RgbaImage};
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use crate::pixels::bounded;
use crate::{PIXELS, Picture, ScanError};

pub(crate) fn pages(
    bytes: &[u8],
    take: &mut dyn FnMut(Picture) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    let most = usize::try_from(PIXELS * 4).unwrap_or(usize::MAX);
    let mut limits = Limits::default();
    limits.decoding_buffer_size = most;
    limits.intermediate_buffer_size = most;
    let broken = |page: usize| move |error: TiffError| ScanError::broken(page, error);
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(broken(1))?;
    decoder = decoder.with_limits(limits);
    for page in 1.. {
        let (width, height) = decoder.dimensions().map_err(broken(page))?;
        bounded(page, width.into(), height.into())?;
        take(one(&mut decoder, page, width, height)?)?;
        if !decoder.more_images() {
            return Ok(());
        }
        decoder.next_image().map_err(broken(page + 1))?;
    }
    Ok(())
}

fn one(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    page: usize,
    width: u32,
    height: u32,
) -> Result<Picture, ScanError> {
    let broken = |error: TiffError| ScanError::broken(page, error);
    let unknown = || ScanError::broken(page, "its colours are of a kind that is not read");
    let colour = decoder.colortype().map_err(broken)?;
    let turn = decoder
        .find_tag(Tag::Orientation)
        .map_err(broken)?
        .and_then(|value| value.into_u16().ok());
    let data = decoder.read_image().map_err(broken)?;
    let bytes = match data {
        DecodingResult::U8(bytes) => bytes,
        DecodingResult::U16(words) => {
            let high = |word: u16| u8::try_from(word >> 8).unwrap_or(u8::MAX);
            words.into_iter().map(high).collect()
        }
        _ => return Err(unknown()),
    };
    let made: Option<DynamicImage> = match colour {
        ColorType::Gray(1) => grey(&bytes, width, height, 1),
        ColorType::Gray(2) => grey(&bytes, width, height, 2),
        ColorType::Gray(4) => grey(&bytes, width, height, 4),
        ColorType::Gray(8 | 16) => {
            GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
        }
        ColorType::GrayA(8) => {
            ImageBuffer::from_raw(width, height, bytes).map(DynamicImage::ImageLumaA8)
        }
        ColorType::RGB(8 | 16) => {
            RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
        }
        ColorType::RGBA(8) => {
            RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
        }
        ColorType::CMYK(8) => from_cmyk(&bytes, width, height),
        ColorType::YCbCr(8) => from_ycbcr(&bytes, width, height),
        _ => return Err(unknown()),
    };
    let mut picture = made.ok_or_else(unknown)?;
    let turn = turn.and_then(|turn| u8::try_from(turn).ok());
    if let Some(upright) = turn.and_then(image::metadata::Orientation::from_exif) {
        picture.apply_orientation(upright);
    }
    Ok(picture)
}

/// Grey of one, two or four bits a pixel, each line beginning with a byte of its own.
pub(crate) fn grey(bytes: &[u8], width: u32, height: u32, bits: u32) -> Option<Picture> {
    let line = usize::try_from(width.checked_mul(bits)?.div_ceil(8)).ok()?;
    let most = (1_u32 << bits) - 1;
    let mut picture = GrayImage::from_pixel(width, height, image::Luma([255]));
    for (row, from) in picture.rows_mut().zip(bytes.chunks(line.max(1))) {
        for (x, pixel) in (0_u32..).zip(row) {
            let at = x * bits;
            let Some(byte) = usize::try_from(at / 8).ok().and_then(|at| from.get(at)) else {
                break;
            };
            let value = (u32::from(*byte) >> (8 - bits - at % 8)) & most;
            pixel.0 = [u8::try_from(value * 255 / most).unwrap_or(u8::MAX)];
        }
    }
    Some(DynamicImage::ImageLuma8(picture))
}

/// Ink as light; values are ink, from 0 for none.
pub(crate) fn from_cmyk(bytes: &[u8], width: u32, height: u32) -> Option<Picture> {
    let light = |ink: u8, black: u8| {
        let left = (255 - u32::from(ink)) * (255 - u32::from(black)) / 255;
        u8::try_from(left).unwrap_or(u8::MAX)
    };
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    for pixel in bytes.chunks_exact(4) {
        if let [c, m, y, k] = pixel {
            out.extend([light(*c, *k), light(*m, *k), light(*y, *k)]);
        }
    }
    RgbImage::from_raw(width, height, out).map(DynamicImage::ImageRgb8)
}

fn from_ycbcr(bytes: &[u8], width: u32, height: u32) -> Option<Picture> {
    let mut out = Vec::with_capacity(bytes.len());
    for pixel in bytes.chunks_exact(3) {
        if let [y, cb, cr] = pixel {
            let (y, cb, cr) = (
                f32::from(*y),
                f32::from(*cb) - 128.0,
                f32::from(*cr) - 128.0,
            );
            let to = |v: f32| v.round().clamp(0.0, 255.0) as u8;
            out.extend([
                to(y + 1.402 * cr),
                to(y - 0.344_136 * cb - 0.714_136 * cr),
                to(y + 1.772 * cb),
            ]);
        }
    }
    RgbImage::from_raw(width, height, out).map(DynamicImage::ImageRgb8)
}
