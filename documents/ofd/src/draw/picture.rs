//! Pictures of foreign files: recognised by their first bytes, whatever their name says, and
//! decoded within bounds.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use image::{DynamicImage, ImageFormat, ImageReader, RgbaImage};
use paper::pixels;
use resvg::tiny_skia::Pixmap;

use crate::read::What;

/// The largest edge in pixels and the most pixels of a picture: A2 at 300 dpi and more.
const LARGEST_EDGE: u32 = 16_000;
const MOST_PIXELS: u64 = 40_000_000;

/// A picture that can be drawn.
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    source: Source,
    whole: OnceLock<Result<(), What>>,
    // Decoded and halved for the last size it was drawn at.
    drawn: Mutex<Option<(u32, Arc<Pixmap>)>>,
}

enum Source {
    /// A PNG or JPEG, which browsers read themselves.
    File(Arc<[u8]>, ImageFormat),
    Pixels(RgbaImage),
}

/// Pixels kept with a picture for the next drawing: a page of A3 at 150 dpi.
const KEPT: u64 = 4_500_000;

impl Picture {
    /// Takes the file of a picture; only its header is read if browsers can read it.
    pub fn new(bytes: &Arc<[u8]>) -> Result<Self, What> {
        match image::guess_format(bytes) {
            Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => {
                let (width, height) = reader(bytes, format)
                    .into_dimensions()
                    .map_err(|_| What::PictureUnreadable)?;
                bounded(width, height)?;
                Ok(Self::of(width, height, Source::File(bytes.clone(), format)))
            }
            Ok(format @ ImageFormat::Bmp) => {
                let (width, height) = reader(bytes, format)
                    .into_dimensions()
                    .map_err(|_| What::PictureUnreadable)?;
                bounded(width, height)?;
                let decoded = reader(bytes, format).decode();
                Ok(Self::pixels(
                    decoded.map_err(|_| What::PictureUnreadable)?.into_rgba8(),
                ))
            }
            Ok(_) => Err(What::PictureFormat),
            Err(_) => super::jbig2::decode(bytes).map(Self::pixels),
        }
    }

    pub fn pixels(pixels: RgbaImage) -> Self {
        Self::of(pixels.width(), pixels.height(), Source::Pixels(pixels))
    }

    fn of(width: u32, height: u32, source: Source) -> Self {
        Self {
            width,
            height,
            source,
            whole: OnceLock::new(),
            drawn: Mutex::default(),
        }
    }

    /// Bytes of its pixels.
    fn memory(&self) -> usize {
        let kept = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let drawn = kept.as_ref().map_or(0, |(_, drawn)| drawn.data().len());
        match &self.source {
            Source::Pixels(pixels) => drawn + pixels.len(),
            Source::File(..) => drawn,
        }
    }

    /// Too large to be kept decoded.
    fn is_heavy(&self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        matches!(self.source, Source::Pixels(_)) && pixels > KEPT
    }

    /// The pixels, alpha not multiplied in.
    pub fn decode(&self) -> Result<RgbaImage, What> {
        match &self.source {
            Source::File(bytes, format) => {
                let decoded = reader(bytes, *format).decode();
                decoded
                    .map(DynamicImage::into_rgba8)
                    .map_err(|_| What::PictureUnreadable)
            }
            Source::Pixels(pixels) => Ok(pixels.clone()),
        }
    }

    /// A copy that shows only where `mask` is light. The mask is stretched over the picture.
    pub fn masked(&self, mask: &Picture) -> Result<Self, What> {
        let mut pixels = self.decode()?;
        let mask = mask.decode()?;
        let (width, height) = pixels.dimensions();
        for (x, y, pixel) in pixels.enumerate_pixels_mut() {
            let over = |at: u32, of: u32, edge: u32| {
                (u64::from(at) * u64::from(of) / u64::from(edge)).min(u64::from(of) - 1) as u32
            };
            let [r, g, b, a] = mask
                .get_pixel(over(x, mask.width(), width), over(y, mask.height(), height))
                .0;
            let light = (u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000;
            let shown = light * u32::from(a) / 255;
            pixel.0[3] = (u32::from(pixel.0[3]) * shown / 255) as u8;
        }
        Ok(Self::pixels(pixels))
    }

    /// The picture as a file that browsers read, with its media type. A JPEG or PNG is what it
    /// was, once it has been seen to be whole: a browser would leave a gap and say nothing.
    pub fn for_browsers(&self) -> Result<(&'static str, Arc<[u8]>), What> {
        if matches!(self.source, Source::File(..)) {
            let whole = self.whole.get_or_init(|| self.decode().map(drop));
            (*whole)?;
        }
        match &self.source {
            Source::File(bytes, ImageFormat::Jpeg) => Ok(("image/jpeg", bytes.clone())),
            Source::File(bytes, _) => Ok(("image/png", bytes.clone())),
            Source::Pixels(pixels) => {
                let png = pixels::png_of(pixels).map_err(|_| What::PictureUnreadable)?;
                Ok(("image/png", png.into()))
            }
        }
    }

    /// The pixels for drawing at about so many pixels, halved until at most twice as large. The
    /// last are kept.
    pub fn drawn(&self, width: f32, height: f32) -> Result<Arc<Pixmap>, What> {
        let times = pixels::halvings((self.width, self.height), width, height);
        let mut kept = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, drawn)) = kept.as_ref().filter(|(of, _)| *of == times) {
            return Ok(drawn.clone());
        }
        let drawn = Arc::new(self.halved(times)?);
        if u64::from(drawn.width()) * u64::from(drawn.height()) <= KEPT {
            *kept = Some((times, drawn.clone()));
        }
        Ok(drawn)
    }
}

