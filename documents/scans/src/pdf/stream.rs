//! One picture of a PDF, of whichever coding scanners write.

use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use image::{DynamicImage, GrayImage, RgbImage};
use lopdf::{Dictionary, Document, Object, Stream};

use super::{dictionary, number};
use crate::pixels::{bounded, upright};
use crate::tiff_pages::{from_cmyk, grey};
use crate::{PIXELS, Picture, ScanError};

/// What a picture's numbers mean.
enum Colours {
    Grey,
    Rgb,
    Cmyk,
    /// Table of red, green, blue.
    Table(Vec<u8>),
}

pub(super) fn picture(
    document: &Document,
    stream: &Stream,
    page: usize,
) -> Result<Picture, ScanError> {
    let dict = &stream.dict;
    let unknown = |what: &str| ScanError::broken(page, what);
    let side = |key: &[u8]| number(document, dict, key).and_then(|n| u32::try_from(n).ok());
    let (width, height) = side(b"Width")
        .zip(side(b"Height"))
        .ok_or_else(|| unknown("its picture has no size"))?;
    bounded(page, width.into(), height.into())?;
    let filters = filters(document, dict);
    let last = filters.last().map(Vec::as_slice);
    let own = |last: &[u8]| {
        [
            &b"DCTDecode"[..],
            b"DCT",
            b"CCITTFaxDecode",
            b"CCF",
            b"JBIG2Decode",
        ]
        .contains(&last)
    };
    // What stands before the picture's own coding is undone first.
    let coded = match last {
        Some(last) if own(last) && filters.len() == 1 => stream.content.clone(),
        Some(last) if own(last) => before(stream, filters.len() - 1, page)?,
        _ => plain(stream, page)?,
    };
    let params = params(document, dict, filters.len());
    let inverted = inverted(document, dict);
    match last {
        Some(b"DCTDecode" | b"DCT") => {
            let picture = upright(&coded, page)?;
            bounded(page, picture.width().into(), picture.height().into())?;
            Ok(picture)
        }
        Some(b"CCITTFaxDecode" | b"CCF") => {
            let whole = fax(document, &coded, params, width, height);
            whole
                .map(|picture| turn_over(picture, inverted))
                .ok_or_else(|| unknown("its fax coding is broken"))
        }
        Some(b"JBIG2Decode") => {
            let picture = jbig2(document, &coded, params, page)?;
            Ok(turn_over(picture, inverted))
        }
        Some(b"JPXDecode") => Err(unknown("JPEG 2000 is not read")),
        _ => {
            let made = raw(document, dict, coded, width, height);
            let picture =
                made.ok_or_else(|| unknown("its colours are of a kind that is not read"))?;
            Ok(turn_over(picture, inverted))
        }
    }
}

fn filters(document: &Document, dict: &Dictionary) -> Vec<Vec<u8>> {
    let Some(object) = dict
        .get(b"Filter")
        .ok()
        .and_then(|object| document.dereference(object).ok())
    else {
        return Vec::new();
    };
    match object.1 {
        Object::Name(name) => vec![name.clone()],
        Object::Array(all) => all
            .iter()
            .filter_map(|one| one.as_name().ok().map(<[u8]>::to_vec))
            .collect(),
        _ => Vec::new(),
    }
}

/// The parameters of the last coding.
fn params<'a>(
    document: &'a Document,
    dict: &'a Dictionary,
    filters: usize,
) -> Option<&'a Dictionary> {
    let object = dict.get(b"DecodeParms").or_else(|_| dict.get(b"DP")).ok()?;
    match document.dereference(object).ok()?.1 {
        Object::Dictionary(own) => Some(own),
        Object::Array(all) => dictionary(document, all.get(filters.checked_sub(1)?)?),
        _ => None,
    }
}

fn most() -> usize {
    usize::try_from(PIXELS * 4).unwrap_or(usize::MAX)
}

fn plain(stream: &Stream, page: usize) -> Result<Vec<u8>, ScanError> {
    if stream.dict.get(b"Filter").is_err() {
        return Ok(stream.content.clone());
    }
    stream
        .decompressed_content_with_limit(most())
        .map_err(|error| ScanError::broken(page, error))
}

