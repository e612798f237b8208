//! The signed value of a signature: what stands in `SignedValue.dat`.

use gm::asn1::{self, Element, Malformed, Reader, tag};
use gm::{Certificate, SignatureAlgorithm, Signer, VerifyError, oid};
use jiff::Timestamp;

use crate::{SealError, time};

/// A stamp (电子签章数据, SES_Signature), as slices of its DER form.
#[derive(Clone, Debug)]
pub(crate) struct Stamp<'a> {
    pub(crate) version: u32,
    /// The seal, DER.
    pub(crate) seal: &'a [u8],
    /// None when it is a time stamp or cannot be read.
    pub(crate) time: Option<Timestamp>,
    /// Digest of `Signature.xml`.
    pub(crate) data_hash: &'a [u8],
    /// Path of `Signature.xml`.
    pub(crate) property: String,
    /// The signer's certificate, DER.
    pub(crate) certificate: &'a [u8],
    pub(crate) value: Value<'a>,
    /// A time stamp over the signature value, not covered by it.
    pub(crate) time_stamp: Option<&'a [u8]>,
}

/// A signature value and what it covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Contents of the algorithm's OBJECT IDENTIFIER.
    algorithm: &'a [u8],
    signed: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl Value<'_> {
    pub(crate) fn algorithm(&self) -> Option<SignatureAlgorithm> {
        SignatureAlgorithm::from_oid_bytes(self.algorithm)
    }

    /// The algorithm's identifier, dotted.
    pub(crate) fn algorithm_oid(&self) -> String {
        gm::ObjectIdentifier::from_bytes(self.algorithm)
            .map_or_else(|_| "?".into(), |oid| oid.to_string())
    }

    pub(crate) fn is_made_by(&self, signer: &Certificate) -> Result<(), VerifyError> {
        let algorithm = self.algorithm().ok_or(VerifyError::Unsupported)?;
        verify(signer, algorithm, self.signed, self.signature)
    }
}

/// The content of `SignedValue.dat`, told apart by its structure.
pub(crate) enum SignedValue<'a> {
    /// SES_Signature of version 1, 4 or 5.
    Stamp(Stamp<'a>),
    /// SignedData of GB/T 35275 (GM/T 0010).
    Data(SignedData<'a>),
    /// Nothing but (r, s).
    Bare,
}

impl<'a> SignedValue<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let outer = match Element::parse(bytes) {
            Ok(outer) => outer.expect(tag::SEQUENCE)?,
            Err(_) if bytes.len() == 64 => return Ok(Self::Bare),
            Err(error) => return Err(error),
        };
        match outer.inside().peek() {
            Some(tag::SEQUENCE) => Stamp::read(outer.inside()).map(Self::Stamp),
            Some(tag::OID) => SignedData::read(outer.inside()).map(Self::Data),
            Some(tag::INTEGER) => asn1::signature_to_raw(bytes).map(|_| Self::Bare),
            _ => Err(Malformed("neither a stamp nor signed data")),
        }
    }
}

impl<'a> Stamp<'a> {
    fn read(mut outer: Reader<'a>) -> Result<Self, Malformed> {
        let signed = outer.expect(tag::SEQUENCE)?;
        let mut fields = signed.inside();
        let version = fields.expect(tag::INTEGER)?.small()?;
        let seal = fields.expect(tag::SEQUENCE)?.raw;
        let when = fields.element()?;
        let data_hash = fields.expect(tag::BIT_STRING)?.bits()?;
        let property = String::from_utf8_lossy(fields.element()?.value).into_owned();
        // Version 1 has certificate and algorithm inside, later ones beside what is signed.
        let inside = fields.peek() == Some(tag::OCTET_STRING);
        let within = if inside { &mut fields } else { &mut outer };
        let certificate = within.expect(tag::OCTET_STRING)?.value;
        let algorithm = within.expect(tag::OID)?.value;
        if !fields.is_empty() {
            // Extensions, seen with and without tag.
            fields.element()?;
        }
        fields.end()?;
        let signature = outer.expect(tag::BIT_STRING)?.bits()?;
        let time_stamp = match outer.optional(tag::context(0))? {
            Some(wrapped) => Some(Element::parse(wrapped.value)?.bits()?),
            // Some write the BIT STRING without its tag.
            None => outer
                .optional(tag::BIT_STRING)?
                .map(|element| element.bits())
                .transpose()?,
        };
        outer.end()?;
        Ok(Self {
            version,
            seal,
            time: moment(&when),
            data_hash,
            property,
            certificate,
            value: Value {
                algorithm,
                signed: signed.raw,
                signature,
            },
            time_stamp,
        })
    }

