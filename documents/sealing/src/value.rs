//! Signature values as they occur in seals and stamps: whatever algorithm, whatever form.

use gm::asn1::{self, Element, tag};
use gm::legacy::{self, WeakRsa};
use gm::{Certificate, ObjectIdentifier, SignatureAlgorithm, VerifyError, oid};

use crate::ber;
use crate::deviation::{Deviation, Notes};

const RSA_SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
/// The arc of SM2 for signing, below the curve's (GM/T 0006).
const SM2_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.1");

/// An algorithm as it is named in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Strong(SignatureAlgorithm),
    /// RSA with SHA-1.
    RsaSha1,
    /// Only the curve or the kind of key is named.
    Key,
    Unknown,
}

impl Algorithm {
    /// By the contents of an OBJECT IDENTIFIER.
    pub(crate) fn read(id: &[u8]) -> Self {
        let is = |other: ObjectIdentifier| id == other.as_bytes();
        match SignatureAlgorithm::from_oid_bytes(id) {
            Some(strong) => Self::Strong(strong),
            None if is(RSA_SHA1) => Self::RsaSha1,
            None if [oid::SM2_CURVE, SM2_SIGNING, oid::EC_PUBLIC_KEY, oid::RSA]
                .into_iter()
                .any(is) =>
            {
                Self::Key
            }
            None => Self::Unknown,
        }
    }

    /// The algorithm with this key: where only the key is named, its usual digest goes with it.
    fn with(self, signer: &Certificate) -> Self {
        match (self, signer.public_key().kind()) {
            (Self::Key, "SM2") => Self::Strong(SignatureAlgorithm::Sm2Sm3),
            (Self::Key, "P-256") => Self::Strong(SignatureAlgorithm::EcdsaP256Sha256),
            (Self::Key, "RSA") => Self::Strong(SignatureAlgorithm::RsaSha256),
            (other, _) => other,
        }
    }

    /// Name for people; none when it is not known.
    pub(crate) fn name(self, signer: Option<&Certificate>) -> Option<&'static str> {
        match signer.map_or(self, |signer| self.with(signer)) {
            Self::Strong(strong) => Some(strong.name()),
            Self::RsaSha1 => Some("RSA-SHA1"),
            Self::Key | Self::Unknown => None,
        }
    }
}

/// A signature that holds, though by weak means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weak {
    Sha1,
    ShortKey,
}

impl Weak {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Weak::Sha1 => "RSA with SHA-1",
            Weak::ShortKey => "an RSA key shorter than 2048 bits",
        }
    }
}

/// A signature value and how it is named.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Contents of the algorithm's OBJECT IDENTIFIER.
    pub(crate) id: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl Value<'_> {
    pub(crate) fn algorithm(&self) -> Algorithm {
        Algorithm::read(self.id)
    }

    /// Name of the algorithm, else its identifier.
    pub(crate) fn algorithm_text(&self, signer: Option<&Certificate>) -> String {
        self.algorithm()
            .name(signer)
            .map_or_else(|| dotted(self.id), str::to_string)
    }

    /// It was made over these bytes with the key of that certificate. What is odd about its form
    /// is noted.
    pub(crate) fn holds(
        &self,
        signer: &Certificate,
        message: &[u8],
        place: &'static str,
        notes: &Notes,
    ) -> Result<Option<Weak>, VerifyError> {
        let key = signer.public_key();
        let algorithm = match self.algorithm().with(signer) {
            Algorithm::Strong(strong) => strong,
            Algorithm::RsaSha1 => {
                let held = legacy::verify_rsa(key, WeakRsa::Sha1, message, self.signature);
                return held.map(|()| Some(Weak::Sha1));
            }
            Algorithm::Key | Algorithm::Unknown => return Err(VerifyError::Unsupported),
        };
        let fits = match algorithm {
            SignatureAlgorithm::Sm2Sm3 => key.kind() == "SM2",
            SignatureAlgorithm::EcdsaP256Sha256 => key.kind() == "P-256",
            _ => key.kind() == "RSA",
        };
        if !fits {
            // A key of another kind than the algorithm: the value cannot be its work.
            return match key.kind() {
                "SM2" | "P-256" | "RSA" => Err(VerifyError::Wrong),
                _ => Err(VerifyError::Unsupported),
            };
        }
        let held = match plain(self.signature) {
            Some((der, odd)) if key.kind() != "RSA" => {
                let held = key.verify(algorithm, message, &der);
                if let (Ok(()), Some(odd)) = (held, odd) {
                    notes.add(odd, place);
                }
                held
            }
            _ => key.verify(algorithm, message, self.signature),
        };
        let short = algorithm == SignatureAlgorithm::RsaSha256 && held == Err(VerifyError::Wrong);
        if short {
            let held = legacy::verify_rsa(key, WeakRsa::Sha256, message, self.signature);
            return held.map(|()| Some(Weak::ShortKey));
        }
        held.map(|()| None)
    }
}

