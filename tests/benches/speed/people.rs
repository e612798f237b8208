//! An authority, a seal maker, a signer and the signer's seal, made for the bench.

use anyhow::Result;
use gm::{CertificateSpec, Crl, KeyKind, Profile, Signer, SoftKey, Subject};
use jiff::Timestamp;
use kernel::Randomness;
use paper::{Official, official};
use sealing::pdf::{PdfSignJob, RectMm, SealPicture};
use sealing::{Impression, PageRef, Place, Provider, SealJob, SealSpec, Trust, make_seal};

const FROM: &str = "2026-01-01T00:00:00Z";
const AT: &str = "2026-08-04T02:08:09Z";
const TO: &str = "2031-01-01T00:00:00Z";

/// Whoever seals, and all that sealing needs.
pub struct People {
    root: SoftKey,
    signer: SoftKey,
    seal: Vec<u8>,
    /// The impression, PNG.
    pub png: Vec<u8>,
    picture: SealPicture,
    places: [Place; 1],
}

impl People {
    pub fn new() -> Result<Self> {
        let root = issue("根", Profile::Root, None)?;
        let maker = issue("制章人", Profile::Signer, Some(&root))?;
        let signer = issue("公章", Profile::Signer, Some(&root))?;
        let impression = official(&Official {
            organisation: "云州市行政审批服务局".into(),
            purpose: None,
            digits: String::new(),
            diameter_mm: 42.0,
            dpi: 300.0,
        })?;
        let png = impression.bytes().to_vec();
        let spec = SealSpec {
            id: "SEAL-0001",
            vendor: "tongban",
            name: "云州市行政审批服务局",
            kind: 1,
            certificates: &[signer.certificate()],
            created: FROM.parse()?,
            valid_from: FROM.parse()?,
            valid_to: TO.parse()?,
            picture: Impression {
                png: &png,
                width_mm: 42,
                height_mm: 42,
            },
        };
        Ok(Self {
            seal: make_seal(&spec, &maker)?,
            picture: SealPicture::from_png(&png)?,
            places: [Place::new(PageRef::Index(0), 60.0, 60.0, 42.0, 42.0)],
            png,
            root,
            signer,
        })
    }

    /// The authority's certificate and its revocation list.
    pub fn authority(&self) -> Result<[Vec<u8>; 2]> {
        let crl = Crl::build(&self.root, &[], FROM.parse()?, TO.parse()?)?;
        Ok([self.root.certificate().to_vec(), crl.der().to_vec()])
    }

    /// Sealing an OFD.
    pub fn ofd(&self) -> Result<SealJob<'_>> {
        Ok(SealJob {
            seal: &self.seal,
            signer: &self.signer,
            places: &self.places,
            time: AT.parse()?,
            closing: true,
            provider: Provider::default(),
            time_stamper: None,
        })
    }

    /// Sealing a PDF.
    pub fn pdf(&self) -> Result<PdfSignJob<'_>> {
        Ok(PdfSignJob {
            signer: &self.signer,
            seal: &self.picture,
            page: 0,
            rect: RectMm {
                x: 60.0,
                y: 60.0,
                width: 42.0,
                height: 42.0,
            },
            time: AT.parse()?,
            name: "云州市行政审批服务局",
            reason: "",
            location: "",
            field_name: "Seal1",
            closing: false,
        })
    }
}

/// What believes an authority.
pub fn trust([root, crl]: [Vec<u8>; 2]) -> Result<Trust> {
    Ok(Trust::new(&[root], &[], &[crl], AT.parse()?)?)
}

/// An SM2 key with the certificate that `above` issued, or its own.
fn issue(name: &str, profile: Profile, above: Option<&SoftKey>) -> Result<SoftKey> {
    let random = kernel::SystemRandom;
    let mut entropy = |out: &mut [u8]| random.fill(out);
    let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
    let (subject, public) = (Subject::new("云州市", name), key.public_key());
    let (from, to): (Timestamp, Timestamp) = (FROM.parse()?, TO.parse()?);
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile,
        not_before: from,
        not_after: to,
    };
    let certificate = match above {
        Some(above) => spec.issue(above, &mut entropy)?,
        None => spec.self_sign(&key, &mut entropy)?,
    };
    Ok(key.with_certificate(certificate.der().to_vec(), Vec::new()))
}
