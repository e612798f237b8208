//! How search fails.

/// A failure of the index. None of them loses data: the index can be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("search index folder: {0}")]
    Folder(#[from] std::io::Error),
    /// A stored document does not read back: the index was written by another version.
    #[error("a stored document cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
}
