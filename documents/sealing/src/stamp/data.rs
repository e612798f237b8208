//! SignedData of GB/T 35275 (GM/T 0010) and of PKCS#7, with one signer.

use gm::asn1::{self, Malformed, tag};
use gm::{Certificate, ObjectIdentifier, VerifyError, oid};

use crate::ber::Ber;
use crate::deviation::{Deviation, Notes};
use crate::ofd::method::Method;
use crate::value::{Algorithm, Value, Weak, dotted};

/// Certificates in one signature. Chains are searched among them, so they must be few.
const CERTIFICATES: usize = 16;

const fn name(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Attribute: time stamp over the signature value (RFC 3161, appendix A).
pub(super) const TIME_STAMP: ObjectIdentifier = name("1.2.840.113549.1.9.16.2.14");
const PKCS7_DATA: ObjectIdentifier = name("1.2.840.113549.1.7.1");
const PKCS7_SIGNED_DATA: ObjectIdentifier = name("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = name("1.2.840.113549.1.9.4");
const VALUE: &str = "SignerInfo.encryptedDigest";

/// Signed data. Its content is the digest of `Signature.xml` (GM/T 0099, 7.2.2), or
/// `Signature.xml` itself.
#[derive(Clone, Debug)]
pub(crate) struct SignedData<'a> {
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) certificates: Vec<&'a [u8]>,
    /// DER `IssuerAndSerialNumber`: its two fields.
    issuer: &'a [u8],
    serial: &'a [u8],
    attributes: Option<&'a [u8]>,
    pub(crate) value: Value<'a>,
    /// A time stamp over the signature value, not covered by it.
    pub(crate) time_stamp: Option<&'a [u8]>,
}

/// What the content says of `Signature.xml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covers {
    Yes,
    No,
}

impl<'a> SignedData<'a> {
    pub(super) fn read(mut outer: Ber<'a, '_>) -> Result<Self, Malformed> {
        let notes = outer.notes();
        // Both the national identifiers and those of PKCS#7 occur.
        let kind = outer.expect(tag::OID, "ContentInfo.contentType")?.value;
        if kind != oid::GM_SIGNED_DATA.as_bytes() {
            if kind != PKCS7_SIGNED_DATA.as_bytes() {
                return Err(Malformed("not signed data"));
            }
            notes.add(Deviation::ContentType, "ContentInfo.contentType");
        }
        let wrapped = outer.expect(tag::context(0), "ContentInfo.content")?;
        outer.end("ContentInfo");
        let mut wrapped = outer.inside(wrapped);
        let data = wrapped.expect(tag::SEQUENCE, "SignedData")?;
        let mut data = outer.inside(data);
        // Nothing covers these, so they are taken strictly: a changed byte must show.
        if !(1..=5).contains(&data.small("SignedData.version")?) {
            return Err(Malformed("a wrong version"));
        }
        let digests = data.expect(tag::SET, "SignedData.digestAlgorithms")?;
        let mut digests = data.inside(digests);
        let digest = digest_name(&mut digests)?;
        let info = data.expect(tag::SEQUENCE, "SignedData.contentInfo")?;
        let content = content(outer.inside(info))?;
        let mut certificates = Vec::new();
        if let Some(set) = data.optional(tag::context(0), "SignedData.certificates")? {
            let mut set = data.inside(set);
            while !set.is_empty() {
                certificates.push(set.element("SignedData.certificates")?.raw);
            }
        }
        if certificates.len() > CERTIFICATES {
            return Err(Malformed("too many certificates"));
        }
        data.optional(tag::context(1), "SignedData.crls")?;
        let infos = data.expect(tag::SET, "SignedData.signerInfos")?;
        data.end("SignedData");
        let mut infos = outer.inside(infos);
        let one = infos.expect(tag::SEQUENCE, "SignerInfo")?;
        if !infos.is_empty() {
            return Err(Malformed("several signers"));
        }
        let mut one = outer.inside(one);
        if one.small("SignerInfo.version")? != 1 {
            return Err(Malformed("a wrong version"));
        }
        let signer = one.expect(tag::SEQUENCE, "SignerInfo.issuerAndSerialNumber")?;
        let mut signer = outer.inside(signer);
        let issuer = signer.element("SignerInfo.issuerAndSerialNumber")?.raw;
        let serial = signer
            .expect(tag::INTEGER, "SignerInfo.issuerAndSerialNumber")?
            .value;
        if digest_name(&mut one)? != digest {
            return Err(Malformed("the signer's digest is not the one announced"));
        }
        let attributes = one.optional(tag::context(0), "SignerInfo.authenticatedAttributes")?;
        let algorithm = one.expect(tag::SEQUENCE, "SignerInfo.digestEncryptionAlgorithm")?;
        let id = outer
            .inside(algorithm)
            .expect(tag::OID, "SignerInfo.digestEncryptionAlgorithm")?
            .value;
        let signature = one.expect(tag::OCTET_STRING, VALUE)?.value;
        let unsigned = one.optional(tag::context(1), "SignerInfo.unauthenticatedAttributes")?;
        if !one.is_empty() {
            return Err(Malformed("something follows"));
        }
        Ok(Self {
            content,
            certificates,
            issuer,
            serial,
            attributes: attributes.map(|element| element.value),
            value: Value { id, signature },
            time_stamp: match unsigned {
                Some(set) => attribute(outer.inside(set), TIME_STAMP)?,
                None => None,
            },
        })
    }

