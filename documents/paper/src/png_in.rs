//! PNG files as pixels for drawing, line by line and halved on the way: a scan at 300 dpi that is
//! shown at 150 is never whole in memory.

use std::io::Cursor;

use png::{BitDepth, ColorType, Transformations};
use resvg::tiny_skia::{IntSize, Pixmap};

use crate::Error;

/// What the decoder may allocate beside the pixels: palettes, profiles, texts.
const ASIDE: usize = 16 << 20;

/// The pixels of a PNG file, alpha multiplied in, halved `times` times; each is the mean of all it
/// stands for. Nothing for kinds that are left to other decoders: interlaced ones, and files whose
/// size is not `size`.
pub fn png_halved(file: &[u8], size: (u32, u32), times: u32) -> Option<Result<Pixmap, Error>> {
    let limits = png::Limits { bytes: ASIDE };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_ignore_text_chunk(true);
    let info = decoder.read_header_info().ok()?;
    if info.interlaced || (info.width, info.height) != size || times > 8 {
        return None;
    }
    let indexed = info.color_type == ColorType::Indexed && info.bit_depth == BitDepth::Eight;
    decoder.set_transformations(if indexed {
        Transformations::IDENTITY
    } else {
        Transformations::normalize_to_color8()
    });
    let failed = |error: png::DecodingError| Error::Picture(error.to_string());
    Some(
        decoder
            .read_info()
            .map_err(failed)
            .and_then(|reader| halved(reader, times)),
    )
}

fn halved(mut reader: png::Reader<Cursor<&[u8]>>, times: u32) -> Result<Pixmap, Error> {
    let failed = |error: png::DecodingError| Error::Picture(error.to_string());
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let colours = (info.color_type == ColorType::Indexed).then(|| palette(info));
    let kind = reader.output_color_type().0;
    let edge = 1_u32 << times;
    let size = IntSize::from_wh(width.div_ceil(edge), height.div_ceil(edge))
        .ok_or_else(|| Error::Picture("empty".into()))?;
    let row = size.width() as usize * 4;
    let mut data = vec![0; row * size.height() as usize];
    let mut wide = vec![0; width as usize * 4];
    let mut sums = vec![0_u16; width as usize * 4];
    let mut last = Vec::new();
    for line in data.chunks_exact_mut(row) {
        if times == 0 {
            let Some(read) = reader.next_row().map_err(failed)? else {
                break;
            };
            widened(read.data(), kind, colours.as_ref(), line);
            continue;
        }
        // Down first: 256 bytes at most are no more than two bytes can count.
        let mut rows = 0;
        while rows < edge
            && let Some(read) = reader.next_row().map_err(failed)?
        {
            // Lines of a drawing often repeat the one above.
            if last != read.data() {
                widened(read.data(), kind, colours.as_ref(), &mut wide);
                last.clear();
                last.extend_from_slice(read.data());
            }
            let pairs = sums.iter_mut().zip(&wide);
            if rows == 0 {
                pairs.for_each(|(sum, value)| *sum = u16::from(*value));
            } else {
                pairs.for_each(|(sum, value)| *sum += u16::from(*value));
            }
            rows += 1;
        }
        if rows == 0 {
            break;
        }
        across(&sums, line, edge as usize, rows);
    }
    Pixmap::from_vec(data, size).ok_or_else(|| Error::Picture("too large".into()))
}

/// Sums of `rows` lines as a line of pixels `edge` times as wide. The last may stand for fewer.
fn across(sums: &[u16], line: &mut [u8], edge: usize, rows: u32) {
    if (edge, rows) == (2, 2) {
        // By far the most; what is left over at the end is done as all others below.
        for (to, of) in line.chunks_exact_mut(4).zip(sums.chunks_exact(8)) {
            for (to, (one, two)) in to.iter_mut().zip(of[..4].iter().zip(&of[4..])) {
                *to = ((one + two + 2) >> 2) as u8;
            }
        }
    }
    let done = if (edge, rows) == (2, 2) {
        sums.len() / 8
    } else {
        0
    };
    let left = line[done * 4..].chunks_exact_mut(4);
    for (to, of) in left.zip(sums[done * 8..].chunks(edge * 4)) {
        let count = of.len() as u32 / 4 * rows;
        for (channel, to) in to.iter_mut().enumerate() {
            let values = of.iter().skip(channel).step_by(4);
            let sum: u32 = values.map(|value| u32::from(*value)).sum();
            *to = ((sum + count / 2) / count) as u8;
        }
    }
}

