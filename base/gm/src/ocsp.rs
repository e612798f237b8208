//! Questions about revocation and their answers (RFC 6960).

use std::ops::Range;
use std::sync::OnceLock;

use der::asn1::ObjectIdentifier;
use jiff::{SignedDuration, Timestamp};

use crate::asn1::{self, Element, Malformed, Reader, tag};
use crate::certificate::serial_text;
use crate::entropy::draw;
use crate::{
    CertError, Certificate, DigestAlgorithm, Entropy, RevocationReason, Revoked, SignatureAlgorithm,
};

const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// ENUMERATED.
const ENUMERATED: u8 = 0x0a;

/// Certificates and single answers read from one response.
const PARTS: usize = 32;

/// How far the clocks of responder and verifier may differ.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Why an answer was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspError {
    /// Not an answer at all.
    #[error("the OCSP answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The responder gave no answer: too busy, not authorised, malformed question.
    #[error("the OCSP responder gave no answer: {0}")]
    Refused(&'static str),
    /// The answer belongs to another question.
    #[error("the OCSP answer belongs to another question")]
    Nonce,
    /// Signed by somebody who may not speak for the issuer.
    #[error("the OCSP answer is not by “{0}” nor by one it appointed")]
    Responder(String),
    /// Its signature does not hold or cannot be checked.
    #[error("the OCSP answer's signature does not hold")]
    Broken,
}

impl From<Malformed> for OcspError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0)
    }
}

/// A question about one certificate.
#[derive(Clone, Debug)]
pub struct OcspRequest {
    id: Vec<u8>,
    /// The value of the nonce extension: a DER OCTET STRING.
    nonce: Vec<u8>,
}

impl OcspRequest {
    /// Asks about a certificate. The identifier is by SHA-1, the only one that every responder
    /// knows (RFC 5019); it names, it protects nothing.
    pub fn new(certificate: &Certificate, issuer: &Certificate, entropy: &mut dyn Entropy) -> Self {
        let digest = DigestAlgorithm::Sha1;
        let octets = |bytes: &[u8]| asn1::tlv(tag::OCTET_STRING, bytes);
        let id = asn1::sequence(&[
            &asn1::sequence(&[&asn1::oid(digest.oid()), &[5, 0]]),
            &octets(&digest.of(issuer.subject_der())),
            &octets(&digest.of(issuer.public_key().bits())),
            &asn1::tlv(tag::INTEGER, certificate.serial_bytes()),
        ]);
        Self {
            id,
            nonce: octets(&draw::<16>(entropy)),
        }
    }

    /// DER `OCSPRequest`.
    pub fn to_der(&self) -> Vec<u8> {
        let list = asn1::sequence(&[&asn1::sequence(&[&self.id])]);
        let nonce = asn1::sequence(&[
            &asn1::oid(NONCE),
            &asn1::tlv(tag::OCTET_STRING, &self.nonce),
        ]);
        let extensions = asn1::tlv(tag::context(2), &asn1::sequence(&[&nonce]));
        asn1::sequence(&[&asn1::sequence(&[&list, &extensions])])
    }

    /// Reads an answer to this very question. Many responders prepare their answers and leave the
    /// nonce out; then the answer's dates must speak for it. A wrong nonce is refused.
    pub fn accept(&self, response: &[u8]) -> Result<OcspResponse, OcspError> {
        let answer = OcspResponse::from_der(response)?;
        match &answer.nonce {
            Some(nonce) if *nonce != self.nonce => Err(OcspError::Nonce),
            _ => Ok(answer),
        }
    }
}

/// What a responder says of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    Good,
    Revoked(Revoked),
    /// The responder does not know the certificate.
    Unknown,
}

/// One certificate's answer.
#[derive(Clone, Debug)]
pub struct OcspAnswer {
    digest: Option<DigestAlgorithm>,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    /// As [`Certificate::serial`] gives it.
    pub serial: String,
    pub status: OcspStatus,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
}

impl OcspAnswer {
    fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some(digest) = self.digest else {
            return false;
        };
        self.serial == certificate.serial()
            && certificate.issuer_der() == issuer.subject_der()
            && digest.of(issuer.subject_der()) == self.issuer_name
            && digest.of(issuer.public_key().bits()) == self.issuer_key
    }
}

/// A signed answer of a responder.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    der: Vec<u8>,
    signed: Range<usize>,
    algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
    /// Name (DER) or key identifier.
    responder: Responder,
    /// When it was signed.
    pub produced_at: Timestamp,
    nonce: Option<Vec<u8>>,
    /// What it says, certificate by certificate.
    pub answers: Vec<OcspAnswer>,
    certificates: Vec<Certificate>,
    /// What was found of the first issuer asked about, by fingerprint.
    judged: OnceLock<([u8; 32], Result<(), OcspError>)>,
    /// Free of critical extensions that would change its meaning.
    usable: bool,
}