/// The content after its first codings.
fn before(stream: &Stream, first: usize, page: usize) -> Result<Vec<u8>, ScanError> {
    let mut outer = stream.clone();
    for key in [&b"Filter"[..], b"DecodeParms"] {
        if let Ok(Object::Array(all)) = outer.dict.get(key) {
            let some: Vec<Object> = all.iter().take(first).cloned().collect();
            outer.dict.set(key, Object::Array(some));
        }
    }
    plain(&outer, page)
}

/// Whether 0 is light: `Decode [1 0]`.
fn inverted(document: &Document, dict: &Dictionary) -> bool {
    let decode = dict.get(b"Decode").ok();
    let decode = decode.and_then(|object| document.dereference(object).ok());
    let first = decode.and_then(|found| found.1.as_array().ok()?.first()?.as_float().ok());
    first.is_some_and(|first| first >= 0.5)
}

fn turn_over(mut picture: Picture, inverted: bool) -> Picture {
    if inverted {
        picture.invert();
    }
    picture
}

fn fax(
    document: &Document,
    bytes: &[u8],
    params: Option<&Dictionary>,
    width: u32,
    height: u32,
) -> Option<Picture> {
    let int = |key: &[u8], other: i64| {
        params
            .and_then(|params| number(document, params, key))
            .unwrap_or(other)
    };
    let flag = |key: &[u8], other: bool| {
        let own = params.and_then(|params| params.get(key).ok()?.as_bool().ok());
        own.unwrap_or(other)
    };
    let columns = u32::try_from(int(b"Columns", 1728)).ok()?;
    if columns == 0 || columns > crate::SIDE {
        return None;
    }
    let settings = DecodeSettings {
        columns,
        rows: height,
        end_of_block: flag(b"EndOfBlock", true),
        end_of_line: flag(b"EndOfLine", false),
        rows_are_byte_aligned: flag(b"EncodedByteAlign", false),
        encoding: match int(b"K", 0) {
            0 => EncodingMode::Group3_1D,
            k if k < 0 => EncodingMode::Group4,
            _ => EncodingMode::Group3_2D,
        },
        strict: false,
    };
    let mut lines = Lines {
        picture: GrayImage::from_pixel(width, height, image::Luma([255])),
        y: 0,
    };
    let done = hayro_ccitt::decode(bytes, &mut lines, &mut DecoderContext::new(settings));
    // A scanner that forgets its last line has still scanned the page.
    if done.is_err() && lines.y * 10 < height * 9 {
        return None;
    }
    let picture = DynamicImage::ImageLuma8(lines.picture);
    Some(turn_over(picture, flag(b"BlackIs1", false)))
}

/// Lines of a fax as they come.
struct Lines {
    picture: GrayImage,
    y: u32,
}

impl Lines {
    fn black(&mut self, from: u32, to: u32) {
        for x in from..to.min(self.picture.width()) {
            if let Some(pixel) = self.picture.get_pixel_mut_checked(x, self.y) {
                pixel.0 = [0];
            }
        }
    }
}

impl hayro_ccitt::Decoder for Lines {
    fn push_row(&mut self, changes: &[u32]) {
        for run in changes.chunks(2) {
            match run {
                [from, to] => self.black(*from, *to),
                [from] => self.black(*from, u32::MAX),
                _ => {}
            }
        }
        self.y = self.y.saturating_add(1);
    }
}

fn jbig2(
    document: &Document,
    bytes: &[u8],
    params: Option<&Dictionary>,
    page: usize,
) -> Result<Picture, ScanError> {
    let broken = |error: hayro_jbig2::DecodeError| ScanError::broken(page, error);
    let settings = hayro_jbig2::DecodeSettings::default();
    let shared = params
        .and_then(|params| params.get(b"JBIG2Globals").ok())
        .and_then(|object| document.dereference(object).ok())
        .and_then(|found| found.1.as_stream().ok());
    let shared = match shared {
        Some(stream) => {
            let bytes = plain(stream, page)?;
            Some(hayro_jbig2::Globals::new(&bytes, &settings).map_err(broken)?)
        }
        None => None,
    };
    let whole =
        hayro_jbig2::Page::new_embedded(bytes, shared.as_ref(), &settings).map_err(broken)?;
    bounded(page, whole.width().into(), whole.height().into())?;
    let mut dots = Dots {
        picture: GrayImage::from_pixel(whole.width(), whole.height(), image::Luma([255])),
        x: 0,
        y: 0,
    };
    whole.decode(&mut dots).map_err(broken)?;
    Ok(DynamicImage::ImageLuma8(dots.picture))
}

