//! How this crate fails.

use crate::asn1::Malformed;

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key or secret of that name.
    #[error("no key named {0}")]
    Unknown(String),
    /// A key or secret of that name is already there.
    #[error("a key named {0} exists already")]
    Exists(String),
    /// The key has no certificate yet, so nobody could verify what it signs.
    #[error("the key {0} has no certificate")]
    Uncertified(String),
    /// The certificate names another public key.
    #[error("the certificate does not belong to the key {0}")]
    Mismatch(String),
    /// The key exists but its file cannot be read or decrypted.
    #[error("key store: {0}")]
    Store(String),
    /// The hardware token does not answer, or not as it should.
    #[error("hardware token: {0}")]
    Token(String),
    /// The operation itself failed.
    #[error("the key cannot be used: {0}")]
    Failed(String),
}

/// Why a certificate, a revocation list or a public key was not accepted or not made.
#[derive(Debug, thiserror::Error)]
pub enum CertError {
    /// Not DER of the expected kind.
    #[error("not a readable {0}")]
    Malformed(&'static str),
    /// The requested validity leaves the issuer's.
    #[error("a certificate cannot be valid outside its issuer's validity ({0})")]
    OutsideIssuer(String),
    /// Two certificates of one authority would have one serial number.
    #[error("the serial number {0} was given already")]
    SerialTaken(String),
    /// The certificate is not one of this authority, or one that may not be made anew.
    #[error("the certificate {0} cannot be reissued: {1}")]
    NotReissued(String, &'static str),
    /// A certificate of another authority does not fit the issuing authority: its name, the reason.
    #[error("“{0}” cannot be taken: {1}")]
    NotAdopted(String, String),
    /// The authority has not been made yet.
    #[error("the authority {0} does not exist")]
    NoAuthority(String),
    /// The key store refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<Malformed> for CertError {
    fn from(_: Malformed) -> Self {
        CertError::Malformed("DER structure")
    }
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The key is of a kind that cannot make such signatures, or of one that is not supported.
    #[error("the key and the algorithm do not fit")]
    Unsupported,
    /// The signature is not that of this message under this key.
    #[error("the signature does not hold")]
    Wrong,
}

/// Why a protected value could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No keys were given, or two of one version.
    #[error("a vault needs keys of distinct versions")]
    Keys,
    /// The value was sealed with a key that is not here.
    #[error("no key of version {0}")]
    UnknownVersion(u8),
    /// The value was changed, or moved from another table, column or row.
    #[error("the protected value was changed or belongs elsewhere")]
    Broken,
    /// The key store refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}