#[derive(Clone, Debug)]
enum Responder {
    Name(Vec<u8>),
    Key(Vec<u8>),
}

impl OcspResponse {
    /// Reads a DER `OCSPResponse`. Nothing is believed yet: see [`OcspResponse::answer`].
    pub fn from_der(der: &[u8]) -> Result<Self, OcspError> {
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let status = outer.expect(ENUMERATED)?;
        match status.value {
            [0] => {}
            [1] => return Err(OcspError::Refused("malformed request")),
            [2] => return Err(OcspError::Refused("internal error")),
            [3] => return Err(OcspError::Refused("try later")),
            [5] => return Err(OcspError::Refused("the question must be signed")),
            [6] => return Err(OcspError::Refused("unauthorized")),
            _ => return Err(OcspError::Malformed("an unknown status")),
        }
        let bytes = outer.expect(tag::context(0))?;
        outer.end()?;
        let mut bytes = Element::parse(bytes.value)?.expect(tag::SEQUENCE)?.inside();
        if bytes.expect(tag::OID)?.value != BASIC.as_bytes() {
            return Err(OcspError::Malformed("an answer of unknown kind"));
        }
        let basic = bytes.expect(tag::OCTET_STRING)?.value;
        bytes.end()?;
        let mut basic = Element::parse(basic)?.expect(tag::SEQUENCE)?.inside();
        let signed = basic.expect(tag::SEQUENCE)?;
        let algorithm = SignatureAlgorithm::from_identifier(basic.expect(tag::SEQUENCE)?.raw)?;
        let signature = basic.expect(tag::BIT_STRING)?.bits()?.to_vec();
        let certificates = match basic.optional(tag::context(0))? {
            Some(list) => read_certificates(list.value)?,
            None => Vec::new(),
        };
        basic.end()?;
        let start = signed.raw.as_ptr() as usize - der.as_ptr() as usize;
        let mut fields = signed.inside();
        if let Some(version) = fields.optional(tag::context(0))?
            && Element::parse(version.value)?.small()? != 0
        {
            return Err(OcspError::Malformed("an answer of unknown version"));
        }
        let responder = fields.element()?;
        let responder = match responder.tag {
            0xa1 => Responder::Name(Element::parse(responder.value)?.raw.to_vec()),
            0xa2 => {
                let key = Element::parse(responder.value)?.expect(tag::OCTET_STRING)?;
                Responder::Key(key.value.to_vec())
            }
            _ => return Err(OcspError::Malformed("an answer without responder")),
        };
        let produced_at = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let mut list = fields.expect(tag::SEQUENCE)?.inside();
        let (mut answers, mut usable) = (Vec::new(), true);
        while !list.is_empty() {
            if answers.len() >= PARTS {
                return Err(OcspError::Malformed("too many answers"));
            }
            let (answer, plain) = read_answer(list.expect(tag::SEQUENCE)?.inside())?;
            usable &= plain;
            answers.push(answer);
        }
        let mut nonce = None;
        if let Some(extensions) = fields.optional(tag::context(1))? {
            let extensions = Element::parse(extensions.value)?.expect(tag::SEQUENCE)?;
            usable &= each_extension(extensions.inside(), |name, value| {
                let known = name == NONCE.as_bytes();
                if known {
                    nonce = Some(value.to_vec());
                }
                known
            })?;
        }
        fields.end()?;
        Ok(Self {
            der: der.to_vec(),
            signed: start..start + signed.raw.len(),
            algorithm,
            signature,
            responder,
            produced_at,
            nonce,
            answers,
            certificates,
            judged: OnceLock::new(),
            usable,
        })
    }

