//! Pictures from bytes and to bytes, their size known before they are decoded.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageReader, Limits};

use crate::{PIXELS, Picture, SIDE, ScanError};

/// Bytes that a decoder may ask for: a page in colour with what it needs beside it.
const MEMORY: u64 = PIXELS * 5;

/// How well pages are kept, out of 100.
const QUALITY: u8 = 85;

/// Fails for a page that is too large to be looked at.
pub(crate) fn bounded(page: usize, width: u64, height: u64) -> Result<(), ScanError> {
    let side = u64::from(SIDE);
    let fits = width <= side && height <= side && width.saturating_mul(height) <= PIXELS;
    match fits && width > 0 && height > 0 {
        true => Ok(()),
        false => Err(ScanError::Large {
            page,
            width,
            height,
        }),
    }
}

/// A JPEG or PNG picture, upright as the camera says.
pub(crate) fn upright(bytes: &[u8], page: usize) -> Result<Picture, ScanError> {
    let broken = |error: image::ImageError| ScanError::broken(page, error);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|e| ScanError::broken(page, e))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    bounded(page, width.into(), height.into())?;
    let upright = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(upright);
    Ok(picture)
}

/// A picture that [`encode`] made.
pub fn decode(bytes: &[u8]) -> Result<Picture, ScanError> {
    Ok(plain(upright(bytes, 1)?))
}

/// The picture as JPEG.
pub fn encode(picture: &Picture) -> Result<Vec<u8>, ScanError> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    let done = match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => {
            picture.write_with_encoder(encoder)
        }
        other => other.to_rgb8().write_with_encoder(encoder),
    };
    done.map_err(|e| ScanError::broken(1, e))?;
    Ok(out)
}

/// Eight bits of grey or of colour; what shines through is paper.
pub(crate) fn plain(picture: Picture) -> Picture {
    use DynamicImage as D;
    match picture {
        D::ImageLuma8(_) | D::ImageRgb8(_) => picture,
        D::ImageLuma16(_) => D::ImageLuma8(picture.to_luma8()),
        D::ImageRgb16(_) | D::ImageRgb32F(_) => D::ImageRgb8(picture.to_rgb8()),
        other => {
            let seen = other.to_rgba8();
            let mut flat = image::RgbImage::new(seen.width(), seen.height());
            for (to, from) in flat.pixels_mut().zip(seen.pixels()) {
                let [r, g, b, a] = from.0;
                let over = |c: u8| {
                    let (c, a) = (u32::from(c), u32::from(a));
                    u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX)
                };
                to.0 = [over(r), over(g), over(b)];
            }
            D::ImageRgb8(flat)
        }
    }
}

/// The picture with its longer side no longer than `longest`.
pub fn shrink(picture: Picture, longest: u32) -> Picture {
    let (width, height) = picture.dimensions();
    if width.max(height) <= longest {
        return picture;
    }
    picture.thumbnail(longest, longest)
}

/// Width and height of a picture that [`encode`] made, without decoding it.
pub fn size(bytes: &[u8]) -> Result<(u32, u32), ScanError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|e| ScanError::broken(1, e))?;
    let size = reader.into_dimensions();
    size.map_err(|e| ScanError::broken(1, e))
}
