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

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");

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
    /// Signs documents (签章人).
    Signer,
    /// Signs seals (制章人).
    SealMaker,
    /// Signs time stamps (RFC 3161).
    TimeStamp,
    /// Answers for its issuer whether certificates are revoked (RFC 6960).
    OcspResponder,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 6] = [
        Self::Root,
        Self::Issuing,
        Self::Signer,
        Self::SealMaker,
        Self::TimeStamp,
        Self::OcspResponder,
    ];

    /// Short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Issuing => "intermediate",
            Self::Signer => "signer",
            Self::SealMaker => "seal-maker",
            Self::TimeStamp => "tsa",
            Self::OcspResponder => "ocsp",
        }
    }

    /// The profile of this short name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    fn is_authority(self) -> bool {
        matches!(self, Self::Root | Self::Issuing)
    }

    /// Extended key usages, and whether a verifier must understand them: RFC 3161 demands it of
    /// time stamps.
    fn purpose(self) -> Option<(bool, ObjectIdentifier)> {
        match self {
            Self::Root | Self::Issuing => None,
            Self::Signer | Self::SealMaker => Some((false, DOCUMENT_SIGNING)),
            Self::TimeStamp => Some((true, TIME_STAMPING)),
            Self::OcspResponder => Some((false, OCSP_SIGNING)),
        }
    }
}

/// Where verifiers fetch what they need about a certificate. Empty lists are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Addresses {
    /// Revocation lists of the issuer.
    pub crl: Vec<String>,
    /// OCSP responders of the issuer.
    pub ocsp: Vec<String>,
    /// The issuer's certificate.
    pub issuer: Vec<String>,
}

/// What a certificate says beyond its [`CertificateSpec`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// DER of the subject's name, in place of the spec's: a request's or an older certificate's,
    /// to the last byte.
    pub name: Option<&'a [u8]>,
    pub addresses: Option<&'a Addresses>,
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
        self.issue_with(Extras::default(), issuer, entropy)
    }

    /// The same, with more said in it.
    pub fn issue_with(
        &self,
        extras: Extras<'_>,
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
        self.build((above.subject_der(), &key), extras, issuer, entropy)
    }

    /// A certificate that signs itself. `own` is the signer of the very key that is certified.
    pub fn self_sign(
        &self,
        own: &dyn Signer,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let issuer = (&*self.subject.to_der(), &self.key.identifier()[..]);
        self.build(issuer, Extras::default(), own, entropy)
    }

    fn build(
        &self,
        (issuer, issuer_key): (&[u8], &[u8]),
        extras: Extras<'_>,
        signer: &dyn Signer,
        entropy: &mut dyn Entropy,
    ) -> Result<Certificate, CertError> {
        let algorithm = signer.algorithm().identifier();
        let extensions = self.extensions(issuer_key, extras.addresses)?;
        let named = self.subject.to_der();
        let signed = asn1::sequence(&[
            &asn1::tlv(tag::context(0), &asn1::small(2)),
            &asn1::unsigned(&serial(entropy)),
            &algorithm,
            issuer,
            &asn1::sequence(&[&time(self.not_before), &time(self.not_after)]),
            extras.name.unwrap_or(&named),
            self.key.spki(),
            &asn1::tlv(tag::context(3), &asn1::tlv(tag::SEQUENCE, &extensions)),
        ]);
        let signature = signer.sign(&signed)?;
        let der = asn1::sequence(&[&signed, &algorithm, &asn1::bits(&signature)]);
        Certificate::from_der(&der)
    }

    fn extensions(
        &self,
        issuer_key: &[u8],
        addresses: Option<&Addresses>,
    ) -> Result<Vec<u8>, CertError> {
        let wrong = |_| CertError::Malformed("certificate extension");
        let identifier = |bytes: &[u8]| OctetString::new(bytes).map_err(wrong);
        let authority = self.profile.is_authority();
        let constraints = BasicConstraints {
            ca: authority,
            path_len_constraint: match self.profile {
                Profile::Root => Some(1),
                Profile::Issuing => Some(0),
                _ => None,
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
        if let Some((critical, purpose)) = self.profile.purpose() {
            let purposes = ExtendedKeyUsage(vec![purpose]).to_der().map_err(wrong)?;
            list.push(("2.5.29.37", critical, purposes));
        }
        if self.profile == Profile::OcspResponder {
            // Nobody answers for the one who answers (RFC 6960, 4.2.2.2.1).
            list.push(("1.3.6.1.5.5.7.48.1.5", false, vec![5, 0]));
        }
        if let Some(addresses) = addresses {
            list.extend(addresses.extensions());
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

impl Addresses {
    /// CRL distribution points and authority information access (RFC 5280, 4.2.1.13, 4.2.2.1).
    fn extensions(&self) -> Vec<(&'static str, bool, Vec<u8>)> {
        // `GeneralName` of the kind uniformResourceIdentifier.
        let uri = |text: &String| asn1::tlv(0x86, text.as_bytes());
        let mut list = Vec::new();
        let points: Vec<u8> = self
            .crl
            .iter()
            .flat_map(|text| {
                let full = asn1::tlv(tag::context(0), &uri(text));
                asn1::sequence(&[&asn1::tlv(tag::context(0), &full)])
            })
            .collect();
        if !points.is_empty() {
            list.push(("2.5.29.31", false, asn1::tlv(tag::SEQUENCE, &points)));
        }
        let access = [
            ("1.3.6.1.5.5.7.48.1", &self.ocsp),
            ("1.3.6.1.5.5.7.48.2", &self.issuer),
        ];
        let access: Vec<u8> = access
            .into_iter()
            .flat_map(|(method, all)| all.iter().map(move |text| (method, text)))
            .flat_map(|(method, text)| {
                let method = asn1::oid(ObjectIdentifier::new_unwrap(method));
                asn1::sequence(&[&method, &uri(text)])
            })
            .collect();
        if !access.is_empty() {
            list.push((
                "1.3.6.1.5.5.7.1.1",
                false,
                asn1::tlv(tag::SEQUENCE, &access),
            ));
        }
        list
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
