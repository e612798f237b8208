//! Pictures: PNG or JPEG bytes with their size.

use std::fmt;
use std::io::Cursor;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use image::{DynamicImage, ImageDecoder, ImageReader, RgbaImage};
use resvg::tiny_skia::Pixmap;

use crate::Error;
use crate::pixels;
use crate::png_out::{self, Effort, Pixels};

/// The largest picture edge in pixels, and the memory a picture may take when decoded.
const LARGEST_EDGE: u32 = 12_000;
const LARGEST_DECODED: u64 = 256 << 20;

/// File formats of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
}

/// A picture. Cloning is cheap, and clones are known to be the same picture.
#[derive(Clone)]
pub struct Picture(Arc<Inner>);

struct Inner {
    bytes: Arc<[u8]>,
    format: PictureFormat,
    width: u32,
    height: u32,
    // What PDF output makes of it, kept because a base picture serves thousands of documents.
    pdf: OnceLock<Result<krilla::image::Image, String>>,
    // The same for thumbnails: how often halved, and the pixels.
    halved: Mutex<Option<(u32, Arc<Pixmap>)>>,
}

impl Picture {
    /// Takes a PNG or JPEG file. Only the header is read here.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Result<Self, Error> {
        let bytes = bytes.into();
        let reader = reader(&bytes)?;
        let format = match reader.format() {
            Some(image::ImageFormat::Png) => PictureFormat::Png,
            Some(image::ImageFormat::Jpeg) => PictureFormat::Jpeg,
            _ => return Err(Error::Picture("neither PNG nor JPEG".into())),
        };
        let (width, height) = reader.into_dimensions().map_err(unreadable)?;
        if width == 0 || height == 0 || width > LARGEST_EDGE || height > LARGEST_EDGE {
            return Err(Error::Picture(format!("{width} × {height} pixels")));
        }
        Ok(Self(Arc::new(Inner {
            bytes,
            format,
            width,
            height,
            pdf: OnceLock::new(),
            halved: Mutex::default(),
        })))
    }

    /// The same for a picture that comes again and again as bytes, such as the impression of a
    /// seal: what was made of it before is found again. The last used are kept.
    pub fn again(bytes: impl Into<Arc<[u8]>> + AsRef<[u8]>) -> Result<Self, Error> {
        const KEPT: usize = 64;
        static SEEN: Mutex<Vec<Picture>> = Mutex::new(Vec::new());
        let seen = || SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut seen = seen();
            let known = |picture: &Self| *picture.0.bytes == *bytes.as_ref();
            if let Some(at) = seen.iter().position(known) {
                seen[..=at].rotate_right(1);
                return Ok(seen[0].clone());
            }
        }
        let picture = Self::new(bytes)?;
        let mut seen = seen();
        seen.truncate(KEPT - 1);
        seen.insert(0, picture.clone());
        Ok(picture)
    }

    /// The file.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.0.bytes
    }

    /// Its format.
    pub fn format(&self) -> PictureFormat {
        self.0.format
    }

    /// Width and height in pixels.
    pub fn pixels(&self) -> (u32, u32) {
        (self.0.width, self.0.height)
    }

    /// Whether both are clones of one picture.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The pixels, alpha not multiplied in.
    #[cfg(test)]
    pub(crate) fn decode(&self) -> Result<RgbaImage, Error> {
        Ok(decode(&self.0.bytes)?.into_rgba8())
    }

    /// The pixels as they are drawn.
    pub(crate) fn drawable(&self) -> Result<Pixmap, Error> {
        pixels::drawable(decode(&self.0.bytes)?)
    }

    pub(crate) fn halved(&self) -> &Mutex<Option<(u32, Arc<Pixmap>)>> {
        &self.0.halved
    }

    pub(crate) fn pdf(&self) -> Result<krilla::image::Image, Error> {
        self.0
            .pdf
            .get_or_init(|| {
                let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(self.0.bytes.clone());
                match self.0.format {
                    PictureFormat::Png => krilla::image::Image::from_png(data.into(), false),
                    PictureFormat::Jpeg => krilla::image::Image::from_jpeg(data.into(), false),
                }
            })
            .clone()
            .map_err(Error::Picture)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            format,
            width,
            height,
            bytes,
            ..
        } = &*self.0;
        write!(
            f,
            "Picture({format:?} {width}×{height}, {} bytes)",
            bytes.len()
        )
    }
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, Error> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| Error::Picture(error.to_string()))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LARGEST_EDGE);
    limits.max_image_height = Some(LARGEST_EDGE);
    limits.max_alloc = Some(LARGEST_DECODED);
    reader.limits(limits);
    Ok(reader)
}

