//! Extensions of certificates, by hand: those that chain building has no need of, but that say
//! what a certificate is for and where news about it can be had.

use der::asn1::ObjectIdentifier;

use crate::Certificate;
use crate::asn1::{Element, Malformed, tag};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(crate) const SUBJECT_KEY: ObjectIdentifier = oid("2.5.29.14");
const PURPOSES: ObjectIdentifier = oid("2.5.29.37");
const DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
const AUTHORITY_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
const OCSP_NO_CHECK: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.5");

const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
const OCSP_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.9");
const ACCESS_OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");
const ACCESS_ISSUERS: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.2");

/// `[6] IMPLICIT IA5String`: an address among `GeneralName`s.
const ADDRESS: u8 = 0x86;

/// Addresses read from one certificate.
const ADDRESSES: usize = 16;

/// An extension as it stands in a certificate.
pub(crate) struct Found<'a> {
    pub critical: bool,
    pub value: &'a [u8],
}

/// An extension of a DER certificate.
pub(crate) fn value(
    certificate: &[u8],
    wanted: ObjectIdentifier,
) -> Result<Option<Found<'_>>, Malformed> {
    let mut whole = Element::parse(certificate)?.expect(tag::SEQUENCE)?.inside();
    let mut fields = whole.expect(tag::SEQUENCE)?.inside();
    while !fields.is_empty() {
        let field = fields.element()?;
        if field.tag != tag::context(3) {
            continue;
        }
        let mut extensions = Element::parse(field.value)?.expect(tag::SEQUENCE)?.inside();
        while !extensions.is_empty() {
            let mut extension = extensions.expect(tag::SEQUENCE)?.inside();
            let name = extension.expect(tag::OID)?.value;
            let critical = extension.optional(tag::BOOLEAN)?;
            let value = extension.expect(tag::OCTET_STRING)?.value;
            if name == wanted.as_bytes() {
                let critical = critical.is_some_and(|c| c.value == [0xff]);
                return Ok(Some(Found { critical, value }));
            }
        }
    }
    Ok(None)
}

impl Certificate {
    /// Made for time stamping and nothing else, and says so critically (RFC 3161, 2.3).
    pub fn may_stamp_time(&self) -> bool {
        let read = || -> Result<bool, Malformed> {
            let Some(found) = value(self.der(), PURPOSES)? else {
                return Ok(false);
            };
            let mut purposes = Element::parse(found.value)?.expect(tag::SEQUENCE)?.inside();
            let first = purposes.expect(tag::OID)?.value;
            let only = first == TIME_STAMPING.as_bytes() && purposes.is_empty();
            Ok(only && found.critical)
        };
        self.may_sign() && read().unwrap_or(false)
    }

    /// Made for answering questions about revocation on behalf of its issuer (RFC 6960, 4.2.2.2).
    pub fn may_answer_ocsp(&self) -> bool {
        let read = || -> Result<bool, Malformed> {
            let Some(found) = value(self.der(), PURPOSES)? else {
                return Ok(false);
            };
            let mut purposes = Element::parse(found.value)?.expect(tag::SEQUENCE)?.inside();
            let mut named = false;
            while !purposes.is_empty() {
                named |= purposes.expect(tag::OID)?.value == OCSP_SIGNING.as_bytes();
            }
            Ok(named)
        };
        self.may_sign() && read().unwrap_or(false)
    }

    /// Its own revocation need not be asked for (RFC 6960, 4.2.2.2.1).
    pub fn is_exempt_from_revocation(&self) -> bool {
        matches!(value(self.der(), OCSP_NO_CHECK), Ok(Some(_)))
    }

    /// Where its issuer answers questions about it (authority information access, OCSP).
    pub fn ocsp_urls(&self) -> Vec<String> {
        self.access(ACCESS_OCSP)
    }

    /// Where its issuer's certificate can be had (authority information access, CA issuers).
    pub fn issuer_urls(&self) -> Vec<String> {
        self.access(ACCESS_ISSUERS)
    }

    fn access(&self, method: ObjectIdentifier) -> Vec<String> {
        let read = || -> Result<Vec<String>, Malformed> {
            let Some(found) = value(self.der(), AUTHORITY_ACCESS)? else {
                return Ok(Vec::new());
            };
            let mut all = Element::parse(found.value)?.expect(tag::SEQUENCE)?.inside();
            let mut urls = Vec::new();
            while !all.is_empty() && urls.len() < ADDRESSES {
                let mut one = all.expect(tag::SEQUENCE)?.inside();
                let name = one.expect(tag::OID)?.value;
                let place = one.element()?;
                if name == method.as_bytes() {
                    urls.extend(address(&place));
                }
            }
            Ok(urls)
        };
        read().unwrap_or_default()
    }

    /// Where the revocation lists are published that may name it (CRL distribution points).
    pub fn crl_urls(&self) -> Vec<String> {
        let read = || -> Result<Vec<String>, Malformed> {
            let Some(found) = value(self.der(), DISTRIBUTION_POINTS)? else {
                return Ok(Vec::new());
            };
            let mut points = Element::parse(found.value)?.expect(tag::SEQUENCE)?.inside();
            let mut urls = Vec::new();
            while !points.is_empty() && urls.len() < ADDRESSES {
                let mut point = points.expect(tag::SEQUENCE)?.inside();
                if let Some(name) = point.optional(tag::context(0))? {
                    urls.extend(point_urls(name.value)?);
                }
            }
            Ok(urls)
        };
        read().unwrap_or_default()
    }
}

/// The addresses of a `DistributionPointName`: `[0] fullName`.
pub(crate) fn point_urls(name: &[u8]) -> Result<Vec<String>, Malformed> {
    let name = Element::parse(name)?;
    let mut urls = Vec::new();
    if name.tag == tag::context(0) {
        let mut names = name.inside();
        while !names.is_empty() && urls.len() < ADDRESSES {
            urls.extend(address(&names.element()?));
        }
    }
    Ok(urls)
}

/// Only addresses that can be fetched: a directory (ldap) cannot.
fn address(name: &Element<'_>) -> Option<String> {
    let text = std::str::from_utf8(name.value).ok()?;
    let fetchable = text.starts_with("http://") || text.starts_with("https://");
    (name.tag == ADDRESS && fetchable && text.is_ascii()).then(|| text.to_owned())
}
