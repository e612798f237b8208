//! The seal impression as PDF wants it: an image with a soft mask, compressed once and used for
//! every signature of that seal.

use std::collections::HashMap;
use std::io::{Cursor, Write as _};
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::PdfError;

/// Largest picture, in bytes of RGBA.
const LIMIT: usize = 64 << 20;
/// Pictures kept; an agency has some dozens of seals.
const KEPT: usize = 256;

/// A seal impression (印模), ready to be drawn into a PDF. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct SealPicture(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    width: u32,
    height: u32,
    colour: Vec<u8>,
    mask: Vec<u8>,
}

impl SealPicture {
    /// Reads a PNG of any kind; transparent parts stay transparent.
    pub fn from_png(png: &[u8]) -> Result<Self, PdfError> {
        let wrong = |_| PdfError::Picture;
        let mut decoder = png::Decoder::new(Cursor::new(png));
        decoder.set_limits(png::Limits { bytes: LIMIT });
        decoder.set_transformations(
            png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
        );
        let mut reader = decoder.read_info().map_err(wrong)?;
        let size = reader.output_buffer_size().filter(|size| *size <= LIMIT);
        let mut pixels = vec![0; size.ok_or(PdfError::Picture)?];
        let info = reader.next_frame(&mut pixels).map_err(wrong)?;
        pixels.truncate(info.buffer_size());
        let count = pixels.len();
        let (mut colour, mut mask) = (Vec::with_capacity(count), Vec::with_capacity(count));
        match info.color_type {
            png::ColorType::Rgba => {
                for pixel in pixels.chunks_exact(4) {
                    colour.extend(&pixel[..3]);
                    mask.push(pixel[3]);
                }
            }
            png::ColorType::GrayscaleAlpha => {
                for pixel in pixels.chunks_exact(2) {
                    colour.extend([pixel[0]; 3]);
                    mask.push(pixel[1]);
                }
            }
            _ => return Err(PdfError::Picture),
        }
        Ok(Self(Arc::new(Parts {
            width: info.width,
            height: info.height,
            colour: deflate(&colour)?,
            mask: deflate(&mask)?,
        })))
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.0.width, self.0.height)
    }

    /// Bytes it adds to a file.
    pub(super) fn weight(&self) -> usize {
        self.0.colour.len() + self.0.mask.len()
    }

    /// Flate-compressed RGB, 8 bits a component.
    pub(super) fn colour(&self) -> &[u8] {
        &self.0.colour
    }

    /// Flate-compressed opacity, 8 bits a pixel.
    pub(super) fn mask(&self) -> &[u8] {
        &self.0.mask
    }
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, PdfError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|_| PdfError::Picture)
}

/// Seal pictures by the digest of their PNG, so that each is compressed once.
#[derive(Debug, Default)]
pub struct SealPictures(Mutex<HashMap<[u8; 32], SealPicture>>);

impl SealPictures {
    /// Nothing kept yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The picture of a PNG.
    pub fn get(&self, png: &[u8]) -> Result<SealPicture, PdfError> {
        let digest = gm::sha256(png);
        // A poisoned lock only means that another thread panicked; the map itself is whole.
        let lock = || {
            self.0
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
        };
        if let Some(picture) = lock().get(&digest) {
            return Ok(picture.clone());
        }
        let picture = SealPicture::from_png(png)?;
        let mut kept = lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(digest, picture.clone());
        Ok(picture)
    }
}
