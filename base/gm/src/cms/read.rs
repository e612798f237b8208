//! CMS SignedData: reading it, from whatever software made it, and checking what is signed.

use std::sync::Arc;

use der::asn1::ObjectIdentifier;
use jiff::Timestamp;

use super::ber::outermost;
use super::{
    CONTENT_TYPE, DATA, MESSAGE_DIGEST, REVOCATION_ARCHIVE, SIGNED_DATA, SIGNING_CERTIFICATE,
    SIGNING_CERTIFICATE_V2, SIGNING_TIME, TIME_STAMP,
};
use crate::asn1::{self, Element, Malformed, Reader, tag};
use crate::{
    Certificate, Crl, DigestAlgorithm as Digest, Evidence, OcspResponse, PublicKey,
    SignatureAlgorithm, VerifyError, oid,
};
/// Certificates in one signature. Chains are searched among them, so they must be few.
const CERTIFICATES: usize = 10;
/// Revocation lists and answers in one signature.
const REVOCATIONS: usize = 32;

/// What a signature says of the certificate it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The signed attributes name the signer's certificate.
    Yes,
    /// They name none.
    No,
    /// They name it by SHA-1 alone, which can be made to name another.
    Weakly,
    /// They name another.
    Other,
}

/// A signature, taken apart.
#[derive(Debug)]
pub struct Signed {
    /// The digest over the document; none when not supported.
    pub digest: Option<Digest>,
    /// The digest the signer saw, none when the document is signed without attributes.
    pub message_digest: Option<Vec<u8>>,
    /// The signer's certificate, found among those that came along.
    pub signer: Certificate,
    /// The certificates that came along, the signer's among them.
    pub certificates: Vec<Certificate>,
    /// Something in it is not as the standard has it, though it does no harm.
    pub odd: Option<&'static str>,
    pub named: Named,
    pub signing_time: Option<Timestamp>,
    /// A time stamp over the value, DER, not covered by the signature.
    pub token: Option<Vec<u8>>,
    /// Revocation data that came along, DER: lists and answers, none of them looked at yet.
    revocations: Vec<Vec<u8>>,
    /// None when not supported.
    pub algorithm: Option<SignatureAlgorithm>,
    /// Its object identifier, dotted.
    pub algorithm_oid: String,
    /// The signed attributes as they were signed.
    attributes: Option<Vec<u8>>,
    /// The signature value itself.
    pub value: Vec<u8>,
}

/// What a `SignedData` carries inside itself.
pub struct Content {
    /// Contents of its OBJECT IDENTIFIER.
    pub kind: Vec<u8>,
    /// The bytes, none when the signature stands beside what it signs.
    pub bytes: Option<Vec<u8>>,
}

