//! Private keys held in memory.

use der::asn1::ObjectIdentifier;
use p256::ecdsa::signature::Signer as _;
use sm2::elliptic_curve::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use zeroize::Zeroizing;

use crate::asn1::{Element, tag};
use crate::entropy::draw;
use crate::rsa_key::RsaKey;
use crate::signer::{SM2_IDENTIFIER, oid};
use crate::{Entropy, KeyError, PublicKey, SignatureAlgorithm, Signer};

/// The kinds of keys the platform makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// SM2, for OFD and everything that is not a PDF.
    Sm2,
    /// ECDSA on P-256, for PDF, which common readers do not verify with SM2.
    P256,
    /// RSA, for whom P-256 is still too new: PKCS#1 v1.5 with SHA-256.
    Rsa2048,
    Rsa3072,
    Rsa4096,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Sm2,
        Self::P256,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The kind of this short name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Bits of the modulus, of an RSA key.
    pub(crate) fn modulus_bits(self) -> Option<u32> {
        match self {
            KeyKind::Sm2 | KeyKind::P256 => None,
            KeyKind::Rsa2048 => Some(2048),
            KeyKind::Rsa3072 => Some(3072),
            KeyKind::Rsa4096 => Some(4096),
        }
    }

    /// The kind of RSA key with so many bits.
    pub(crate) fn of_modulus(bits: usize) -> Option<Self> {
        let bits = u32::try_from(bits).ok()?;
        Self::ALL
            .into_iter()
            .find(|kind| kind.modulus_bits() == Some(bits))
    }

    /// Short name, as it stands in names of keys.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Sm2 => "sm2",
            KeyKind::P256 => "p256",
            KeyKind::Rsa2048 => "rsa2048",
            KeyKind::Rsa3072 => "rsa3072",
            KeyKind::Rsa4096 => "rsa4096",
        }
    }

    /// The algorithm its keys sign with.
    pub fn algorithm(self) -> SignatureAlgorithm {
        match self {
            KeyKind::Sm2 => SignatureAlgorithm::Sm2Sm3,
            KeyKind::P256 => SignatureAlgorithm::EcdsaP256Sha256,
            KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => SignatureAlgorithm::RsaSha256,
        }
    }
}

#[derive(Clone)]
enum Secret {
    Sm2(Box<sm2::dsa::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    Rsa(RsaKey),
}

/// A private key in memory, with or without certificate.
///
/// Nonces are derived from key and message (RFC 6979), so signing needs no randomness and the same
/// message gives the same signature. For SM2 the digest ZA is computed once, when the key is made.
#[derive(Clone)]
pub struct SoftKey {
    secret: Secret,
    certificate: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

impl SoftKey {
    /// A new key.
    pub fn generate(kind: KeyKind, entropy: &mut dyn Entropy) -> Self {
        if let Some(bits) = kind.modulus_bits() {
            return Self::bare(Secret::Rsa(RsaKey::generate(bits, entropy)));
        }
        loop {
            let bytes = Zeroizing::new(draw::<32>(entropy));
            // Zero and values beyond the order of the group are drawn again; a working source
            // gives one about every 2^32 times.
            let secret = match kind {
                KeyKind::Sm2 => sm2::dsa::SigningKey::from_slice(SM2_IDENTIFIER, bytes.as_slice())
                    .map(|key| Secret::Sm2(Box::new(key))),
                // RSA was dealt with above.
                _ => p256::ecdsa::SigningKey::from_slice(bytes.as_slice())
                    .map(|key| Secret::P256(Box::new(key))),
            };
            if let Ok(secret) = secret {
                return Self::bare(secret);
            }
        }
    }

    fn bare(secret: Secret) -> Self {
        Self {
            secret,
            certificate: Vec::new(),
            chain: Vec::new(),
        }
    }

    /// Reads an unencrypted PKCS#8 `PrivateKeyInfo`, DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let wrong = || KeyError::Failed("not a PKCS#8 key of a supported kind".into());
        if let Ok(key) = sm2::SecretKey::from_pkcs8_der(der) {
            let key = sm2::dsa::SigningKey::new(SM2_IDENTIFIER, &key).map_err(|_| wrong())?;
            return Ok(Self::bare(Secret::Sm2(Box::new(key))));
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(der) {
            return Ok(Self::bare(Secret::P256(Box::new(key.into()))));
        }
        if pkcs8_algorithm(der) == Some(oid::RSA.as_bytes()) {
            return Ok(Self::bare(Secret::Rsa(RsaKey::from_pkcs8(der)?)));
        }
        Err(wrong())
    }

    /// Reads a bare private key, DER, as OpenSSL wrote it before PKCS#8: `RSAPrivateKey`
    /// (RFC 8017) or `ECPrivateKey` with its curve (RFC 5915).
    pub fn from_traditional(der: &[u8]) -> Result<Self, KeyError> {
        use sm2::elliptic_curve::SecretKey;
        if let Ok(key) = SecretKey::<sm2::Sm2>::from_sec1_der(der)
            && sec1_curve(der) == Some(oid::SM2_CURVE)
        {
            let key = sm2::dsa::SigningKey::new(SM2_IDENTIFIER, &key)
                .map_err(|_| KeyError::Failed("not an SM2 key".into()))?;
            return Ok(Self::bare(Secret::Sm2(Box::new(key))));
        }
        if sec1_curve(der) == Some(oid::P256)
            && let Ok(key) = SecretKey::<p256::NistP256>::from_sec1_der(der)
        {
            return Ok(Self::bare(Secret::P256(Box::new(key.into()))));
        }
        Ok(Self::bare(Secret::Rsa(RsaKey::from_pkcs1(der)?)))
    }

