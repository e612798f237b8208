//! Digests of what arrives in pieces.

use md5::Md5;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use sha2::Digest as _;

use crate::DigestAlgorithm;

/// A digest being computed, by any algorithm that occurs in files.
pub struct Digesting(Inner);

// ring's assembly is several times as fast as portable code, which counts for large files.
enum Inner {
    Sm3(sm3::Sm3),
    Ring(Context),
    Md5(Md5),
}

impl Digesting {
    /// Nothing digested yet.
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        let ring = |algorithm| Inner::Ring(Context::new(algorithm));
        Self(match algorithm {
            DigestAlgorithm::Sm3 => Inner::Sm3(sm3::Sm3::new()),
            DigestAlgorithm::Sha256 => ring(&SHA256),
            DigestAlgorithm::Sha384 => ring(&SHA384),
            DigestAlgorithm::Sha512 => ring(&SHA512),
            DigestAlgorithm::Sha1 => ring(&SHA1_FOR_LEGACY_USE_ONLY),
        })
    }

    /// MD5 (RFC 1321), the default of OFD references (GB/T 33190): only to read what was made with
    /// it, and whoever does must say so.
    pub fn md5() -> Self {
        Self(Inner::Md5(Md5::new()))
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            Inner::Sm3(digest) => digest.update(piece),
            Inner::Ring(digest) => digest.update(piece),
            Inner::Md5(digest) => digest.update(piece),
        }
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            Inner::Sm3(digest) => digest.finalize().to_vec(),
            Inner::Ring(digest) => digest.finish().as_ref().to_vec(),
            Inner::Md5(digest) => digest.finalize().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_digest_as_the_whole() {
        let of = |mut digesting: Digesting| {
            for piece in ["a", "", "bc"] {
                digesting.update(piece.as_bytes());
            }
            digesting.finish()
        };
        let known = [
            (DigestAlgorithm::Sm3, crate::sm3(b"abc").to_vec()),
            (DigestAlgorithm::Sha256, crate::sha256(b"abc").to_vec()),
            (DigestAlgorithm::Sha384, crate::sha384(b"abc").to_vec()),
            (DigestAlgorithm::Sha512, crate::sha512(b"abc").to_vec()),
            (DigestAlgorithm::Sha1, crate::legacy::sha1(b"abc").to_vec()),
        ];
        for (algorithm, digest) in known {
            assert_eq!(of(Digesting::new(algorithm)), digest, "{algorithm:?}");
        }
        assert_eq!(of(Digesting::md5()), crate::legacy::md5(b"abc"));
    }
}
