//! RSA keys: made here, used by `ring`.

use std::convert::Infallible;
use std::sync::Arc;

use crypto_bigint::{BoxedUint, ConcatenatingMul, NonZero};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use rand_core::{TryCryptoRng, TryRng};
use ring::rsa;
use ring::signature::{self, KeyPair as _};
use zeroize::Zeroizing;

use crate::asn1::{self, Element, tag};
use crate::signer::oid;
use crate::{Entropy, KeyError, PublicKey};

/// The public exponent of every key made here.
const EXPONENT: u64 = 65_537;

/// An RSA key of 2048, 3072 or 4096 bits.
#[derive(Clone)]
pub(crate) struct RsaKey {
    pkcs8: Zeroizing<Vec<u8>>,
    pair: Arc<rsa::KeyPair>,
}

impl RsaKey {
    /// A new key. It takes seconds, and minutes without optimisation.
    pub(crate) fn generate(bits: u32, entropy: &mut dyn Entropy) -> Self {
        let mut random = Random(entropy);
        loop {
            let (p, q) = (prime(bits / 2, &mut random), prime(bits / 2, &mut random));
            // The larger one first, as RFC 8017 has it where the coefficient is that of the second.
            let (p, q) = if *p > *q { (p, q) } else { (q, p) };
            let Some(der) = private_key(bits, &p, &q) else {
                continue;
            };
            // Every relation between the numbers is checked once more by who will use them.
            if let Ok(key) = Self::from_pkcs8(&pkcs8(&der)) {
                return key;
            }
        }
    }

    /// Reads an unencrypted PKCS#8 key. `ring` takes 2048 to 4096 bits, two primes, and an exponent of
    /// 65537 or more.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = rsa::KeyPair::from_pkcs8(der)
            .map_err(|why| KeyError::Failed(format!("this RSA key cannot be used: {why}")))?;
        if ![2048, 3072, 4096].contains(&(pair.public().modulus_len() * 8)) {
            return Err(KeyError::Failed(
                "RSA keys have 2048, 3072 or 4096 bits".into(),
            ));
        }
        Ok(Self {
            pkcs8: Zeroizing::new(der.to_vec()),
            pair: Arc::new(pair),
        })
    }

    /// Reads a bare `RSAPrivateKey` (RFC 8017), as old OpenSSL writes it.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        Self::from_pkcs8(&pkcs8(der))
    }

    pub(crate) fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// Bits of the modulus.
    pub(crate) fn bits(&self) -> usize {
        self.pair.public().modulus_len() * 8
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey::rsa(self.pair.public_key().as_ref())
            .expect("ring writes an RSAPublicKey as the reader wants it")
    }

    /// PKCS#1 v1.5 with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut out = vec![0; self.pair.public().modulus_len()];
        // This padding has no random part: the source is asked for nothing.
        let unused = ring::rand::SystemRandom::new();
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &unused, message, &mut out)
            .map_err(|_| KeyError::Failed("RSA".into()))?;
        Ok(out)
    }

    /// The numbers of the key, for a token that takes keys from outside.
    #[cfg(feature = "pkcs11")]
    pub(crate) fn numbers(&self) -> Result<Numbers, KeyError> {
        let read = || -> Result<Vec<Vec<u8>>, asn1::Malformed> {
            let mut outer = Element::parse(&self.pkcs8)?.expect(tag::SEQUENCE)?.inside();
            outer.expect(tag::INTEGER)?;
            outer.expect(tag::SEQUENCE)?;
            let mut inside = Element::parse(outer.expect(tag::OCTET_STRING)?.value)?.inside();
            inside.expect(tag::INTEGER)?;
            let mut all = Vec::new();
            while let Some(number) = inside.optional(tag::INTEGER)? {
                let start = number.value.iter().take_while(|byte| **byte == 0).count();
                all.push(number.value[start..].to_vec());
            }
            Ok(all)
        };
        let all = read().map_err(|error| KeyError::Failed(error.to_string()))?;
        let all: [Vec<u8>; 8] = all
            .try_into()
            .map_err(|_| KeyError::Failed("not an RSA key of two primes".into()))?;
        Ok(Zeroizing::new(all))
    }
}