/// Decodes and turns upright: cameras write the turn into the metadata only.
fn decode(bytes: &[u8]) -> Result<DynamicImage, Error> {
    let mut decoder = reader(bytes)?.into_decoder().map_err(unreadable)?;
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn unreadable(error: image::ImageError) -> Error {
    Error::Picture(error.to_string())
}

/// Prepares a photograph for a box of the given millimetres: decoded, cropped about its centre to
/// the box's shape, no finer than 300 dpi, without metadata, as PNG.
///
/// What is printed on a licence is thereby never the uploaded file itself.
pub fn photograph(bytes: &[u8], width_mm: f32, height_mm: f32) -> Result<Picture, Error> {
    if !(1.0..=500.0).contains(&width_mm) || !(1.0..=500.0).contains(&height_mm) {
        return Err(Error::Measure(
            "a photograph's box must be between 1 and 500 mm",
        ));
    }
    let mut picture = decode(bytes)?;
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let scale = (width / width_mm).min(height / height_mm);
    let crop_width = ((width_mm * scale).round() as u32).clamp(1, picture.width());
    let crop_height = ((height_mm * scale).round() as u32).clamp(1, picture.height());
    picture = picture.crop_imm(
        (picture.width() - crop_width) / 2,
        (picture.height() - crop_height) / 2,
        crop_width,
        crop_height,
    );
    let finest = |mm: f32| (mm / 25.4 * 300.0).round() as u32;
    if crop_width > finest(width_mm) {
        picture = picture.resize_exact(
            finest(width_mm),
            finest(height_mm).max(1),
            image::imageops::FilterType::CatmullRom,
        );
    }
    let on_white = flatten(picture.into_rgba8());
    let (width, height) = on_white.dimensions();
    Picture::new(png_out::encode(
        width,
        height,
        Pixels::Rgb(&on_white),
        None,
        Effort::Best,
    )?)
}

fn flatten(picture: RgbaImage) -> image::RgbImage {
    image::RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0.map(u32::from);
        let over = |c: u32| ((c * a + 255 * (255 - a) + 127) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(width: u32, height: u32) -> Vec<u8> {
        let pixels: Vec<u8> = (0..width * height * 3).map(|i| (i % 251) as u8).collect();
        png_out::encode(width, height, Pixels::Rgb(&pixels), None, Effort::Fast).unwrap()
    }

    #[test]
    fn a_picture_knows_its_size_and_format() {
        let picture = Picture::new(sample(40, 30)).unwrap();
        assert_eq!(picture.pixels(), (40, 30));
        assert_eq!(picture.format(), PictureFormat::Png);
        assert!(picture.is_same(&picture.clone()));
    }

    #[test]
    fn a_picture_that_comes_again_is_the_same_picture() {
        let first = Picture::again(sample(41, 30)).unwrap();
        for n in 0..200 {
            let other = Picture::again(sample(42, 1 + n % 90)).unwrap();
            assert!(!other.is_same(&first));
            let again = Picture::again(sample(41, 30)).unwrap();
            assert!(again.is_same(&first), "the last used are kept");
        }
        assert!(Picture::again(*b"GIF89a......").is_err());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(
            Picture::new(*b"GIF89a......"),
            Err(Error::Picture(_))
        ));
        assert!(matches!(Picture::new(*b""), Err(Error::Picture(_))));
        let mut cut = sample(40, 30);
        cut.truncate(60);
        assert!(matches!(
            photograph(&cut, 26.0, 32.0),
            Err(Error::Picture(_))
        ));
    }

    #[test]
    fn a_photograph_takes_the_shape_of_its_box() {
        let picture = photograph(&sample(800, 600), 26.0, 32.0).unwrap();
        let (width, height) = picture.pixels();
        assert_eq!((width, height), (307, 378));
    }

    #[test]
    fn a_small_photograph_is_not_blown_up() {
        let picture = photograph(&sample(52, 64), 26.0, 32.0).unwrap();
        assert_eq!(picture.pixels(), (52, 64));
    }
}
