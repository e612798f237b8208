//! Reading seals.

use std::borrow::Cow;

use gm::asn1::{self, Element, Malformed, Reader, tag};
use gm::{Certificate, SignatureAlgorithm, VerifyError};
use jiff::Timestamp;

use crate::time;

/// One entry of a seal's list of signers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed<'a> {
    /// The certificate itself, DER.
    Certificate(&'a [u8]),
    /// Its digest.
    Digest(&'a [u8]),
}

/// The impression (印模).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture<'a> {
    /// `PNG`, `ofd`, …
    pub format: String,
    pub data: &'a [u8],
    pub width_mm: u32,
    pub height_mm: u32,
}

/// A seal, as slices of its DER form.
#[derive(Clone, Debug)]
pub struct Seal<'a> {
    /// As the header says: 4, or 5 or below when foreign.
    pub version: u32,
    /// Who makes seals of this form.
    pub vendor: String,
    /// Unique identifier of the seal.
    pub id: String,
    pub kind: u32,
    pub name: String,
    /// Who may use it.
    pub signers: Vec<Listed<'a>>,
    pub created: Timestamp,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    pub picture: Picture<'a>,
    /// Certificate of the seal maker, DER.
    pub maker: &'a [u8],
    /// The bytes the maker signed.
    signed: Cow<'a, [u8]>,
    /// Version 1 only: the other reading of what its maker signed.
    signed_otherwise: Option<&'a [u8]>,
    /// Contents of the algorithm's OBJECT IDENTIFIER.
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Seal<'a> {
    /// Reads a seal of any version. By its structure, not its number: vendors number freely.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let info = outer.expect(tag::SEQUENCE)?;
        let mut seal = Self::info(info)?;
        if outer.peek() == Some(tag::SEQUENCE) {
            // Version 1: SES_SignInfo.
            let mut sign = outer.element()?.inside();
            outer.end()?;
            let maker = sign.expect(tag::OCTET_STRING)?;
            let algorithm = sign.expect(tag::OID)?;
            seal.maker = maker.value;
            seal.algorithm = algorithm.value;
            seal.signature = sign.expect(tag::BIT_STRING)?.bits()?;
            sign.end()?;
            let signed = asn1::sequence(&[info.raw, maker.raw, algorithm.raw]);
            seal.signed = Cow::Owned(signed);
            seal.signed_otherwise = Some(info.raw);
        } else {
            seal.maker = outer.expect(tag::OCTET_STRING)?.value;
            seal.algorithm = outer.expect(tag::OID)?.value;
            seal.signature = outer.expect(tag::BIT_STRING)?.bits()?;
            // Version 5: a time stamp, which the signature of every stamp covers with the seal.
            outer.optional(tag::context(0))?;
            outer.end()?;
        }
        Ok(seal)
    }

    fn info(info: Element<'a>) -> Result<Self, Malformed> {
        let mut fields = info.inside();
        let mut header = fields.expect(tag::SEQUENCE)?.inside();
        if header.expect(tag::IA5_STRING)?.value != b"ES" {
            return Err(Malformed("not a seal"));
        }
        let version = header.expect(tag::INTEGER)?.small()?;
        let vendor = text(header.element()?)?;
        header.end()?;
        let id = text(fields.element()?)?;
        let mut property = fields.expect(tag::SEQUENCE)?.inside();
        let mut picture = fields.expect(tag::SEQUENCE)?.inside();
        // The extension, seen with and without tag, says nothing that is understood here.
        if !fields.is_empty() {
            fields.element()?;
        }
        fields.end()?;

        let kind = property.expect(tag::INTEGER)?.small()?;
        let name = text(property.element()?)?;
        // Since version 4 a number says what kind of list follows; the list shows it as well.
        property.optional(tag::INTEGER)?;
        let signers = listed(property.element()?)?;
        let mut date = || moment(&mut property);
        let (created, valid_from, valid_to) = (date()?, date()?, date()?);
        property.end()?;

        let format = text(picture.element()?)?;
        let data = picture.expect(tag::OCTET_STRING)?.value;
        let mut length = || picture.expect(tag::INTEGER)?.small();
        let (width_mm, height_mm) = (length()?, length()?);
        picture.end()?;
        Ok(Self {
            version,
            vendor,
            id,
            kind,
            name,
            signers,
            created,
            valid_from,
            valid_to,
            picture: Picture {
                format,
                data,
                width_mm,
                height_mm,
            },
            maker: &[],
            signed: Cow::Borrowed(info.raw),
            signed_otherwise: None,
            algorithm: &[],
            signature: &[],
        })
    }

    /// Its maker's signature holds under that certificate. An error tells an unsupported algorithm
    /// from a wrong signature.
    pub fn is_made_by(&self, maker: &Certificate) -> Result<(), VerifyError> {
        let algorithm = SignatureAlgorithm::from_oid_bytes(self.algorithm);
        let algorithm = algorithm.ok_or(VerifyError::Unsupported)?;
        let key = maker.public_key();
        let holds = key.verify(algorithm, &self.signed, self.signature);
        match self.signed_otherwise {
            Some(signed) if holds == Err(VerifyError::Wrong) => {
                key.verify(algorithm, signed, self.signature)
            }
            _ => holds,
        }
    }

    /// The certificate (DER) is one of those that may use the seal.
    pub fn lists(&self, certificate: &[u8]) -> bool {
        self.signers.iter().any(|listed| match *listed {
            Listed::Certificate(der) => der == certificate,
            Listed::Digest(digest) => {
                digest == gm::sm3(certificate) || digest == gm::sha256(certificate)
            }
        })
    }

    /// The seal may be used at that moment.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && at <= self.valid_to
    }
}

/// Names are UTF-8 whatever their tag says; what is not is shown as far as it can be.
fn text(element: Element<'_>) -> Result<String, Malformed> {
    match element.tag {
        tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING => {
            Ok(String::from_utf8_lossy(element.value).into_owned())
        }
        _ => Err(Malformed("not a string")),
    }
}

fn moment(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    time::from_asn1(&reader.element()?).ok_or(Malformed("not a time"))
}

fn listed(list: Element<'_>) -> Result<Vec<Listed<'_>>, Malformed> {
    // A CHOICE of two lists, which some encode with a tag around it.
    let list = match list.tag {
        tag::SEQUENCE => list,
        explicit if explicit & 0xe0 == 0xa0 => {
            let mut inside = list.inside();
            let first = inside.element()?;
            if inside.is_empty() && first.tag == tag::SEQUENCE {
                first
            } else {
                list
            }
        }
        _ => return Err(Malformed("not a list of signers")),
    };
    let mut items = list.inside();
    let mut found = Vec::new();
    while !items.is_empty() {
        let item = items.element()?;
        found.push(match item.tag {
            tag::OCTET_STRING => Listed::Certificate(item.value),
            tag::SEQUENCE => {
                let mut object = item.inside();
                object.element()?;
                let digest = object.expect(tag::OCTET_STRING)?.value;
                object.end()?;
                Listed::Digest(digest)
            }
            _ => return Err(Malformed("not a list of signers")),
        });
    }
    Ok(found)
}
