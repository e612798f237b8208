//! 口令: rules, hashing, and passwords the platform makes.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::SignedDuration;
use kernel::Randomness;
use tokio::sync::Semaphore;

use crate::IdentityError;

/// Shortest password in characters.
pub const MIN_LENGTH: usize = 10;
/// Longest, so that nobody makes the server hash a book.
pub const MAX_LENGTH: usize = 128;
/// Kinds of characters it must mix: small letters, capitals, digits, others.
pub const MIN_KINDS: usize = 3;
/// Former passwords, the present one among them, that may not come back.
pub const HISTORY: usize = 5;
/// After this a password must be changed.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// 19 MiB and two passes: the smallest setting OWASP recommends for Argon2id, some 30 ms.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Each hash takes 19 MiB; a crowd at the door must not take them all at once.
static GATE: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Semaphore::new(cores.max(2))
});

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    TooShort,
    TooLong,
    TooFewKinds,
    /// It holds the identity number, mobile number or user name.
    HoldsAccount,
    /// It is one of the last five.
    Reused,
}

impl PasswordFault {
    pub fn zh(self) -> &'static str {
        match self {
            Self::TooShort => "口令至少10个字符",
            Self::TooLong => "口令不能超过128个字符",
            Self::TooFewKinds => "口令须包含大写字母、小写字母、数字、符号中的至少三种",
            Self::HoldsAccount => "口令不能包含证件号码、手机号码或用户名",
            Self::Reused => "不能使用最近5次用过的口令",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::TooShort => "A password has at least 10 characters",
            Self::TooLong => "A password has at most 128 characters",
            Self::TooFewKinds => {
                "A password mixes at least three of capitals, small letters, digits and signs"
            }
            Self::HoldsAccount => {
                "A password does not contain the identity number, mobile number or user name"
            }
            Self::Reused => "The last five passwords cannot be used again",
        }
    }
}

/// Checks the rules that need no history. `known` are numbers and names of the account.
pub fn check_password(password: &str, known: &[&str]) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(PasswordFault::TooShort);
    }
    if length > MAX_LENGTH {
        return Err(PasswordFault::TooLong);
    }
    let has = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    let kinds = has(|c| c.is_ascii_lowercase())
        + has(|c| c.is_ascii_uppercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_ascii_alphanumeric());
    if kinds < MIN_KINDS {
        return Err(PasswordFault::TooFewKinds);
    }
    let lower = password.to_lowercase();
    let holds = |k: &&str| k.chars().count() >= 4 && lower.contains(&k.to_lowercase());
    if known.iter().any(holds) {
        return Err(PasswordFault::HoldsAccount);
    }
    Ok(())
}

/// A password of 14 characters with all the kinds, none of which reads like another.
pub fn generate_password(rng: &dyn Randomness) -> String {
    const KINDS: [&[u8]; 4] = [
        b"abcdefghijkmnpqrstuvwxyz",
        b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        b"23456789",
        b"-_+=@#%",
    ];
    let draw = |from: &[u8]| loop {
        let mut byte = [0; 1];
        rng.fill(&mut byte);
        let fair = 256 / from.len() * from.len();
        if usize::from(byte[0]) < fair {
            return char::from(from[usize::from(byte[0]) % from.len()]);
        }
    };
    // The kinds stand at fixed places: 14 characters leave 80 bits all the same.
    (0..14)
        .map(|i| draw(KINDS[[0, 1, 2, 0, 1, 2, 0, 3, 0, 1, 2, 0, 1, 2][i]]))
        .collect()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password, off the threads that serve requests. The result is a PHC string.
pub(crate) async fn hash(rng: &dyn Randomness, password: &str) -> Result<String, IdentityError> {
    let mut salt = [0; 16];
    rng.fill(&mut salt);
    let password = password.to_owned();
    blocking(move || {
        let hashed: PasswordHash = argon2()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|e| IdentityError::Stored(format!("password: {e}")))?;
        Ok(hashed.to_string())
    })
    .await
}

/// Whether a password is the hashed one. Without a hash the same work is done and the answer is
/// no, so that an unknown login takes as long as a wrong password.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool, IdentityError> {
    let password: String = password.chars().take(MAX_LENGTH).collect();
    blocking(move || {
        let Some(hash) = hash else {
            let mut out = [0; 32];
            let _ = argon2().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
            std::hint::black_box(out);
            return Ok(false);
        };
        let parsed = PasswordHash::new(&hash)
            .map_err(|e| IdentityError::Stored(format!("password hash: {e}")))?;
        Ok(argon2()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok())
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, IdentityError> {
    let permit = GATE
        .acquire()
        .await
        .map_err(|_| IdentityError::Unavailable("hashing"))?;
    // The place is held by the work itself: it goes on when whoever asked has gone.
    let work = move || {
        let _permit = permit;
        work()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(IdentityError::Unavailable("hashing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeededRandom;

    #[test]
    fn the_rules_refuse_what_they_name() {
        let check = |p: &str| check_password(p, &["990102197803120639", "u_p01", "abc"]);
        assert_eq!(check("Abcdefg1!"), Err(PasswordFault::TooShort));
        assert_eq!(check("Abcdefg1!x"), Ok(()));
        assert_eq!(check("abcdefghij1"), Err(PasswordFault::TooFewKinds));
        assert_eq!(check("abcdefghijK1"), Ok(()));
        assert_eq!(
            check("口令口令口令口令口令口令"),
            Err(PasswordFault::TooFewKinds)
        );
        assert_eq!(
            check("Xx990102197803120639"),
            Err(PasswordFault::HoldsAccount)
        );
        assert_eq!(check("Pass-U_P01-more"), Err(PasswordFault::HoldsAccount));
        assert_eq!(check(&"Ab1!".repeat(33)), Err(PasswordFault::TooLong));
    }

    #[test]
    fn made_passwords_keep_the_rules_and_differ() {
        let rng = SeededRandom::new(1);
        let all: std::collections::HashSet<String> =
            (0..200).map(|_| generate_password(&rng)).collect();
        assert_eq!(all.len(), 200);
        for one in &all {
            assert_eq!(check_password(one, &[]), Ok(()), "{one}");
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_only() {
        let rng = SeededRandom::new(1);
        let one = hash(&rng, "Correct-horse9").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(one, hash(&rng, "Correct-horse9").await.unwrap());
        assert!(verify("Correct-horse9", Some(one.clone())).await.unwrap());
        assert!(!verify("correct-horse9", Some(one)).await.unwrap());
        assert!(!verify("Correct-horse9", None).await.unwrap());
        assert!(verify("x", Some("broken".into())).await.is_err());
    }
}
