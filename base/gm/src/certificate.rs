//! Reading certificates.

use std::sync::Arc;

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier,
};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::asn1::{Element, tag};
use crate::{CertError, PublicKey, SignatureAlgorithm, VerifyError};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// Critical extensions that chain building understands: key usage, basic constraints, extended
/// key usage. Any other critical one makes a certificate unusable (RFC 5280, 4.2).
const UNDERSTOOD: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
];

/// A certificate, read once and used often. Cloning is cheap.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    der: Vec<u8>,
    fingerprint: [u8; 32],
    /// Where the signed part stands in `der`.
    tbs: std::ops::Range<usize>,
    signature: Vec<u8>,
    algorithm: Option<SignatureAlgorithm>,
    algorithm_oid: String,
    key: PublicKey,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    inner: CertificateInner<Raw>,
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    unknown_critical: Option<String>,
}

impl Certificate {
    /// Reads a DER certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertError> {
        const WRONG: CertError = CertError::Malformed("certificate");
        let inner = CertificateInner::<Raw>::from_der(der).map_err(|_| WRONG)?;
        let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
        let signed = outer.expect(tag::SEQUENCE)?.raw;
        let algorithm_identifier = outer.expect(tag::SEQUENCE)?.raw;
        let signature = outer.expect(tag::BIT_STRING)?.bits()?.to_vec();
        let start = signed.as_ptr() as usize - der.as_ptr() as usize;
        let fields = inner.tbs_certificate();
        // The identifier inside the signed part must be the one outside (RFC 5280, 4.1.1.2).
        let inside = fields.signature().to_der().map_err(|_| WRONG)?;
        if inside != algorithm_identifier {
            return Err(WRONG);
        }
        let key = fields
            .subject_public_key_info()
            .to_der()
            .map_err(|_| WRONG)?;
        let extension = |_| CertError::Malformed("certificate extension");
        let constraints = fields
            .get_extension::<BasicConstraints>()
            .map_err(extension)?;
        let usage = fields.get_extension::<KeyUsage>().map_err(extension)?;
        let subject_key = fields
            .get_extension::<SubjectKeyIdentifier>()
            .map_err(extension)?;
        let authority_key = fields
            .get_extension::<AuthorityKeyIdentifier>()
            .map_err(extension)?;
        let unknown_critical = fields
            .extensions()
            .into_iter()
            .flatten()
            .find(|extension| extension.critical && !UNDERSTOOD.contains(&extension.extn_id))
            .map(|extension| extension.extn_id.to_string());
        Ok(Self(Arc::new(Parts {
            fingerprint: crate::sha256(der),
            tbs: start..start + signed.len(),
            signature,
            algorithm: SignatureAlgorithm::from_identifier(algorithm_identifier)?,
            algorithm_oid: inner.signature_algorithm().oid.to_string(),
            key: PublicKey::from_spki(&key)?,
            subject: fields.subject().to_der().map_err(|_| WRONG)?,
            issuer: fields.issuer().to_der().map_err(|_| WRONG)?,
            constraints: constraints.map(|(_, value)| value),
            usage: usage.map(|(_, value)| value),
            subject_key: subject_key.map(|(_, value)| value.0.as_bytes().to_vec()),
            authority_key: authority_key
                .and_then(|(_, value)| value.key_identifier)
                .map(|id| id.as_bytes().to_vec()),
            unknown_critical,
            der: der.to_vec(),
            inner,
        })))
    }

    /// Reads every certificate of a PEM text, or the one of a DER file.
    pub fn from_pem_or_der(bytes: &[u8]) -> Result<Vec<Self>, CertError> {
        if !bytes.trim_ascii_start().starts_with(b"-----") {
            return Ok(vec![Self::from_der(bytes)?]);
        }
        let wrong = |_| CertError::Malformed("PEM certificate");
        let chain = CertificateInner::<Raw>::load_pem_chain(bytes).map_err(wrong)?;
        chain
            .iter()
            .map(|one| Self::from_der(&one.to_der().map_err(wrong)?))
            .collect()
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem("CERTIFICATE", &self.0.der)
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// SHA-256 of the DER form.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.0.fingerprint
    }

    /// The key it certifies.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.key
    }

    /// The algorithm of its own signature; none when not supported.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        self.0.algorithm
    }

    /// The object identifier of that algorithm, dotted.
    pub fn signature_algorithm_oid(&self) -> &str {
        &self.0.algorithm_oid
    }

    /// Common name of the subject, or the organisation, or the whole name.
    pub fn subject(&self) -> String {
        label(self.0.inner.tbs_certificate().subject())
    }

    /// Organisation of the subject.
    pub fn subject_organization(&self) -> Option<String> {
        attribute(self.0.inner.tbs_certificate().subject(), ORGANIZATION)
    }

    /// Common name of the issuer, or the organisation, or the whole name.
    pub fn issuer(&self) -> String {
        label(self.0.inner.tbs_certificate().issuer())
    }

    /// DER of the subject's name.
    pub fn subject_der(&self) -> &[u8] {
        &self.0.subject
    }

    /// DER of the issuer's name.
    pub fn issuer_der(&self) -> &[u8] {
        &self.0.issuer
    }

    /// Serial number as lower-case hexadecimal digits without leading zeros.
    pub fn serial(&self) -> String {
        serial_text(self.serial_bytes())
    }

    /// Serial number, big-endian.
    pub fn serial_bytes(&self) -> &[u8] {
        self.0.inner.tbs_certificate().serial_number().as_bytes()
    }

    /// First moment of validity.
    pub fn not_before(&self) -> Timestamp {
        timestamp(self.0.inner.tbs_certificate().validity().not_before)
    }

    /// Last moment of validity.
    pub fn not_after(&self) -> Timestamp {
        timestamp(self.0.inner.tbs_certificate().validity().not_after)
    }

    /// Valid at that moment, by its own dates.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// Says of itself that it may issue certificates.
    pub fn is_ca(&self) -> bool {
        self.0
            .constraints
            .as_ref()
            .is_some_and(|constraints| constraints.ca)
    }

    /// Subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        self.0.subject == self.0.issuer
    }

    /// May sign documents: its key usage says so, or says nothing.
    pub fn may_sign(&self) -> bool {
        self.0
            .usage
            .is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// May sign certificates.
    pub(crate) fn may_certify(&self) -> bool {
        self.0.usage.is_none_or(|usage| usage.key_cert_sign())
    }

    /// May sign revocation lists.
    pub(crate) fn may_revoke(&self) -> bool {
        self.0.usage.is_none_or(|usage| usage.crl_sign())
    }

    /// How many authorities may stand between this one and a signer.
    pub(crate) fn path_length(&self) -> Option<u8> {
        self.0
            .constraints
            .as_ref()
            .and_then(|constraints| constraints.path_len_constraint)
    }

    /// A critical extension that is not understood.
    pub(crate) fn unknown_critical(&self) -> Option<&str> {
        self.0.unknown_critical.as_deref()
    }

    pub(crate) fn subject_key(&self) -> Option<&[u8]> {
        self.0.subject_key.as_deref()
    }

    /// The other certificate may be the issuer of this one, by name and key identifier.
    pub(crate) fn names_issuer(&self, other: &Certificate) -> bool {
        self.0.issuer == other.0.subject
            && match (&self.0.authority_key, &other.0.subject_key) {
                (Some(wanted), Some(found)) => wanted == found,
                _ => true,
            }
    }

    /// Its signature was made with the key of the other certificate.
    pub fn is_signed_by(&self, issuer: &Certificate) -> Result<(), VerifyError> {
        let algorithm = self.0.algorithm.ok_or(VerifyError::Unsupported)?;
        issuer.0.key.verify(
            algorithm,
            &self.0.der[self.0.tbs.clone()],
            &self.0.signature,
        )
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.serial())
    }
}

pub(crate) fn serial_text(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let short = text.trim_start_matches('0');
    if short.is_empty() {
        "0".into()
    } else {
        short.into()
    }
}

pub(crate) fn timestamp(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

/// The same of a DER name.
pub(crate) fn name_label(der: &[u8]) -> Option<String> {
    Name::from_der(der).ok().map(|name| label(&name))
}

fn label(name: &Name) -> String {
    attribute(name, COMMON_NAME)
        .or_else(|| attribute(name, ORGANIZATION))
        .unwrap_or_else(|| name.to_string())
}

/// The last attribute of that kind. UTF-8, ASCII, Latin-1 and UCS-2 strings all occur in the
/// certificates of authorities.
fn attribute(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    use der::{Tag, Tagged};
    let found = name
        .iter()
        .filter(|attribute| attribute.oid == oid)
        .last()?;
    let bytes = found.value.value();
    match found.value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            String::from_utf8(bytes.to_vec()).ok()
        }
        Tag::TeletexString => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let units = bytes
                .chunks_exact(2)
                .map(|two| u16::from_be_bytes([two[0], two[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}
