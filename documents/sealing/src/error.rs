//! How sealing and reading fail.

/// Why a document could not be sealed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The container or one of its XML files cannot be understood.
    #[error("the document cannot be sealed: {0}")]
    Document(String),
    /// A closing signature covers the list of signatures; nothing can be added [I-13].
    #[error("the document was closed by an earlier signature: no seal can be added after it")]
    Closed,
    /// What it would be signed with cannot stand in such a signature.
    #[error("{0} cannot be used for this kind of signature")]
    Algorithm(&'static str),
    /// The authority for time stamps gave none, or one that does not hold.
    #[error("no time stamp: {0}")]
    TimeStamp(String),
    /// A straddle seal cannot be laid out that way.
    #[error("the straddle seal cannot be laid out: {0}")]
    Straddle(String),
    /// The document has no such page.
    #[error("the document has no page {0}")]
    NoSuchPage(String),
    /// A stamp needs at least one place, of positive size.
    #[error("the seal impression needs a place of positive size on a page")]
    NoPlace,
    /// The seal is not one that can be used for sealing.
    #[error("the seal cannot be read: {0}")]
    Seal(String),
    /// The signer is not among those whom the seal lists.
    #[error("the signer's certificate is not listed in the seal")]
    SignerNotInSeal,
    /// The seal is not valid at the time of signing.
    #[error("the seal is valid from {from} to {to}, not at the time of signing")]
    NotValid {
        from: jiff::Timestamp,
        to: jiff::Timestamp,
    },
    /// A value that must be ASCII, or of limited length, is not.
    #[error("“{0}” cannot stand in a seal")]
    Text(String),
    /// The key refused.
    #[error(transparent)]
    Key(#[from] gm::KeyError),
}

/// The bytes are neither an OFD nor a PDF file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file cannot be read: {0}")]
pub struct Unreadable(pub String);
