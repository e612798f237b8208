//! Keys in addresses: letters, digits, `_`, `-` and `.`; whatever else was typed is no key.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use kernel::Problem;

use crate::problem::Fail;

/// Longest key that there is.
const LONGEST: usize = 64;

/// The keys of an address, in their order.
pub struct Keys<const N: usize>(pub [String; N]);

fn fits(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(allowed)
}

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Keys<N> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fail> {
        let wrong = || {
            Fail::from(Problem::not_found(
                "地址中的编号不存在",
                "Nothing has the key in the address",
            ))
        };
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| wrong())?;
        let keys: Vec<String> = raw.iter().map(|(_, value)| value.to_owned()).collect();
        if !keys.iter().all(|key| fits(key)) {
            return Err(wrong());
        }
        Ok(Self(keys.try_into().map_err(|_| wrong())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_are_keys() {
        assert!(fits("SPJYXK-XB") && fits("01h.9_x"));
        for text in ["", "a b", "a\0", "核", "../etc", &"k".repeat(65)] {
            assert!(!fits(text), "{text:?}");
        }
    }
}