impl Signed {
    /// Reads a signature that stands beside its document: a `ContentInfo` and the zeros that fill
    /// its room.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let (signed, content) = Self::read_with_content(bytes)?;
        match content.bytes {
            None => Ok(signed),
            Some(_) => Err(Malformed("the signature carries a content of its own")),
        }
    }

    /// The same, and whatever it carries inside.
    pub fn read_with_content(bytes: &[u8]) -> Result<(Self, Content), Malformed> {
        let (whole, rest) = outermost(bytes)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(Malformed("something follows the signature"));
        }
        let mut info = Element::parse(&whole)?.expect(tag::SEQUENCE)?.inside();
        let kind = info.expect(tag::OID)?.value;
        if kind != SIGNED_DATA.as_bytes() && kind != oid::GM_SIGNED_DATA.as_bytes() {
            return Err(Malformed("not signed data"));
        }
        let signed = info.expect(tag::context(0))?;
        info.end()?;
        Self::read_signed(
            Element::parse(signed.value)?
                .expect(tag::SEQUENCE)?
                .inside(),
        )
    }

    fn read_signed(mut signed: Reader<'_>) -> Result<(Self, Content), Malformed> {
        let version = signed.element()?.small()?;
        let digests = signed.expect(tag::SET)?;
        let mut inside = signed.expect(tag::SEQUENCE)?.inside();
        let content_type = inside.expect(tag::OID)?;
        let wrapped = inside.optional(tag::context(0))?;
        inside.end()?;
        let bytes = wrapped
            .map(|wrapped| Element::parse(wrapped.value)?.expect(tag::OCTET_STRING))
            .transpose()?;
        let content = Content {
            kind: content_type.value.to_vec(),
            bytes: bytes.map(|element| element.value.to_vec()),
        };
        let mut certificates = Vec::new();
        let mut odd = None;
        if let Some(set) = signed.optional(tag::context(0))? {
            let mut set = set.inside();
            while !set.is_empty() {
                let element = set.element()?;
                // RFC 5652, 10.2.2: old and attribute certificates.
                if (0xa0..=0xa3).contains(&element.tag) {
                    odd = Some("it holds certificates of an unusual kind");
                    continue;
                }
                let read = Certificate::from_der(element.raw);
                certificates.push(read.map_err(|_| Malformed("a certificate is damaged"))?);
                if certificates.len() > CERTIFICATES {
                    return Err(Malformed("too many certificates"));
                }
            }
        }
        let mut revocations = Vec::new();
        if let Some(set) = signed.optional(tag::context(1))? {
            let mut set = set.inside();
            while !set.is_empty() && revocations.len() < REVOCATIONS {
                let element = set.element()?;
                match element.tag {
                    tag::SEQUENCE => revocations.push(element.raw.to_vec()),
                    // RFC 5940: another kind of data behind its identifier.
                    _ => {
                        let mut inside = element.inside();
                        inside.expect(tag::OID)?;
                        revocations.push(inside.element()?.raw.to_vec());
                    }
                }
            }
        }
        let mut infos = signed.expect(tag::SET)?.inside();
        signed.end()?;
        let mut info = infos.expect(tag::SEQUENCE)?.inside();
        infos.end()?;

        // RFC 5652, 5.1 and 5.3: 1 for a signer named by issuer, 3 for one named by key.
        let info_version = info.element()?.small()?;
        let named = info.element()?;
        match (info_version, named.tag) {
            (1, tag::SEQUENCE) | (3, 0x80) => {}
            _ => return Err(Malformed("a wrong version")),
        }
        if !matches!(version, 1 | 3 | 4 | 5) {
            return Err(Malformed("a wrong version"));
        }
        let expected = if content.kind == DATA.as_bytes() {
            info_version
        } else {
            3
        };
        if version != expected && content.kind != oid::GM_DATA.as_bytes() {
            odd = Some("its version is unusual");
        }
        let signer = find_signer(named, &certificates)?;
        let digest_name = digest_name(info.expect(tag::SEQUENCE)?)?;
        let digest = Digest::from_oid_bytes(digest_name);
        let mut listed = digests.inside();
        let mut is_listed = false;
        while !listed.is_empty() {
            is_listed |= self::digest_name(listed.expect(tag::SEQUENCE)?)? == digest_name;
        }
        if !is_listed {
            return Err(Malformed("the list of digests lacks the signer's"));
        }
        let attributes = info.optional(tag::context(0))?;
        let identifier = info.expect(tag::SEQUENCE)?;
        let value = info.expect(tag::OCTET_STRING)?.value.to_vec();
        let unsigned = info.optional(tag::context(1))?;
        info.end()?;

        let id = identifier.inside().expect(tag::OID)?.value;
        let algorithm_oid = ObjectIdentifier::from_bytes(id)
            .map_err(|_| Malformed("not an object identifier"))?
            .to_string();
        let mut read = Self {
            digest,
            message_digest: None,
            algorithm: algorithm(identifier, digest, signer.public_key())?,
            algorithm_oid,
            named: Named::No,
            signing_time: None,
            attributes: attributes.map(|a| asn1::tlv(tag::SET, a.value)),
            signer,
            certificates,
            revocations,
            odd,
            value,
            token: unsigned
                .map(|unsigned| time_stamp(unsigned.inside()))
                .transpose()?
                .flatten(),
        };
        if let Some(attributes) = attributes {
            read.read_attributes(attributes.inside(), content_type.raw)?;
        }
        Ok((read, content))
    }

    fn read_attributes(
        &mut self,
        mut attributes: Reader<'_>,
        content_type: &[u8],
    ) -> Result<(), Malformed> {
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut typed = false;
        while !attributes.is_empty() {
            let mut attribute = attributes.expect(tag::SEQUENCE)?.inside();
            let name = attribute.expect(tag::OID)?.value;
            let mut values = attribute.expect(tag::SET)?.inside();
            if seen.contains(&name) {
                return Err(Malformed("an attribute stands twice"));
            }
            seen.push(name);
            let is = |id: ObjectIdentifier| name == id.as_bytes();
            if is(CONTENT_TYPE) {
                typed = values.element()?.raw == content_type;
            } else if is(MESSAGE_DIGEST) {
                let value = values.expect(tag::OCTET_STRING)?.value;
                self.message_digest = Some(value.to_vec());
            } else if is(SIGNING_TIME) {
                self.signing_time = values.element()?.time().ok();
            } else if is(SIGNING_CERTIFICATE_V2) {
                let named = self.names_signer(values.element()?)?;
                if self.named != Named::Other {
                    self.named = named;
                }
            } else if is(SIGNING_CERTIFICATE) {
                let named = self.names_signer_weakly(values.element()?)?;
                // What the second version says counts, wherever it stands.
                if self.named == Named::No || named == Named::Other {
                    self.named = named;
                }
            } else if is(REVOCATION_ARCHIVE) {
                // ISO 32000-2, 12.8.3.3.2: lists, answers, and others, each behind its tag.
                let mut kinds = values.expect(tag::SEQUENCE)?.inside();
                while !kinds.is_empty() {
                    let kind = kinds.element()?;
                    let mut list = Element::parse(kind.value)?.expect(tag::SEQUENCE)?.inside();
                    while !list.is_empty() && self.revocations.len() < REVOCATIONS {
                        self.revocations.push(list.element()?.raw.to_vec());
                    }
                }
            } else {
                continue;
            }
            values.end()?;
        }
        if !typed || self.message_digest.is_none() {
            return Err(Malformed(
                "content type or digest is missing in the signed attributes",
            ));
        }
        Ok(())
    }

    /// The first `ESSCertIDv2` is the signer's (RFC 5035, 3).
    fn names_signer(&self, value: Element<'_>) -> Result<Named, Malformed> {
        let mut list = value
            .expect(tag::SEQUENCE)?
            .inside()
            .expect(tag::SEQUENCE)?
            .inside();
        let mut first = list.expect(tag::SEQUENCE)?.inside();
        let digest = match first.optional(tag::SEQUENCE)? {
            None => Some(Digest::Sha256),
            Some(named) => Digest::from_oid_bytes(named.inside().expect(tag::OID)?.value),
        };
        let hash = first.expect(tag::OCTET_STRING)?.value;
        Ok(match digest {
            Some(digest) if digest.of(self.signer.der()) != hash => Named::Other,
            Some(digest) if digest.is_weak() => Named::Weakly,
            Some(_) => Named::Yes,
            None => Named::Other,
        })
    }

    /// The first version's `ESSCertID`, whose digest is SHA-1 (RFC 2634, 5.4).
    fn names_signer_weakly(&self, value: Element<'_>) -> Result<Named, Malformed> {
        let mut list = value
            .expect(tag::SEQUENCE)?
            .inside()
            .expect(tag::SEQUENCE)?
            .inside();
        let mut first = list.expect(tag::SEQUENCE)?.inside();
        let hash = first.expect(tag::OCTET_STRING)?.value;
        Ok(match Digest::Sha1.of(self.signer.der()) == hash {
            true => Named::Weakly,
            false => Named::Other,
        })
    }

    /// Looks at the certificates that came with the signature and are not in the chain that was
    /// found: none of them may be a damaged copy.
    pub fn companions(&self, chain: &[Certificate]) -> Result<(), Malformed> {
        let known = || self.certificates.iter().chain(chain);
        for certificate in self.certificates.iter().filter(|one| !chain.contains(one)) {
            let mut issuers = known().filter(|c| c.subject_der() == certificate.issuer_der());
            // A copy of one in the chain must not differ from it.
            let copy = |other: &Certificate| {
                other.serial_bytes() == certificate.serial_bytes()
                    && other.issuer_der() == certificate.issuer_der()
            };
            let signed = match issuers.next() {
                _ if chain.iter().any(copy) => false,
                Some(first) => {
                    let mut issuers = std::iter::once(first).chain(issuers);
                    // What a key of a kind unknown here signed cannot be checked, so it counts as whole.
                    issuers.any(|issuer| {
                        certificate.is_signed_by(issuer).is_ok()
                            || !issuer.public_key().is_supported()
                    })
                }
                // Nobody here can say.
                None => chain
                    .iter()
                    .all(|other| other.serial_bytes() != certificate.serial_bytes()),
            };
            if !signed {
                return Err(Malformed("a certificate in it was changed"));
            }
        }
        Ok(())
    }

    /// The revocation data that came along, as far as they can be read.
    pub fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::new();
        for der in &self.revocations {
            if let Ok(answer) = OcspResponse::from_der(der) {
                evidence.ocsps.push(Arc::new(answer));
            } else if let Ok(list) = Crl::from_der(der) {
                evidence.crls.push(Arc::new(list));
            }
        }
        evidence
    }

    /// The algorithm as people know it, or its object identifier.
    pub fn algorithm_name(&self) -> String {
        match self.algorithm {
            Some(algorithm) => self.signer.public_key().algorithm_name(algorithm),
            None => format!(
                "{} ({})",
                self.algorithm_oid,
                self.signer.public_key().kind()
            ),
        }
    }

    /// Checks the signature itself. `content` is the covered part of the document, needed only
    /// when there are no signed attributes.
    pub fn verify(&self, content: &[u8]) -> Result<(), VerifyError> {
        let algorithm = self.algorithm.ok_or(VerifyError::Unsupported)?;
        let message = self.attributes.as_deref().unwrap_or(content);
        self.signer
            .public_key()
            .verify(algorithm, message, &self.value)
    }
}

