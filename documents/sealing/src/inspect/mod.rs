//! What is in a file: an OFD's signatures, a seal by itself, a stamp, a certificate, a revocation
//! list. Nothing is judged by trust or time here; signatures are only tried with the keys that
//! stand beside them.

mod label;
mod name;
mod ofd;
mod render;
mod seal;
mod x509;

use gm::{Certificate, Crl};
use jiff::Timestamp;
use serde::Serialize;

use crate::Unreadable;
use crate::deviation::{Deviates, Notes};
use crate::pdf::PdfInspection;
use crate::pdf::time_stamp::TimeStamp;
use crate::seal::Seal;
use crate::stamp::SignedValue;

pub use ofd::{OfdInspection, OfdSignature};
pub use seal::{SealInspection, SignedDataInspection, StampInspection};
pub use x509::{CertificateInspection, CrlInspection};

/// What was found in a file.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inspection {
    Ofd(OfdInspection),
    Pdf(Box<PdfInspection>),
    /// A seal by itself (`Seal.esl`).
    Seal(SealInspection),
    /// A stamp (`SignedValue.dat`).
    Stamp(Box<StampInspection>),
    /// GB/T 35275 or PKCS#7 signed data.
    SignedData(SignedDataInspection),
    /// Certificates, DER or PEM.
    Certificates {
        certificates: Vec<CertificateInspection>,
    },
    RevocationList(CrlInspection),
}

/// A time stamp over a signature value.
#[derive(Clone, Debug, Serialize)]
pub struct TimeStampInspection {
    /// None when the token cannot be read.
    pub time: Option<Timestamp>,
    pub authority: Option<String>,
    /// It was made over the value beside it, and its own signature holds.
    pub holds: bool,
    /// Why not.
    pub why: Option<String>,
}

/// How a signature fares with the key of the certificate beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    Yes,
    /// By weak means: SHA-1, a short key.
    Weakly,
    No,
    /// The algorithm is not supported, or the certificate cannot be read.
    Unknown,
}

impl Inspection {
    /// For people: Chinese and English side by side, one field a line.
    pub fn to_text(&self) -> String {
        render::text(self)
    }
}

/// Tells what is in a file of any of these kinds. An error means that it is none of them.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, Unreadable> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return crate::pdf::inspect(bytes).map(|found| Inspection::Pdf(Box::new(found)));
    }
    let text = bytes.trim_ascii_start();
    if text.starts_with(b"-----") {
        return pem(bytes);
    }
    if let Some(found) = der(bytes) {
        return Ok(found);
    }
    if let Ok(found) = ofd::inspect(bytes) {
        return Ok(Inspection::Ofd(found));
    }
    // Seals and certificates are also passed on as Base64.
    let decoded = std::str::from_utf8(text)
        .ok()
        .and_then(crate::ofd::schema::base64);
    decoded
        .filter(|decoded| !decoded.is_empty())
        .and_then(|decoded| der(&decoded))
        .ok_or_else(|| Unreadable("it is no OFD, PDF, seal, stamp, certificate or list".into()))
}

fn pem(bytes: &[u8]) -> Result<Inspection, Unreadable> {
    let text = String::from_utf8_lossy(bytes);
    const LABEL: &str = "-----BEGIN X509 CRL-----";
    if let Some(at) = text.find(LABEL) {
        let body = &text[at + LABEL.len()..];
        let body = &body[..body.find("-----").unwrap_or(body.len())];
        let der = crate::ofd::schema::base64(body)
            .ok_or_else(|| Unreadable("the PEM text is damaged".into()))?;
        let found = x509::list(&der).ok_or_else(|| Unreadable("no revocation list".into()))?;
        return Ok(Inspection::RevocationList(found));
    }
    let read = Certificate::from_pem_or_der(bytes);
    let read = read.map_err(|error| Unreadable(error.to_string()))?;
    Ok(certificates(&read))
}

fn certificates(read: &[Certificate]) -> Inspection {
    Inspection::Certificates {
        certificates: read.iter().map(x509::certificate).collect(),
    }
}

fn der(bytes: &[u8]) -> Option<Inspection> {
    if let Ok(found) = Seal::parse(bytes) {
        return Some(Inspection::Seal(seal::seal(&found)));
    }
    if let Ok(found) = Certificate::from_der(bytes) {
        return Some(certificates(&[found]));
    }
    if Crl::from_der(bytes).is_ok() {
        return x509::list(bytes).map(Inspection::RevocationList);
    }
    let notes = Notes::default();
    match SignedValue::parse(bytes, &notes).ok()? {
        (SignedValue::Stamp(stamp), _) => {
            let told = seal::stamp(&stamp, None, notes.take());
            Some(Inspection::Stamp(Box::new(told)))
        }
        (SignedValue::Data(data), _) => Some(Inspection::SignedData(seal::signed_data(
            &data,
            None,
            notes.take(),
        ))),
        // Any 64 bytes would do.
        (SignedValue::Bare(_), _) => None,
    }
}

/// A time stamp and whether it holds over this value.
fn time_stamp(token: &[u8], value: &[u8]) -> TimeStampInspection {
    let inner = crate::time_stamper::in_answer(token).unwrap_or(token);
    let read = match TimeStamp::read(inner) {
        Ok(read) => read,
        Err(error) => {
            return TimeStampInspection {
                time: None,
                authority: None,
                holds: false,
                why: Some(error.to_string()),
            };
        }
    };
    let why = match read.holds() {
        Ok(()) if read.covers(value) => None,
        Ok(()) => Some("made over something else".to_string()),
        Err(why) => Some(why.to_string()),
    };
    TimeStampInspection {
        time: Some(read.time),
        authority: Some(read.authority()),
        holds: why.is_none(),
        why,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Deviations with their words.
#[derive(Clone, Debug, Serialize)]
pub struct DeviationInspection {
    pub code: &'static str,
    pub place: String,
    pub zh: &'static str,
    pub en: &'static str,
}

fn deviations(found: impl IntoIterator<Item = Deviates>) -> Vec<DeviationInspection> {
    let told = |one: Deviates| DeviationInspection {
        code: one.what.code(),
        place: one.place,
        zh: one.what.zh(),
        en: one.what.en(),
    };
    found.into_iter().map(told).collect()
}
