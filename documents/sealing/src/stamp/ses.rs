//! Stamps (电子签章数据, SES_Signature): GB/T 38540, GM/T 0031.

use gm::asn1::{self, Malformed, tag};
use gm::{Certificate, Signer, VerifyError};
use jiff::Timestamp;

use crate::ber::{self, Ber};
use crate::deviation::{Deviation, Notes};
use crate::seal::field;
use crate::value::{Value, Weak};
use crate::{SealError, time};

const VALUE: &str = "SES_Signature.signature";

/// A stamp, as slices of its DER form.
#[derive(Clone, Debug)]
pub(crate) struct Stamp<'a> {
    pub(crate) version: u32,
    /// Certificate and algorithm stand inside what is signed, as version 1 has it.
    pub(crate) old: bool,
    /// The seal, DER.
    pub(crate) seal: &'a [u8],
    /// None when it cannot be read.
    pub(crate) time: Option<Timestamp>,
    /// Digest of `Signature.xml`.
    pub(crate) data_hash: &'a [u8],
    /// Path of `Signature.xml`.
    pub(crate) property: String,
    /// Object identifiers of its extensions, dotted.
    pub(crate) extensions: Vec<String>,
    /// The signer's certificate, DER.
    pub(crate) certificate: &'a [u8],
    pub(crate) value: Value<'a>,
    /// A time stamp over the signature value, not covered by it.
    pub(crate) time_stamp: Option<&'a [u8]>,
    signed: &'a [u8],
}

impl<'a> Stamp<'a> {
    pub(super) fn read(mut outer: Ber<'a, '_>) -> Result<Self, Malformed> {
        let signed = outer.expect(tag::SEQUENCE, "SES_Signature.toSign")?;
        let mut fields = outer.inside(signed);
        let version = fields.small("TBS_Sign.version")?;
        let seal = fields.expect(tag::SEQUENCE, "TBS_Sign.eseal")?.raw;
        let when = fields.element("TBS_Sign.timeInfo")?;
        let data_hash = match fields.peek() {
            Some(tag::OCTET_STRING) => {
                fields
                    .notes()
                    .add(Deviation::StringType, "TBS_Sign.dataHash");
                fields.element("TBS_Sign.dataHash")?.value
            }
            _ => fields.bits("TBS_Sign.dataHash")?,
        };
        let property = field::text(&mut fields, tag::IA5_STRING, "TBS_Sign.propertyInfo")?;
        // Version 1 has certificate and algorithm inside, later ones beside what is signed.
        let old = matches!(fields.peek(), Some(tag::OCTET_STRING));
        let within = if old { &mut fields } else { &mut outer };
        let certificate = field::certificate(within, "SES_Signature.cert")?;
        let id = field::algorithm(within, "SES_Signature.signatureAlgID")?;
        let extensions = field::extensions(&mut fields, "TBS_Sign.extDatas")?;
        let signature = field::signature(&mut outer, VALUE)?;
        let time_stamp = field::time_stamp(&mut outer, "SES_Signature.timeStamp")?;
        if !outer.is_empty() {
            return Err(Malformed("something follows"));
        }
        if (version == 1) != old || !matches!(version, 1 | 4 | 5) {
            outer
                .notes()
                .add(Deviation::VersionUnknown, "TBS_Sign.version");
        }
        let wanted = match old {
            true => tag::BIT_STRING,
            false => tag::GENERALIZED_TIME,
        };
        Ok(Self {
            version,
            old,
            seal,
            time: field::moment(&when, wanted, "TBS_Sign.timeInfo", outer.notes()),
            data_hash,
            property,
            extensions,
            certificate,
            value: Value { id, signature },
            time_stamp,
            signed: signed.raw,
        })
    }

    /// The stamp was made by that signer.
    pub(crate) fn is_made_by(
        &self,
        signer: &Certificate,
        notes: &Notes,
    ) -> Result<Option<Weak>, VerifyError> {
        let held = self.value.holds(signer, self.signed, VALUE, notes);
        if held != Err(VerifyError::Wrong) {
            return held;
        }
        // Some sign the DER form of what they store otherwise.
        match ber::der_form(self.signed) {
            Ok(der) if der != self.signed => {
                let held = self.value.holds(signer, &der, VALUE, notes)?;
                notes.add(Deviation::SignatureOverDer, VALUE);
                Ok(held)
            }
            _ => Err(VerifyError::Wrong),
        }
    }

    /// Makes a stamp of version 4 over the digest of `Signature.xml`. `time_stamp` is asked for a
    /// token over the signature value.
    pub(crate) fn make(
        seal: &[u8],
        at: Timestamp,
        data_hash: &[u8],
        property: &str,
        signer: &dyn Signer,
        time_stamp: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, SealError>,
    ) -> Result<Vec<u8>, SealError> {
        let signed = asn1::sequence(&[
            &asn1::small(4),
            seal,
            &time::generalized(at),
            &asn1::bits(data_hash),
            &asn1::tlv(tag::IA5_STRING, property.as_bytes()),
        ]);
        let signature = signer.sign(&signed)?;
        let token = match time_stamp(&signature)? {
            Some(token) => asn1::tlv(tag::context(0), &asn1::bits(&token)),
            None => Vec::new(),
        };
        Ok(asn1::sequence(&[
            &signed,
            &asn1::tlv(tag::OCTET_STRING, signer.certificate()),
            &asn1::oid(signer.algorithm().oid()),
            &asn1::bits(&signature),
            &token,
        ]))
    }
}
