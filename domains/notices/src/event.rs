//! What the journal tells of documents. No personal data: the document is named by its number.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// `notice.created`: written and numbered, about to be sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeCreated {
    pub doc_id: String,
    pub kind: Kind,
    pub number: String,
    pub template_version: i64,
    pub case_key: String,
    pub case_no: String,
    pub agency: String,
    /// The document that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

impl journal::Event for NoticeCreated {
    const KIND: &'static str = "notice.created";
}

/// `notice.sealed`: there are files to give out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeSealed {
    pub doc_id: String,
    pub kind: Kind,
    pub number: String,
    pub case_key: String,
    pub case_no: String,
    pub agency: String,
    /// 印章标识 of the issuer's seal.
    pub sealer: String,
    /// 印章标识 of the seals beside it, in the order in which they signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// SM3 of the OFD file, hexadecimal.
    pub ofd_digest: String,
    /// SM3 of the PDF file, hexadecimal.
    pub pdf_digest: String,
}

impl journal::Event for NoticeSealed {
    const KIND: &'static str = "notice.sealed";
}

/// `notice.delivered`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDelivered {
    pub doc_id: String,
    pub kind: Kind,
    pub number: String,
    pub case_key: String,
    pub case_no: String,
}

impl journal::Event for NoticeDelivered {
    const KIND: &'static str = "notice.delivered";
}

/// `notice.withdrawn`. The reason stands in the document's record, encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeWithdrawn {
    pub doc_id: String,
    pub kind: Kind,
    pub number: String,
    pub case_key: String,
    pub case_no: String,
    /// The document that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

impl journal::Event for NoticeWithdrawn {
    const KIND: &'static str = "notice.withdrawn";
}

/// The stream of a document.
pub(crate) fn stream(doc_id: &str) -> String {
    format!("notice/{doc_id}")
}
