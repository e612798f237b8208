//! How reading and writing OFD fails.

/// Why a package could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A DocID must be 32 hexadecimal digits.
    #[error("a DocID is 32 hexadecimal digits")]
    DocId,
    /// A document without pages is no document.
    #[error("the document has no pages")]
    NoPages,
    /// The document has no such page.
    #[error("the document has no page {0}")]
    NoPage(usize),
    /// A page image of no usable resolution was asked for.
    #[error("a page image needs a sensible resolution")]
    Resolution,
    /// Attachment names travel through many readers: they must be plain.
    #[error("attachment name “{0}”: use ASCII letters, digits, _ and -, one extension, no repeats")]
    AttachmentName(String),
    /// A font could not be embedded.
    #[error("font “{0}” cannot be embedded: {1}")]
    Font(String, &'static str),
    /// The file is larger than allowed, or would unpack to more.
    #[error("the file is too large: {0}")]
    TooLarge(&'static str),
    /// Not a zip file, or a damaged one.
    #[error("not a readable OFD package: {0}")]
    Zip(String),
    /// The package is built to mislead: paths that leave it, repeated names, hidden parts.
    #[error("the package is refused: {0}")]
    Refused(String),
    /// A part that must be there is not.
    #[error("the package lacks {0}")]
    Missing(String),
    /// A part is not the XML it should be.
    #[error("{part}: {reason}")]
    Xml {
        /// Path of the part.
        part: String,
        /// What is wrong.
        reason: String,
    },
}
