//! The image of a page as PNG, made once for one reader and so made quickly. A page is mostly
//! lines that repeat the one above; their difference from it is nothing, which the compression of
//! `fdeflate` passes over faster than anything else.

use resvg::tiny_skia::Pixmap;

use crate::Error;

/// The filters of PNG that are tried: less the left, the upper, the likeliest neighbour.
const SUB: u8 = 1;
const UP: u8 = 2;
const PAETH: u8 = 4;

/// A drawing on an opaque ground as PNG; grey where it has no colours.
pub fn page_png(canvas: &Pixmap, dpi: f32) -> Result<Vec<u8>, Error> {
    let (width, height) = (canvas.width(), canvas.height());
    let grey = is_grey(canvas);
    let failed = |error: String| Error::Picture(error);
    let data = compressed(canvas, if grey { 1 } else { 3 });
    let data = data.map_err(|error| failed(error.to_string()))?;
    let failed = |error: png::EncodingError| failed(error.to_string());
    let mut file = Vec::with_capacity(data.len() + 128);
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(if grey {
        png::ColorType::Grayscale
    } else {
        png::ColorType::Rgb
    });
    encoder.set_pixel_dims(Some(crate::png_out::resolution(dpi)));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer
        .write_chunk(png::chunk::IDAT, &data)
        .map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

/// Whether red, green and blue are the same everywhere.
fn is_grey(canvas: &Pixmap) -> bool {
    let mut lines = canvas.data().chunks_exact(canvas.width() as usize * 4);
    // All of a line at once, which the compiler makes wide steps of.
    lines.all(|line| {
        let apart = |pixel: &[u8]| (pixel[0] ^ pixel[1]) | (pixel[1] ^ pixel[2]);
        line.chunks_exact(4).fold(0, |all, p| all | apart(p)) == 0
    })
}

/// The pixels with `channels` bytes each, every line less what the filter expects it to be.
fn compressed(canvas: &Pixmap, channels: usize) -> std::io::Result<Vec<u8>> {
    let old_row = canvas.width() as usize * 4;
    let row = canvas.width() as usize * channels;
    let room = canvas.height() as usize * row / 16;
    let mut out = fdeflate::Compressor::new(Vec::with_capacity(room))?;
    let (mut above, mut line) = (vec![0; row], vec![0; row]);
    let mut tried = [SUB, UP, PAETH].map(|filter| {
        let mut filtered = vec![0; row + 1];
        filtered[0] = filter;
        filtered
    });
    let mut same = vec![0; row + 1];
    same[0] = UP;
    let mut last: &[u8] = &[];
    for old in canvas.data().chunks_exact(old_row) {
        if old == last {
            out.write_data(&same)?;
            continue;
        }
        last = old;
        narrowed(old, &mut line, channels);
        let [sub, up, paeth] = &mut tried;
        less(&line[channels..], &line, &mut sub[1 + channels..]);
        sub[1..=channels].copy_from_slice(&line[..channels]);
        less(&line, &above, &mut up[1..]);
        expected(&line, &above, &mut paeth[1..], channels);
        if let Some(best) = tried.iter().min_by_key(|line| remainder(&line[1..])) {
            out.write_data(best)?;
        }
        std::mem::swap(&mut above, &mut line);
    }
    out.finish()
}

/// A line less another.
fn less(line: &[u8], other: &[u8], out: &mut [u8]) {
    for (to, (this, other)) in out.iter_mut().zip(line.iter().zip(other)) {
        *to = this.wrapping_sub(*other);
    }
}

/// Pixels without what is the same for all.
fn narrowed(old: &[u8], new: &mut [u8], channels: usize) {
    if channels == 1 {
        let old = old.chunks_exact(4);
        new.iter_mut().zip(old).for_each(|(to, old)| *to = old[0]);
        return;
    }
    // Four pixels at a time, as three words.
    let fours = old.chunks_exact(16).zip(new.chunks_exact_mut(12));
    for (from, to) in fours {
        let word = |at: usize| u32::from_le_bytes([from[at], from[at + 1], from[at + 2], 0]);
        let [a, b, c, d] = [word(0), word(4), word(8), word(12)];
        let words = [a | b << 24, b >> 8 | c << 16, c >> 16 | d << 8];
        for (to, word) in to.chunks_exact_mut(4).zip(words) {
            to.copy_from_slice(&word.to_le_bytes());
        }
    }
    let rest = old.chunks_exact(16).remainder().chunks_exact(4);
    let done = old.len() / 16 * 12;
    for (to, old) in new[done..].chunks_exact_mut(3).zip(rest) {
        to.copy_from_slice(&old[..3]);
    }
}

/// How much a filter has left, up and down.
fn remainder(line: &[u8]) -> u64 {
    let sum = |part: &[u8]| {
        let sizes = part.iter().map(|n| u16::from((*n as i8).unsigned_abs()));
        u64::from(sizes.sum::<u16>())
    };
    line.chunks(256).map(sum).sum()
}

/// Every byte less that of its neighbours (left, above, above left) which is nearest to what all
/// three let expect.
fn expected(line: &[u8], above: &[u8], out: &mut [u8], channels: usize) {
    let count = out.len() - channels;
    for (to, (this, up)) in out.iter_mut().zip(line.iter().zip(above)).take(channels) {
        *to = this.wrapping_sub(*up);
    }
    // Of one length, so that the compiler sees that no index is out of it and takes wide steps.
    let (out, this) = (&mut out[channels..][..count], &line[channels..][..count]);
    let (left, up, corner) = (&line[..count], &above[channels..][..count], &above[..count]);
    for at in 0..count {
        let [a, b, c] = [left[at], up[at], corner[at]].map(i16::from);
        let (from_a, from_b) = ((b - c).abs(), (a - c).abs());
        let from_c = (a + b - c - c).abs();
        let nearer = if from_b <= from_c { b } else { c };
        let nearest = from_a <= from_b && from_a <= from_c;
        let nearest = if nearest { a } else { nearer };
        out[at] = this[at].wrapping_sub(nearest as u8);
    }
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{Color, PremultipliedColorU8};

    use super::*;

    fn read(png: &[u8]) -> image::DynamicImage {
        image::load_from_memory(png).unwrap()
    }

    fn drawn(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Pixmap {
        let mut canvas = Pixmap::new(width, height).unwrap();
        canvas.fill(Color::WHITE);
        for y in 0..height {
            for x in 0..width {
                let [r, g, b] = pixel(x, y);
                let at = (y * width + x) as usize;
                canvas.pixels_mut()[at] = PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap();
            }
        }
        canvas
    }

    /// Noise, hills, and even areas come back as they were, in colour and in grey.
    #[test]
    fn every_pixel_comes_back() {
        let noise = |x: u32, y: u32| {
            let n = (x * 7_919 + y * 104_729 + 13).wrapping_mul(2_654_435_761);
            [n as u8, (n >> 8) as u8, (n >> 16) as u8]
        };
        let hills = |x: u32, y: u32| [(x + y) as u8, (x * 2) as u8, (y * 3) as u8];
        let plain = |_: u32, y: u32| if y > 40 { [250, 240, 230] } else { [255; 3] };
        let grey = |x: u32, y: u32| [noise(x, y / 3)[0]; 3];
        let kinds: [&dyn Fn(u32, u32) -> [u8; 3]; 4] = [&noise, &hills, &plain, &grey];
        for (n, kind) in kinds.into_iter().enumerate() {
            for (width, height) in [(1, 1), (3, 90), (97, 61)] {
                let png = page_png(&drawn(width, height, kind), 150.0).unwrap();
                let back = read(&png);
                if height > 1 {
                    let grey = matches!(back, image::DynamicImage::ImageLuma8(_));
                    assert_eq!(grey, n == 3 || n == 2 && height <= 41, "{n} {width}");
                }
                for (x, y, pixel) in back.to_rgb8().enumerate_pixels() {
                    assert_eq!(pixel.0, kind(x, y), "{n} {width} {x} {y}");
                }
            }
        }
    }

    #[test]
    fn it_says_its_resolution_and_takes_little_room() {
        let png = page_png(&drawn(1_240, 1_754, |_, _| [255; 3]), 150.0).unwrap();
        assert!(png.len() < 20_000, "{}", png.len());
        let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info();
        let info = reader.unwrap().info().pixel_dims.unwrap();
        assert_eq!((info.xppu, info.yppu), (5_906, 5_906));
    }
}
