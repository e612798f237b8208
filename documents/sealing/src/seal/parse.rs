//! Reading seals.

use std::borrow::Cow;

use gm::asn1::{self, Element, Malformed, tag};
use gm::{Certificate, VerifyError};
use jiff::Timestamp;

use super::field;
use crate::ber::{self, Ber};
use crate::deviation::{Deviates, Deviation, Notes};
use crate::value::{Value, Weak};

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
    /// Object identifiers of its extensions, dotted.
    pub extensions: Vec<String>,
    /// Certificate of the seal maker, DER.
    pub maker: &'a [u8],
    /// Version 5: a time stamp over the maker's signature.
    pub time_stamp: Option<&'a [u8]>,
    /// Where it deviates from its standard.
    pub deviations: Vec<Deviates>,
    /// It has the structure of version 1: the maker's part is one SEQUENCE.
    old: bool,
    /// The bytes the maker signed, in their order of probability.
    info: &'a [u8],
    with_maker: Vec<u8>,
    pub(crate) value: Value<'a>,
}

impl<'a> Seal<'a> {
    /// Reads a seal of any version. By its structure, not its number: vendors number freely.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let notes = Notes::default();
        let (whole, rest) = ber::outermost(der, "SESeal", &notes)?;
        if let Some(oddity) = ber::tail(rest) {
            notes.add(oddity, "SESeal");
        }
        let mut outer = Ber::new(whole.expect(tag::SEQUENCE)?.value, &notes);
        let info = outer.expect(tag::SEQUENCE, "SESeal.eSealInfo")?;
        let old = outer.peek() == Some(tag::SEQUENCE) && {
            // A bare certificate would also be a SEQUENCE, but more than one element follows it.
            let mut ahead = outer.clone();
            ahead.element("SESeal.signInfo")?;
            ahead.is_empty()
        };
        let mut seal = Self::info(info, old, &notes)?;
        let mut sign = match old {
            true => {
                let element = outer.element("SESeal.signInfo")?;
                outer.inside(element)
            }
            false => outer.clone(),
        };
        let before = sign.rest();
        seal.maker = field::certificate(&mut sign, "SESeal.cert")?;
        let id = field::algorithm(&mut sign, "SESeal.signAlgID")?;
        let between = &before[..before.len() - sign.rest().len()];
        let signature = field::signature(&mut sign, "SESeal.signedValue")?;
        if !old {
            seal.time_stamp = field::time_stamp(&mut sign, "SESeal.timeStamp")?;
        }
        if !sign.is_empty() {
            return Err(Malformed("something follows"));
        }
        let expected = match (old, seal.time_stamp) {
            (true, _) => seal.version == 1,
            (false, None) => matches!(seal.version, 4 | 5),
            (false, Some(_)) => seal.version == 5,
        };
        if !expected {
            notes.add(Deviation::VersionUnknown, "SES_Header.version");
        }
        seal.with_maker = asn1::tlv(tag::SEQUENCE, &[info.raw, between].concat());
        seal.value = Value { id, signature };
        seal.deviations = notes.take();
        Ok(seal)
    }

    fn info(info: Element<'a>, old: bool, notes: &Notes) -> Result<Self, Malformed> {
        let mut fields = Ber::new(info.value, notes);
        let header = fields.expect(tag::SEQUENCE, "SES_SealInfo.header")?;
        let mut header = fields.inside(header);
        if field::text(&mut header, tag::IA5_STRING, "SES_Header.ID")? != "ES" {
            return Err(Malformed("not a seal"));
        }
        let version = header.small("SES_Header.version")?;
        let vendor = field::text(&mut header, tag::IA5_STRING, "SES_Header.Vid")?;
        header.end("SES_Header");
        let id = field::text(&mut fields, tag::IA5_STRING, "SES_SealInfo.esID")?;
        let property = fields.expect(tag::SEQUENCE, "SES_SealInfo.property")?;
        let picture = fields.expect(tag::SEQUENCE, "SES_SealInfo.picture")?;
        let extensions = field::extensions(&mut fields, "SES_SealInfo.extDatas")?;

        let mut property = fields.inside(property);
        let kind = property.small("SES_ESPropertyInfo.type")?;
        let name = field::text(&mut property, tag::UTF8_STRING, "SES_ESPropertyInfo.name")?;
        // Since version 4 a number says what kind of list follows; the list shows it as well.
        let said = match property.peek() {
            Some(tag::INTEGER) => Some(property.small("SES_ESPropertyInfo.certListType")?),
            _ => None,
        };
        let list = property.element("SES_ESPropertyInfo.certList")?;
        let signers = listed(list, notes)?;
        let shown = match signers.first() {
            Some(Listed::Digest(_)) => 2,
            _ => 1,
        };
        if said.unwrap_or(shown) != shown || said.is_some() == old {
            notes.add(Deviation::ListKind, "SES_ESPropertyInfo.certListType");
        }
        let wanted = match old {
            true => tag::UTC_TIME,
            false => tag::GENERALIZED_TIME,
        };
        let mut date = |place| field::date(&mut property, wanted, place);
        let created = date("SES_ESPropertyInfo.createDate")?;
        let valid_from = date("SES_ESPropertyInfo.validStart")?;
        let valid_to = date("SES_ESPropertyInfo.validEnd")?;
        property.end("SES_ESPropertyInfo");

        let picture = read_picture(fields.inside(picture), notes)?;
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
            picture,
            extensions,
            maker: &[],
            time_stamp: None,
            deviations: Vec::new(),
            old,
            info: info.raw,
            with_maker: Vec::new(),
            value: Value {
                id: &[],
                signature: &[],
            },
        })
    }

    /// Its maker's signature holds under that certificate. An error tells an unsupported algorithm
    /// from a wrong signature.
    pub fn is_made_by(&self, maker: &Certificate) -> Result<(), VerifyError> {
        self.check(maker, &Notes::default()).map(drop)
    }

    /// The same, with what is odd or weak about the signature.
    pub(crate) fn check(
        &self,
        maker: &Certificate,
        notes: &Notes,
    ) -> Result<Option<Weak>, VerifyError> {
        const PLACE: &str = "SESeal.signedValue";
        // Version 1 signs its information with certificate and algorithm, later ones alone.
        let (usual, other, odd) = match self.old {
            true => (
                &self.with_maker[..],
                self.info,
                Deviation::SignatureOverInfo,
            ),
            false => (
                self.info,
                &self.with_maker[..],
                Deviation::SignatureOverMore,
            ),
        };
        let mut held = self.value.holds(maker, usual, PLACE, notes);
        for (bytes, odd) in [
            (Cow::Borrowed(other), odd),
            (der(usual), Deviation::SignatureOverDer),
            (der(other), Deviation::SignatureOverDer),
        ] {
            if held != Err(VerifyError::Wrong) {
                break;
            }
            held = self.value.holds(maker, &bytes, PLACE, notes);
            if held.is_ok() {
                notes.add(odd, PLACE);
            }
        }
        held
    }

    /// The certificate (DER) is one of those that may use the seal.
    pub fn lists(&self, certificate: &[u8]) -> bool {
        let mut digests = None;
        self.signers.iter().any(|listed| match *listed {
            Listed::Certificate(der) => der == certificate,
            Listed::Digest(digest) => digests
                .get_or_insert_with(|| Digests::of(certificate))
                .has(digest),
        })
    }

    /// The seal may be used at that moment.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && at <= self.valid_to
    }

    /// The organisation that the seal belongs to: that of the certificates that may use it, or of
    /// its name where they stand only as digests.
    pub fn owner(&self) -> Option<String> {
        self.signers.iter().find_map(|listed| match listed {
            Listed::Certificate(der) => Certificate::from_der(der).ok()?.subject_organization(),
            Listed::Digest(_) => None,
        })
    }
}