    /// Makes a stamp of version 4 over the digest of `Signature.xml`.
    pub(crate) fn make(
        seal: &[u8],
        at: Timestamp,
        data_hash: &[u8],
        property: &str,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>, SealError> {
        let signed = asn1::sequence(&[
            &asn1::small(4),
            seal,
            &time::generalized(at),
            &asn1::bits(data_hash),
            &asn1::tlv(tag::IA5_STRING, property.as_bytes()),
        ]);
        let signature = signer.sign(&signed)?;
        Ok(asn1::sequence(&[
            &signed,
            &asn1::tlv(tag::OCTET_STRING, signer.certificate()),
            &asn1::oid(signer.algorithm().oid()),
            &asn1::bits(&signature),
        ]))
    }
}

/// A time; in version 1 it is wrapped in a BIT STRING, as DER or as bare text.
fn moment(element: &Element<'_>) -> Option<Timestamp> {
    if element.tag != tag::BIT_STRING {
        return time::from_asn1(element);
    }
    let bytes = element.bits().ok()?;
    match Element::parse(bytes) {
        Ok(inner) => time::from_asn1(&inner),
        Err(_) => {
            let text = std::str::from_utf8(bytes).ok()?;
            let two_digit_year = text.bytes().take_while(u8::is_ascii_digit).count() == 12;
            if two_digit_year {
                time::from_text(&format!("20{text}"))
            } else {
                time::from_text(text)
            }
        }
    }
}

/// Signatures of SM2 and ECDSA occur as DER and as bare `r ‖ s`.
fn verify(
    signer: &Certificate,
    algorithm: SignatureAlgorithm,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    let key = signer.public_key();
    match <&[u8; 64]>::try_from(signature) {
        Ok(raw) if asn1::signature_to_raw(signature).is_err() => {
            key.verify(algorithm, signed, &asn1::signature_from_raw(raw))
        }
        _ => key.verify(algorithm, signed, signature),
    }
}

/// SignedData of GB/T 35275 with one signer. Its content is the digest of `Signature.xml`
/// (GM/T 0099, 7.2.2), or `Signature.xml` itself.
pub(crate) struct SignedData<'a> {
    pub(crate) content: Option<&'a [u8]>,
    pub(crate) certificates: Vec<&'a [u8]>,
    /// DER `IssuerAndSerialNumber`.
    pub(crate) signer: &'a [u8],
    attributes: Option<&'a [u8]>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    fn read(mut outer: Reader<'a>) -> Result<Self, Malformed> {
        // Both the national identifiers and those of PKCS#7 occur.
        outer.expect(tag::OID)?;
        let wrapped = outer.expect(tag::context(0))?;
        outer.end()?;
        let mut data = Element::parse(wrapped.value)?
            .expect(tag::SEQUENCE)?
            .inside();
        data.expect(tag::INTEGER)?;
        data.expect(tag::SET)?;
        let mut info = data.expect(tag::SEQUENCE)?.inside();
        info.expect(tag::OID)?;
        let content = match info.optional(tag::context(0))? {
            Some(wrapped) => Some(
                Element::parse(wrapped.value)?
                    .expect(tag::OCTET_STRING)?
                    .value,
            ),
            None => None,
        };
        info.end()?;
        let mut certificates = Vec::new();
        if let Some(set) = data.optional(tag::context(0))? {
            let mut set = set.inside();
            while !set.is_empty() {
                certificates.push(set.element()?.raw);
            }
        }
        data.optional(tag::context(1))?;
        let mut infos = data.expect(tag::SET)?.inside();
        data.end()?;
        let mut one = infos.expect(tag::SEQUENCE)?.inside();
        infos.end()?;
        one.expect(tag::INTEGER)?;
        let signer = one.expect(tag::SEQUENCE)?.raw;
        one.expect(tag::SEQUENCE)?;
        let attributes = one.optional(tag::context(0))?.map(|element| element.value);
        let algorithm = one.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?.value;
        let signature = one.expect(tag::OCTET_STRING)?.value;
        one.optional(tag::context(1))?;
        one.end()?;
        Ok(Self {
            content,
            certificates,
            signer,
            attributes,
            algorithm,
            signature,
        })
    }

    /// The certificate that issuer and serial number name, and the others.
    pub(crate) fn certificate(&self) -> Option<(Certificate, Vec<Certificate>)> {
        let all: Vec<Certificate> = self
            .certificates
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let mut name = Element::parse(self.signer).ok()?.inside();
        let issuer = name.element().ok()?.raw;
        let serial = name.expect(tag::INTEGER).ok()?.value;
        let fits = |one: &&Certificate| {
            let trimmed = |bytes: &[u8]| bytes.iter().skip_while(|b| **b == 0).copied().collect();
            let (found, wanted): (Vec<u8>, Vec<u8>) =
                (trimmed(one.serial_bytes()), trimmed(serial));
            one.issuer_der() == issuer && found == wanted
        };
        let found = all.iter().find(fits)?.clone();
        Some((found, all))
    }

    /// The algorithm, from the key where the identifier names only the curve.
    pub(crate) fn algorithm(&self, signer: &Certificate) -> Option<SignatureAlgorithm> {
        SignatureAlgorithm::from_oid_bytes(self.algorithm).or_else(|| {
            let curve = self.algorithm.starts_with(oid::SM2_CURVE.as_bytes());
            (curve && signer.public_key().kind() == "SM2").then_some(SignatureAlgorithm::Sm2Sm3)
        })
    }

    /// Covers `Signature.xml` through its content or its attributes.
    pub(crate) fn covers(&self, signature_xml: &[u8]) -> bool {
        let digest = gm::sm3(signature_xml);
        let fits = |content: &[u8]| content == digest || content == signature_xml;
        let content = self.content.is_none_or(fits);
        let attribute = match self.attributes {
            None => true,
            Some(attributes) => {
                let over = self.content.unwrap_or(signature_xml);
                message_digest(attributes) == Some(gm::sm3(over).as_slice())
            }
        };
        content && attribute
    }

    pub(crate) fn is_made_by(
        &self,
        signer: &Certificate,
        signature_xml: &[u8],
    ) -> Result<(), VerifyError> {
        let algorithm = self.algorithm(signer).ok_or(VerifyError::Unsupported)?;
        match self.attributes {
            Some(attributes) => {
                let signed = asn1::tlv(tag::SET, attributes);
                verify(signer, algorithm, &signed, self.signature)
            }
            None => {
                let signed = self.content.unwrap_or(signature_xml);
                verify(signer, algorithm, signed, self.signature)
            }
        }
    }
}

/// The attribute messageDigest (1.2.840.113549.1.9.4).
fn message_digest(attributes: &[u8]) -> Option<&[u8]> {
    const NAME: gm::ObjectIdentifier = gm::ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
    let mut attributes = Reader::new(attributes);
    while !attributes.is_empty() {
        let mut attribute = attributes.expect(tag::SEQUENCE).ok()?.inside();
        if attribute.expect(tag::OID).ok()?.value == NAME.as_bytes() {
            let mut values = attribute.expect(tag::SET).ok()?.inside();
            return Some(values.expect(tag::OCTET_STRING).ok()?.value);
        }
    }
    None
}
