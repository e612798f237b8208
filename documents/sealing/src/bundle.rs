//! 离线核验包: a document with everything that is needed to verify it without a network, in one
//! zip. Nothing in it is believed for standing there: certificates must lead to a root that the
//! verifier trusts, lists are signed by their issuers, the report is sealed.

use std::io::{Cursor, Read as _, Write as _};

use gm::{Certificate, Crl};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::statement::Statement;

const MARK: &str = "tongban-bundle.txt";
/// More than any honest bundle has.
const MOST_PARTS: usize = 64;
/// Bytes of all parts together, unpacked.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// What a bundle holds.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// `document.ofd` or `document.pdf`.
    pub document: Vec<u8>,
    pub is_pdf: bool,
    /// Authorities between the signers and the roots, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists of certificates, DER.
    pub crls: Vec<Vec<u8>>,
    /// Revocation list of licences, signed.
    pub revocations: Option<Statement>,
    /// The sealed report of the verification that was made with it, OFD.
    pub report: Option<Vec<u8>>,
}

/// Why a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("not a bundle")]
    NotABundle,
    #[error("the bundle holds more than a bundle does")]
    TooLarge,
    #[error("the bundle is broken: {0}")]
    Broken(String),
}

fn broken(error: impl std::fmt::Display) -> BundleError {
    BundleError::Broken(error.to_string())
}

fn pem(label: &str, der: &[u8]) -> Result<String, BundleError> {
    Ok(match label {
        "CERTIFICATE" => Certificate::from_der(der).map_err(broken)?.to_pem(),
        _ => Crl::from_der(der).map_err(broken)?.to_pem(),
    })
}

impl Bundle {
    /// Packs it.
    pub fn write(&self) -> Result<Vec<u8>, BundleError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut put = |name: &str, bytes: &[u8]| -> Result<(), BundleError> {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .last_modified_time(zip::DateTime::default());
            zip.start_file(name, options).map_err(broken)?;
            zip.write_all(bytes).map_err(broken)
        };
        put(MARK, README.as_bytes())?;
        let name = match self.is_pdf {
            true => "document.pdf",
            false => "document.ofd",
        };
        put(name, &self.document)?;
        let mut all = String::new();
        for der in &self.certificates {
            all.push_str(&pem("CERTIFICATE", der)?);
        }
        put("certificates.pem", all.as_bytes())?;
        for (at, der) in self.crls.iter().enumerate() {
            put(&format!("lists/{at}.crl"), pem("X509 CRL", der)?.as_bytes())?;
        }
        if let Some(said) = &self.revocations {
            put("revocations.json", &said.body)?;
            put("revocations.sig", &said.signature)?;
            let mut signers = String::new();
            for der in &said.certificates {
                signers.push_str(&pem("CERTIFICATE", der)?);
            }
            put("revocations.pem", signers.as_bytes())?;
        }
        if let Some(report) = &self.report {
            put("report.ofd", report)?;
        }
        Ok(zip.finish().map_err(broken)?.into_inner())
    }

    /// Whether the file says that it is a bundle. An OFD is a zip as well.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK")
            && ZipArchive::new(Cursor::new(bytes))
                .is_ok_and(|zip| zip.index_for_name(MARK).is_some())
    }

    /// Unpacks it, within bounds.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BundleError::NotABundle)?;
        if zip.index_for_name(MARK).is_none() {
            return Err(BundleError::NotABundle);
        }
        if zip.len() > MOST_PARTS {
            return Err(BundleError::TooLarge);
        }
        let mut bundle = Self::default();
        let (mut body, mut signature, mut signers) = (None, None, Vec::new());
        let mut left = MOST_BYTES;
        for at in 0..zip.len() {
            let part = zip.by_index(at).map_err(broken)?;
            let name = part.name().map_err(broken)?.into_owned();
            let mut data = Vec::new();
            part.take(left + 1).read_to_end(&mut data).map_err(broken)?;
            left = left
                .checked_sub(data.len() as u64)
                .ok_or(BundleError::TooLarge)?;
            match name.as_str() {
                "document.ofd" => bundle.document = data,
                "document.pdf" => (bundle.document, bundle.is_pdf) = (data, true),
                "certificates.pem" => bundle.certificates = certificates(&data)?,
                "revocations.json" => body = Some(data),
                "revocations.sig" => signature = Some(data),
                "revocations.pem" => signers = certificates(&data)?,
                "report.ofd" => bundle.report = Some(data),
                list if list.starts_with("lists/") => {
                    let list = Crl::from_pem_or_der(&data).map_err(broken)?;
                    bundle.crls.push(list.der().to_vec());
                }
                _ => {}
            }
        }
        if bundle.document.is_empty() {
            return Err(broken("the document is missing"));
        }
        if let (Some(body), Some(signature)) = (body, signature) {
            bundle.revocations = Some(Statement {
                body,
                signature,
                certificates: signers,
            });
        }
        Ok(bundle)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, BundleError> {
    if pem.trim_ascii().is_empty() {
        return Ok(Vec::new());
    }
    let all = Certificate::from_pem_or_der(pem).map_err(broken)?;
    Ok(all.iter().map(|one| one.der().to_vec()).collect())
}

const README: &str = "\
离线核验包 / offline bundle, tongban-bundle/1

document.*         被核验的文件 / the document
certificates.pem   中间证书 / authorities between the signers and the roots
lists/*.crl        证书吊销列表 / revocation lists of certificates
revocations.*      证照吊销列表、签名、签发证书 / revocation list of licences, signature, certificates
report.ofd         盖章的核验报告 / sealed report of a verification

核验 / verify:     tongban verify BUNDLE --trust root.pem
根证书须从可信渠道另行取得，不在本包中。
The root must come to you another way; it is not in here.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let bundle = Bundle {
            document: b"%PDF-1.7 ...".to_vec(),
            is_pdf: true,
            report: Some(b"PK".to_vec()),
            revocations: Some(Statement {
                body: b"{}".to_vec(),
                signature: vec![1, 2],
                certificates: Vec::new(),
            }),
            ..Bundle::default()
        };
        let bytes = bundle.write().unwrap();
        assert!(Bundle::is_one(&bytes));
        let back = Bundle::read(&bytes).unwrap();
        assert_eq!(back.document, bundle.document);
        assert!(back.is_pdf);
        assert_eq!(back.revocations, bundle.revocations);
        assert_eq!(back.report, bundle.report);
        assert!(!Bundle::is_one(b"PK\x03\x04nothing"));
        assert!(matches!(Bundle::read(b"PK"), Err(BundleError::NotABundle)));
        for cut in [bytes.len() / 2, bytes.len() - 5] {
            assert!(Bundle::read(&bytes[..cut]).is_err());
        }
    }
}
