//! Time stamps (RFC 3161): asking an authority for one, and judging one, from whatever authority.

use std::sync::{Arc, Mutex};

use der::asn1::ObjectIdentifier;
use jiff::Timestamp;

use crate::asn1::{self, Element, Malformed, tag};
use crate::cms::{Named, Signed};
use crate::entropy::draw;
use crate::{Chain, ChainError, DigestAlgorithm, Entropy, Transport, TrustStore};

/// `id-ct-TSTInfo`.
pub(crate) const INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Media types of question and answer (RFC 3161, 3.4).
const QUERY: &str = "application/timestamp-query";

/// Largest answer read, in bytes.
const ANSWER_LIMIT: usize = 1 << 20;

/// Why there is no time stamp, or why one does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// The authority could not be reached.
    #[error("the time stamp authority cannot be reached: {0}")]
    Unreachable(String),
    /// The authority answered with a refusal.
    #[error("the time stamp authority refused: {0}")]
    Refused(String),
    /// Not a time stamp at all.
    #[error("the time stamp cannot be read: {0}")]
    Malformed(&'static str),
    /// The answer belongs to another question.
    #[error("the time stamp answers another question: {0}")]
    Mismatch(&'static str),
    /// Its digest or signature is of a kind that cannot be checked.
    #[error("the time stamp's algorithm is not supported: {0}")]
    Unsupported(String),
    /// Its own signature does not hold, or not with this certificate.
    #[error("the time stamp does not hold: {0}")]
    Broken(&'static str),
    /// Its authority is not trusted.
    #[error("the time stamp's authority is not trusted: {0}")]
    Untrusted(String),
}

impl From<Malformed> for TimeStampError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0)
    }
}

/// Gives time stamps over messages: somebody else's word for when they existed.
pub trait TimeStampAuthority: Send + Sync {
    /// A time stamp over pieces as if they stood together, checked before it is handed out.
    fn stamp_parts(&self, parts: &[&[u8]]) -> Result<TimeStampToken, TimeStampError>;

    /// A time stamp over the message.
    fn stamp(&self, message: &[u8]) -> Result<TimeStampToken, TimeStampError> {
        self.stamp_parts(&[message])
    }
}

/// A question to a time stamp authority.
#[derive(Clone, Debug)]
pub struct TimeStampRequest {
    digest: DigestAlgorithm,
    imprint: Vec<u8>,
    /// DER INTEGER.
    nonce: Vec<u8>,
}

impl TimeStampRequest {
    /// Asks for a time stamp over pieces standing together. Authorities know SHA-256; those of China SM3 too.
    pub fn new(digest: DigestAlgorithm, parts: &[&[u8]], entropy: &mut dyn Entropy) -> Self {
        let mut nonce = draw::<16>(entropy);
        nonce[0] |= 1;
        Self {
            digest,
            imprint: digest.of_parts(parts),
            nonce: asn1::unsigned(&nonce),
        }
    }

    /// DER `TimeStampReq`, which asks for the authority's certificate as well.
    pub fn to_der(&self) -> Vec<u8> {
        let imprint = asn1::sequence(&[
            &asn1::sequence(&[&asn1::oid(self.digest.oid()), &[5, 0]]),
            &asn1::tlv(tag::OCTET_STRING, &self.imprint),
        ]);
        let certificates = asn1::tlv(tag::BOOLEAN, &[0xff]);
        asn1::sequence(&[&asn1::small(1), &imprint, &self.nonce, &certificates])
    }

    /// Reads a DER `TimeStampResp` and accepts its token only when it answers this very question
    /// and holds. Whether its authority is trusted is for [`TimeStampToken::chain`].
    pub fn accept(&self, response: &[u8]) -> Result<TimeStampToken, TimeStampError> {
        let token = token_of(response)?;
        let token = TimeStampToken::read(token)?;
        if token.digest != Some(self.digest) || token.imprint != self.imprint {
            return Err(TimeStampError::Mismatch("another imprint"));
        }
        if token.nonce.as_deref() != Some(&self.nonce) {
            return Err(TimeStampError::Mismatch("another nonce"));
        }
        token.holds()?;
        Ok(token)
    }
}

/// The token of a `TimeStampResp`, or the reason for which there is none.
fn token_of(response: &[u8]) -> Result<&[u8], TimeStampError> {
    let mut fields = Element::parse(response)?.expect(tag::SEQUENCE)?.inside();
    let mut status = fields.expect(tag::SEQUENCE)?.inside();
    // 0: granted, 1: granted with changes.
    let code = status.element()?.small()?;
    if code > 1 {
        let mut words = Vec::new();
        if let Some(texts) = status.optional(tag::SEQUENCE)? {
            let mut texts = texts.inside();
            while !texts.is_empty() && words.len() < 4 {
                words.extend(texts.element()?.text().map(str::to_owned));
            }
        }
        words.insert(0, format!("status {code}"));
        return Err(TimeStampError::Refused(words.join(", ")));
    }
    let token = fields.expect(tag::SEQUENCE)?.raw;
    fields.end()?;
    Ok(token)
}

/// A time stamp, taken apart.
#[derive(Debug)]
pub struct TimeStampToken {
    /// The signature of the authority.
    pub signed: Signed,
    /// The time it vouches for.
    pub time: Timestamp,
    /// The digest of the imprint, none when not supported.
    pub digest: Option<DigestAlgorithm>,
    /// The digest of what was stamped.
    pub imprint: Vec<u8>,
    /// The authority's number of it, hexadecimal.
    pub serial: String,
    /// The policy it was made under, dotted.
    pub policy: String,
    nonce: Option<Vec<u8>>,
    /// DER `TSTInfo`, as it was signed.
    info: Vec<u8>,
    der: Vec<u8>,
}