    /// The answer, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificates that came along.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What it says of a certificate, provided that it was signed by the certificate's issuer or
    /// by a responder that this issuer appointed; none when it says nothing of it.
    pub fn answer(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Option<&OcspAnswer>, OcspError> {
        let about = |answer: &&OcspAnswer| answer.is_about(certificate, issuer);
        let Some(found) = self.answers.iter().find(about) else {
            return Ok(None);
        };
        let judged = self
            .judged
            .get_or_init(|| (*issuer.fingerprint(), self.is_by(issuer)));
        if judged.0 == *issuer.fingerprint() {
            judged.1.clone()?;
        } else {
            self.is_by(issuer)?;
        }
        Ok(Some(found))
    }

    /// Signed by the issuer itself, or by a certificate that the issuer made for this purpose
    /// (RFC 6960, 4.2.2.2). A responder named by configuration alone is not known here.
    fn is_by(&self, issuer: &Certificate) -> Result<(), OcspError> {
        let stranger = || OcspError::Responder(issuer.subject());
        if !self.usable {
            return Err(OcspError::Malformed(
                "a critical extension is not understood",
            ));
        }
        let appointed = |one: &&Certificate| {
            one.may_answer_ocsp()
                && one.issuer_der() == issuer.subject_der()
                && one.is_valid_at(self.produced_at)
                && one.is_signed_by(issuer).is_ok()
        };
        let signer = if self.names(issuer) {
            issuer
        } else {
            let mut all = self.certificates.iter().filter(|one| self.names(one));
            all.find(appointed).ok_or_else(stranger)?
        };
        let algorithm = self.algorithm.ok_or(OcspError::Broken)?;
        signer
            .public_key()
            .verify(algorithm, &self.der[self.signed.clone()], &self.signature)
            .map_err(|_| OcspError::Broken)
    }

    fn names(&self, certificate: &Certificate) -> bool {
        match &self.responder {
            Responder::Name(name) => certificate.subject_der() == &name[..],
            Responder::Key(key) => {
                DigestAlgorithm::Sha1.of(certificate.public_key().bits()) == *key
            }
        }
    }
}

fn read_certificates(list: &[u8]) -> Result<Vec<Certificate>, OcspError> {
    let mut list = Element::parse(list)?.expect(tag::SEQUENCE)?.inside();
    let mut all = Vec::new();
    while !list.is_empty() {
        if all.len() >= PARTS {
            return Err(OcspError::Malformed("too many certificates"));
        }
        let read = Certificate::from_der(list.expect(tag::SEQUENCE)?.raw);
        all.push(read.map_err(|_: CertError| OcspError::Malformed("a certificate is damaged"))?);
    }
    Ok(all)
}

/// A `SingleResponse`, and whether it is free of critical extensions.
fn read_answer(mut fields: Reader<'_>) -> Result<(OcspAnswer, bool), OcspError> {
    let mut id = fields.expect(tag::SEQUENCE)?.inside();
    let digest = id.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?.value;
    let digest = DigestAlgorithm::from_oid_bytes(digest);
    let issuer_name = id.expect(tag::OCTET_STRING)?.value.to_vec();
    let issuer_key = id.expect(tag::OCTET_STRING)?.value.to_vec();
    let serial = serial_text(id.expect(tag::INTEGER)?.value);
    id.end()?;
    let status = fields.element()?;
    let status = match status.tag {
        0x80 => OcspStatus::Good,
        0xa1 => {
            let mut inside = status.inside();
            let at = inside.expect(tag::GENERALIZED_TIME)?.time()?;
            let reason = match inside.optional(tag::context(0))? {
                Some(reason) => Element::parse(reason.value)?.expect(ENUMERATED)?.value,
                None => &[0],
            };
            OcspStatus::Revoked(Revoked {
                serial: serial.clone(),
                at,
                reason: RevocationReason::from_code(reason.first().copied().unwrap_or(0)),
            })
        }
        0x82 => OcspStatus::Unknown,
        _ => return Err(OcspError::Malformed("an unknown state of a certificate")),
    };
    let this_update = fields.expect(tag::GENERALIZED_TIME)?.time()?;
    let next_update = match fields.optional(tag::context(0))? {
        Some(next) => Some(Element::parse(next.value)?.time()?),
        None => None,
    };
    let mut plain = true;
    if let Some(extensions) = fields.optional(tag::context(1))? {
        let extensions = Element::parse(extensions.value)?.expect(tag::SEQUENCE)?;
        plain = each_extension(extensions.inside(), |_, _| false)?;
    }
    fields.end()?;
    let answer = OcspAnswer {
        digest,
        issuer_name,
        issuer_key,
        serial,
        status,
        this_update,
        next_update,
    };
    Ok((answer, plain))
}

/// Shows every extension; true when none is critical that is not known.
fn each_extension(
    mut list: Reader<'_>,
    mut known: impl FnMut(&[u8], &[u8]) -> bool,
) -> Result<bool, Malformed> {
    let mut plain = true;
    while !list.is_empty() {
        let mut one = list.expect(tag::SEQUENCE)?.inside();
        let name = one.expect(tag::OID)?.value;
        let critical = one.optional(tag::BOOLEAN)?.is_some_and(|c| c.value != [0]);
        let value = one.expect(tag::OCTET_STRING)?.value;
        one.end()?;
        plain &= known(name, value) || !critical;
    }
    Ok(plain)
}
