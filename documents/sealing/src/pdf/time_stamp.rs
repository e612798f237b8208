//! Time stamps (RFC 3161): over a signature value, or over a document.

use gm::asn1::{Element, Malformed, tag};
use gm::{ObjectIdentifier, Revocation};
use jiff::Timestamp;

use super::cms::{self, Digest};
use super::cms_read::{Named, Signed};
use crate::{Trust, time};

/// `id-ct-TSTInfo`.
const INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// A time stamp, taken apart.
pub(crate) struct TimeStamp {
    pub(super) signed: Signed,
    pub time: Timestamp,
    info: Vec<u8>,
    /// The digest of the imprint, none when not supported.
    pub(super) digest: Option<Digest>,
    /// The digest of what was stamped.
    pub imprint: Vec<u8>,
}

impl TimeStamp {
    /// Reads a token and the zeros that may follow it.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let (signed, content) = Signed::read_with_content(bytes)?;
        let Some(info) = content.bytes.filter(|_| content.kind == INFO.as_bytes()) else {
            return Err(Malformed("not a time stamp"));
        };
        let mut fields = Element::parse(&info)?.expect(tag::SEQUENCE)?.inside();
        if fields.element()?.small()? != 1 {
            return Err(Malformed("a time stamp of unknown version"));
        }
        fields.expect(tag::OID)?;
        let mut imprint = fields.expect(tag::SEQUENCE)?.inside();
        let digest = imprint
            .expect(tag::SEQUENCE)?
            .inside()
            .expect(tag::OID)?
            .value;
        let digest = Digest::from_oid_bytes(digest);
        let imprint = imprint.expect(tag::OCTET_STRING)?.value.to_vec();
        fields.expect(tag::INTEGER)?;
        let time = time::from_asn1(&fields.expect(tag::GENERALIZED_TIME)?)
            .ok_or(Malformed("a time stamp without time"))?;
        Ok(Self {
            signed,
            time,
            digest,
            imprint,
            info,
        })
    }

    /// It was made over these bytes.
    pub fn covers(&self, bytes: &[u8]) -> bool {
        self.digest
            .is_some_and(|digest| digest.of(bytes) == self.imprint)
    }

    /// Who made it.
    pub fn authority(&self) -> String {
        self.signed.signer.subject()
    }

    /// Its own signature holds, by a certificate for time stamping.
    pub fn holds(&self) -> Result<(), &'static str> {
        let signed = &self.signed;
        let inside = match (signed.digest, &signed.message_digest) {
            (Some(digest), Some(wanted)) => digest.of(&self.info) == *wanted,
            _ => return Err("the time stamp's digest is not supported or missing"),
        };
        if !inside {
            return Err("the time in the time stamp was changed");
        }
        if signed.algorithm.is_none() {
            return Err("the time stamp's algorithm is not supported");
        }
        if signed.verify(&self.info).is_err() || signed.named == Named::Other {
            return Err("the time stamp's own signature does not hold");
        }
        if cms::may_stamp(signed.signer.der()) != Ok(true) {
            return Err("the time stamp was made with a certificate for something else");
        }
        Ok(())
    }

    /// Its authority is trusted: the time can be relied upon.
    pub fn is_trusted(&self, trust: &Trust) -> bool {
        let signed = &self.signed;
        let dates = signed.signer.is_valid_at(self.time);
        let chain = trust
            .store()
            .chain(&signed.signer, &signed.certificates, self.time);
        let Some(chain) = chain.ok().filter(|_| dates) else {
            return false;
        };
        !matches!(
            trust.store().revocation(&chain, trust.now()),
            Revocation::Revoked(..)
        )
    }
}
