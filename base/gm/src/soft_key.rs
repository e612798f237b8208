//! Private keys held in memory.

use p256::ecdsa::signature::Signer as _;
use sm2::elliptic_curve::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use zeroize::Zeroizing;

use crate::entropy::draw;
use crate::signer::SM2_IDENTIFIER;
use crate::{Entropy, KeyError, PublicKey, SignatureAlgorithm, Signer};

/// The kinds of keys the platform makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// SM2, for OFD and everything that is not a PDF.
    Sm2,
    /// ECDSA on P-256, for PDF, which common readers do not verify with SM2.
    P256,
}

impl KeyKind {
    /// Short name, as it stands in names of keys.
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Sm2 => "sm2",
            KeyKind::P256 => "p256",
        }
    }

    /// The algorithm its keys sign with.
    pub fn algorithm(self) -> SignatureAlgorithm {
        match self {
            KeyKind::Sm2 => SignatureAlgorithm::Sm2Sm3,
            KeyKind::P256 => SignatureAlgorithm::EcdsaP256Sha256,
        }
    }
}

#[derive(Clone)]
enum Secret {
    Sm2(Box<sm2::dsa::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
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
        loop {
            let bytes = Zeroizing::new(draw::<32>(entropy));
            // Zero and values beyond the order of the group are drawn again; a working source
            // gives one about every 2^32 times.
            let secret = match kind {
                KeyKind::Sm2 => sm2::dsa::SigningKey::from_slice(SM2_IDENTIFIER, bytes.as_slice())
                    .map(|key| Secret::Sm2(Box::new(key))),
                KeyKind::P256 => p256::ecdsa::SigningKey::from_slice(bytes.as_slice())
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
        let key = p256::SecretKey::from_pkcs8_der(der).map_err(|_| wrong())?;
        Ok(Self::bare(Secret::P256(Box::new(key.into()))))
    }

    /// The unencrypted PKCS#8 form, DER. It leaves memory only encrypted.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.secret {
            Secret::Sm2(key) => sm2::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
            Secret::P256(key) => p256::SecretKey::from(key.as_nonzero_scalar()).to_pkcs8_der(),
        };
        let document = document.map_err(|error| KeyError::Failed(error.to_string()))?;
        Ok(Zeroizing::new(document.as_bytes().to_vec()))
    }

    /// The kind of this key.
    pub fn kind(&self) -> KeyKind {
        match self.secret {
            Secret::Sm2(_) => KeyKind::Sm2,
            Secret::P256(_) => KeyKind::P256,
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match &self.secret {
            Secret::Sm2(key) => PublicKey::sm2(key.verifying_key()),
            Secret::P256(key) => PublicKey::p256(key.verifying_key()),
        }
    }

    /// The same key with its certificate (DER) and those above it, nearest first.
    pub fn with_certificate(mut self, certificate: Vec<u8>, chain: Vec<Vec<u8>>) -> Self {
        self.certificate = certificate;
        self.chain = chain;
        self
    }
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
