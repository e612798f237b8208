//! Making CMS SignedData as PAdES wants it (ETSI EN 319 142-1): detached, one signer, no
//! signing-time attribute; the time stands in the signature dictionary.

use der::asn1::ObjectIdentifier;

use super::{
    CONTENT_TYPE, DATA, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_CERTIFICATE_V2, issuer_and_serial,
};
use crate::asn1::{self, Element, Malformed, Reader, tag};
use crate::{CertError, DigestAlgorithm, Signer};

/// Room that the signature of this signer needs, in bytes of DER: everything but the certificates
/// has a bounded length.
pub fn room(signer: &dyn Signer) -> usize {
    let issuer = Element::parse(signer.certificate()).map_or(0, |e| e.raw.len());
    let chain: usize = signer.chain().iter().map(Vec::len).sum();
    // An RSA signature of 8192 bits is the longest.
    issuer * 2 + chain + 512 + 1024
}

/// Signs the digest of a document, made with [`DigestAlgorithm::within`] of the signer's
/// algorithm. The result is a DER `ContentInfo` with the signer's certificate and its chain.
pub fn sign(signer: &dyn Signer, message_digest: &[u8]) -> Result<Vec<u8>, CertError> {
    signed_data(signer, DATA, message_digest, None)
}

/// Signs content that stands in the message itself, of a kind other than plain data: what a time
/// stamp is.
pub fn sign_content(
    signer: &dyn Signer,
    kind: ObjectIdentifier,
    content: &[u8],
) -> Result<Vec<u8>, CertError> {
    let digest = DigestAlgorithm::within(signer.algorithm());
    signed_data(signer, kind, &digest.of(content), Some(content))
}

fn signed_data(
    signer: &dyn Signer,
    kind: ObjectIdentifier,
    message_digest: &[u8],
    content: Option<&[u8]>,
) -> Result<Vec<u8>, CertError> {
    let algorithm = signer.algorithm();
    let digest = DigestAlgorithm::within(algorithm);
    let certificate = signer.certificate();
    let named = issuer_and_serial(certificate).map_err(|_| CertError::Malformed("certificate"))?;
    let attributes = sorted(vec![
        attribute(CONTENT_TYPE, &asn1::oid(kind)),
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
    let inside = content.map_or_else(Vec::new, |content| {
        asn1::tlv(tag::context(0), &asn1::tlv(tag::OCTET_STRING, content))
    });
    // Content of another kind than data makes version 3 (RFC 5652, 5.1).
    let version = if kind == DATA { 1 } else { 3 };
    let signed = asn1::sequence(&[
        &asn1::small(version),
        &asn1::tlv(tag::SET, &digest.identifier()),
        &asn1::sequence(&[&asn1::oid(kind), &inside]),
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
fn signing_certificate(digest: DigestAlgorithm, certificate: &[u8]) -> Vec<u8> {
    let named = match digest {
        DigestAlgorithm::Sha256 => Vec::new(),
        other => other.identifier(),
    };
    let hash = asn1::tlv(tag::OCTET_STRING, &digest.of(certificate));
    asn1::sequence(&[&asn1::sequence(&[&asn1::sequence(&[&named, &hash])])])
}

/// Adds an unsigned attribute to the one signer of a DER `ContentInfo`, such as a time stamp over
/// its signature value ([`super::TIME_STAMP_ATTRIBUTE`]). Nothing that is signed changes.
pub fn add_unsigned(
    signature: &[u8],
    name: ObjectIdentifier,
    value: &[u8],
) -> Result<Vec<u8>, Malformed> {
    let mut info = Element::parse(signature)?.expect(tag::SEQUENCE)?.inside();
    let kind = info.expect(tag::OID)?.raw;
    let signed = info.expect(tag::context(0))?;
    let mut fields = Element::parse(signed.value)?
        .expect(tag::SEQUENCE)?
        .inside();
    let mut before = Vec::new();
    let infos = loop {
        let field = fields.element()?;
        // The SET of signers is the last field; the SET of digests stands second.
        if fields.is_empty() {
            break field.expect(tag::SET)?;
        }
        before.extend_from_slice(field.raw);
    };
    let signer = Element::parse(infos.value)?.expect(tag::SEQUENCE)?;
    let mut inside = signer.inside();
    let (mut kept, mut unsigned) = (Vec::new(), Vec::new());
    while !inside.is_empty() {
        let field = inside.element()?;
        if field.tag == tag::context(1) {
            let mut all = Reader::new(field.value);
            while !all.is_empty() {
                unsigned.push(all.element()?.raw.to_vec());
            }
        } else {
            kept.extend_from_slice(field.raw);
        }
    }
    unsigned.push(attribute(name, value));
    kept.extend(asn1::tlv(tag::context(1), &sorted(unsigned)));
    before.extend(asn1::tlv(tag::SET, &asn1::tlv(tag::SEQUENCE, &kept)));
    let signed = asn1::tlv(tag::SEQUENCE, &before);
    Ok(asn1::sequence(&[
        kind,
        &asn1::tlv(tag::context(0), &signed),
    ]))
}
