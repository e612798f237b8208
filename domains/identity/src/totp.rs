//! 动态口令: time-based one-time passwords (RFC 6238, HMAC-SHA-1, 30 seconds, six digits), as code
//! generators on phones make them.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds a code stands.
pub(crate) const STEP_SECONDS: i64 = 30;
/// Bytes of a secret: the size of the digest, as RFC 4226 recommends.
pub(crate) const SECRET_LEN: usize = 20;

/// The number of the step a moment lies in.
pub(crate) fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_SECONDS)
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret)
        .expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[hash.len() - 1] & 15);
    let word = hash[at..at + 4]
        .iter()
        .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code was typed: the present one or a neighbour, because clocks of phones differ.
/// The caller refuses a step that is not later than the last one accepted.
pub(crate) fn matching_step(secret: &[u8], typed: &str, now: Timestamp) -> Option<i64> {
    let typed: String = kernel::number::fold(typed);
    let present = step_at(now);
    // All three are compared whatever comes out, so that time tells nothing.
    let mut found = None;
    for step in [present - 1, present, present + 1] {
        if same(&code(secret, step), &typed) {
            found = Some(step);
        }
    }
    found
}

fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |diff, (x, y)| diff | (x ^ y))
            == 0
}

/// The address that a code generator reads from a QR code.
pub(crate) fn uri(secret: &[u8], username: &str) -> String {
    format!(
        "otpauth://totp/Tongban:{username}?secret={}&issuer=Tongban&digits=6&period=30",
        base32(secret)
    )
}

/// RFC 4648 without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut word = [0; 8];
        word[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(word);
        let letters = (chunk.len() * 8).div_ceil(5);
        for i in 0..letters {
            out.push(char::from(ALPHABET[(word >> (35 - 5 * i) & 31) as usize]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// The SHA-1 vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn gives_the_published_codes() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, step_at(at(seconds))), expected);
        }
    }

    #[test]
    fn neighbouring_steps_are_accepted_and_named() {
        let secret = b"12345678901234567890";
        let now = at(1_000_000);
        let step = step_at(now);
        for offset in -1..=1 {
            let typed = code(secret, step + offset);
            assert_eq!(matching_step(secret, &typed, now), Some(step + offset));
        }
        assert_eq!(matching_step(secret, &code(secret, step + 2), now), None);
        assert_eq!(matching_step(secret, "", now), None);
        let wide: String = code(secret, step)
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
            .collect();
        assert_eq!(matching_step(secret, &wide, now), Some(step));
    }

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn base32_is_the_published_one() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"fo"), "MZXQ");
        assert_eq!(base32(b""), "");
        assert!(uri(b"foobar", "ck").contains("secret=MZXW6YTBOI&"));
    }
}
