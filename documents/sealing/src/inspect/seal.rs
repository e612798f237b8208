//! Seals, stamps and signed data.

use gm::{Certificate, VerifyError};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    CertificateInspection, DeviationInspection, Holds, TimeStampInspection, deviations, hex,
    time_stamp, x509,
};
use crate::deviation::{Deviates, Notes};
use crate::seal::{Listed, Picture, Seal, picture_format};
use crate::stamp::{Covers, SignedData, Stamp};
use crate::value::{Weak, dotted};

/// A seal.
#[derive(Clone, Debug, Serialize)]
pub struct SealInspection {
    pub version: u32,
    pub vendor: String,
    pub id: String,
    pub name: String,
    /// Number of its type.
    pub seal_type: u32,
    /// Organisation of those who may use it.
    pub owner: Option<String>,
    pub created: Timestamp,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    pub picture: PictureInspection,
    /// The certificates that may use it, or their digests.
    pub signers: Vec<SignerInspection>,
    /// Object identifiers.
    pub extensions: Vec<String>,
    /// The seal maker (制章人).
    pub maker: Option<CertificateInspection>,
    pub algorithm: String,
    /// The maker's signature.
    pub signature: Holds,
    pub time_stamp: Option<TimeStampInspection>,
    pub deviations: Vec<DeviationInspection>,
}

/// The impression of a seal.
#[derive(Clone, Debug, Serialize)]
pub struct PictureInspection {
    /// As the seal says.
    pub format: String,
    /// By its first bytes.
    pub format_found: Option<&'static str>,
    pub width_mm: u32,
    pub height_mm: u32,
    /// Of PNG pictures.
    pub width_px: Option<u32>,
    pub height_px: Option<u32>,
    pub bytes: usize,
}

/// An entry of a seal's list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerInspection {
    Certificate(CertificateInspection),
    /// Hexadecimal.
    Digest(String),
    /// A certificate that cannot be read: its length.
    Unreadable(usize),
}

/// A stamp.
#[derive(Clone, Debug, Serialize)]
pub struct StampInspection {
    pub version: u32,
    /// `SES_Signature` as version 1 or as later versions have it.
    pub structure: &'static str,
    pub signed_at: Option<Timestamp>,
    /// Digest of `Signature.xml`, hexadecimal.
    pub data_hash: String,
    /// Whether it is that of the description beside it; none when there is none.
    pub data_hash_fits: Option<bool>,
    /// Path of `Signature.xml`.
    pub property: String,
    pub extensions: Vec<String>,
    pub signer: Option<CertificateInspection>,
    /// The seal lists the signer.
    pub signer_listed: Option<bool>,
    pub algorithm: String,
    pub algorithm_oid: String,
    pub signature: Holds,
    pub time_stamp: Option<TimeStampInspection>,
    pub seal: Option<SealInspection>,
    pub deviations: Vec<DeviationInspection>,
}

/// Signed data.
#[derive(Clone, Debug, Serialize)]
pub struct SignedDataInspection {
    /// Bytes of its content.
    pub content_bytes: Option<usize>,
    /// The content where it is a digest, hexadecimal.
    pub data_hash: Option<String>,
    pub data_hash_fits: Option<bool>,
    pub signer: Option<CertificateInspection>,
    pub certificates: Vec<CertificateInspection>,
    pub algorithm: String,
    pub algorithm_oid: String,
    pub signature: Holds,
    pub time_stamp: Option<TimeStampInspection>,
    pub deviations: Vec<DeviationInspection>,
}

fn told(held: Option<Result<Option<Weak>, VerifyError>>) -> Holds {
    match held {
        Some(Ok(None)) => Holds::Yes,
        Some(Ok(Some(_))) => Holds::Weakly,
        Some(Err(VerifyError::Wrong)) => Holds::No,
        Some(Err(VerifyError::Unsupported)) | None => Holds::Unknown,
    }
}

