//! How bytes reach authorities. The network itself is not part of this crate.

/// Sends questions to authorities and brings their answers.
///
/// Implementations bound time and size of what they fetch; errors are words for the journal.
pub trait Transport: Send + Sync {
    /// POSTs a body of that media type.
    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, String>;

    /// GETs a document.
    fn get(&self, url: &str) -> Result<Vec<u8>, String>;
}
