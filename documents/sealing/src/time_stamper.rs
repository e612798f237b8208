//! Asking an authority for time stamps (RFC 3161).

use gm::asn1::{Element, tag};

use crate::SealError;
use crate::pdf::time_stamp::TimeStamp;

/// An authority for time stamps, as the one who seals reaches it: bytes to be stamped in, a
/// `TimeStampToken` (DER) over their digest out. An error is told to whoever seals, in words.
pub trait TimeStamper {
    /// Has these bytes stamped.
    fn stamp(&self, bytes: &[u8]) -> Result<Vec<u8>, String>;
}

impl<F: Fn(&[u8]) -> Result<Vec<u8>, String>> TimeStamper for F {
    fn stamp(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self(bytes)
    }
}

/// A token over these bytes. One that every verifier would refuse is not written.
pub(crate) fn token(authority: &dyn TimeStamper, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    let answer = authority.stamp(bytes).map_err(SealError::TimeStamp)?;
    let token = in_answer(&answer).map_or(&answer[..], |token| token);
    let stamp = TimeStamp::read(token).map_err(|error| SealError::TimeStamp(error.to_string()))?;
    stamp
        .holds()
        .map_err(|why| SealError::TimeStamp(why.to_string()))?;
    if !stamp.covers(bytes) {
        let why = "the authority stamped something else";
        return Err(SealError::TimeStamp(why.into()));
    }
    Ok(token.to_vec())
}

/// The token in a whole answer of an authority (`TimeStampResp`: a status, and the token).
pub(crate) fn in_answer(answer: &[u8]) -> Option<&[u8]> {
    let outer = Element::parse(answer).ok()?.expect(tag::SEQUENCE).ok()?;
    let mut fields = outer.inside();
    let status = fields.expect(tag::SEQUENCE).ok()?;
    status.inside().expect(tag::INTEGER).ok()?;
    let token = fields.expect(tag::SEQUENCE).ok()?;
    fields.is_empty().then_some(token.raw)
}