pub(super) fn seal(seal: &Seal<'_>) -> SealInspection {
    let maker = Certificate::from_der(seal.maker).ok();
    let notes = Notes::default();
    let held = maker.as_ref().map(|maker| seal.check(maker, &notes));
    let signers = seal.signers.iter().map(|listed| match listed {
        Listed::Digest(digest) => SignerInspection::Digest(hex(digest)),
        Listed::Certificate(der) => match Certificate::from_der(der) {
            Ok(one) => SignerInspection::Certificate(x509::certificate(&one)),
            Err(_) => SignerInspection::Unreadable(der.len()),
        },
    });
    SealInspection {
        version: seal.version,
        vendor: seal.vendor.clone(),
        id: seal.id.clone(),
        name: seal.name.clone(),
        seal_type: seal.kind,
        owner: seal.owner(),
        created: seal.created,
        valid_from: seal.valid_from,
        valid_to: seal.valid_to,
        picture: picture(&seal.picture),
        signers: signers.collect(),
        extensions: seal.extensions.clone(),
        algorithm: seal.value.algorithm_text(maker.as_ref()),
        signature: told(held),
        time_stamp: seal
            .time_stamp
            .map(|token| time_stamp(token, seal.value.signature)),
        maker: maker.as_ref().map(x509::certificate),
        deviations: deviations(seal.deviations.iter().cloned().chain(notes.take())),
    }
}

fn picture(picture: &Picture<'_>) -> PictureInspection {
    let found = picture_format(picture.data);
    // IHDR is the first chunk of a PNG: width and height stand at fixed places.
    let number = |at: usize| {
        let bytes = picture.data.get(at..at + 4)?;
        (found == Some("PNG")).then(|| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    PictureInspection {
        format: picture.format.clone(),
        format_found: found,
        width_mm: picture.width_mm,
        height_mm: picture.height_mm,
        width_px: number(16),
        height_px: number(20),
        bytes: picture.data.len(),
    }
}

/// `xml` is the description, where it stands beside the stamp.
pub(super) fn stamp(
    stamp: &Stamp<'_>,
    xml: Option<&[u8]>,
    mut found: Vec<Deviates>,
) -> StampInspection {
    let signer = Certificate::from_der(stamp.certificate).ok();
    let notes = Notes::default();
    let held = signer.as_ref().map(|one| stamp.is_made_by(one, &notes));
    found.extend(notes.take());
    let parsed = Seal::parse(stamp.seal).ok();
    StampInspection {
        version: stamp.version,
        structure: if stamp.old { "v1" } else { "v4" },
        signed_at: stamp.time,
        data_hash: hex(stamp.data_hash),
        data_hash_fits: xml.map(|xml| is_digest(stamp.data_hash, xml)),
        property: stamp.property.clone(),
        extensions: stamp.extensions.clone(),
        signer: signer.as_ref().map(x509::certificate),
        signer_listed: parsed.as_ref().map(|seal| seal.lists(stamp.certificate)),
        algorithm: stamp.value.algorithm_text(signer.as_ref()),
        algorithm_oid: dotted(stamp.value.id),
        signature: told(held),
        time_stamp: stamp
            .time_stamp
            .map(|token| time_stamp(token, stamp.value.signature)),
        seal: parsed.as_ref().map(seal),
        deviations: deviations(found),
    }
}

fn is_digest(digest: &[u8], xml: &[u8]) -> bool {
    digest == gm::sm3(xml) || digest == gm::sha256(xml) || digest == gm::legacy::sha1(xml)
}

pub(super) fn signed_data(
    data: &SignedData<'_>,
    xml: Option<&[u8]>,
    mut found: Vec<Deviates>,
) -> SignedDataInspection {
    let named = data.certificate();
    let notes = Notes::default();
    // Without the description only a signature over its own content can be tried.
    let over = xml.or(data.content);
    let signer = named.as_ref().map(|(signer, _)| signer);
    let held = signer
        .zip(over)
        .map(|(signer, xml)| data.is_made_by(signer, xml, &notes));
    let fits = xml.map(|xml| data.covers(xml, &notes) == Covers::Yes);
    found.extend(notes.take());
    let all = named.as_ref().map(|(_, all)| all.as_slice());
    SignedDataInspection {
        content_bytes: data.content.map(<[u8]>::len),
        data_hash: data
            .content
            .filter(|content| matches!(content.len(), 20 | 32))
            .map(hex),
        data_hash_fits: fits,
        signer: signer.map(x509::certificate),
        certificates: all
            .unwrap_or_default()
            .iter()
            .map(x509::certificate)
            .collect(),
        algorithm: data.value.algorithm_text(signer),
        algorithm_oid: dotted(data.value.id),
        signature: told(held),
        time_stamp: data
            .time_stamp
            .map(|token| time_stamp(token, data.value.signature)),
        deviations: deviations(found),
    }
}
