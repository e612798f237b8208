//! Answering questions for time stamps (RFC 3161): what an authority does.

use der::asn1::ObjectIdentifier;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::asn1::{self, Element, Malformed, tag};
use crate::entropy::draw;
use crate::time_stamp::INFO;
use crate::{CertError, DigestAlgorithm, Entropy, Signer, cms};

/// `PKIFailureInfo` bits (RFC 3161, 2.4.2).
const BAD_ALGORITHM: u8 = 0;
const BAD_FORMAT: u8 = 5;

/// An authority that says, by its clock, when it saw a digest.
pub struct TimeStampAnswerer<'a> {
    /// A certificate for time stamps alone.
    pub signer: &'a dyn Signer,
    /// The policy that stands in every stamp.
    pub policy: ObjectIdentifier,
}

/// What a question says.
struct Question<'q> {
    /// DER `MessageImprint`.
    imprint: &'q [u8],
    digest: Option<DigestAlgorithm>,
    length: usize,
    /// DER INTEGER, as it came; empty for none.
    nonce: &'q [u8],
}

impl TimeStampAnswerer<'_> {
    /// A DER `TimeStampResp` to a DER `TimeStampReq`. Questions that cannot be answered get a
    /// refusal that says why; an error means that the key failed.
    pub fn answer(
        &self,
        question: &[u8],
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<u8>, CertError> {
        let question = match read(question) {
            Ok(question) => question,
            Err(malformed) => return Ok(refusal(BAD_FORMAT, malformed.0)),
        };
        let known = question.digest.filter(|digest| !digest.is_weak());
        match known {
            None => return Ok(refusal(BAD_ALGORITHM, "the digest is not supported")),
            Some(digest) if digest.of(b"").len() != question.length => {
                return Ok(refusal(BAD_FORMAT, "the imprint has another length"));
            }
            Some(_) => {}
        }
        let mut serial = draw::<16>(entropy);
        serial[0] = (serial[0] & 0x7f) | 0x40;
        let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%SZ");
        let info = asn1::sequence(&[
            &asn1::small(1),
            &asn1::oid(self.policy),
            question.imprint,
            &asn1::unsigned(&serial),
            &asn1::tlv(tag::GENERALIZED_TIME, time.to_string().as_bytes()),
            question.nonce,
        ]);
        let token = cms::sign_content(self.signer, INFO, &info)?;
        Ok(asn1::sequence(&[
            &asn1::sequence(&[&asn1::small(0)]),
            &token,
        ]))
    }
}

fn read(question: &[u8]) -> Result<Question<'_>, Malformed> {
    let mut fields = Element::parse(question)?.expect(tag::SEQUENCE)?.inside();
    if fields.element()?.small()? != 1 {
        return Err(Malformed("a question of unknown version"));
    }
    let imprint = fields.expect(tag::SEQUENCE)?;
    let mut parts = imprint.inside();
    let algorithm = parts.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?;
    let hash = parts.expect(tag::OCTET_STRING)?;
    parts.end()?;
    // A wish for another policy is not granted; whoever asked finds the one that was used.
    fields.optional(tag::OID)?;
    let nonce = fields.optional(tag::INTEGER)?.map_or(&[][..], |n| n.raw);
    Ok(Question {
        imprint: imprint.raw,
        digest: DigestAlgorithm::from_oid_bytes(algorithm.value),
        length: hash.value.len(),
        nonce,
    })
}

/// `PKIStatusInfo` with status 2, words and the bit of the failure.
fn refusal(bit: u8, why: &str) -> Vec<u8> {
    let words = asn1::sequence(&[&asn1::tlv(0x0c, why.as_bytes())]);
    let failure = asn1::tlv(0x03, &[7 - bit, 0x80 >> bit]);
    asn1::sequence(&[&asn1::sequence(&[&asn1::small(2), &words, &failure])])
}
