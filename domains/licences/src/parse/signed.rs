//! Seal and signature data of a file in one form, whichever format it has.

use jiff::Timestamp;
use sealing::pdf::PdfSignature;
use sealing::{CertificateInspection, Holds, OfdSignature};

/// One signature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedSignature {
    /// `OFD Seal`, `PAdES`, …
    pub kind: String,
    pub seal_id: Option<String>,
    pub seal_name: Option<String>,
    pub seal_owner: Option<String>,
    /// Validity of the seal.
    pub seal_from: Option<Timestamp>,
    pub seal_to: Option<Timestamp>,
    /// Subject of the seal maker's certificate.
    pub maker: Option<String>,
    pub signer: Option<ParsedSigner>,
    pub algorithm: String,
    pub signed_at: Option<Timestamp>,
    /// By whom the time was stamped.
    pub time_authority: Option<String>,
    /// Why it could not be read, or that it does not fit its own key.
    pub problem: Option<String>,
}

/// Whose certificate signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedSigner {
    pub subject: String,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    pub valid_from: String,
    pub valid_to: String,
}

impl ParsedSigner {
    fn of(one: &CertificateInspection) -> Self {
        Self {
            subject: one.subject.clone(),
            issuer: one.issuer.clone(),
            serial: one.serial.clone(),
            valid_from: one.valid_from.to_string(),
            valid_to: one.valid_to.to_string(),
        }
    }
}

impl ParsedSignature {
    pub(super) fn of_ofd(one: &OfdSignature) -> Self {
        let mut told = Self {
            kind: format!("OFD {}", one.signature_type),
            algorithm: one.method.clone().unwrap_or_default(),
            problem: one.unreadable.clone(),
            ..Self::default()
        };
        let mut holds = None;
        if let Some(stamp) = &one.stamp {
            told.signer = stamp.signer.as_ref().map(ParsedSigner::of);
            told.algorithm = stamp.algorithm.clone();
            told.signed_at = stamp.signed_at;
            holds = Some(stamp.signature);
            if let Some(time) = &stamp.time_stamp {
                told.signed_at = time.time.or(told.signed_at);
                told.time_authority = time.authority.clone();
            }
        }
        let stamped = one.stamp.as_ref().and_then(|stamp| stamp.seal.as_ref());
        if let Some(seal) = stamped.or(one.seal_beside.as_ref()) {
            told.seal_id = Some(seal.id.clone());
            told.seal_name = Some(seal.name.clone());
            told.seal_owner = seal.owner.clone();
            told.seal_from = Some(seal.valid_from);
            told.seal_to = Some(seal.valid_to);
            told.maker = seal.maker.as_ref().map(|maker| maker.subject.clone());
        }
        if let Some(data) = &one.signed_data {
            told.signer = data.signer.as_ref().map(ParsedSigner::of);
            told.algorithm = data.algorithm.clone();
            holds = Some(data.signature);
        }
        if holds == Some(Holds::No) {
            told.problem = Some("签名值与证书不符 / it does not fit its certificate".into());
        }
        told
    }

    pub(super) fn of_pdf(one: &PdfSignature) -> Self {
        let said = one.signing_time.as_ref().or(one.claimed_at.as_ref());
        let stamped = one.time_stamp.as_ref();
        let at = stamped.map(|stamp| &stamp.time).or(said);
        Self {
            kind: one.format.clone(),
            seal_name: one.name.clone(),
            signer: one.signer.as_ref().map(|signer| ParsedSigner {
                subject: signer.subject.clone(),
                issuer: signer.issuer.clone(),
                serial: signer.serial.clone(),
                valid_from: signer.not_before.clone(),
                valid_to: signer.not_after.clone(),
            }),
            algorithm: one.algorithm.clone(),
            signed_at: at.and_then(|at| at.parse().ok()),
            time_authority: stamped.map(|stamp| stamp.authority.clone()),
            problem: one.problem.clone(),
            ..Self::default()
        }
    }
}
