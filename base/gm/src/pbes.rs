//! Password-based encryption of private keys (PBES2, RFC 8018): with SM4 and SM3 as GmSSL and
//! OpenSSL write it here, everything else by `pkcs8`.

use pkcs8::pkcs5::pbes2::Parameters;
use sm4::Sm4;
use sm4::cipher::{Array, BlockCipherDecrypt, KeyInit};
use zeroize::Zeroizing;

use crate::asn1::{self, Element, Malformed, tag};
use crate::certificate::pem;
use crate::entropy::draw;
use crate::import::ImportError;
use crate::{Entropy, KeyError, SoftKey, hmac_sm3, sha256};

/// More rounds than any honest file has; each costs about a microsecond.
const ROUNDS: u32 = 10_000_000;

/// Rounds of what is written here: OWASP's advice for PBKDF2 with SHA-256.
const WRAPPING_ROUNDS: u32 = 600_000;

const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SM4_CBC: &str = "1.2.156.10197.1.104.2";
const HMAC_SM3: [&str; 2] = ["1.2.156.10197.1.401.2", "1.2.156.10197.1.401.3.1"];
const HMAC_SHA256: &str = "1.2.840.113549.2.9";

/// The PKCS#8 key inside a DER `EncryptedPrivateKeyInfo`.
pub(crate) fn decrypt(der: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    if let Some(settings) = Settings::read(der)? {
        return settings.decrypt(password.as_bytes());
    }
    let info = pkcs8::EncryptedPrivateKeyInfoRef::try_from(der)
        .map_err(|_| ImportError::Malformed("encrypted private key"))?;
    match info.decrypt(password) {
        Ok(document) => Ok(Zeroizing::new(document.as_bytes().to_vec())),
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed))
        | Err(pkcs8::Error::Asn1(_)) => Err(ImportError::WrongPassword),
        Err(other) => Err(ImportError::Unsupported(other.to_string())),
    }
}

/// A private key as an encrypted PKCS#8 PEM file that every common tool reads: AES-256 under a key
/// derived by PBKDF2 with SHA-256.
pub fn encrypt_private_key(
    key: &SoftKey,
    password: &str,
    entropy: &mut dyn Entropy,
) -> Result<String, KeyError> {
    use der::Encode;
    let failed = |why: String| KeyError::Failed(why);
    let (salt, iv) = (draw::<16>(entropy), draw::<16>(entropy));
    let settings = Parameters::generate_pbkdf2_sha256_aes256cbc(WRAPPING_ROUNDS, &salt, iv)
        .map_err(|why| failed(why.to_string()))?;
    let sealed = settings
        .encrypt(password, &key.to_pkcs8()?)
        .map_err(|why| failed(why.to_string()))?;
    let settings = settings.to_der().map_err(|why| failed(why.to_string()))?;
    let id = asn1::oid(der::asn1::ObjectIdentifier::new_unwrap(PBES2));
    let scheme = asn1::sequence(&[&id, &settings]);
    let wrapped = asn1::sequence(&[&scheme, &asn1::tlv(tag::OCTET_STRING, &sealed)]);
    Ok(pem("ENCRYPTED PRIVATE KEY", &wrapped))
}

/// The same unencrypted. It is to be written where only its owner can read.
pub fn plain_private_key(key: &SoftKey) -> Result<Zeroizing<String>, KeyError> {
    Ok(Zeroizing::new(pem("PRIVATE KEY", &key.to_pkcs8()?)))
}

/// The parameters of an encryption with SM4-CBC.
struct Settings<'a> {
    salt: &'a [u8],
    rounds: u32,
    prf: fn(&[u8], &[u8]) -> [u8; 32],
    iv: [u8; 16],
    sealed: &'a [u8],
}

impl<'a> Settings<'a> {
    /// None where it is another encryption.
    fn read(der: &'a [u8]) -> Result<Option<Self>, ImportError> {
        Self::parse(der).map_err(|_| ImportError::Malformed("encrypted private key"))
    }

