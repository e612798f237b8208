//! Certificate requests: PKCS#10 (RFC 2986), for SM2 as GM/T 0015 and OpenSSL write them.

use crate::asn1::{self, Element, tag};
use crate::certificate::{name_label, pem};
use crate::pem::sections;
use crate::{CertError, PublicKey, SignatureAlgorithm, Signer, Subject, VerifyError};

/// A request, whose signature proves that the asker holds the private key.
#[derive(Clone)]
pub struct CertificateRequest {
    der: Vec<u8>,
    tbs: std::ops::Range<usize>,
    subject: Vec<u8>,
    key: PublicKey,
    algorithm: Option<SignatureAlgorithm>,
    signature: Vec<u8>,
}

impl CertificateRequest {
    /// Asks for a certificate for a key under a name.
    pub fn build(
        subject: &Subject,
        key: &PublicKey,
        signer: &dyn Signer,
    ) -> Result<Self, CertError> {
        Self::build_named(&subject.to_der(), key, signer)
    }

    /// The same with a name as it stands in a certificate ([`crate::Certificate::subject_der`]):
    /// renewal keeps the name to the last byte.
    pub fn build_named(
        subject: &[u8],
        key: &PublicKey,
        signer: &dyn Signer,
    ) -> Result<Self, CertError> {
        let algorithm = signer.algorithm().identifier();
        // No attributes: what a certificate may be used for is the authority's to say.
        let none = asn1::tlv(tag::context(0), &[]);
        let signed = asn1::sequence(&[&asn1::small(0), subject, key.spki(), &none]);
        let signature = signer.sign(&signed)?;
        Self::from_der(&asn1::sequence(&[
            &signed,
            &algorithm,
            &asn1::bits(&signature),
        ]))
    }

    /// Reads a DER request.
    pub fn from_der(der: &[u8]) -> Result<Self, CertError> {
        let wrong = |_| CertError::Malformed("certificate request");
        let read = || -> Result<Self, asn1::Malformed> {
            let mut outer = Element::parse(der)?.expect(tag::SEQUENCE)?.inside();
            let signed = outer.expect(tag::SEQUENCE)?;
            let algorithm = outer.expect(tag::SEQUENCE)?.raw;
            let signature = outer.expect(tag::BIT_STRING)?.bits()?.to_vec();
            outer.end()?;
            let start = signed.raw.as_ptr() as usize - der.as_ptr() as usize;
            let mut inside = signed.inside();
            inside.expect(tag::INTEGER)?;
            let subject = inside.expect(tag::SEQUENCE)?.raw.to_vec();
            let key = inside.expect(tag::SEQUENCE)?.raw;
            Ok(Self {
                der: der.to_vec(),
                tbs: start..start + signed.raw.len(),
                subject,
                key: PublicKey::from_spki(key).map_err(|_| asn1::Malformed("public key"))?,
                algorithm: SignatureAlgorithm::from_identifier(algorithm)?,
                signature,
            })
        };
        read().map_err(wrong)
    }

    /// Reads a PEM or DER request.
    pub fn from_pem_or_der(bytes: &[u8]) -> Result<Self, CertError> {
        let found = sections(bytes)?.into_iter().find(|section| {
            ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(&section.label.as_str())
        });
        match found {
            Some(section) => Self::from_der(&section.der),
            None => Self::from_der(bytes),
        }
    }

    /// Whether the asker holds the private key.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let algorithm = self.algorithm.ok_or(VerifyError::Unsupported)?;
        self.key
            .verify(algorithm, &self.der[self.tbs.clone()], &self.signature)
    }

    /// The request as PEM.
    pub fn to_pem(&self) -> String {
        pem("CERTIFICATE REQUEST", &self.der)
    }

    /// The request, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key to be certified.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// DER of the name that is asked for.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject
    }

    /// Common name, or the organisation, or the whole name.
    pub fn subject(&self) -> String {
        name_label(&self.subject).unwrap_or_default()
    }
}
