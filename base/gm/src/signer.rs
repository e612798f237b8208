//! What a private key can do for the rest of the house: sign. Keys never leave `gm`.

use der::asn1::ObjectIdentifier;

use crate::KeyError;
use crate::asn1::{self, Element, Malformed, tag};

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
    pub const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
    pub const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
    pub const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
    pub const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
    pub const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
    pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
    pub const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
    pub const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
}

/// The signature algorithms the platform makes and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// SM2 with SM3 (`1.2.156.10197.1.501`), identifier `1234567812345678`.
    Sm2Sm3,
    /// ECDSA on P-256 with SHA-256 (`1.2.840.10045.4.3.2`).
    EcdsaP256Sha256,
    /// RSA PKCS#1 v1.5 with SHA-256 (`1.2.840.113549.1.1.11`).
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384: read only.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512: read only.
    RsaSha512,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes: read only.
    RsaPssSha256,
}

impl SignatureAlgorithm {
    /// The algorithm's object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm2Sm3 => oid::SM2_WITH_SM3,
            Self::EcdsaP256Sha256 => oid::ECDSA_SHA256,
            Self::RsaSha256 => oid::RSA_SHA256,
            Self::RsaSha384 => oid::RSA_SHA384,
            Self::RsaSha512 => oid::RSA_SHA512,
            Self::RsaPssSha256 => oid::RSA_PSS,
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
            Self::RsaPssSha256 => "RSA-PSS-SHA256",
        }
    }

    /// DER `AlgorithmIdentifier`. Parameters are absent for SM2 and ECDSA, NULL for RSA.
    pub fn identifier(self) -> Vec<u8> {
        let oid = asn1::oid(self.oid());
        match self {
            Self::Sm2Sm3 | Self::EcdsaP256Sha256 => asn1::sequence(&[&oid]),
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => asn1::sequence(&[&oid, &[5, 0]]),
            Self::RsaPssSha256 => asn1::sequence(&[&oid, &pss_parameters()]),
        }
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
        let Some(found) = Self::from_oid_bytes(id) else {
            return Ok(None);
        };
        // Only one set of parameters is understood; others would be verified wrongly.
        if found == Self::RsaPssSha256 && parameters != Some(pss_parameters().as_slice()) {
            return Ok(None);
        }
        Ok(Some(found))
    }

    /// The algorithm of an object identifier; PSS is taken to have its usual SHA-256 parameters.
    pub fn from_oid(id: ObjectIdentifier) -> Option<Self> {
        Self::from_oid_bytes(id.as_bytes())
    }

    /// The algorithm of the contents of an OBJECT IDENTIFIER.
    pub fn from_oid_bytes(id: &[u8]) -> Option<Self> {
        [
            Self::Sm2Sm3,
            Self::EcdsaP256Sha256,
            Self::RsaSha256,
            Self::RsaSha384,
            Self::RsaSha512,
            Self::RsaPssSha256,
        ]
        .into_iter()
        .find(|algorithm| algorithm.oid().as_bytes() == id)
    }
}

/// `RSASSA-PSS-params` for SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 4055).
fn pss_parameters() -> Vec<u8> {
    let sha256 = asn1::sequence(&[&asn1::oid(oid::SHA256), &[5, 0]]);
    let mgf1 = asn1::oid(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8"));
    asn1::sequence(&[
        &asn1::tlv(tag::context(0), &sha256),
        &asn1::tlv(tag::context(1), &asn1::sequence(&[&mgf1, &sha256])),
        &asn1::tlv(tag::context(2), &asn1::small(32)),
    ])
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
        for algorithm in [
            SignatureAlgorithm::Sm2Sm3,
            SignatureAlgorithm::EcdsaP256Sha256,
            SignatureAlgorithm::RsaSha256,
            SignatureAlgorithm::RsaPssSha256,
        ] {
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
