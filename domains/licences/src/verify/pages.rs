//! The pages of a file as pictures, with the seals on them.

use super::opened::Open;
use crate::error::LicenceError;

/// A page drawn.
#[derive(Clone, Debug)]
pub struct DrawnPage {
    pub png: Vec<u8>,
    /// What could not be shown, or not as it was meant: Chinese, English, what it is about.
    pub told: Vec<(String, String, String)>,
}

/// Draws a page of an OFD, from 0.
pub(super) fn draw(open: &Open, page: usize, dpi: f32) -> Result<DrawnPage, LicenceError> {
    let document = open.document.as_ref();
    let document = document.filter(|document| page < document.page_count());
    let document = document.ok_or(LicenceError::NotFound)?;
    let drawn = document.draw_png(page, dpi, &open.stamps)?;
    let findings = document.findings().iter().chain(&drawn.findings);
    let told = findings
        .map(|f| (f.what.zh().into(), f.what.en().into(), f.detail.clone()))
        .collect();
    Ok(DrawnPage {
        png: drawn.png,
        told,
    })
}
