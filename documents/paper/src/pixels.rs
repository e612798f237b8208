//! Pixels between pictures, drawings and PNG: what the drawing of laid-out pages and of foreign
//! ones share.

use image::RgbaImage;
use resvg::tiny_skia::{IntSize, Pixmap};

use crate::Error;
use crate::png_out::{self, Effort, Pixels};

/// A drawing on an opaque ground as PNG, quickly; grey where it has no colours.
pub fn page_png(canvas: &Pixmap, dpi: f32) -> Result<Vec<u8>, Error> {
    let (width, height) = (canvas.width(), canvas.height());
    let pixels = canvas.data().chunks_exact(4);
    let grey = pixels.clone().all(|p| p[0] == p[1] && p[1] == p[2]);
    if grey {
        let grey: Vec<u8> = pixels.map(|p| p[0]).collect();
        return png_out::encode(width, height, Pixels::Grey(&grey), Some(dpi), Effort::Fast);
    }
    let mut rgb = vec![0; pixels.len() * 3];
    for (to, from) in rgb.chunks_exact_mut(3).zip(pixels) {
        to.copy_from_slice(&from[..3]);
    }
    png_out::encode(width, height, Pixels::Rgb(&rgb), Some(dpi), Effort::Fast)
}

/// A picture as PNG, alpha not multiplied in.
pub fn png_of(picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let (width, height) = picture.dimensions();
    png_out::encode(width, height, Pixels::Rgba(picture), None, Effort::Fast)
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
    let size = IntSize::from_wh(picture.width(), picture.height())
        .ok_or_else(|| Error::Picture("empty".into()))?;
    Pixmap::from_vec(picture.into_raw(), size).ok_or_else(|| Error::Picture("too large".into()))
}

/// How often a picture of so many pixels is halved before it is drawn: while it is more than
/// twice as large as it is drawn, because smoothing between four pixels would drop lines thinner
/// than what is left out.
pub fn halvings((across, down): (u32, u32), width: f32, height: f32) -> u32 {
    let times = (across as f32 / width.max(1.0)).min(down as f32 / height.max(1.0));
    if times > 2.0 {
        times.log2().ceil() as u32 - 1
    } else {
        0
    }
}

/// Half as large, each pixel the mean of four.
pub fn half(source: &Pixmap) -> Option<Pixmap> {
    let mut half = Pixmap::new(source.width().div_ceil(2), source.height().div_ceil(2))?;
    let (old_width, old_height) = (source.width() as usize, source.height() as usize);
    let old = source.data();
    let new_width = half.width() as usize;
    for (index, pixel) in half.data_mut().chunks_exact_mut(4).enumerate() {
        let (x, y) = (index % new_width * 2, index / new_width * 2);
        let (right, below) = ((x + 1).min(old_width - 1), (y + 1).min(old_height - 1));
        for (channel, value) in pixel.iter_mut().enumerate() {
            let at = |x: usize, y: usize| u16::from(old[(y * old_width + x) * 4 + channel]);
            let sum = at(x, y) + at(right, y) + at(x, below) + at(right, below);
            *value = ((sum + 2) / 4) as u8;
        }
    }
    Some(half)
}
