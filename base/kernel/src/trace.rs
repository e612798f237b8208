//! The number under which one request is told, logged and asked about.

use std::fmt;

use serde::Serialize;

use crate::Randomness;

/// 128 bits as 32 lower-case hexadecimal digits, as W3C Trace Context has them. Random, so it tells
/// nothing of anybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TraceId(String);

impl TraceId {
    /// A new one.
    pub fn new(random: &dyn Randomness) -> Self {
        let mut bytes = [0; 16];
        // All zeros are no trace (§3.2.2.3); that randomness gives them is next to impossible.
        while bytes == [0; 16] {
            random.fill(&mut bytes);
        }
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// The trace of a `traceparent` header (W3C Trace Context §3.2), if the header is well formed.
    /// A caller's trace goes on here, so that both logs tell of the same.
    pub fn of_parent(header: &str) -> Option<Self> {
        let mut parts = header.splitn(5, '-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32)?;
        let parent = hex(parts.next()?, 16)?;
        hex(parts.next()?, 2)?;
        // Later versions may add fields; this one has none, and 255 is no version.
        let more = parts.next().is_some();
        let zeros = |text: &str| text.bytes().all(|byte| byte == b'0');
        let broken = version == "ff" || (version == "00" && more) || zeros(trace) || zeros(parent);
        (!broken).then(|| Self(trace.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(text: &str, len: usize) -> Option<&str> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == len && text.bytes().all(digit)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_parent_is_followed_only_if_it_is_well_formed() {
        let of = |header: &str| TraceId::of_parent(header).map(|id| id.0);
        let good = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(of(&good).as_deref(), Some(TRACE));
        assert_eq!(
            of(&format!("01{}-more", &good[2..])).as_deref(),
            Some(TRACE)
        );
        let zeros = "0".repeat(32);
        for bad in [
            String::new(),
            TRACE.to_owned(),
            format!("{good}-more"),
            format!("ff{}", &good[2..]),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", &TRACE[1..]),
            format!("00-{TRACE}-00f067aa0ba902b7"),
            format!("00-{TRACE}-00f067aa0ba902b7-1"),
            format!("00-{TRACE}\"-0f067aa0ba902b7-01"),
        ] {
            assert_eq!(of(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_one_has_the_form_of_any_other() {
        let random = SeededRandom::new(7);
        let (one, two) = (TraceId::new(&random), TraceId::new(&random));
        assert_ne!(one, two);
        let parent = format!("00-{one}-00f067aa0ba902b7-00");
        assert_eq!(TraceId::of_parent(&parent), Some(one));
    }
}