    /// The unencrypted PKCS#8 form, DER. It leaves memory only encrypted.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.secret {
            Secret::Sm2(key) => sm2::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
            Secret::P256(key) => p256::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
            Secret::Rsa(key) => return Ok(key.to_pkcs8()),
        };
        let document = document.map_err(|error| KeyError::Failed(error.to_string()))?;
        Ok(Zeroizing::new(document.as_bytes().to_vec()))
    }

    /// The kind of this key.
    pub fn kind(&self) -> KeyKind {
        match &self.secret {
            Secret::Sm2(_) => KeyKind::Sm2,
            Secret::P256(_) => KeyKind::P256,
            Secret::Rsa(key) => {
                KeyKind::of_modulus(key.bits()).expect("no other length is taken in")
            }
        }
    }

    /// The secret number of a P-256 key, for a token that takes keys from outside.
    #[cfg(feature = "pkcs11")]
    pub(crate) fn p256_scalar(&self) -> Option<Zeroizing<[u8; 32]>> {
        match &self.secret {
            Secret::P256(key) => Some(Zeroizing::new(key.to_bytes().into())),
            _ => None,
        }
    }

    /// The numbers of an RSA key, likewise.
    #[cfg(feature = "pkcs11")]
    pub(crate) fn rsa_numbers(&self) -> Result<Option<crate::rsa_key::Numbers>, KeyError> {
        match &self.secret {
            Secret::Rsa(key) => key.numbers().map(Some),
            _ => Ok(None),
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match &self.secret {
            Secret::Sm2(key) => PublicKey::sm2(key.verifying_key()),
            Secret::P256(key) => PublicKey::p256(key.verifying_key()),
            Secret::Rsa(key) => key.public_key(),
        }
    }

    /// The same key with its certificate (DER) and those above it, nearest first.
    pub fn with_certificate(mut self, certificate: Vec<u8>, chain: Vec<Vec<u8>>) -> Self {
        self.certificate = certificate;
        self.chain = chain;
        self
    }
}

/// The algorithm of a PKCS#8 key.
fn pkcs8_algorithm(der: &[u8]) -> Option<&[u8]> {
    let mut outer = Element::parse(der)
        .ok()?
        .expect(tag::SEQUENCE)
        .ok()?
        .inside();
    outer.expect(tag::INTEGER).ok()?;
    let mut algorithm = outer.expect(tag::SEQUENCE).ok()?.inside();
    Some(algorithm.expect(tag::OID).ok()?.value)
}

/// The curve that an `ECPrivateKey` names.
fn sec1_curve(der: &[u8]) -> Option<ObjectIdentifier> {
    let mut outer = Element::parse(der)
        .ok()?
        .expect(tag::SEQUENCE)
        .ok()?
        .inside();
    outer.expect(tag::INTEGER).ok()?;
    outer.expect(tag::OCTET_STRING).ok()?;
    let named = outer.expect(tag::context(0)).ok()?.value;
    let id = Element::parse(named).ok()?.expect(tag::OID).ok()?.value;
    ObjectIdentifier::from_bytes(id).ok()
}

impl Signer for SoftKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.kind().algorithm()
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let failed = |_| KeyError::Failed("no nonce could be derived".into());
        let raw: [u8; 64] = match &self.secret {
            Secret::Sm2(key) => {
                let signature: sm2::dsa::Signature = key.try_sign(message).map_err(failed)?;
                signature.to_bytes().into()
            }
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(failed)?;
                signature.to_bytes().into()
            }
            Secret::Rsa(key) => return key.sign(message),
        };
        Ok(crate::asn1::signature_from_raw(&raw))
    }
}

impl std::fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SoftKey({})", self.kind().name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VerifyError;
    use crate::entropy::testing::seeded;

    #[test]
    fn signatures_hold_and_break() {
        for kind in [KeyKind::Sm2, KeyKind::P256] {
            let key = SoftKey::generate(kind, &mut seeded(1));
            let public = PublicKey::from_spki(key.public_key().spki()).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert_eq!(
                public.verify(kind.algorithm(), b"message", &signature),
                Ok(())
            );
            assert_eq!(
                public.verify(kind.algorithm(), b"massage", &signature),
                Err(VerifyError::Wrong)
            );
            for at in 0..signature.len() {
                let mut changed = signature.clone();
                changed[at] ^= 1;
                let verified = public.verify(kind.algorithm(), b"message", &changed);
                assert_eq!(verified, Err(VerifyError::Wrong), "byte {at}");
            }
            let other = SoftKey::generate(kind, &mut seeded(2)).public_key();
            assert!(
                other
                    .verify(kind.algorithm(), b"message", &signature)
                    .is_err()
            );
        }
    }

    #[test]
    fn pkcs8_goes_both_ways() {
        for kind in [KeyKind::Sm2, KeyKind::P256] {
            let key = SoftKey::generate(kind, &mut seeded(3));
            let read = SoftKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(read.kind(), kind);
            assert_eq!(read.sign(b"m").unwrap(), key.sign(b"m").unwrap());
        }
        assert!(SoftKey::from_pkcs8(b"nothing").is_err());
    }

    #[test]
    fn a_key_of_one_kind_does_not_verify_the_other() {
        let sm2 = SoftKey::generate(KeyKind::Sm2, &mut seeded(1));
        let signature = sm2.sign(b"m").unwrap();
        let verified =
            sm2.public_key()
                .verify(SignatureAlgorithm::EcdsaP256Sha256, b"m", &signature);
        assert_eq!(verified, Err(VerifyError::Unsupported));
    }
}