/// The colours of a palette by their numbers; black where it has none.
fn palette(info: &png::Info) -> [[u8; 4]; 256] {
    let alphas = info.trns.as_deref().unwrap_or_default();
    let mut colours = [[0, 0, 0, 255]; 256];
    let entries = info.palette.as_deref().unwrap_or_default().chunks_exact(3);
    for (at, (to, rgb)) in colours.iter_mut().zip(entries).enumerate() {
        let alpha = alphas.get(at).copied().unwrap_or(255);
        *to = premultiplied([rgb[0], rgb[1], rgb[2], alpha]);
    }
    colours
}

fn premultiplied([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    if a == 255 {
        return [r, g, b, a];
    }
    let times = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    [times(r), times(g), times(b), a]
}

/// A line of the file as red, green, blue and alpha.
fn widened(read: &[u8], kind: ColorType, colours: Option<&[[u8; 4]; 256]>, line: &mut [u8]) {
    let pixels = line.chunks_exact_mut(4);
    if let Some(colours) = colours {
        for (to, number) in pixels.zip(read) {
            to.copy_from_slice(&colours[usize::from(*number)]);
        }
        return;
    }
    match kind {
        ColorType::Grayscale => {
            for (to, grey) in pixels.zip(read) {
                to.copy_from_slice(&[*grey, *grey, *grey, 255]);
            }
        }
        ColorType::GrayscaleAlpha => {
            for (to, from) in pixels.zip(read.chunks_exact(2)) {
                to.copy_from_slice(&premultiplied([from[0], from[0], from[0], from[1]]));
            }
        }
        ColorType::Rgb | ColorType::Indexed => {
            for (to, from) in pixels.zip(read.chunks_exact(3)) {
                to.copy_from_slice(&[from[0], from[1], from[2], 255]);
            }
        }
        ColorType::Rgba => {
            for (to, from) in pixels.zip(read.chunks_exact(4)) {
                to.copy_from_slice(&premultiplied([from[0], from[1], from[2], from[3]]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, RgbaImage};

    use super::*;
    use crate::pixels;

    fn hills(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([
                (x * 5) as u8,
                (y * 7) as u8,
                (x + y) as u8,
                (x * y) as u8 | 15,
            ])
        })
    }

    fn file(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Every kind of pixel is what the general decoder makes of it.
    #[test]
    fn it_agrees_with_the_general_way() {
        let hills = DynamicImage::from(hills(61, 43));
        for picture in [
            hills.clone(),
            hills.to_rgb8().into(),
            hills.to_luma8().into(),
            hills.to_luma_alpha8().into(),
            hills.to_rgb16().into(),
        ] {
            let kind = picture.color();
            let file = file(&picture);
            let decoded = image::load_from_memory(&file).unwrap().to_rgba8();
            let mut theirs = pixels::premultiplied(decoded).unwrap();
            for times in 0..4 {
                let ours = png_halved(&file, (61, 43), times).unwrap().unwrap();
                assert_eq!(
                    (ours.width(), ours.height()),
                    (theirs.width(), theirs.height())
                );
                let mut pairs = ours.data().iter().zip(theirs.data());
                // Halving again and again rounds each time, and the last column of an odd width
                // counts twice.
                let inner = ours.width() as usize * 4 - 4;
                let all = times == 0 && pairs.clone().all(|(a, b)| a == b);
                let near = pairs.by_ref().take(inner).all(|(a, b)| a.abs_diff(*b) <= 2);
                assert!(all || times > 0 && near, "{kind:?} {times}");
                theirs = pixels::half(&theirs).unwrap();
            }
        }
    }

    #[test]
    fn palettes_and_what_they_lack() {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 3, 1);
        encoder.set_color(ColorType::Indexed);
        encoder.set_palette(vec![10, 20, 30, 200, 100, 50]);
        encoder.set_trns(vec![255, 127]);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[0, 1, 7]).unwrap();
        writer.finish().unwrap();
        let drawn = png_halved(&file, (3, 1), 0).unwrap().unwrap();
        assert_eq!(
            drawn.data(),
            [10, 20, 30, 255, 100, 50, 25, 127, 0, 0, 0, 255]
        );
    }

    #[test]
    fn a_file_that_breaks_off_is_an_error() {
        let file = file(&hills(61, 43).into());
        assert!(
            png_halved(&file[..file.len() / 2], (61, 43), 0)
                .unwrap()
                .is_err()
        );
        assert!(png_halved(&file, (60, 43), 0).is_none());
    }
}
