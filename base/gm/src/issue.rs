//! Making certificates: root, issuing authority, seal maker, signer.

use der::Encode;
use der::asn1::{ObjectIdentifier, OctetString};
use jiff::Timestamp;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};

use crate::asn1::{self, tag};
use crate::entropy::draw;
use crate::{CertError, Certificate, Entropy, PublicKey, Signer};

/// Signing of documents (RFC 9336).
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");

/// Whom a certificate names. Empty fields are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Two letters, ISO 3166.
    pub country: String,
    pub organization: String,
    pub unit: String,
    pub common_name: String,
}

impl Subject {
    /// A subject in China.
    pub fn new(organization: &str, common_name: &str) -> Self {
        Self {
            country: "CN".into(),
            organization: organization.into(),
            unit: String::new(),
            common_name: common_name.into(),
        }
    }

    /// DER `Name`. The country is a PrintableString, all else UTF-8 (RFC 5280, 4.1.2.4).
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let fields = [
            ("2.5.4.6", tag::PRINTABLE_STRING, &self.country),
            ("2.5.4.10", tag::UTF8_STRING, &self.organization),
            ("2.5.4.11", tag::UTF8_STRING, &self.unit),
            ("2.5.4.3", tag::UTF8_STRING, &self.common_name),
        ];
        let sets: Vec<u8> = fields
            .into_iter()
            .filter(|(_, _, text)| !text.is_empty())
            .flat_map(|(oid, kind, text)| {
                let oid = asn1::oid(ObjectIdentifier::new_unwrap(oid));
                let pair = asn1::sequence(&[&oid, &asn1::tlv(kind, text.as_bytes())]);
                asn1::tlv(tag::SET, &pair)
            })
            .collect();
        asn1::tlv(tag::SEQUENCE, &sets)
    }
}

/// What a certificate is for. It decides the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Signs itself, issues the issuing authorities.
    Root,
    /// Issues seal makers and signers.
    Issuing,
    /// Signs seals (制章人) or documents (签章人).
    Signer,
}

/// A certificate to be made.
#[derive(Clone, Debug)]
pub struct CertificateSpec<'a> {
    pub subject: &'a Subject,
    pub key: &'a PublicKey,
    pub profile: Profile,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl CertificateSpec<'_> {
    /// A certificate issued by `issuer`, signed with its key. Serial numbers are random.
    pub fn issue(
        &self,
        issuer: &dyn Signer,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let above = Certificate::from_der(issuer.certificate())?;
        if self.not_before < above.not_before() || self.not_after > above.not_after() {
            let dates = format!("{} – {}", above.not_before(), above.not_after());
            return Err(CertError::OutsideIssuer(dates));
        }
        let key = above
            .subject_key()
            .map_or_else(|| above.public_key().identifier().to_vec(), <[u8]>::to_vec);
        self.build(above.subject_der(), &key, issuer, entropy)
    }

    /// A certificate that signs itself. `own` is the signer of the very key that is certified.
    pub fn self_sign(
        &self,
        own: &dyn Signer,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        self.build(&self.subject.to_der(), &self.key.identifier(), own, entropy)
    }

    fn build(
        &self,
        issuer: &[u8],
        issuer_key: &[u8],
        signer: &dyn Signer,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let algorithm = signer.algorithm().identifier();
        let extensions = self.extensions(issuer_key)?;
        let signed = asn1::sequence(&[
            &asn1::tlv(tag::context(0), &asn1::small(2)),
            &asn1::unsigned(&serial(entropy)),
            &algorithm,
            issuer,
            &asn1::sequence(&[&time(self.not_before), &time(self.not_after)]),
            &self.subject.to_der(),
            self.key.spki(),
            &asn1::tlv(tag::context(3), &asn1::tlv(tag::SEQUENCE, &extensions)),
        ]);
        let signature = signer.sign(&signed)?;
        let der = asn1::sequence(&[&signed, &algorithm, &asn1::bits(&signature)]);
        Certificate::from_der(&der)
    }

    fn extensions(&self, issuer_key: &[u8]) -> Result<Vec<u8>, CertError> {
        let wrong = |_| CertError::Malformed("certificate extension");
        let identifier = |bytes: &[u8]| OctetString::new(bytes).map_err(wrong);
        let authority = matches!(self.profile, Profile::Root | Profile::Issuing);
        let constraints = BasicConstraints {
            ca: authority,
            path_len_constraint: match self.profile {
                Profile::Root => Some(1),
                Profile::Issuing => Some(0),
                Profile::Signer => None,
            },
        };
        let usage = if authority {
            KeyUsages::KeyCertSign | KeyUsages::CRLSign
        } else {
            KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
        };
        let own = SubjectKeyIdentifier(identifier(&self.key.identifier())?);
        let above = AuthorityKeyIdentifier {
            key_identifier: Some(identifier(issuer_key)?),
            ..Default::default()
        };
        let mut list = vec![
            ("2.5.29.19", true, constraints.to_der().map_err(wrong)?),
            ("2.5.29.15", true, KeyUsage(usage).to_der().map_err(wrong)?),
            ("2.5.29.14", false, own.to_der().map_err(wrong)?),
            ("2.5.29.35", false, above.to_der().map_err(wrong)?),
        ];
        if self.profile == Profile::Signer {
            let purposes = ExtendedKeyUsage(vec![DOCUMENT_SIGNING])
                .to_der()
                .map_err(wrong)?;
            list.push(("2.5.29.37", false, purposes));
        }
        let encoded = list.into_iter().flat_map(|(oid, critical, value)| {
            asn1::sequence(&[
                &asn1::oid(ObjectIdentifier::new_unwrap(oid)),
                if critical {
                    &[tag::BOOLEAN, 1, 0xff]
                } else {
                    &[]
                },
                &asn1::tlv(tag::OCTET_STRING, &value),
            ])
        });
        Ok(encoded.collect())
    }
}

/// 127 random bits: positive, never zero, never long.
fn serial(entropy: &mut dyn Entropy) -> [u8; 16] {
    let mut bytes = draw::<16>(entropy);
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    bytes
}

/// DER `Time`: UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5). Whole seconds.
pub(crate) fn time(at: Timestamp) -> Vec<u8> {
    let civil = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let (kind, format) = if civil.year() < 2050 {
        (tag::UTC_TIME, "%y%m%d%H%M%SZ")
    } else {
        (tag::GENERALIZED_TIME, "%Y%m%d%H%M%SZ")
    };
    asn1::tlv(kind, civil.strftime(format).to_string().as_bytes())
}
