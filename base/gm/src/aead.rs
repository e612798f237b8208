//! SM4 in Galois/counter mode (RFC 8998): encryption that also shows any change.

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use sm4::Sm4;

/// Bytes of the nonce.
pub(crate) const NONCE: usize = 12;

/// One SM4 key, expanded.
#[derive(Clone)]
pub(crate) struct Sm4Gcm(AesGcm<Sm4, U12>);

impl Sm4Gcm {
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self(AesGcm::new(key.into()))
    }

    /// Ciphertext and 16-byte tag. A nonce must never be used twice with one key.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE], associated: &[u8], plain: &[u8]) -> Vec<u8> {
        self.0
            .encrypt(
                nonce.into(),
                Payload {
                    msg: plain,
                    aad: associated,
                },
            )
            .expect("fails only beyond 64 GiB, which is not held in memory here")
    }

    /// The plaintext, or nothing when ciphertext, tag, nonce, key or associated data do not agree.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        self.0
            .decrypt(
                nonce.into(),
                Payload {
                    msg: sealed,
                    aad: associated,
                },
            )
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of RFC 8998, appendix A.1.
    #[test]
    fn gives_the_published_vector() {
        let key = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
        let nonce: [u8; 12] = hex::decode("00001234567800000000abcd")
            .unwrap()
            .try_into()
            .unwrap();
        let associated = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let plain = hex::decode(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        )
        .unwrap();
        let gcm = Sm4Gcm::new(&key.try_into().unwrap());
        let sealed = gcm.seal(&nonce, &associated, &plain);
        assert_eq!(
            hex::encode(&sealed),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
             83de3541e4c2b58177e065a9bf7b62ec"
        );
        assert_eq!(gcm.open(&nonce, &associated, &sealed).unwrap(), plain);
        assert!(gcm.open(&nonce, b"other", &sealed).is_none());
    }
}
