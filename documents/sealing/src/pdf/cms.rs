//! CMS SignedData as PAdES wants it (RFC 5652, ETSI EN 319 142-1): making it. Detached, one signer,
//! no signing-time attribute; the time stands in the signature dictionary.

use gm::asn1::{self, Element, Malformed, Reader, tag};
use gm::{ObjectIdentifier, SignatureAlgorithm, Signer, oid};

use super::PdfError;

pub(super) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(super) const SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(super) const CONTENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(super) const SIGNING_TIME: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// Time stamp over the signature value, RFC 3161, appendix A.
pub(super) const TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
/// ESS signing-certificate, RFC 2634; its digest is SHA-1.
pub(super) const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// ESS signing-certificate-v2, RFC 5035.
pub(super) const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// The digests that signatures use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Digest {
    Sm3,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    pub fn oid(self) -> ObjectIdentifier {
        match self {
            Digest::Sm3 => oid::SM3,
            Digest::Sha256 => oid::SHA256,
            Digest::Sha384 => oid::SHA384,
            Digest::Sha512 => oid::SHA512,
        }
    }

    /// The digest of the contents of an OBJECT IDENTIFIER.
    pub fn from_oid_bytes(bytes: &[u8]) -> Option<Self> {
        [Digest::Sm3, Digest::Sha256, Digest::Sha384, Digest::Sha512]
            .into_iter()
            .find(|digest| digest.oid().as_bytes() == bytes)
    }

    /// The digest of pieces as if they stood together.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Digest::Sm3 => gm::sm3(bytes).to_vec(),
            Digest::Sha256 => gm::sha256(bytes).to_vec(),
            Digest::Sha384 => gm::sha384(bytes).to_vec(),
            Digest::Sha512 => gm::sha512(bytes).to_vec(),
        }
    }

    fn identifier(self) -> Vec<u8> {
        asn1::sequence(&[&asn1::oid(self.oid())])
    }
}

/// The digest that goes with what a signer signs.
pub(super) fn digest_of(algorithm: SignatureAlgorithm) -> Result<Digest, PdfError> {
    match algorithm {
        SignatureAlgorithm::Sm2Sm3 => Ok(Digest::Sm3),
        SignatureAlgorithm::EcdsaP256Sha256 => Ok(Digest::Sha256),
        _ => Err(PdfError::Algorithm(algorithm.name())),
    }
}

/// Room that the signature of this signer needs, in bytes of DER: everything but the certificates
/// has a bounded length.
pub(super) fn room(signer: &dyn Signer) -> usize {
    let issuer = Element::parse(signer.certificate()).map_or(0, |e| e.raw.len());
    let chain: usize = signer.chain().iter().map(Vec::len).sum();
    issuer * 2 + chain + 512
}

/// Signs the digest of a document.
pub(super) fn sign(signer: &dyn Signer, message_digest: &[u8]) -> Result<Vec<u8>, PdfError> {
    let algorithm = signer.algorithm();
    let digest = digest_of(algorithm)?;
    let certificate = signer.certificate();
    let named = issuer_and_serial(certificate).map_err(|_| PdfError::Certificate)?;
    let attributes = sorted(vec![
        attribute(CONTENT_TYPE, &asn1::oid(DATA)),
        attribute(
            MESSAGE_DIGEST,
            &asn1::tlv(tag::OCTET_STRING, message_digest),
        ),
        attribute(
            SIGNING_CERTIFICATE_V2,
            &signing_certificate(digest, certificate),
        ),
    ]);
    // What is signed is the SET; what stands in the message carries the tag [0] instead.
    let signature = signer.sign(&asn1::tlv(tag::SET, &attributes))?;
    let info = asn1::sequence(&[
        &asn1::small(1),
        &named,
        &digest.identifier(),
        &asn1::tlv(tag::context(0), &attributes),
        &algorithm.identifier(),
        &asn1::tlv(tag::OCTET_STRING, &signature),
    ]);
    let mut certificates = vec![certificate.to_vec()];
    certificates.extend(signer.chain().iter().cloned());
    certificates.sort();
    certificates.dedup();
    let signed = asn1::sequence(&[
        &asn1::small(1),
        &asn1::tlv(tag::SET, &digest.identifier()),
        &asn1::sequence(&[&asn1::oid(DATA)]),
        &asn1::tlv(tag::context(0), &sorted(certificates)),
        &asn1::tlv(tag::SET, &info),
    ]);
    Ok(asn1::sequence(&[
        &asn1::oid(SIGNED_DATA),
        &asn1::tlv(tag::context(0), &signed),
    ]))
}

