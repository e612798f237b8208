//! Randomness is a parameter, like time.

use std::sync::Mutex;

/// Crockford's base 32 in lower case: no letter that reads like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Where random bytes come from.
pub trait Randomness: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);

    /// A row key: 128 random bits as 26 characters. Internal, never shown.
    fn key(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        base32(u128::from_be_bytes(bytes), 26)
    }

    /// A bearer token for URLs and QR codes: 80 random bits as 16 characters.
    fn token(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes[6..]);
        base32(u128::from_be_bytes(bytes), 16)
    }

    /// A code of decimal digits, each equally likely.
    fn digits(&self, count: usize) -> String {
        let mut out = String::with_capacity(count);
        while out.len() < count {
            let mut byte = [0; 1];
            self.fill(&mut byte);
            // 250 is the largest multiple of ten a byte can hold; above it the code would lean.
            if byte[0] < 250 {
                out.push(char::from(b'0' + byte[0] % 10));
            }
        }
        out
    }
}

fn base32(mut value: u128, len: usize) -> String {
    let mut out = vec![b'0'; len];
    for slot in out.iter_mut().rev() {
        *slot = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    out.into_iter().map(char::from).collect()
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Randomness for SystemRandom {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the generator"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        // The generator of a running system does not fail; going on without it would be worse
        // than stopping.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// A reproducible generator (SplitMix64) for tests. Never for keys of a real installation.
#[derive(Debug)]
pub struct SeededRandom {
    state: Mutex<u64>,
}

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        Self {
            state: Mutex::new(seed),
        }
    }
}

impl Randomness for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = match self.state.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tokens_have_their_length_and_differ() {
        let rng = SeededRandom::new(1);
        assert_eq!(rng.key().len(), 26);
        assert_eq!(rng.token().len(), 16);
        assert_ne!(rng.key(), rng.key());
        let code = rng.digits(6);
        assert_eq!(code.len(), 6);
        assert!(code.bytes().all(|b| b.is_ascii_digit()));
    }
}
