//! Which kind of file it is, and its pages one after another.

use crate::{Picture, ScanError, pdf, pixels, tiff_pages};

/// A kind of file that holds scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Tiff,
    Jpeg,
    Png,
}

impl Kind {
    /// The media type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Tiff => "image/tiff",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// What a file is by its first bytes; its name says nothing.
pub fn kind(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
    if head.windows(5).any(|at| at == b"%PDF-") {
        return Some(Kind::Pdf);
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        return Some(Kind::Tiff);
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Some(Kind::Jpeg);
    }
    head.starts_with(b"\x89PNG\r\n\x1a\n").then_some(Kind::Png)
}

/// Gives the pages one by one to `take`, upright as the file says and no larger than
/// [`crate::KEPT`].
///
/// # Errors
/// The first page that cannot be read ends it: of such a file nothing is to be kept.
pub fn read(
    bytes: &[u8],
    most: usize,
    take: &mut dyn FnMut(Picture) -> Result<(), String>,
) -> Result<usize, ScanError> {
    let mut n = 0;
    let mut one = |picture: Picture| {
        n += 1;
        if n > most {
            return Err(ScanError::Pages { most });
        }
        let picture = pixels::shrink(pixels::plain(picture), crate::KEPT);
        take(picture).map_err(ScanError::Taker)
    };
    match kind(bytes).ok_or(ScanError::Format)? {
        Kind::Pdf => pdf::pages(bytes, most, &mut one)?,
        Kind::Tiff => tiff_pages::pages(bytes, &mut one)?,
        Kind::Jpeg | Kind::Png => one(pixels::upright(bytes, 1)?)?,
    }
    Ok(n)
}
