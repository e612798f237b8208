//! CMS SignedData (RFC 5652): the form of PDF signatures, of time stamps and, in its Chinese
//! variant (GM/T 0010), of seal signatures.

mod ber;
mod make;
mod read;

use der::asn1::ObjectIdentifier;

use crate::asn1::{self, Element, Malformed, Reader, tag};
use crate::extension;

pub use make::{add_unsigned, room, sign, sign_content};
pub use read::{Content, Named, Signed};

pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_TIME: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// Time stamp over the signature value, RFC 3161, appendix A.
pub(crate) const TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// ESS signing-certificate, RFC 2634; its digest is SHA-1.
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// ESS signing-certificate-v2, RFC 5035.
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// Adobe's revocation information (ISO 32000-2, 12.8.3.3.2).
pub(crate) const REVOCATION_ARCHIVE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.8");

/// The object identifier of a time stamp among the unsigned attributes.
pub const TIME_STAMP_ATTRIBUTE: ObjectIdentifier = TIME_STAMP;

fn fields(certificate: &[u8]) -> Result<Reader<'_>, Malformed> {
    let mut whole = Element::parse(certificate)?.expect(tag::SEQUENCE)?.inside();
    Ok(whole.expect(tag::SEQUENCE)?.inside())
}

/// The subject key identifier of a certificate.
fn key_identifier(certificate: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    match extension::value(certificate, extension::SUBJECT_KEY)? {
        Some(found) => Ok(Some(
            Element::parse(found.value)?
                .expect(tag::OCTET_STRING)?
                .value,
        )),
        None => Ok(None),
    }
}

/// `IssuerAndSerialNumber` of a certificate.
pub(crate) fn issuer_and_serial(certificate: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut fields = fields(certificate)?;
    fields.optional(tag::context(0))?;
    let serial = fields.expect(tag::INTEGER)?.raw;
    fields.expect(tag::SEQUENCE)?;
    let issuer = fields.expect(tag::SEQUENCE)?.raw;
    Ok(asn1::sequence(&[issuer, serial]))
}
