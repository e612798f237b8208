//! Digests: SM3 (GM/T 0004), SHA-256, HMAC-SM3.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// SM3 of the bytes (GM/T 0004).
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    sm3::Sm3::digest(bytes).into()
}

/// SHA-256 of the bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-384 of the bytes. Only for reading foreign files.
pub fn sha384(bytes: &[u8]) -> [u8; 48] {
    Sha384::digest(bytes).into()
}

/// SHA-512 of the bytes. Only for reading foreign files.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// HMAC with SM3 of the message.
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<sm3::Sm3> as KeyInit>::new_from_slice(key)
        .expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// SM3 of what arrives in pieces.
#[derive(Clone, Default)]
pub struct Sm3(sm3::Sm3);

impl Sm3 {
    /// Nothing digested yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of GM/T 0004-2012, appendix A.
    #[test]
    fn sm3_gives_the_published_values() {
        assert_eq!(
            hex::encode(sm3(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        let long = b"abcd".repeat(16);
        let value = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
        assert_eq!(hex::encode(sm3(&long)), value);
        let mut pieces = Sm3::new();
        long.chunks(7).for_each(|piece| pieces.update(piece));
        assert_eq!(hex::encode(pieces.finish()), value);
    }

    /// The definition of HMAC, spelled out, for keys shorter and longer than a block.
    #[test]
    fn hmac_is_the_nested_digest() {
        for key in [b"key".to_vec(), vec![7; 100]] {
            let mut block = if key.len() > 64 {
                sm3(&key).to_vec()
            } else {
                key.clone()
            };
            block.resize(64, 0);
            let pad = |byte: u8| block.iter().map(|b| b ^ byte).collect::<Vec<_>>();
            let inner = sm3(&[pad(0x36), b"message".to_vec()].concat());
            let outer = sm3(&[pad(0x5c), inner.to_vec()].concat());
            assert_eq!(hmac_sm3(&key, b"message"), outer);
        }
    }
}