/// DER orders the elements of a SET OF by their bytes.
fn sorted(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    elements.concat()
}

fn attribute(name: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(name), &asn1::tlv(tag::SET, value)])
}

/// `SigningCertificateV2` with one `ESSCertIDv2`; SHA-256 is its default and then left out.
fn signing_certificate(digest: Digest, certificate: &[u8]) -> Vec<u8> {
    let named = match digest {
        Digest::Sha256 => Vec::new(),
        other => other.identifier(),
    };
    let hash = asn1::tlv(tag::OCTET_STRING, &digest.of(certificate));
    asn1::sequence(&[&asn1::sequence(&[&asn1::sequence(&[&named, &hash])])])
}

fn fields(certificate: &[u8]) -> Result<Reader<'_>, Malformed> {
    let mut whole = Element::parse(certificate)?.expect(tag::SEQUENCE)?.inside();
    Ok(whole.expect(tag::SEQUENCE)?.inside())
}

/// The value of an extension of a certificate, by the contents of its OBJECT IDENTIFIER.
fn extension<'a>(certificate: &'a [u8], wanted: &[u8]) -> Result<Option<&'a [u8]>, Malformed> {
    let mut fields = fields(certificate)?;
    while !fields.is_empty() {
        let field = fields.element()?;
        if field.tag != tag::context(3) {
            continue;
        }
        let mut extensions = Element::parse(field.value)?.expect(tag::SEQUENCE)?.inside();
        while !extensions.is_empty() {
            let mut extension = extensions.expect(tag::SEQUENCE)?.inside();
            let name = extension.expect(tag::OID)?.value;
            extension.optional(tag::BOOLEAN)?;
            let value = extension.expect(tag::OCTET_STRING)?.value;
            if name == wanted {
                return Ok(Some(value));
            }
        }
    }
    Ok(None)
}

/// The subject key identifier of a certificate.
pub(super) fn key_identifier(certificate: &[u8]) -> Result<Option<&[u8]>, Malformed> {
    // 2.5.29.14
    match extension(certificate, &[0x55, 0x1d, 14])? {
        Some(value) => Ok(Some(
            Element::parse(value)?.expect(tag::OCTET_STRING)?.value,
        )),
        None => Ok(None),
    }
}

/// The certificate is one for time stamping (RFC 3161, 2.3).
pub(super) fn may_stamp(certificate: &[u8]) -> Result<bool, Malformed> {
    const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
    // 2.5.29.37
    let Some(value) = extension(certificate, &[0x55, 0x1d, 37])? else {
        return Ok(false);
    };
    let mut purposes = Element::parse(value)?.expect(tag::SEQUENCE)?.inside();
    let only = purposes.expect(tag::OID)?.value == TIME_STAMPING.as_bytes();
    Ok(only && purposes.is_empty())
}

/// `IssuerAndSerialNumber` of a certificate.
pub(super) fn issuer_and_serial(certificate: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut fields = fields(certificate)?;
    fields.optional(tag::context(0))?;
    let serial = fields.expect(tag::INTEGER)?.raw;
    fields.expect(tag::SEQUENCE)?;
    let issuer = fields.expect(tag::SEQUENCE)?.raw;
    Ok(asn1::sequence(&[issuer, serial]))
}
