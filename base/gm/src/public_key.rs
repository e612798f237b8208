//! Public keys and the verification of signatures.

use der::asn1::ObjectIdentifier;
use p256::ecdsa::signature::Verifier as _;
use ring::signature as ring_signature;

use crate::asn1::{self, Element, tag};
use crate::rsa_key::modulus_bits;
use crate::signer::{SM2_IDENTIFIER, oid};
use crate::{CertError, KeyKind, SignatureAlgorithm, VerifyError};

#[derive(Clone)]
enum Kind {
    /// Holds the digest ZA of identifier, curve and key, so that it is computed once.
    Sm2(Box<sm2::dsa::VerifyingKey>),
    P256(Box<p256::ecdsa::VerifyingKey>),
    /// DER `RSAPublicKey`.
    Rsa(Vec<u8>),
    /// An algorithm that is not supported, by its identifier.
    Other(String),
}

/// A public key, read once and used often.
#[derive(Clone)]
pub struct PublicKey {
    spki: Vec<u8>,
    bits: Vec<u8>,
    kind: Kind,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`. A key of an unsupported algorithm is read too, and
    /// fails only when it is to verify something.
    pub fn from_spki(der: &[u8]) -> Result<Self, CertError> {
        const WRONG: CertError = CertError::Malformed("public key");
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let mut algorithm = outer.expect(tag::SEQUENCE)?.inside();
        let bits = outer.expect(tag::BIT_STRING)?.bits()?;
        outer.end()?;
        let name = algorithm.expect(tag::OID)?.value;
        let curve = algorithm.optional(tag::OID)?.map(|element| element.value);
        let is = |value: &[u8], id: ObjectIdentifier| value == id.as_bytes();
        let kind = if is(name, oid::RSA) {
            Kind::Rsa(bits.to_vec())
        } else if is(name, oid::SM2_CURVE)
            || is(name, oid::EC_PUBLIC_KEY) && curve.is_some_and(|c| is(c, oid::SM2_CURVE))
        {
            let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTIFIER, bits);
            Kind::Sm2(Box::new(key.map_err(|_| WRONG)?))
        } else if is(name, oid::EC_PUBLIC_KEY) && curve.is_some_and(|c| is(c, oid::P256)) {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bits);
            Kind::P256(Box::new(key.map_err(|_| WRONG)?))
        } else {
            let id = ObjectIdentifier::from_bytes(name).map_err(|_| WRONG)?;
            Kind::Other(id.to_string())
        };
        Ok(Self {
            spki: der.to_vec(),
            bits: bits.to_vec(),
            kind,
        })
    }

    pub(crate) fn sm2(key: &sm2::dsa::VerifyingKey) -> Self {
        let bits = key.to_sec1_bytes().to_vec();
        let spki = ec_spki(oid::SM2_CURVE, &bits);
        Self {
            spki,
            bits,
            kind: Kind::Sm2(Box::new(key.clone())),
        }
    }

    pub(crate) fn p256(key: &p256::ecdsa::VerifyingKey) -> Self {
        let bits = key.to_sec1_point(false).as_bytes().to_vec();
        let spki = ec_spki(oid::P256, &bits);
        Self {
            spki,
            bits,
            kind: Kind::P256(Box::new(*key)),
        }
    }

    /// An RSA key from its DER `RSAPublicKey`.
    pub(crate) fn rsa(der: &[u8]) -> Result<Self, CertError> {
        let algorithm = asn1::sequence(&[&asn1::oid(oid::RSA), &[5, 0]]);
        Self::from_spki(&asn1::sequence(&[&algorithm, &asn1::bits(der)]))
    }

    /// A P-256 key from its point, as SEC 1 writes it.
    #[cfg(feature = "pkcs11")]
    pub(crate) fn p256_point(point: &[u8]) -> Result<Self, CertError> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point);
        Ok(Self::p256(
            &key.map_err(|_| CertError::Malformed("public key"))?,
        ))
    }

    /// The kind, where it is one that the platform makes.
    pub fn key_kind(&self) -> Option<KeyKind> {
        match &self.kind {
            Kind::Sm2(_) => Some(KeyKind::Sm2),
            Kind::P256(_) => Some(KeyKind::P256),
            Kind::Rsa(key) => KeyKind::of_modulus(modulus_bits(key)?),
            Kind::Other(_) => None,
        }
    }

    /// Whether both are one key. Some authorities write a key in other words (the curve as the
    /// algorithm, parameters left out), so its kind and its bits are compared.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bits == other.bits && self.kind() == other.kind()
    }

    /// DER `SubjectPublicKeyInfo`.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The key identifier: the first 160 bits of SHA-256 of the key's bits (RFC 7093, method 1).
    pub fn identifier(&self) -> [u8; 20] {
        let mut out = [0; 20];
        out.copy_from_slice(&crate::sha256(&self.bits)[..20]);
        out
    }

    /// What kind of key this is, for people.
    pub fn kind(&self) -> &str {
        match &self.kind {
            Kind::Sm2(_) => "SM2",
            Kind::P256(_) => "P-256",
            Kind::Rsa(_) => "RSA",
            Kind::Other(id) => id,
        }
    }

    /// Checks a signature over a message (not its digest). Signatures of SM2 and ECDSA are strict
    /// DER `SEQUENCE { r, s }`.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        match (&self.kind, algorithm) {
            (Kind::Sm2(key), SignatureAlgorithm::Sm2Sm3) => {
                let raw = asn1::signature_to_raw(signature).map_err(|_| VerifyError::Wrong)?;
                let signature =
                    sm2::dsa::Signature::from_slice(&raw).map_err(|_| VerifyError::Wrong)?;
                key.verify(message, &signature)
                    .map_err(|_| VerifyError::Wrong)
            }
            (Kind::P256(key), SignatureAlgorithm::EcdsaP256Sha256) => {
                let raw = asn1::signature_to_raw(signature).map_err(|_| VerifyError::Wrong)?;
                let signature =
                    p256::ecdsa::Signature::from_slice(&raw).map_err(|_| VerifyError::Wrong)?;
                key.verify(message, &signature)
                    .map_err(|_| VerifyError::Wrong)
            }
            (Kind::Rsa(key), algorithm) => {
                let parameters = rsa_parameters(algorithm).ok_or(VerifyError::Unsupported)?;
                ring_signature::UnparsedPublicKey::new(parameters, key)
                    .verify(message, signature)
                    .map_err(|_| VerifyError::Wrong)
            }
            _ => Err(VerifyError::Unsupported),
        }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.kind())
    }
}

/// RSA keys below 2048 bits are refused by all of these.
fn rsa_parameters(
    algorithm: SignatureAlgorithm,
) -> Option<&'static dyn ring_signature::VerificationAlgorithm> {
    match algorithm {
        SignatureAlgorithm::RsaSha256 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA256),
        SignatureAlgorithm::RsaSha384 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA384),
        SignatureAlgorithm::RsaSha512 => Some(&ring_signature::RSA_PKCS1_2048_8192_SHA512),
        SignatureAlgorithm::RsaPssSha256 => Some(&ring_signature::RSA_PSS_2048_8192_SHA256),
        SignatureAlgorithm::Sm2Sm3 | SignatureAlgorithm::EcdsaP256Sha256 => None,
    }
}

fn ec_spki(curve: ObjectIdentifier, bits: &[u8]) -> Vec<u8> {
    let algorithm = asn1::sequence(&[&asn1::oid(oid::EC_PUBLIC_KEY), &asn1::oid(curve)]);
    asn1::sequence(&[&algorithm, &asn1::bits(bits)])
}
