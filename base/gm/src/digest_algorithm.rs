//! Digests by their object identifiers, as signatures, time stamps and revocation answers name
//! them.

use der::asn1::ObjectIdentifier;

use crate::digesting::Digesting;
use crate::{SignatureAlgorithm, asn1, oid};

/// The digests that signatures use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    Sm3,
    Sha256,
    Sha384,
    Sha512,
    /// Broken for signatures since 2017. It is computed so that old files can be told what they
    /// are, and because certificate identifiers of OCSP still use it, where it does no harm.
    Sha1,
}

impl DigestAlgorithm {
    const ALL: [Self; 5] = [
        Self::Sm3,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha1,
    ];

    /// Its object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm3 => oid::SM3,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
            Self::Sha1 => oid::SHA1,
        }
    }

    /// The digest of the contents of an OBJECT IDENTIFIER; none when it is not one of these.
    pub fn from_oid_bytes(bytes: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|digest| digest.oid().as_bytes() == bytes)
    }

    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha1 => "SHA-1",
        }
    }

    /// Two messages of one digest can be made by anybody who pays for it.
    pub fn is_weak(self) -> bool {
        self == Self::Sha1
    }

    /// The digest of the bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        self.of_parts(&[bytes])
    }

    /// The digest of pieces as if they stood together. Nothing is copied: a file of hundreds of
    /// megabytes is digested where it lies.
    pub fn of_parts(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut digesting = Digesting::new(self);
        for part in parts {
            digesting.update(part);
        }
        digesting.finish()
    }

    /// DER `AlgorithmIdentifier` without parameters (RFC 5754, 2).
    pub fn identifier(self) -> Vec<u8> {
        asn1::sequence(&[&asn1::oid(self.oid())])
    }

    /// The digest that a signature of this algorithm is made over.
    pub fn within(algorithm: SignatureAlgorithm) -> Self {
        match algorithm {
            SignatureAlgorithm::Sm2Sm3 => Self::Sm3,
            SignatureAlgorithm::EcdsaP256Sha256
            | SignatureAlgorithm::RsaSha256
            | SignatureAlgorithm::RsaPssSha256 => Self::Sha256,
            SignatureAlgorithm::EcdsaSha384
            | SignatureAlgorithm::RsaSha384
            | SignatureAlgorithm::RsaPssSha384 => Self::Sha384,
            SignatureAlgorithm::EcdsaSha512
            | SignatureAlgorithm::RsaSha512
            | SignatureAlgorithm::RsaPssSha512 => Self::Sha512,
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256, Sha384, Sha512};

    use super::*;

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        for digest in DigestAlgorithm::ALL {
            let oid = digest.oid();
            assert_eq!(
                DigestAlgorithm::from_oid_bytes(oid.as_bytes()),
                Some(digest)
            );
            assert_eq!(digest.of_parts(&[b"a", b"", b"bc"]), digest.of(b"abc"));
        }
        assert_eq!(
            DigestAlgorithm::Sha256.of(b"abc"),
            Sha256::digest(b"abc").to_vec()
        );
        assert_eq!(
            DigestAlgorithm::Sha384.of(b"abc"),
            Sha384::digest(b"abc").to_vec()
        );
        assert_eq!(
            DigestAlgorithm::Sha512.of(b"abc"),
            Sha512::digest(b"abc").to_vec()
        );
        let known = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(hex::encode(DigestAlgorithm::Sha1.of(b"abc")), known);
    }
}
