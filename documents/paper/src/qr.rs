//! QR codes as pictures.

use qrcode::{Color, EcLevel, QrCode};

use crate::png_out::{self, Effort, Pixels};
use crate::{Error, Picture};

/// Blank modules around the code, as ISO/IEC 18004 asks.
const QUIET: usize = 4;
/// Pixels a module: enough that a reader who smooths pictures keeps the edges.
const MODULE: usize = 8;

/// A QR code (error correction M) as a black-and-white PNG with its quiet zone.
pub fn qr_picture(content: &str) -> Result<Picture, Error> {
    if content.is_empty() {
        return Err(Error::Qr("it has nothing to say".into()));
    }
    let code = QrCode::with_error_correction_level(content, EcLevel::M)
        .map_err(|error| Error::Qr(error.to_string()))?;
    let modules = code.width();
    let edge = (modules + 2 * QUIET) * MODULE;
    let stride = edge.div_ceil(8);
    let mut bits = vec![0xff_u8; stride * edge];
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let left = (index % modules + QUIET) * MODULE;
            let top = (index / modules + QUIET) * MODULE;
            for row in top..top + MODULE {
                // A module is eight pixels wide: exactly one byte.
                bits[row * stride + left / 8] = 0;
            }
        }
    }
    let edge = edge as u32;
    Picture::new(png_out::encode(
        edge,
        edge,
        Pixels::Bits(&bits),
        None,
        Effort::Fast,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_has_a_quiet_zone_of_four_modules() {
        let picture = qr_picture("https://zwfw.example/verify/abc").unwrap();
        let image = picture.decode().unwrap();
        let (width, height) = image.dimensions();
        assert_eq!(width, height);
        let dark = |x: u32, y: u32| image.get_pixel(x, y).0[0] < 128;
        for y in 0..height {
            for x in 0..width {
                let edge = x < 32 || y < 32 || x >= width - 32 || y >= height - 32;
                assert!(!(edge && dark(x, y)));
            }
        }
        assert!(
            dark(32, 32) && dark(32 + 6 * 8, 32 + 6 * 8),
            "the finder pattern"
        );
    }

    #[test]
    fn too_long_and_empty_are_refused() {
        assert!(matches!(qr_picture(&"长".repeat(3_000)), Err(Error::Qr(_))));
        assert!(matches!(qr_picture(""), Err(Error::Qr(_))));
    }
}