    /// The certificate that issuer and serial number name, and the others.
    pub(crate) fn certificate(&self) -> Option<(Certificate, Vec<Certificate>)> {
        let all: Vec<Certificate> = self
            .certificates
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let found = all.iter().find(|one| self.names(one))?.clone();
        Some((found, all))
    }

    /// Issuer and serial number are those of that certificate.
    pub(crate) fn names(&self, one: &Certificate) -> bool {
        fn trimmed(bytes: &[u8]) -> impl Iterator<Item = &u8> {
            bytes.iter().skip_while(|byte| **byte == 0)
        }
        one.issuer_der() == self.issuer && trimmed(one.serial_bytes()).eq(trimmed(self.serial))
    }

    /// Covers `Signature.xml` through its content or its attributes.
    pub(crate) fn covers(&self, signature_xml: &[u8], notes: &Notes) -> Covers {
        let digests = |bytes: &[u8]| {
            let sha1 = gm::legacy::sha1(bytes).to_vec();
            let weak = self.value.algorithm() == Algorithm::RsaSha1;
            let strong = [gm::sm3(bytes).to_vec(), gm::sha256(bytes).to_vec()];
            strong.into_iter().chain(weak.then_some(sha1))
        };
        let content = match self.content {
            None => {
                notes.add(Deviation::ContentForm, "SignedData.contentInfo");
                true
            }
            Some(content) if content == signature_xml => {
                notes.add(Deviation::ContentForm, "SignedData.contentInfo");
                true
            }
            Some(content) => digests(signature_xml).any(|digest| digest == content),
        };
        let attribute = match self.attributes {
            None => true,
            Some(attributes) => {
                let own = Notes::default();
                let set = Ber::new(attributes, &own);
                let found = attribute(set, MESSAGE_DIGEST).ok().flatten();
                let over = self.content.unwrap_or(signature_xml);
                found.is_some_and(|found| digests(over).any(|digest| digest == found))
            }
        };
        if content && attribute {
            Covers::Yes
        } else {
            Covers::No
        }
    }

    pub(crate) fn is_made_by(
        &self,
        signer: &Certificate,
        signature_xml: &[u8],
        notes: &Notes,
    ) -> Result<Option<Weak>, VerifyError> {
        match self.attributes {
            // What is signed is the SET; what stands in the message carries the tag [0] instead.
            Some(attributes) => {
                let signed = asn1::tlv(tag::SET, attributes);
                self.value.holds(signer, &signed, VALUE, notes)
            }
            None => {
                let signed = self.content.unwrap_or(signature_xml);
                self.value.holds(signer, signed, VALUE, notes)
            }
        }
    }
}

fn content<'a>(mut info: Ber<'a, '_>) -> Result<Option<&'a [u8]>, Malformed> {
    const PLACE: &str = "SignedData.contentInfo";
    let kind = info.expect(tag::OID, PLACE)?;
    if kind.value != oid::GM_DATA.as_bytes() {
        if kind.value != PKCS7_DATA.as_bytes() {
            return Err(Malformed("signed data over something else than data"));
        }
        info.notes().add(Deviation::ContentType, PLACE);
    }
    let Some(wrapped) = info.optional(tag::context(0), PLACE)? else {
        return Ok(None);
    };
    let inside = info.inside(wrapped).expect(tag::OCTET_STRING, PLACE)?;
    info.end(PLACE);
    Ok(Some(inside.value))
}

/// The next AlgorithmIdentifier, which must name a digest: its identifier.
fn digest_name<'a>(fields: &mut Ber<'a, '_>) -> Result<&'a [u8], Malformed> {
    const PLACE: &str = "digestAlgorithm";
    let identifier = fields.expect(tag::SEQUENCE, PLACE)?;
    let mut inside = fields.inside(identifier);
    let name = inside.expect(tag::OID, PLACE)?.value;
    let null = inside.optional(5, PLACE)?;
    let plain = null.is_none_or(|null| null.value.is_empty()) && inside.is_empty();
    match Method::read(&dotted(name)) {
        Some(_) if plain => Ok(name),
        _ => Err(Malformed("an unknown digest")),
    }
}

/// The first value of an attribute: an OCTET STRING's contents, else the element.
fn attribute<'a>(
    mut attributes: Ber<'a, '_>,
    wanted: ObjectIdentifier,
) -> Result<Option<&'a [u8]>, Malformed> {
    const PLACE: &str = "SignerInfo.attributes";
    while !attributes.is_empty() {
        let one = attributes.expect(tag::SEQUENCE, PLACE)?;
        let mut one = attributes.inside(one);
        if one.expect(tag::OID, PLACE)?.value == wanted.as_bytes() {
            let values = one.expect(tag::SET, PLACE)?;
            let value = attributes.inside(values).element(PLACE)?;
            return Ok(Some(match value.tag {
                tag::OCTET_STRING => value.value,
                _ => value.raw,
            }));
        }
    }
    Ok(None)
}