    fn parse(der: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let is = |element: Element<'_>, id: &str| {
            der::asn1::ObjectIdentifier::new(id).is_ok_and(|id| element.value == id.as_bytes())
        };
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let mut scheme = outer.expect(tag::SEQUENCE)?.inside();
        let sealed = outer.expect(tag::OCTET_STRING)?.value;
        if !is(scheme.expect(tag::OID)?, PBES2) {
            return Ok(None);
        }
        let mut both = scheme.expect(tag::SEQUENCE)?.inside();
        let mut derivation = both.expect(tag::SEQUENCE)?.inside();
        let mut cipher = both.expect(tag::SEQUENCE)?.inside();
        if !is(derivation.expect(tag::OID)?, PBKDF2) || !is(cipher.expect(tag::OID)?, SM4_CBC) {
            return Ok(None);
        }
        let iv = cipher.expect(tag::OCTET_STRING)?.value;
        let iv = iv
            .try_into()
            .map_err(|_| Malformed("16 bytes to begin with"))?;
        let mut fields = derivation.expect(tag::SEQUENCE)?.inside();
        let salt = fields.expect(tag::OCTET_STRING)?.value;
        let rounds = fields.expect(tag::INTEGER)?.small()?;
        fields.optional(tag::INTEGER)?;
        let prf = match fields.optional(tag::SEQUENCE)? {
            None => return Err(Malformed("SM4 keyed with SHA-1")),
            Some(identifier) => identifier.inside().expect(tag::OID)?,
        };
        let prf: fn(&[u8], &[u8]) -> [u8; 32] = if HMAC_SM3.iter().any(|id| is(prf, id)) {
            hmac_sm3
        } else if is(prf, HMAC_SHA256) {
            hmac_sha256
        } else {
            return Err(Malformed("a known keyed digest"));
        };
        Ok(Some(Self {
            salt,
            rounds,
            prf,
            iv,
            sealed,
        }))
    }

    fn decrypt(&self, password: &[u8]) -> Result<Zeroizing<Vec<u8>>, ImportError> {
        if self.rounds > ROUNDS {
            let why = format!("{} rounds of key derivation", self.rounds);
            return Err(ImportError::Unsupported(why));
        }
        // PBKDF2: the key is shorter than one block of the digest.
        let first = [self.salt, &[0, 0, 0, 1]].concat();
        let mut last = Zeroizing::new((self.prf)(password, &first));
        let mut sum = last.clone();
        for _ in 1..self.rounds {
            *last = (self.prf)(password, last.as_slice());
            sum.iter_mut().zip(last.iter()).for_each(|(a, b)| *a ^= b);
        }
        let cipher = Sm4::new_from_slice(&sum[..16])
            .map_err(|_| ImportError::Malformed("encrypted private key"))?;
        let mut plain = Zeroizing::new(Vec::with_capacity(self.sealed.len()));
        let mut before = self.iv;
        let (blocks, rest) = self.sealed.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(ImportError::Malformed("encrypted private key"));
        }
        for block in blocks {
            let mut one = Array::from(*block);
            cipher.decrypt_block(&mut one);
            plain.extend(one.iter().zip(before).map(|(a, b)| a ^ b));
            before = *block;
        }
        let padding = usize::from(plain.last().copied().unwrap_or(0));
        let padded = (1..=16).contains(&padding)
            && plain[plain.len() - padding..]
                .iter()
                .all(|byte| usize::from(*byte) == padding);
        if !padded {
            return Err(ImportError::WrongPassword);
        }
        let length = plain.len() - padding;
        plain.truncate(length);
        // One wrong password in 256 leaves a padding that looks right.
        match Element::parse(&plain).and_then(|all| all.expect(asn1::tag::SEQUENCE)) {
            Ok(_) => Ok(plain),
            Err(_) => Err(ImportError::WrongPassword),
        }
    }
}

/// HMAC (RFC 2104) with SHA-256.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = Zeroizing::new([0u8; 64]);
    if key.len() > 64 {
        block[..32].copy_from_slice(&sha256(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |byte: u8| block.map(|b| b ^ byte);
    let inner = sha256(&[&pad(0x36)[..], message].concat());
    sha256(&[&pad(0x5c)[..], &inner].concat())
}
