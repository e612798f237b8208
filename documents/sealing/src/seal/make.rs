//! Making seals of version 4.

use gm::Signer;
use gm::asn1::{self, tag};
use jiff::Timestamp;

use crate::SealError;
use crate::time::generalized;

/// Longest identifier, as a guard against putting something else there.
const ID: usize = 64;

/// The picture of a seal (印模).
#[derive(Clone, Copy, Debug)]
pub struct Impression<'a> {
    pub png: &'a [u8],
    pub width_mm: u32,
    pub height_mm: u32,
}

/// A seal to be made [I-04].
#[derive(Clone, Debug)]
pub struct SealSpec<'a> {
    /// Unique identifier, ASCII.
    pub id: &'a str,
    /// Who makes seals of this form, ASCII.
    pub vendor: &'a str,
    pub name: &'a str,
    /// See [`crate::SealKind`].
    pub kind: u32,
    /// The certificates that may use it, DER.
    pub certificates: &'a [&'a [u8]],
    pub created: Timestamp,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    pub picture: Impression<'a>,
}

/// Makes a seal, signed by its maker (制章人): DER `SESeal` of GB/T 38540-2020. Times are cut to
/// whole seconds.
pub fn make_seal(spec: &SealSpec<'_>, maker: &dyn Signer) -> Result<Vec<u8>, SealError> {
    let ascii = |text: &str| {
        if text.is_ascii() && !text.is_empty() && text.len() <= ID {
            Ok(asn1::tlv(tag::IA5_STRING, text.as_bytes()))
        } else {
            Err(SealError::Text(text.to_string()))
        }
    };
    if spec.name.is_empty() {
        return Err(SealError::Text(spec.name.to_string()));
    }
    if spec.certificates.is_empty() || spec.valid_from > spec.valid_to {
        return Err(SealError::Seal("it would be of use to nobody".into()));
    }
    if !spec.picture.png.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(SealError::Seal("its picture is not a PNG".into()));
    }
    let header = asn1::sequence(&[&ascii("ES")?, &asn1::small(4), &ascii(spec.vendor)?]);
    let listed: Vec<u8> = spec
        .certificates
        .iter()
        .flat_map(|der| asn1::tlv(tag::OCTET_STRING, der))
        .collect();
    let property = asn1::sequence(&[
        &asn1::small(spec.kind),
        &asn1::tlv(tag::UTF8_STRING, spec.name.as_bytes()),
        &asn1::small(1),
        &asn1::tlv(tag::SEQUENCE, &listed),
        &generalized(spec.created),
        &generalized(spec.valid_from),
        &generalized(spec.valid_to),
    ]);
    let picture = asn1::sequence(&[
        &ascii("PNG")?,
        &asn1::tlv(tag::OCTET_STRING, spec.picture.png),
        &asn1::small(spec.picture.width_mm),
        &asn1::small(spec.picture.height_mm),
    ]);
    let info = asn1::sequence(&[&header, &ascii(spec.id)?, &property, &picture]);
    let signature = maker.sign(&info)?;
    Ok(asn1::sequence(&[
        &info,
        &asn1::tlv(tag::OCTET_STRING, maker.certificate()),
        &asn1::oid(maker.algorithm().oid()),
        &asn1::bits(&signature),
    ]))
}