/// The dotted form of the contents of an OBJECT IDENTIFIER.
pub(crate) fn dotted(id: &[u8]) -> String {
    ObjectIdentifier::from_bytes(id).map_or_else(|_| "?".into(), |oid| oid.to_string())
}

/// The strict DER form of `(r, s)`, and what is odd about the form it has; none when it is no
/// such pair at all.
pub(crate) fn plain(signature: &[u8]) -> Option<(Vec<u8>, Option<Deviation>)> {
    if asn1::signature_to_raw(signature).is_ok() {
        return Some((signature.to_vec(), None));
    }
    if let Ok(raw) = <&[u8; 64]>::try_from(signature) {
        return Some((asn1::signature_from_raw(raw), Some(Deviation::SignatureRaw)));
    }
    let notes = Notes::default();
    let (outer, rest) = ber::outermost(signature, "", &notes).ok()?;
    if outer.tag != tag::SEQUENCE || !rest.is_empty() {
        return None;
    }
    let mut inside = ber::Ber::new(outer.value, &notes);
    let mut half = || -> Option<Vec<u8>> {
        let number: Element<'_> = inside.expect(tag::INTEGER, "").ok()?;
        // A top bit that is set was meant as one: no number of a signature is negative.
        Some(asn1::unsigned(number.value))
    };
    let (r, s) = (half()?, half()?);
    if !inside.is_empty() {
        return None;
    }
    let odd = match notes.take().first() {
        Some(note) => note.what,
        None => Deviation::IntegerNotShortest,
    };
    Some((asn1::sequence(&[&r, &s]), Some(odd)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_in_every_form() {
        let raw = [0x90; 64];
        let der = asn1::signature_from_raw(&raw);
        assert_eq!(plain(&der), Some((der.clone(), None)));
        assert_eq!(
            plain(&raw),
            Some((der.clone(), Some(Deviation::SignatureRaw)))
        );
        let number = |zeros: usize| {
            let value = [vec![0; zeros], vec![0x90; 32]].concat();
            asn1::tlv(tag::INTEGER, &value)
        };
        for zeros in [0, 2] {
            let odd = asn1::sequence(&[&number(zeros), &number(zeros)]);
            let read = plain(&odd).unwrap();
            assert_eq!(read, (der.clone(), Some(Deviation::IntegerNotShortest)));
        }
        for wrong in [&b""[..], &[0x30, 0], &[0x30, 3, 2, 1, 5], &[4, 1, 1]] {
            assert_eq!(plain(wrong), None);
        }
    }

    #[test]
    fn algorithms_are_told_apart() {
        let of = |text: &str| Algorithm::read(ObjectIdentifier::new_unwrap(text).as_bytes());
        let sm2 = Algorithm::Strong(SignatureAlgorithm::Sm2Sm3);
        assert_eq!(of("1.2.156.10197.1.501"), sm2);
        assert_eq!(of("1.2.840.113549.1.1.5"), Algorithm::RsaSha1);
        assert_eq!(of("1.2.156.10197.1.301.1"), Algorithm::Key);
        assert_eq!(of("1.2.156.10197.1.502"), Algorithm::Unknown);
    }
}
