//! What a private key can do for the rest of the house: sign. Keys never leave `gm`.

use der::asn1::ObjectIdentifier;

use crate::asn1::{self, Element, Malformed, tag};
use crate::{DigestAlgorithm, KeyError};

/// The distinguishing identifier of SM2 signatures where none is agreed (GM/T 0009).
pub const SM2_IDENTIFIER: &str = "1234567812345678";

/// Object identifiers, GM/T 0006 and RFC 5480, 8017, 9688.
pub mod oid {
    use der::asn1::ObjectIdentifier;

    const fn oid(text: &str) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(text)
    }

    pub const SM2_WITH_SM3: ObjectIdentifier = oid("1.2.156.10197.1.501");
    pub const SM2_CURVE: ObjectIdentifier = oid("1.2.156.10197.1.301");
    pub const SM3: ObjectIdentifier = oid("1.2.156.10197.1.401");
    /// GM/T 35275 (GM/T 0010) data.
    pub const GM_DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.1");
    /// GM/T 35275 (GM/T 0010) signedData.
    pub const GM_SIGNED_DATA: ObjectIdentifier = oid("1.2.156.10197.6.1.4.2.2");
    pub const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
    pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
    pub const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
    pub const P384: ObjectIdentifier = oid("1.3.132.0.34");
    pub const P521: ObjectIdentifier = oid("1.3.132.0.35");
    pub const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
    pub const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
    pub const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
    pub const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
    pub const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
    pub const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
    pub const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
    pub const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
    pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
    pub const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
    pub const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
}

/// The signature algorithms the platform makes and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// SM2 with SM3 (`1.2.156.10197.1.501`), identifier `1234567812345678`.
    Sm2Sm3,
    /// ECDSA with SHA-256 (`1.2.840.10045.4.3.2`): ours on P-256; on P-384 read only.
    EcdsaP256Sha256,
    /// ECDSA with SHA-384 on P-256 or P-384: read only.
    EcdsaSha384,
    /// ECDSA with SHA-512 on P-256: read only.
    EcdsaSha512,
    /// RSA PKCS#1 v1.5 with SHA-256 (`1.2.840.113549.1.1.11`).
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384: read only.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512: read only.
    RsaSha512,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes: read only.
    RsaPssSha256,
    /// RSA-PSS with SHA-384 throughout, salt of 48 bytes: read only.
    RsaPssSha384,
    /// RSA-PSS with SHA-512 throughout, salt of 64 bytes: read only.
    RsaPssSha512,
}

impl SignatureAlgorithm {
    const ALL: [Self; 10] = [
        Self::Sm2Sm3,
        Self::EcdsaP256Sha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
    ];

    /// The algorithm's object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm2Sm3 => oid::SM2_WITH_SM3,
            Self::EcdsaP256Sha256 => oid::ECDSA_SHA256,
            Self::RsaSha256 => oid::RSA_SHA256,
            Self::RsaSha384 => oid::RSA_SHA384,
            Self::RsaSha512 => oid::RSA_SHA512,
            Self::EcdsaSha384 => oid::ECDSA_SHA384,
            Self::EcdsaSha512 => oid::ECDSA_SHA512,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => oid::RSA_PSS,
        }
    }

    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sm2Sm3 => "SM2-SM3",
            Self::EcdsaP256Sha256 => "ECDSA-P256-SHA256",
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaSha384 => "RSA-SHA384",
            Self::RsaSha512 => "RSA-SHA512",
            Self::EcdsaSha384 => "ECDSA-SHA384",
            Self::EcdsaSha512 => "ECDSA-SHA512",
            Self::RsaPssSha256 => "RSA-PSS-SHA256",
            Self::RsaPssSha384 => "RSA-PSS-SHA384",
            Self::RsaPssSha512 => "RSA-PSS-SHA512",
        }
    }

    /// DER `AlgorithmIdentifier`. Parameters are absent for SM2 and ECDSA, NULL for RSA.
    pub fn identifier(self) -> Vec<u8> {
        let oid = asn1::oid(self.oid());
        match self {
            Self::Sm2Sm3 | Self::EcdsaP256Sha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => {
                asn1::sequence(&[&oid])
            }
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => asn1::sequence(&[&oid, &[5, 0]]),
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => {
                asn1::sequence(&[&oid, &self.pss_parameters(&[5, 0])])
            }
        }
    }

    /// `RSASSA-PSS-params` with one digest for message and mask, and a salt as long (RFC 4055).
    fn pss_parameters(self, null: &[u8]) -> Vec<u8> {
        let digest = DigestAlgorithm::within(self);
        let named = asn1::sequence(&[&asn1::oid(digest.oid()), null]);
        let mgf1 = asn1::oid(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8"));
        let salt = match digest {
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
            _ => 32,
        };
        asn1::sequence(&[
            &asn1::tlv(tag::context(0), &named),
            &asn1::tlv(tag::context(1), &asn1::sequence(&[&mgf1, &named])),
            &asn1::tlv(tag::context(2), &asn1::small(salt)),
        ])
    }

    /// Reads a DER `AlgorithmIdentifier`; none when the algorithm is not one of ours.
    pub fn from_identifier(der: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut inside = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let id = inside.expect(tag::OID)?.value;
        let parameters = if inside.is_empty() {
            None
        } else {
            Some(inside.element()?.raw)
        };
        inside.end()?;
        // Only parameters that name one digest throughout and a salt as long as it are understood;
        // others would be verified wrongly. The digest's own NULL may be left out (RFC 4055, 2.1).
        if id == oid::RSA_PSS.as_bytes() {
            let pss = [Self::RsaPssSha256, Self::RsaPssSha384, Self::RsaPssSha512];
            let known = |one: &Self| {
                [&[5, 0][..], &[]]
                    .iter()
                    .any(|null| parameters == Some(one.pss_parameters(null).as_slice()))
            };
            return Ok(pss.into_iter().find(known));
        }
        Ok(Self::from_oid_bytes(id))
    }

    /// The algorithm of an object identifier; PSS is taken to have its usual SHA-256 parameters.
    pub fn from_oid(id: ObjectIdentifier) -> Option<Self> {
        Self::from_oid_bytes(id.as_bytes())
    }

    /// The algorithm of the contents of an OBJECT IDENTIFIER.
    pub fn from_oid_bytes(id: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.oid().as_bytes() == id)
    }
}

/// A key that signs, together with the certificate that names it.
pub trait Signer: Send + Sync {
    /// The algorithm of every signature this signer makes.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// The signer's certificate, DER.
    fn certificate(&self) -> &[u8];

    /// The certificates above it, nearest first, root last, DER.
    fn chain(&self) -> &[Vec<u8>];

    /// Signs the message (not its digest). The result is DER `SEQUENCE { r, s }`, or the bytes of
    /// an RSA signature.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back() {
        for algorithm in SignatureAlgorithm::ALL {
            let der = algorithm.identifier();
            assert_eq!(
                SignatureAlgorithm::from_identifier(&der),
                Ok(Some(algorithm))
            );
        }
        let md5 = asn1::sequence(&[&asn1::oid(ObjectIdentifier::new_unwrap(
            "1.2.840.113549.2.5",
        ))]);
        assert_eq!(SignatureAlgorithm::from_identifier(&md5), Ok(None));
    }
}
