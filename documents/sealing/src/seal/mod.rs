//! Electronic seals (电子印章): GB/T 38540-2020 (version 4), and for reading also GM/T 0031-2014
//! (version 1) and GM/T 0031-2025 (version 5).

pub(crate) mod field;
mod known;
mod make;
mod parse;

pub(crate) use known::{KnownSeal, SealCache};
pub use make::{Impression, SealSpec, make_seal};
pub use parse::{Listed, Picture, Seal};

/// The kinds of seals [I-06]. The number stands in the seal as its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealKind {
    /// 公章
    Official,
    /// 业务专用章
    Business,
    /// 个人名章
    Personal,
}

impl SealKind {
    /// The number in `SES_ESPropertyInfo.type`. The standard leaves the numbers to the issuer.
    pub fn number(self) -> u32 {
        match self {
            SealKind::Official => 1,
            SealKind::Business => 2,
            SealKind::Personal => 3,
        }
    }
}

/// The format of an impression by its first bytes, named as seals name it.
pub(crate) fn picture_format(data: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| data.starts_with(magic);
    match () {
        _ if begins(b"\x89PNG\r\n\x1a\n") => Some("PNG"),
        _ if begins(b"\xff\xd8\xff") => Some("JPG"),
        _ if begins(b"GIF8") => Some("GIF"),
        _ if begins(b"BM") => Some("BMP"),
        _ if begins(b"PK\x03\x04") => Some("OFD"),
        _ if begins(b"II*\0") || begins(b"MM\0*") => Some("TIFF"),
        _ if data.trim_ascii_start().starts_with(b"<") => Some("SVG"),
        _ => None,
    }
}
