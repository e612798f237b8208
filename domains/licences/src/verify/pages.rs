//! The pages of a file as pictures, with the seals on them.

use ofd::Limits;
use ofd::read::Document;
use seals::stamps;

use crate::error::LicenceError;

/// A page drawn.
#[derive(Clone, Debug)]
pub struct DrawnPage {
    pub png: Vec<u8>,
    /// What could not be shown, or not as it was meant: Chinese, English, what it is about.
    pub told: Vec<(String, String, String)>,
}

/// How many pages an OFD has; none for anything else.
pub(crate) fn count(bytes: &[u8]) -> Option<usize> {
    let document = Document::open(bytes, &Limits::default()).ok()?;
    Some(document.page_count())
}

/// Draws a page of an OFD, from 0.
pub(crate) fn draw(bytes: &[u8], page: usize, dpi: f32) -> Result<DrawnPage, LicenceError> {
    let document = Document::open(bytes, &Limits::default())?;
    if page >= document.page_count() {
        return Err(LicenceError::NotFound);
    }
    let drawn = document.draw_png(page, dpi, &stamps(bytes))?;
    let findings = document.findings().iter().chain(&drawn.findings);
    let told = findings
        .map(|f| (f.what.zh().into(), f.what.en().into(), f.detail.clone()))
        .collect();
    Ok(DrawnPage {
        png: drawn.png,
        told,
    })
}
