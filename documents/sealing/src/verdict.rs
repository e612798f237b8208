//! What a verification found: a list of checks, each with outcome, reason and evidence.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;

/// What was looked at, in the order in which findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The container itself: a zip or PDF without doubled, shadowed or impossible parts.
    Container,
    /// Every covered part still has the digest that was signed.
    Integrity,
    /// Every part of the file is covered by a signature.
    Coverage,
    /// The stamp's own signature.
    Stamp,
    /// The seal's signature by its maker, and that the signer is listed in the seal.
    Seal,
    /// The seal and the signer's certificate were valid when the document was signed.
    SealValidity,
    /// The signer's certificate chains to a trusted root.
    Chain,
    /// The certificates were not revoked.
    Revocation,
}

impl Check {
    /// Chinese words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Container => "文件容器",
            Self::Integrity => "内容完整",
            Self::Coverage => "保护范围",
            Self::Stamp => "签章",
            Self::Seal => "印章",
            Self::SealValidity => "签章时效",
            Self::Chain => "证书信任链",
            Self::Revocation => "证书吊销",
        }
    }

    /// English words.
    pub fn en(self) -> &'static str {
        match self {
            Self::Container => "Container",
            Self::Integrity => "Integrity",
            Self::Coverage => "Coverage",
            Self::Stamp => "Stamp",
            Self::Seal => "Seal",
            Self::SealValidity => "Validity at signing",
            Self::Chain => "Certificate chain",
            Self::Revocation => "Certificate revocation",
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// Worth telling, does not make the document invalid.
    Warn,
    /// Could not be done, the reason says why.
    NotChecked,
}

/// One check's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    pub outcome: Outcome,
    /// Always present unless the check passed.
    pub reason: Option<Reason>,
    /// Index of the signature in [`Verdict::signatures`], none for the whole file.
    pub signature: Option<usize>,
    /// What was seen: a part's name, a certificate's subject, two dates. Never personal data.
    pub evidence: String,
}

/// What one signature says of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignatureInfo {
    /// `GB/T 38540 v4`, `PAdES`, …
    pub format: String,
    pub algorithm: String,
    pub signer: String,
    pub signer_serial: String,
    pub issuer: String,
    pub seal_id: Option<String>,
    pub seal_name: Option<String>,
    pub seal_maker: Option<String>,
    /// RFC 3339, as the signature claims it.
    pub signed_at: Option<String>,
    /// Time of a trusted time stamp, RFC 3339.
    pub stamped_at: Option<String>,
    /// Signer certificate, DER, for evidence.
    #[serde(skip)]
    pub certificate: Vec<u8>,
}

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Ofd,
    Pdf,
}

/// The verdict on one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    pub kind: FileKind,
    pub signatures: Vec<SignatureInfo>,
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// True when the file is signed and nothing failed.
    pub fn is_valid(&self) -> bool {
        !self.signatures.is_empty() && self.first_failure().is_none()
    }

    /// The finding that decides, in the order of the checks.
    pub fn first_failure(&self) -> Option<&Finding> {
        self.findings.iter().find(|f| f.outcome == Outcome::Fail)
    }
}
