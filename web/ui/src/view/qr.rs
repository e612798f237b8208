//! QR codes as SVG paths: at least 120 px wide, four modules of quiet zone, dark on white, and
//! the same content as a link below.

use std::fmt::Write;

use qrcode::{EcLevel, QrCode};

use super::component;

/// The content is too long for a code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a QR code cannot hold this content: {0}")]
pub struct QrError(String);

/// Quiet zone in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// A QR code with its caption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Qr {
    /// What a scanner reads.
    pub content: String,
    /// Below the code: 「手机扫码办理」.
    pub caption: String,
    /// Text and address of the link below; the content itself if it is an address.
    pub link: Option<(String, String)>,
    /// 260 px instead of 132.
    pub large: bool,
    /// Shown from 1024 px on and in print: on a phone the code would ask to scan itself.
    pub desk_only: bool,
    /// Modules on a side with the quiet zone.
    side: usize,
    path: String,
}

component!(Qr, QrHtml, "components/qr.html");

impl Qr {
    /// Encodes the content with error correction M.
    pub fn new(content: impl Into<String>, caption: impl Into<String>) -> Result<Self, QrError> {
        let content = content.into();
        let code = QrCode::with_error_correction_level(content.as_bytes(), EcLevel::M)
            .map_err(|error| QrError(error.to_string()))?;
        let width = code.width();
        let colors = code.to_colors();
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..]
                    .iter()
                    .take_while(|c| **c == qrcode::Color::Dark)
                    .count();
                if run > 0 {
                    write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET)
                        .expect("writing to a string does not fail");
                }
                x += run.max(1);
            }
        }
        Ok(Self {
            content,
            caption: caption.into(),
            side: width + 2 * QUIET,
            path,
            ..Self::default()
        })
    }

    /// Adds the link below.
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some((label.into(), href.into()));
        self
    }

    /// For showing across a counter.
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }

    /// Leaves the code out on phones.
    pub fn desk_only(mut self) -> Self {
        self.desk_only = true;
        self
    }

    pub fn sample() -> Self {
        Self::new(
            "https://zwfw.yunzhou.example/services/SPJYXK-XB",
            "手机扫码办理",
        )
        .expect("a short address fits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let qr = Qr::sample();
        let code = QrCode::with_error_correction_level(qr.content.as_bytes(), EcLevel::M).unwrap();
        let width = code.width();
        let mut drawn = vec![false; width * width];
        for run in qr.path.split_terminator('z') {
            let (x, rest) = run[1..].split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let [x, y, length] = [x, y, length].map(|n| n.parse::<usize>().unwrap());
            for at in x..x + length {
                drawn[(y - QUIET) * width + at - QUIET] = true;
            }
        }
        let dark: Vec<bool> = code
            .to_colors()
            .iter()
            .map(|c| *c == qrcode::Color::Dark)
            .collect();
        assert_eq!(drawn, dark);
        assert_eq!(qr.side, width + 8);
        assert!(Qr::new("x".repeat(5000), "").is_err());
    }
}
