//! A licence and its versions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::Target;
use serde::{Deserialize, Serialize};

use crate::state::State;

/// The files of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Ofd,
    Pdf,
    /// The thumbnail.
    Png,
}

impl Format {
    pub fn code(self) -> &'static str {
        match self {
            Self::Ofd => "ofd",
            Self::Pdf => "pdf",
            Self::Png => "png",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Ofd, Self::Pdf, Self::Png]
            .into_iter()
            .find(|f| f.code() == code)
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ofd => "application/ofd",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
        }
    }
}

/// 电子证照: what is the same in all its versions.
#[derive(Clone, Debug)]
pub struct Licence {
    /// Internal key, kept through all versions.
    pub licence_key: String,
    pub state: State,
    pub rev: i64,
    /// The current version.
    pub version: u32,
    pub type_code: String,
    pub agency: String,
    pub region: String,
    pub valid_to: Option<Date>,
    /// The day on which the holder is told next that it will end.
    pub remind_on: Option<Date>,
    /// The day by which it is to be inspected next.
    pub inspect_by: Option<Date>,
    /// Random token of the QR code.
    pub token: String,
    pub updated_at: Timestamp,
    pub body: Body,
}

impl Licence {
    /// What permissions of staff are asked on.
    pub fn target(&self) -> Target<'_> {
        Target {
            agency: Some(&self.agency),
            region: Some(&self.region),
            ..Target::default()
        }
    }
}

/// The part that holds numbers and names; stored encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    pub licence_no: String,
    pub type_name: String,
    pub issuer: String,
    pub issuer_code: String,
    pub holder: String,
    pub holder_id: String,
    pub holder_id_type: String,
    /// The licence it replaced, if any.
    pub replaces: Option<String>,
}

/// One version: never changed.
#[derive(Clone, Debug)]
pub struct Version {
    pub licence_key: String,
    pub version: u32,
    pub at: Timestamp,
    pub case_no: Option<String>,
    pub data: VersionData,
    pub face: VersionFace,
}

/// The open part of a version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VersionData {
    pub issue_date: Date,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub style_id: String,
    pub source_class: String,
    pub source_system: String,
    pub item_code: Option<String>,
    pub seal_use: String,
    pub es_id: String,
    pub files: Vec<FileRef>,
    /// Name of the stored photo that the face shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// Who collected it, where it was not made here first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<CollectedBy>,
}

/// Where the data of a version come from [H-24].
#[derive(Clone, Debug)]
pub struct Source {
    /// 来源类别: A to E.
    pub class: String,
    pub system: String,
    pub collected: Option<CollectedBy>,
}

impl Source {
    /// A licence that this platform composes from an approval: class D.
    pub(crate) fn platform() -> Self {
        Self {
            class: "D".into(),
            system: "政务服务平台".into(),
            collected: None,
        }
    }
}

/// Who collected a licence and who checked it: two persons, by their user names. Classes D and E
/// are checked by the rules alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedBy {
    pub batch: String,
    pub collector: String,
    pub collected_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
}

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    pub format: Format,
    pub blob: String,
    /// SM3, hexadecimal.
    pub digest: String,
    /// SHA-256, hexadecimal: processors compute it many times faster, so a file that somebody shows
    /// is found by it. Versions from before it was kept have none and are found by the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    pub bytes: u64,
}

/// The face with the identifier; stored encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VersionFace {
    /// 电子证照标识 [GB/T 36904].
    pub identifier: String,
    pub face: BTreeMap<String, String>,
}