impl TimeStampToken {
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
        let policy = ObjectIdentifier::from_bytes(fields.expect(tag::OID)?.value)
            .map_err(|_| Malformed("a time stamp without policy"))?;
        let mut imprint = fields.expect(tag::SEQUENCE)?.inside();
        let digest = imprint
            .expect(tag::SEQUENCE)?
            .inside()
            .expect(tag::OID)?
            .value;
        let digest = DigestAlgorithm::from_oid_bytes(digest).filter(|digest| !digest.is_weak());
        let imprint = imprint.expect(tag::OCTET_STRING)?.value.to_vec();
        let serial = crate::certificate::serial_text(fields.expect(tag::INTEGER)?.value);
        let time = fields
            .expect(tag::GENERALIZED_TIME)?
            .time()
            .map_err(|_| Malformed("a time stamp without time"))?;
        // Accuracy and ordering say nothing that is used here.
        fields.optional(tag::SEQUENCE)?;
        fields.optional(tag::BOOLEAN)?;
        let nonce = fields.optional(tag::INTEGER)?.map(|n| n.raw.to_vec());
        let whole = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        // The last bytes of the token itself may be zeros; its own length decides where it is DER.
        let der = match asn1::Reader::new(bytes).element() {
            Ok(element) => element.raw.to_vec(),
            Err(_) => bytes[..whole].to_vec(),
        };
        Ok(Self {
            signed,
            time,
            digest,
            imprint,
            serial,
            policy: policy.to_string(),
            nonce,
            info,
            der,
        })
    }

    /// The token as it came, without what followed it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// It was made over these bytes.
    pub fn covers(&self, bytes: &[u8]) -> bool {
        self.covers_parts(&[bytes])
    }

    /// It was made over these pieces standing together.
    pub fn covers_parts(&self, parts: &[&[u8]]) -> bool {
        self.digest
            .is_some_and(|digest| digest.of_parts(parts) == self.imprint)
    }

    /// Who made it.
    pub fn authority(&self) -> String {
        self.signed.signer.subject()
    }

    /// Its own signature holds, by the certificate it names, which is one for time stamping alone
    /// and was valid at that time.
    pub fn holds(&self) -> Result<(), TimeStampError> {
        let signed = &self.signed;
        let (Some(digest), Some(wanted)) = (signed.digest, &signed.message_digest) else {
            return Err(TimeStampError::Unsupported("its digest".into()));
        };
        if digest.of(&self.info) != *wanted {
            return Err(TimeStampError::Broken("the time in it was changed"));
        }
        if signed.algorithm.is_none() || digest.is_weak() {
            return Err(TimeStampError::Unsupported(signed.algorithm_name()));
        }
        if signed.verify(&self.info).is_err() {
            return Err(TimeStampError::Broken("its own signature is another's"));
        }
        match signed.named {
            Named::Yes | Named::Weakly => {}
            Named::No => return Err(TimeStampError::Broken("it does not name its certificate")),
            Named::Other => return Err(TimeStampError::Broken("it names another certificate")),
        }
        if !signed.signer.may_stamp_time() {
            let why = "its certificate is not one for time stamps alone";
            return Err(TimeStampError::Broken(why));
        }
        if !signed.signer.is_valid_at(self.time) {
            return Err(TimeStampError::Broken("its certificate was not valid then"));
        }
        Ok(())
    }

    /// The chain of its authority to a trusted root, at the time it vouches for.
    pub fn chain(&self, trust: &TrustStore) -> Result<Arc<Chain>, ChainError> {
        trust.chain(&self.signed.signer, &self.signed.certificates, self.time)
    }
}

/// A time stamp authority reached over the network.
pub struct TimeStampClient {
    url: String,
    digest: DigestAlgorithm,
    transport: Arc<dyn Transport>,
    trust: Option<Arc<TrustStore>>,
    entropy: Mutex<Box<dyn Entropy + Send>>,
}

impl TimeStampClient {
    /// Asks the authority at that address. With `trust`, only tokens that chain to one of its roots
    /// are accepted.
    pub fn new(
        url: &str,
        digest: DigestAlgorithm,
        transport: Arc<dyn Transport>,
        trust: Option<Arc<TrustStore>>,
        entropy: Box<dyn Entropy + Send>,
    ) -> Self {
        Self {
            url: url.to_owned(),
            digest,
            transport,
            trust,
            entropy: Mutex::new(entropy),
        }
    }
}

impl TimeStampAuthority for TimeStampClient {
    fn stamp_parts(&self, parts: &[&[u8]]) -> Result<TimeStampToken, TimeStampError> {
        let request = {
            // A poisoned lock only means that another thread panicked; randomness stays random.
            let mut entropy = self
                .entropy
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            TimeStampRequest::new(self.digest, parts, &mut **entropy)
        };
        let response = self
            .transport
            .post(&self.url, QUERY, &request.to_der())
            .map_err(TimeStampError::Unreachable)?;
        if response.len() > ANSWER_LIMIT {
            return Err(TimeStampError::Malformed("the answer is too long"));
        }
        let token = request.accept(&response)?;
        if let Some(trust) = &self.trust {
            token
                .chain(trust)
                .map_err(|error| TimeStampError::Untrusted(error.to_string()))?;
        }
        Ok(token)
    }
}
