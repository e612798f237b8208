//! How signing of PDF files fails.

use super::scan::Bad;

/// Why a PDF could not be signed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The file is not a PDF, or one that readers may understand differently.
    #[error("the PDF cannot be extended: {0}")]
    Structure(String),
    /// The file is encrypted; a signature added from outside could not be read.
    #[error("an encrypted PDF cannot be signed")]
    Encrypted,
    /// An earlier signature closed the document.
    #[error("the document was closed by an earlier signature")]
    Closed,
    /// The document has fewer pages.
    #[error("the document has no page {0}")]
    NoSuchPage(usize),
    /// A straddle seal needs edges to straddle.
    #[error("a straddle seal needs a document of at least two pages")]
    OnePage,
    /// The impression would not stand wholly on the page.
    #[error("the seal impression does not fit on the page")]
    OffPage,
    /// The seal picture is not a PNG that can be used.
    #[error("the seal picture is not a readable PNG")]
    Picture,
    /// The name is empty, holds a dot, or belongs to another field.
    #[error("“{0}” cannot be the name of a new signature field")]
    FieldName(String),
    /// The signer's certificate cannot be read, or the key refused.
    #[error(transparent)]
    Signer(#[from] gm::CertError),
    /// No time stamp was to be had.
    #[error(transparent)]
    TimeStamp(#[from] gm::TimeStampError),
    /// Evidence for later verification is not complete: a chain or revocation data is missing.
    #[error("evidence for later verification is missing: {0}")]
    Evidence(String),
    /// The signature turned out larger than the room left for it.
    #[error("the signature is larger than expected")]
    Room,
}

impl From<Bad> for PdfError {
    fn from(bad: Bad) -> Self {
        PdfError::Structure(bad.to_string())
    }
}
