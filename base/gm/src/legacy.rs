//! Algorithms that protect nothing new, only for reading what was made with them: the digests MD5
//! and SHA-1, and RSA with SHA-1 or with short keys. Whoever verifies with them must say so.

use md5::{Digest as _, Md5};
use ring::signature as ring_signature;

use crate::{PublicKey, VerifyError};

/// MD5 of the bytes (RFC 1321), the default of OFD references (GB/T 33190).
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// SHA-1 of the bytes (FIPS 180-4).
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    out.copy_from_slice(digest.as_ref());
    out
}

/// The digest under a signature of old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakRsa {
    /// RSA PKCS#1 v1.5 with SHA-1, keys from 1024 bits.
    Sha1,
    /// RSA PKCS#1 v1.5 with SHA-256, keys from 1024 bits.
    Sha256,
}

/// Checks an RSA signature over a message (not its digest).
pub fn verify_rsa(
    key: &PublicKey,
    kind: WeakRsa,
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let key = key.rsa_key().ok_or(VerifyError::Unsupported)?;
    let parameters = match kind {
        WeakRsa::Sha1 => &ring_signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        WeakRsa::Sha256 => &ring_signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    };
    ring_signature::UnparsedPublicKey::new(parameters, key)
        .verify(message, signature)
        .map_err(|_| VerifyError::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 1321, A.5, and FIPS 180-4.
    #[test]
    fn digests_give_the_published_values() {
        assert_eq!(hex::encode(md5(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            hex::encode(sha1(b"abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
