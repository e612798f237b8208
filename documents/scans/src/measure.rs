//! What a page looks like from afar: how dark its writing is, whether there is any.

use image::{GrayImage, imageops};

use crate::Picture;

/// A grey copy, no wider than `width`.
pub(crate) fn small(picture: &Picture, width: u32) -> GrayImage {
    let grey = match picture {
        Picture::ImageLuma8(grey) if grey.width() <= width => return grey.clone(),
        Picture::ImageLuma8(grey) => std::borrow::Cow::Borrowed(grey),
        other => std::borrow::Cow::Owned(other.to_luma8()),
    };
    if grey.width() <= width {
        return grey.into_owned();
    }
    let height = u64::from(grey.height()) * u64::from(width) / u64::from(grey.width().max(1));
    let height = u32::try_from(height).unwrap_or(1).max(1);
    imageops::thumbnail(&*grey, width, height)
}

/// Below this a pixel is writing: the paper is what most of the page is.
pub(crate) fn darkness(grey: &GrayImage) -> u8 {
    let mut counts = [0_u64; 256];
    for pixel in grey.pixels() {
        if let Some(count) = counts.get_mut(usize::from(pixel.0[0])) {
            *count += 1;
        }
    }
    let half = u64::from(grey.width()) * u64::from(grey.height()) / 2;
    let mut seen = 0;
    for (value, n) in (0_u8..=255).zip(counts) {
        seen += n;
        if seen > half {
            return value.saturating_sub(value / 3).max(40);
        }
    }
    128
}

/// Share of the inner page that must be writing, in ten-thousandths; dust is less.
const WRITTEN: u64 = 4;

/// Whether nothing is written on the page.
pub fn is_blank(picture: &Picture) -> bool {
    let grey = small(picture, 600);
    let dark = darkness(&grey);
    let (width, height) = grey.dimensions();
    let (rim_x, rim_y) = (width / 20, height / 20);
    let (mut all, mut written) = (0_u64, 0_u64);
    for (x, y, pixel) in grey.enumerate_pixels() {
        let inner = x >= rim_x && y >= rim_y && x < width - rim_x && y < height - rim_y;
        if inner {
            all += 1;
            written += u64::from(pixel.0[0] < dark);
        }
    }
    written * 10_000 < all * WRITTEN
}
