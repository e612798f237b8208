//! What a file is, by its content: names and declared types are not believed [B-44, Q-10].

use serde::{Deserialize, Serialize};

/// The kinds that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Pdf,
    Ofd,
    Jpeg,
    Png,
}

impl FileKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Pdf, Self::Ofd, Self::Jpeg, Self::Png]
            .into_iter()
            .find(|k| k.code() == code)
    }

    /// The media type it is served with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// What a refused file is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty,
    Executable,
    Broken,
    Other,
}

/// Largest picture taken: a scan of A3 at 600 dpi fits, a picture bomb does not.
const MAX_PIXELS: u64 = 80_000_000;

/// Tells the kind by the content and looks whether it can be read at all.
pub fn sniff(bytes: &[u8]) -> Result<FileKind, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if is_executable(bytes) {
        return Err(Refused::Executable);
    }
    // Some writers put a few bytes before the header; the standard's readers accept 1 024.
    let head = &bytes[..bytes.len().min(1024)];
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return picture(bytes, FileKind::Png);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return picture(bytes, FileKind::Jpeg);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let limits = ofd::Limits::default();
        return match ofd::Package::read(bytes, &limits) {
            Ok(_) => Ok(FileKind::Ofd),
            Err(_) => Err(Refused::Other),
        };
    }
    if head.windows(5).any(|w| w == b"%PDF-") {
        let readable = lopdf::Document::load_mem(bytes).is_ok_and(|d| !d.get_pages().is_empty());
        return if readable {
            Ok(FileKind::Pdf)
        } else {
            Err(Refused::Broken)
        };
    }
    Err(Refused::Other)
}

fn picture(bytes: &[u8], kind: FileKind) -> Result<FileKind, Refused> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| Refused::Broken)?;
    let (width, height) = reader.into_dimensions().map_err(|_| Refused::Broken)?;
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refused::Broken);
    }
    Ok(kind)
}

fn is_executable(bytes: &[u8]) -> bool {
    const MAGIC: &[&[u8]] = &[
        b"MZ",
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"#!",
        b"\0asm",
        b"dex\n",
        b"L\0\0\0\x01\x14\x02\0",
    ];
    MAGIC.iter().any(|m| bytes.starts_with(m))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [B-44] Executable files are refused by content, whatever they are called.
    #[test]
    fn executables_are_refused_by_content() {
        for head in [
            &b"MZ\x90\0"[..],
            b"\x7fELF\x02",
            b"#!/bin/sh\n",
            b"\xca\xfe\xba\xbe\0\0",
        ] {
            assert_eq!(sniff(head), Err(Refused::Executable));
        }
        assert_eq!(sniff(b""), Err(Refused::Empty));
        assert_eq!(sniff(b"<html><script>"), Err(Refused::Other));
        assert_eq!(
            sniff(b"\x89PNG\r\n\x1a\nnot a picture"),
            Err(Refused::Broken)
        );
        assert_eq!(sniff(b"%PDF-1.7 nothing"), Err(Refused::Broken));
        assert_eq!(sniff(b"PK\x03\x04 docx or worse"), Err(Refused::Other));
    }
}