impl Picture {
    fn halved(&self, times: u32) -> Result<Pixmap, What> {
        let drawable = match &self.source {
            Source::File(bytes, format) => {
                let size = (self.width, self.height);
                let quick = (*format == ImageFormat::Png)
                    .then(|| pixels::png_halved(bytes, size, times))
                    .flatten();
                if let Some(drawn) = quick {
                    return drawn.map_err(|_| What::PictureUnreadable);
                }
                let decoded = reader(bytes, *format).decode();
                pixels::drawable(decoded.map_err(|_| What::PictureUnreadable)?)
            }
            Source::Pixels(decoded) => pixels::premultiplied(decoded.clone()),
        };
        let mut drawn = drawable.map_err(|_| What::PictureUnreadable)?;
        for _ in 0..times {
            drawn = pixels::half(&drawn).ok_or(What::PictureUnreadable)?;
        }
        Ok(drawn)
    }
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LARGEST_EDGE);
    limits.max_image_height = Some(LARGEST_EDGE);
    limits.max_alloc = Some(MOST_PIXELS * 8);
    reader.limits(limits);
    reader
}

pub(crate) fn bounded(width: u32, height: u32) -> Result<(), What> {
    let pixels = u64::from(width) * u64::from(height);
    if width > LARGEST_EDGE || height > LARGEST_EDGE || !(1..=MOST_PIXELS).contains(&pixels) {
        return Err(What::PictureUnreadable);
    }
    Ok(())
}

/// The pictures of a document, each read once. What is kept decoded is bounded: [`KEPT`] pixels
/// each, and so many pictures.
#[derive(Default)]
pub(crate) struct PictureCache {
    by_key: Mutex<HashMap<String, Read>>,
}

type Read = Arc<OnceLock<Result<Arc<Picture>, What>>>;

impl PictureCache {
    const MOST: usize = 16;
    /// Pixels that all of them may come to once they are decoded, and one more.
    const MOST_PIXELS: u64 = 16 * 2_500_000 - KEPT;

    /// Bytes of what is kept decoded.
    pub fn memory(&self) -> usize {
        let known = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let read = known.values().filter_map(|read| read.get()?.as_ref().ok());
        read.map(|picture| picture.memory()).sum()
    }

    /// The picture of that name, made by `make` if it is not known yet.
    pub fn get(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<Picture, What>,
    ) -> Result<Arc<Picture>, What> {
        let mut known = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(key)
            && (known.len() >= Self::MOST || pixels_to_keep(&known) > Self::MOST_PIXELS)
        {
            known.clear();
        }
        let entry = known.entry(key.to_owned()).or_default().clone();
        drop(known);
        let picture = entry.get_or_init(|| make().map(Arc::new)).clone();
        if picture.as_ref().is_ok_and(|picture| picture.is_heavy()) {
            let mut known = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(key);
        }
        picture
    }
}

/// What these pictures may come to once they are decoded.
fn pixels_to_keep(known: &HashMap<String, Read>) -> u64 {
    let read = known.values().filter_map(|read| read.get()?.as_ref().ok());
    read.map(|picture| (u64::from(picture.width) * u64::from(picture.height)).min(KEPT))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(format: ImageFormat) -> Arc<[u8]> {
        let mut bytes = Vec::new();
        let picture = RgbaImage::from_pixel(4, 2, image::Rgba([200, 10, 10, 255]));
        DynamicImage::from(picture)
            .into_rgb8()
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes.into()
    }

    #[test]
    fn formats_are_known_by_their_bytes() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp] {
            let picture = Picture::new(&file(format)).unwrap();
            assert_eq!((picture.width, picture.height), (4, 2));
            let red = picture.decode().unwrap().get_pixel(1, 1).0[0];
            assert!((195..=205).contains(&red), "{format:?}: {red}");
            let (media, bytes) = picture.for_browsers().unwrap();
            assert_eq!(image::guess_format(&bytes).unwrap().to_mime_type(), media);
        }
    }

    #[test]
    fn what_is_no_picture_says_so() {
        let of = |bytes: &[u8]| Picture::new(&Arc::from(bytes)).err();
        assert_eq!(of(b"GIF89a......."), Some(What::PictureFormat));
        assert_eq!(of(b"nothing"), Some(What::PictureFormat));
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some(What::PictureUnreadable));
        assert_eq!(
            of(&file(ImageFormat::Png)[..20]),
            Some(What::PictureUnreadable)
        );
        assert!(bounded(40_000, 10).is_err() && bounded(15_000, 15_000).is_err());
    }

    #[test]
    fn a_mask_hides_what_it_is_dark_over() {
        let picture = Picture::new(&file(ImageFormat::Png)).unwrap();
        let mut mask = RgbaImage::from_pixel(2, 1, image::Rgba([0, 0, 0, 255]));
        mask.put_pixel(0, 0, image::Rgba([255, 255, 255, 255]));
        let shown = picture
            .masked(&Picture::pixels(mask))
            .unwrap()
            .decode()
            .unwrap();
        assert_eq!(shown.get_pixel(0, 0).0, [200, 10, 10, 255]);
        assert_eq!(shown.get_pixel(3, 1).0[3], 0);
    }
}