/// The DER form where it is another one; else nothing that could be signed.
fn der(bytes: &[u8]) -> Cow<'_, [u8]> {
    match ber::der_form(bytes) {
        Ok(der) if der != bytes => Cow::Owned(der),
        _ => Cow::Borrowed(&[]),
    }
}

/// The digests by which a list may name a certificate, computed once for the whole list.
pub(super) struct Digests([Vec<u8>; 3]);

impl Digests {
    pub(super) fn of(certificate: &[u8]) -> Self {
        Self([
            gm::sm3(certificate).to_vec(),
            gm::sha256(certificate).to_vec(),
            gm::legacy::sha1(certificate).to_vec(),
        ])
    }

    pub(super) fn has(&self, digest: &[u8]) -> bool {
        self.0.iter().any(|own| own == digest)
    }
}

fn read_picture<'a>(mut fields: Ber<'a, '_>, notes: &Notes) -> Result<Picture<'a>, Malformed> {
    let format = field::text(&mut fields, tag::IA5_STRING, "SES_ESPictureInfo.type")?;
    let data = fields.expect(tag::OCTET_STRING, "SES_ESPictureInfo.data")?;
    let width_mm = fields.small("SES_ESPictureInfo.width")?;
    let height_mm = fields.small("SES_ESPictureInfo.height")?;
    fields.end("SES_ESPictureInfo");
    // An impression is a matter of centimetres; the largest official seals measure five.
    if [width_mm, height_mm]
        .iter()
        .any(|mm| !(1..=200).contains(mm))
    {
        notes.add(Deviation::PictureSize, "SES_ESPictureInfo");
    }
    let said = match format.to_ascii_uppercase() {
        jpeg if jpeg == "JPEG" => "JPG".into(),
        other => other,
    };
    if super::picture_format(data.value) != Some(&*said) {
        notes.add(Deviation::PictureForm, "SES_ESPictureInfo.type");
    }
    Ok(Picture {
        format,
        data: data.value,
        width_mm,
        height_mm,
    })
}

