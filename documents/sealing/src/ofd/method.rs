//! Digest methods of references, and names of signature algorithms, in every way of writing.

use gm::{DigestAlgorithm, Digesting, ObjectIdentifier, oid};

use crate::container::PackagePart;
use crate::value::Algorithm;

/// Digests that occur in references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Method {
    Sm3,
    Sha256,
    Sha384,
    Sha512,
    Sha1,
    Md5,
}

/// Identifiers of digests: the weak ones, and SM3 without and with a key, which files mix up.
const IDENTIFIERS: [(&str, Method); 8] = [
    ("1.2.156.10197.1.401", Method::Sm3),
    ("1.2.156.10197.1.401.1", Method::Sm3),
    ("1.2.156.10197.1.401.2", Method::Sm3),
    ("2.16.840.1.101.3.4.2.1", Method::Sha256),
    ("2.16.840.1.101.3.4.2.2", Method::Sha384),
    ("2.16.840.1.101.3.4.2.3", Method::Sha512),
    ("1.3.14.3.2.26", Method::Sha1),
    ("1.2.840.113549.2.5", Method::Md5),
];

impl Method {
    /// Reads `CheckMethod`: object identifiers and names both occur.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .collect();
        match plain.to_ascii_uppercase().as_str() {
            "SM3" => Some(Self::Sm3),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            "SHA512" => Some(Self::Sha512),
            "SHA1" | "SHA" => Some(Self::Sha1),
            // The default of the standard.
            "MD5" | "" => Some(Self::Md5),
            id => IDENTIFIERS
                .iter()
                .find(|(own, _)| *own == id)
                .map(|(_, method)| *method),
        }
    }

    /// As GB/T 33190 and GM/T 0099 write it.
    pub(super) fn is_standard_text(text: &str) -> bool {
        let usual = ["SM3", "1.2.156.10197.1.401", "SHA256", "SHA1", "MD5"];
        usual.contains(&text)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha1 => "SHA-1",
            Self::Md5 => "MD5",
        }
    }

    /// Two documents of one digest can be made.
    pub(super) fn is_weak(self) -> bool {
        matches!(self, Self::Sha1 | Self::Md5)
    }

    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut digesting = self.digesting();
        digesting.update(bytes);
        digesting.finish()
    }

    /// The digest of a part, which need not stay in memory for it.
    pub(crate) fn of_part(self, part: &PackagePart<'_>) -> Vec<u8> {
        let mut digesting = self.digesting();
        part.pieces(&mut |piece| digesting.update(piece));
        digesting.finish()
    }

    fn digesting(self) -> Digesting {
        match self {
            Self::Sm3 => Digesting::new(DigestAlgorithm::Sm3),
            Self::Sha256 => Digesting::new(DigestAlgorithm::Sha256),
            Self::Sha384 => Digesting::new(DigestAlgorithm::Sha384),
            Self::Sha512 => Digesting::new(DigestAlgorithm::Sha512),
            Self::Sha1 => Digesting::new(DigestAlgorithm::Sha1),
            Self::Md5 => Digesting::md5(),
        }
    }
}

/// The object identifier that `SignatureMethod` means; none when it means nothing known.
pub(super) fn signature_method(text: &str) -> Option<ObjectIdentifier> {
    let text = text.trim();
    if let Ok(id) = ObjectIdentifier::new(text) {
        return (Algorithm::read(id.as_bytes()) != Algorithm::Unknown).then_some(id);
    }
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase();
    match plain.as_str() {
        "SM3WITHSM2" | "SM2WITHSM3" | "SM2SM3" | "SM2" => Some(oid::SM2_WITH_SM3),
        "SHA256WITHRSA" | "RSASHA256" => Some(oid::RSA_SHA256),
        "SHA1WITHRSA" | "RSASHA1" => Some(ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5")),
        "RSA" => Some(oid::RSA),
        "SHA256WITHECDSA" | "ECDSASHA256" => Some(oid::ECDSA_SHA256),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_in_every_form() {
        for text in ["SM3", "sm3", "1.2.156.10197.1.401", "1.2.156.10197.1.401.2"] {
            assert_eq!(Method::read(text), Some(Method::Sm3), "{text}");
        }
        for text in ["SHA-256", "sha256", "2.16.840.1.101.3.4.2.1"] {
            assert_eq!(Method::read(text), Some(Method::Sha256), "{text}");
        }
        assert_eq!(Method::read(""), Some(Method::Md5));
        assert_eq!(Method::read("SHA1"), Some(Method::Sha1));
        for text in ["MD4", "1.2.156.10197.1.4012"] {
            assert_eq!(Method::read(text), None, "{text}");
        }
    }

    #[test]
    fn signature_methods_are_read_in_every_form() {
        for text in ["1.2.156.10197.1.501", "SM3withSM2", "SM2-with-SM3"] {
            assert_eq!(signature_method(text), Some(oid::SM2_WITH_SM3), "{text}");
        }
        assert_eq!(signature_method("1.2.3.4"), None);
        assert_eq!(signature_method(""), None);
    }
}
