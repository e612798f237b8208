//! Pixels between pictures, drawings and PNG: what the drawing of laid-out pages and of foreign
//! ones share.

use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{IntSize, Pixmap};

use crate::Error;
pub use crate::png_in::png_halved;
use crate::png_out::{self, Effort, Pixels};
pub use crate::png_page::page_png;

/// A picture as PNG, alpha not multiplied in.
pub fn png_of(picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let (width, height) = picture.dimensions();
    png_out::encode(width, height, Pixels::Rgba(picture), None, Effort::Fast)
}

/// A decoded picture for drawing. The common kinds, which are opaque, are copied once.
pub fn drawable(picture: DynamicImage) -> Result<Pixmap, Error> {
    let (width, height) = (picture.width(), picture.height());
    let opaque: Vec<u8> = match &picture {
        DynamicImage::ImageRgb8(rgb) => {
            let mut data = vec![255; rgb.len() / 3 * 4];
            for (to, from) in data.chunks_exact_mut(4).zip(rgb.chunks_exact(3)) {
                to[..3].copy_from_slice(from);
            }
            data
        }
        DynamicImage::ImageLuma8(grey) => {
            let mut data = vec![255; grey.len() * 4];
            for (to, from) in data.chunks_exact_mut(4).zip(grey.iter()) {
                to[..3].fill(*from);
            }
            data
        }
        _ => return premultiplied(picture.into_rgba8()),
    };
    drop(picture);
    pixmap(opaque, (width, height))
}

fn pixmap(data: Vec<u8>, (width, height): (u32, u32)) -> Result<Pixmap, Error> {
    let size = IntSize::from_wh(width, height).ok_or_else(|| Error::Picture("empty".into()))?;
    Pixmap::from_vec(data, size).ok_or_else(|| Error::Picture("too large".into()))
}

/// A picture for drawing: alpha multiplied in.
pub fn premultiplied(mut picture: RgbaImage) -> Result<Pixmap, Error> {
    for pixel in picture.pixels_mut() {
        let [r, g, b, a] = pixel.0;
        if a != 255 {
            let times = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
            pixel.0 = [times(r), times(g), times(b), a];
        }
    }
    let size = picture.dimensions();
    pixmap(picture.into_raw(), size)
}

/// How often a picture of so many pixels is halved before it is drawn: while it is twice as large
/// as it is drawn or more, because smoothing between four pixels would drop lines thinner than
/// what is left out, and because a smaller one can be kept. A page at half the resolution of its
/// scan is seldom exactly half as large, so a thousandth less will do.
pub fn halvings((across, down): (u32, u32), width: f32, height: f32) -> u32 {
    let times = (across as f32 / width.max(1.0)).min(down as f32 / height.max(1.0));
    (times * 1.001).log2().max(0.0) as u32
}

/// Half as large, each pixel the mean of four.
pub fn half(source: &Pixmap) -> Option<Pixmap> {
    let mut half = Pixmap::new(source.width().div_ceil(2), source.height().div_ceil(2))?;
    let (row, last) = (source.width() as usize * 4, source.height() as usize - 1);
    let (old, new_row) = (source.data(), half.width() as usize * 4);
    for (y, line) in half.data_mut().chunks_exact_mut(new_row).enumerate() {
        let above = &old[y * 2 * row..][..row];
        let below = &old[(y * 2 + 1).min(last) * row..][..row];
        let pairs = above.chunks(8).zip(below.chunks(8));
        for (to, (above, below)) in line.chunks_exact_mut(4).zip(pairs) {
            // An odd last column stands for its neighbour as well.
            let right = if above.len() == 8 { 4 } else { 0 };
            for (channel, to) in to.iter_mut().enumerate() {
                let of = |pair: &[u8]| u16::from(pair[channel]) + u16::from(pair[channel + right]);
                *to = ((of(above) + of(below) + 2) / 4) as u8;
            }
        }
    }
    Some(half)
}
