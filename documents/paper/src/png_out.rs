//! Writing PNG.

use crate::Error;

/// Colour layout of the pixels handed over.
pub(crate) enum Pixels<'a> {
    /// One bit a pixel, rows padded to bytes, 1 is white.
    Bits(&'a [u8]),
    /// Three bytes a pixel.
    Rgb(&'a [u8]),
    /// Four bytes a pixel, alpha not multiplied in.
    Rgba(&'a [u8]),
    /// One byte a pixel into a palette of RGB triples.
    Indexed(&'a [u8], &'a [u8]),
}

/// How much work compression may take.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Effort {
    /// Made once per request.
    Fast,
    /// Made once and kept.
    Best,
}

pub(crate) fn encode(
    width: u32,
    height: u32,
    pixels: Pixels,
    dpi: Option<f32>,
    effort: Effort,
) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    // Drawings of few colours compress best as they are; filters help photographs.
    let photographic = matches!(pixels, Pixels::Rgb(_));
    let mut encoder = png::Encoder::new(&mut file, width, height);
    let data = match pixels {
        Pixels::Bits(data) => {
            encoder.set_color(png::ColorType::Grayscale);
            encoder.set_depth(png::BitDepth::One);
            data
        }
        Pixels::Rgb(data) => {
            encoder.set_color(png::ColorType::Rgb);
            data
        }
        Pixels::Rgba(data) => {
            encoder.set_color(png::ColorType::Rgba);
            data
        }
        Pixels::Indexed(data, palette) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette.to_vec());
            data
        }
    };
    if let Some(dpi) = dpi {
        encoder.set_pixel_dims(Some(resolution(dpi)));
    }
    encoder.set_compression(match effort {
        Effort::Fast => png::Compression::Fast,
        Effort::Best => png::Compression::High,
    });
    if !photographic {
        encoder.set_filter(png::Filter::NoFilter);
    }
    let failed = |error: png::EncodingError| Error::Picture(error.to_string());
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(data).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

/// Pixels an inch as PNG says them.
pub(crate) fn resolution(dpi: f32) -> png::PixelDimensions {
    let per_metre = (dpi / 0.0254).round() as u32;
    png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }
}