/// The name of a digest. Its parameters are absent or NULL (RFC 5754, 2).
fn digest_name(identifier: Element<'_>) -> Result<&[u8], Malformed> {
    let mut inside = identifier.inside();
    let name = inside.expect(tag::OID)?.value;
    if let Some(null) = inside.optional(5)?
        && !null.value.is_empty()
    {
        return Err(Malformed("a digest with parameters"));
    }
    inside.end()?;
    Ok(name)
}

/// Signatures name the digest and the kind of key in one identifier or in two.
fn algorithm(
    identifier: Element<'_>,
    digest: Option<Digest>,
    key: &PublicKey,
) -> Result<Option<SignatureAlgorithm>, Malformed> {
    let id = identifier.inside().expect(tag::OID)?.value;
    let is = |other: ObjectIdentifier| id == other.as_bytes();
    let found = match (SignatureAlgorithm::from_identifier(identifier.raw)?, digest) {
        (Some(found), _) => found,
        (None, Some(Digest::Sha256)) if is(oid::RSA) => SignatureAlgorithm::RsaSha256,
        (None, Some(Digest::Sha384)) if is(oid::RSA) => SignatureAlgorithm::RsaSha384,
        (None, Some(Digest::Sha512)) if is(oid::RSA) => SignatureAlgorithm::RsaSha512,
        (None, Some(Digest::Sha256)) if is(oid::EC_PUBLIC_KEY) => {
            SignatureAlgorithm::EcdsaP256Sha256
        }
        (None, Some(Digest::Sha384)) if is(oid::EC_PUBLIC_KEY) => SignatureAlgorithm::EcdsaSha384,
        (None, Some(Digest::Sha512)) if is(oid::EC_PUBLIC_KEY) => SignatureAlgorithm::EcdsaSha512,
        // GM/T 0006 names SM2 for signing with an arc below the curve's.
        (None, Some(Digest::Sm3))
            if is(oid::SM2_CURVE) || id.starts_with(oid::SM2_CURVE.as_bytes()) =>
        {
            SignatureAlgorithm::Sm2Sm3
        }
        _ => return Ok(None),
    };
    let fits = match found {
        SignatureAlgorithm::Sm2Sm3 => key.kind() == "SM2",
        SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::EcdsaSha384 => {
            matches!(key.kind(), "P-256" | "P-384")
        }
        SignatureAlgorithm::EcdsaSha512 => key.kind() == "P-256",
        _ => key.kind() == "RSA",
    };
    Ok(Some(found).filter(|_| fits && digest.is_some()))
}

fn find_signer(named: Element<'_>, certificates: &[Certificate]) -> Result<Certificate, Malformed> {
    let fits = |certificate: &&Certificate| match named.tag {
        tag::SEQUENCE => {
            super::issuer_and_serial(certificate.der()).is_ok_and(|name| name == named.raw)
        }
        // [0] IMPLICIT SubjectKeyIdentifier
        0x80 => super::key_identifier(certificate.der()) == Ok(Some(named.value)),
        _ => false,
    };
    certificates
        .iter()
        .find(fits)
        .cloned()
        .ok_or(Malformed("the signer's certificate is missing"))
}

/// The time stamp among the unsigned attributes.
fn time_stamp(mut attributes: Reader<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let mut found = None;
    while !attributes.is_empty() {
        let mut attribute = attributes.expect(tag::SEQUENCE)?.inside();
        let name = attribute.expect(tag::OID)?.value;
        let mut values = attribute.expect(tag::SET)?.inside();
        attribute.end()?;
        if name == TIME_STAMP.as_bytes() {
            found = Some(values.expect(tag::SEQUENCE)?.raw.to_vec());
        }
    }
    Ok(found)
}