/// Modulus, public exponent, private exponent, both primes, both exponents, coefficient.
#[cfg(feature = "pkcs11")]
pub(crate) type Numbers = Zeroizing<[Vec<u8>; 8]>;

/// A random prime whose two highest bits are set, so that the product of two has all its bits.
fn prime(bits: u32, random: &mut Random<'_>) -> Zeroizing<BoxedUint> {
    let factory = SmallFactorsSieveFactory::new(Flavor::Any, bits, SetBits::TwoMsb)
        .expect("fails only for numbers of one bit");
    let found = sieve_and_find(random, factory, |_, one: &BoxedUint| {
        is_prime(Flavor::Any, one)
    });
    let found = found.ok().flatten();
    Zeroizing::new(found.expect("there is a next prime, and this source of candidates is endless"))
}

/// DER `RSAPrivateKey`; none where the exponent divides p - 1 or q - 1, or p is q.
fn private_key(bits: u32, p: &BoxedUint, q: &BoxedUint) -> Option<Zeroizing<Vec<u8>>> {
    let one = BoxedUint::one_with_precision(bits);
    let wide = |number: &BoxedUint| {
        BoxedUint::from_be_slice(&number.to_be_bytes(), bits)
            .ok()
            .map(Zeroizing::new)
    };
    let n = p.concatenating_mul(q);
    let (p1, q1) = (
        Zeroizing::new(wide(p)?.wrapping_sub(&one)),
        Zeroizing::new(wide(q)?.wrapping_sub(&one)),
    );
    let phi = Zeroizing::new(p1.wrapping_mul(&*q1));
    let nonzero = |number: &BoxedUint| Option::from(NonZero::new(number.clone()));
    let (p1, q1): (NonZero<BoxedUint>, NonZero<BoxedUint>) = (nonzero(&p1)?, nonzero(&q1)?);
    let phi: NonZero<BoxedUint> = nonzero(&phi)?;
    let e = BoxedUint::from_be_slice(&EXPONENT.to_be_bytes(), 64).ok()?;
    let e = wide(&e)?;
    let d: Option<BoxedUint> = e.invert_mod(&phi).into();
    let d = Zeroizing::new(d?);
    let coefficient: Option<BoxedUint> = q.invert_mod(&nonzero(p)?).into();
    let coefficient = Zeroizing::new(coefficient?);
    let (dp, dq) = (Zeroizing::new(d.rem(&p1)), Zeroizing::new(d.rem(&q1)));
    let number = |number: &BoxedUint| Zeroizing::new(asn1::unsigned(&number.to_be_bytes()));
    Some(Zeroizing::new(asn1::sequence(&[
        &asn1::small(0),
        &number(&n),
        &asn1::unsigned(&EXPONENT.to_be_bytes()),
        &number(&d),
        &number(p),
        &number(q),
        &number(&dp),
        &number(&dq),
        &number(&coefficient),
    ])))
}

/// `PrivateKeyInfo` around an `RSAPrivateKey`.
fn pkcs8(der: &[u8]) -> Zeroizing<Vec<u8>> {
    let algorithm = asn1::sequence(&[&asn1::oid(oid::RSA), &[5, 0]]);
    Zeroizing::new(asn1::sequence(&[
        &asn1::small(0),
        &algorithm,
        &asn1::tlv(tag::OCTET_STRING, der),
    ]))
}

/// Bits of the modulus in a DER `RSAPublicKey`.
pub(crate) fn modulus_bits(der: &[u8]) -> Option<usize> {
    let mut inside = Element::parse(der)
        .ok()?
        .expect(tag::SEQUENCE)
        .ok()?
        .inside();
    let modulus = inside.expect(tag::INTEGER).ok()?.value;
    let start = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(start)?;
    Some((modulus.len() - start) * 8 - first.leading_zeros() as usize)
}

/// The house's source of randomness as `crypto-primes` wants it.
struct Random<'a>(&'a mut dyn Entropy);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}