fn listed<'a>(list: Element<'a>, notes: &Notes) -> Result<Vec<Listed<'a>>, Malformed> {
    const PLACE: &str = "SES_ESPropertyInfo.certList";
    // A CHOICE of two lists, which some encode with a tag around it.
    let list = match list.tag {
        tag::SEQUENCE => list,
        explicit if explicit & 0xe0 == 0xa0 => {
            notes.add(Deviation::ListTagged, PLACE);
            let mut inside = Ber::new(list.value, notes);
            let first = inside.element(PLACE)?;
            let whole = inside.is_empty() && first.tag == tag::SEQUENCE;
            // One digest alone looks the same; it begins with a name, a list with a SEQUENCE.
            match whole && inside.inside(first).peek() != Some(tag::PRINTABLE_STRING) {
                true => first,
                false => list,
            }
        }
        _ => return Err(Malformed("not a list of signers")),
    };
    let mut items = Ber::new(list.value, notes);
    let mut found = Vec::new();
    while !items.is_empty() {
        let item = items.element(PLACE)?;
        found.push(match item.tag {
            tag::OCTET_STRING => Listed::Certificate(item.value),
            tag::SEQUENCE if Certificate::from_der(item.raw).is_ok() => {
                notes.add(Deviation::CertificateBare, PLACE);
                Listed::Certificate(item.raw)
            }
            tag::SEQUENCE => Listed::Digest(digest(items.inside(item))?),
            _ => return Err(Malformed("not a list of signers")),
        });
    }
    Ok(found)
}

/// `CertDigestObj`: the name of the digest, and the digest.
fn digest<'a>(mut object: Ber<'a, '_>) -> Result<&'a [u8], Malformed> {
    const PLACE: &str = "CertDigestObj";
    let name = object.element(PLACE)?;
    if name.tag != tag::PRINTABLE_STRING {
        object.notes().add(Deviation::ListDigest, PLACE);
    }
    let value = object.element(PLACE)?;
    let digest = match value.tag {
        tag::OCTET_STRING => value.value,
        tag::BIT_STRING => {
            object.notes().add(Deviation::ListDigest, PLACE);
            ber::bits(value, PLACE, object.notes())?
        }
        _ => return Err(Malformed("not a digest")),
    };
    object.end(PLACE);
    if digest.len() != 32 {
        object.notes().add(Deviation::ListDigest, PLACE);
    }
    Ok(digest)
}
