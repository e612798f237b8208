//! The signed value of a signature: what stands in `SignedValue.dat`.

mod data;
mod make;
mod ses;

use gm::asn1::{Malformed, tag};

use crate::ber::{self, Ber};
use crate::deviation::Notes;
use crate::value;

pub(crate) use data::{Covers, SignedData};
pub(crate) use make::signed_data;
pub(crate) use ses::Stamp;

/// The content of `SignedValue.dat`, told apart by its structure.
pub(crate) enum SignedValue<'a> {
    /// SES_Signature of version 1, 4 or 5.
    Stamp(Stamp<'a>),
    /// SignedData of GB/T 35275 (GM/T 0010).
    Data(SignedData<'a>),
    /// Nothing but (r, s), or the number that RSA gives.
    Bare(&'a [u8]),
}

impl<'a> SignedValue<'a> {
    /// Reads a signed value; what follows it comes back with it.
    pub(crate) fn parse(bytes: &'a [u8], notes: &Notes) -> Result<(Self, &'a [u8]), Malformed> {
        let own = Notes::default();
        let outer = ber::outermost(bytes, "SignedValue", &own);
        let (outer, rest) = match outer {
            Ok((element, rest)) if element.tag == tag::SEQUENCE => (element, rest),
            _ if is_bare(bytes) => return Ok((Self::Bare(bytes), &[])),
            Ok(_) => return Err(Malformed("another tag")),
            Err(error) => return Err(error),
        };
        let fields = Ber::new(outer.value, notes);
        let read = match fields.peek() {
            Some(tag::SEQUENCE) => Stamp::read(fields).map(Self::Stamp),
            Some(tag::OID) => SignedData::read(fields).map(Self::Data),
            Some(tag::INTEGER) => match value::plain(outer.raw) {
                Some(_) => Ok(Self::Bare(outer.raw)),
                None => Err(Malformed("not a signature value")),
            },
            _ => Err(Malformed("neither a stamp nor signed data")),
        };
        match read {
            Ok(read) => {
                for note in own.take() {
                    notes.add(note.what, note.place);
                }
                Ok((read, rest))
            }
            // A number of RSA may begin like a structure.
            Err(_) if is_bare(bytes) => Ok((Self::Bare(bytes), &[])),
            Err(error) => Err(error),
        }
    }
}

/// As long as `r ‖ s` or a number of RSA.
fn is_bare(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 64 | 128 | 256 | 384 | 512)
}