struct Dots {
    picture: GrayImage,
    x: u32,
    y: u32,
}

impl hayro_jbig2::Decoder for Dots {
    fn push_pixel(&mut self, black: bool) {
        if black && let Some(pixel) = self.picture.get_pixel_mut_checked(self.x, self.y) {
            pixel.0 = [0];
        }
        self.x = self.x.saturating_add(1);
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        for _ in 0..chunk_count.saturating_mul(8) {
            self.push_pixel(black);
        }
    }

    fn next_line(&mut self) {
        self.x = 0;
        self.y = self.y.saturating_add(1);
    }
}

/// A picture without a coding of its own.
fn raw(
    document: &Document,
    dict: &Dictionary,
    bytes: Vec<u8>,
    width: u32,
    height: u32,
) -> Option<Picture> {
    let mask = dict.get(b"ImageMask").and_then(Object::as_bool);
    let bits = match mask {
        Ok(true) => 1,
        _ => u32::try_from(number(document, dict, b"BitsPerComponent").unwrap_or(8)).ok()?,
    };
    let colours = match mask {
        Ok(true) => Colours::Grey,
        _ => colours(document, dict.get(b"ColorSpace").ok()?, 4)?,
    };
    match (colours, bits) {
        (Colours::Grey, 1 | 2 | 4) => grey(&bytes, width, height, bits),
        (Colours::Grey, 8) => {
            GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
        }
        (Colours::Rgb, 8) => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
        (Colours::Cmyk, 8) => from_cmyk(&bytes, width, height),
        (Colours::Table(table), 1 | 2 | 4 | 8) => {
            let index = match bits {
                8 => GrayImage::from_raw(width, height, bytes)?,
                _ => grey(&bytes, width, height, bits)?.to_luma8(),
            };
            let most = (1_usize << bits) - 1;
            let mut out = RgbImage::new(width, height);
            for (to, from) in out.pixels_mut().zip(index.pixels()) {
                let at = usize::from(from.0[0]) * most / 255 * 3;
                if let Some([r, g, b]) = table.get(at..at + 3) {
                    to.0 = [*r, *g, *b];
                }
            }
            Some(DynamicImage::ImageRgb8(out))
        }
        _ => None,
    }
}

fn colours(document: &Document, object: &Object, deep: usize) -> Option<Colours> {
    let object = document.dereference(object).ok()?.1;
    let all = match object {
        Object::Name(_) => std::slice::from_ref(object),
        Object::Array(all) => all.as_slice(),
        _ => return None,
    };
    Some(match all.first()?.as_name().ok()? {
        b"DeviceGray" | b"CalGray" | b"G" => Colours::Grey,
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Colours::Rgb,
        b"DeviceCMYK" | b"CMYK" => Colours::Cmyk,
        b"ICCBased" => {
            let profile = document.dereference(all.get(1)?).ok()?.1.as_stream().ok()?;
            match number(document, &profile.dict, b"N")? {
                1 => Colours::Grey,
                3 => Colours::Rgb,
                4 => Colours::Cmyk,
                _ => return None,
            }
        }
        b"Indexed" | b"I" if deep > 0 => {
            let base = colours(document, all.get(1)?, deep - 1)?;
            let table = match document.dereference(all.get(3)?).ok()?.1 {
                Object::String(bytes, _) => bytes.clone(),
                Object::Stream(stream) => plain(stream, 1).ok()?,
                _ => return None,
            };
            Colours::Table(match base {
                Colours::Rgb => table,
                Colours::Grey => table.into_iter().flat_map(|grey| [grey; 3]).collect(),
                _ => return None,
            })
        }
        _ => return None,
    })
}
