//! What a document is.

use jiff::Timestamp;
use kernel::Target;
use serde::Serialize;

use crate::kind::Kind;
use crate::state::State;

kernel::codes! {
    /// The forms in which a document is given out.
    Format {
        Ofd = "ofd", "OFD", "OFD";
        Pdf = "pdf", "PDF", "PDF";
        /// The first page with its seal, for previews; carries no signature and is not kept.
        Png = "png", "缩略图", "thumbnail";
    }
}

impl Format {
    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Ofd => "application/ofd",
            Format::Pdf => "application/pdf",
            Format::Png => "image/png",
        }
    }
}

/// A document as its record shows it [D-61].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    pub doc_id: String,
    pub kind: Kind,
    /// 文号.
    pub number: String,
    pub title: String,
    pub template_version: i64,
    pub case_key: String,
    pub case_no: String,
    pub item_code: String,
    /// Account key of the applicant.
    pub owner: String,
    pub agency_code: String,
    pub region_code: String,
    /// Who made it: a staff user name, an account key, `system`.
    pub maker: String,
    pub made_at: Timestamp,
    pub state: State,
    pub rev: i64,
    /// 印章标识 of the seal it carries.
    pub sealer: Option<String>,
    pub sealed_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    pub withdrawn_by: Option<String>,
    /// Document key of what it replaces, and of what replaces it.
    pub replaces: Option<String>,
    pub replaced_by: Option<String>,
}

impl Notice {
    /// What permissions are asked on.
    pub fn target(&self) -> Target<'_> {
        Target {
            region: Some(&self.region_code),
            agency: Some(&self.agency_code),
            item: Some(&self.item_code),
            owner: Some(&self.owner),
            ..Target::default()
        }
    }
}

/// A file of a document, to be given out.
#[derive(Clone, Debug)]
pub struct File {
    /// `受理通知书-云东市监受字〔2026〕00012号.ofd`.
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}
