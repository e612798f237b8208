//! JBIG2 (written GBIG2 in some files): scans in black and white.

use hayro_jbig2::{DecodeSettings, Decoder, File, Page};
use image::{Rgba, RgbaImage};

use super::picture::bounded;
use crate::read::What;

/// The first page of a JBIG2 file, or of its bare segments as they stand in other formats.
pub(crate) fn decode(bytes: &[u8]) -> Result<RgbaImage, What> {
    const FILE: &[u8] = b"\x97JB2\r\n\x1a\n";
    let settings = DecodeSettings::default();
    if bytes.starts_with(FILE) {
        let file = File::new(bytes, &settings).map_err(|_| What::PictureUnreadable)?;
        return draw(&file.page(0).ok_or(What::PictureUnreadable)?);
    }
    // Bare segments have no mark of their own but begin with their number, and a page with its
    // information: anything else is no picture we know.
    if bytes.len() < 30 || bytes[..3] != [0, 0, 0] || ![0x30, 0x00].contains(&bytes[4]) {
        return Err(What::PictureFormat);
    }
    draw(&Page::new_embedded(bytes, None, &settings).map_err(|_| What::PictureUnreadable)?)
}

fn draw(page: &Page<'_>) -> Result<RgbaImage, What> {
    bounded(page.width(), page.height())?;
    let mut picture = RgbaImage::from_pixel(page.width(), page.height(), Rgba([255; 4]));
    page.decode(&mut Lines {
        picture: &mut picture,
        x: 0,
        y: 0,
    })
    .map_err(|_| What::PictureUnreadable)?;
    Ok(picture)
}

struct Lines<'a> {
    picture: &'a mut RgbaImage,
    x: u32,
    y: u32,
}

impl Decoder for Lines<'_> {
    fn push_pixel(&mut self, black: bool) {
        if black && let Some(pixel) = self.picture.get_pixel_mut_checked(self.x, self.y) {
            *pixel = Rgba([0, 0, 0, 255]);
        }
        self.x += 1;
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        for _ in 0..chunk_count.saturating_mul(8) {
            self.push_pixel(black);
        }
    }

    fn next_line(&mut self) {
        self.x = 0;
        self.y += 1;
    }
}
