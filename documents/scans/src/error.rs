//! How a file of scans cannot be read.

/// Why a file gives no pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    #[error("neither PDF nor TIFF, JPEG or PNG")]
    Format,
    /// Page from 1.
    #[error("page {page} cannot be read: {why}")]
    Broken { page: usize, why: String },
    #[error("the file is protected by a password")]
    Locked,
    #[error("page {page} holds no scanned picture")]
    NoPicture { page: usize },
    #[error("page {page} has {width} by {height} pixels")]
    Large {
        page: usize,
        width: u64,
        height: u64,
    },
    #[error("more than {most} pages")]
    Pages { most: usize },
    /// Whoever takes the pages wants no more.
    #[error("{0}")]
    Taker(String),
}

impl ScanError {
    pub(crate) fn broken(page: usize, why: impl std::fmt::Display) -> Self {
        Self::Broken {
            page,
            why: why.to_string(),
        }
    }
}
