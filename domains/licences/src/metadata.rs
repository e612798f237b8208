//! 元数据: the metadata file that travels inside the licence [H-38], with the names that public
//! systems use, so that it can be read back from the capsule [H-28].

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Problem, number, time};
use serde::{Deserialize, Serialize};

use crate::error::LicenceError;
use crate::schema;

/// Name of the attachment.
pub(crate) const FILE: &str = "metadata.json";

/// The metadata groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// 电子证照标识.
    #[serde(rename = "ZZBS")]
    pub identifier: String,
    #[serde(rename = "ZZLXDM")]
    pub type_code: String,
    #[serde(rename = "ZZMC")]
    pub name: String,
    #[serde(rename = "ZZBH")]
    pub number: String,
    #[serde(rename = "ZZBFJG")]
    pub issuer: String,
    #[serde(rename = "ZZBFJGDM")]
    pub issuer_code: String,
    #[serde(rename = "ZZBFRQ")]
    pub issue_date: Date,
    #[serde(rename = "CZZT")]
    pub holder: String,
    #[serde(rename = "CZZTDM")]
    pub holder_id: String,
    #[serde(rename = "CZZTDMLXDM")]
    pub holder_id_type: String,
    #[serde(rename = "ZZYXQQSRQ")]
    pub valid_from: Date,
    /// Empty for long-term licences.
    #[serde(rename = "ZZYXQJZRQ")]
    pub valid_to: Option<Date>,
    #[serde(rename = "KZ_BB")]
    pub version: u32,
    #[serde(rename = "KZ_YS")]
    pub style_id: String,
    /// 电子证照标识 of what this one stands for: the former version, or the lost licence.
    #[serde(rename = "KZ_TH", skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    #[serde(rename = "KZ_YZBS")]
    pub seal_id: String,
    #[serde(rename = "KZ_SCSJ")]
    pub made_at: String,
    #[serde(rename = "KZ_SF")]
    pub algorithm: String,
    /// What made it: the platform and its release.
    #[serde(rename = "KZ_SCXT", default, skip_serializing_if = "Option::is_none")]
    pub producer: Option<String>,
    /// The formats that were made together and say the same.
    #[serde(rename = "KZ_GS", default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<String>,
    /// Of a copy only (加注件): when, by whom and for what it was made, and its last day.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyMetadata>,
    /// 照面信息.
    #[serde(rename = "KZ_ZM")]
    pub face: BTreeMap<String, String>,
}

/// What a copy says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyMetadata {
    #[serde(rename = "JZJZZSJ")]
    pub made_at: String,
    #[serde(rename = "JZJZZZ")]
    pub made_by: String,
    #[serde(rename = "JZJZZSY")]
    pub purpose: String,
    #[serde(rename = "JZJYXQJZSJ")]
    pub until: Date,
}

impl Metadata {
    pub(crate) fn made(at: Timestamp) -> String {
        time::stamp(at)
    }

    pub(crate) fn producer() -> Option<String> {
        Some(format!("通办 {}", env!("CARGO_PKG_VERSION")))
    }

    /// Nothing is sealed that departs from the published standard [H-78].
    pub(crate) fn check(&self) -> Result<(), LicenceError> {
        let wrong = |place: String| {
            LicenceError::Other(Problem::new(
                "metadata",
                422,
                format!("元数据不符合数据标准：{place}"),
                format!("The metadata departs from the data standard: {place}"),
            ))
        };
        let value = serde_json::to_value(self)?;
        schema::check_metadata(&value).map_err(wrong)?;
        let replaced = self.replaces.as_deref();
        for identifier in std::iter::once(self.identifier.as_str()).chain(replaced) {
            if number::check_licence_identifier(identifier).is_err() {
                return Err(wrong("ZZBS".into()));
            }
        }
        Ok(())
    }

    /// Reads it back from an OFD file.
    pub fn of_ofd(bytes: &[u8]) -> Option<Self> {
        Self::of(&ofd::Package::read(bytes, &ofd::Limits::default()).ok()?)
    }

    /// Reads it back from a package, or from those parts of one that lead to it.
    pub fn of(package: &ofd::Package) -> Option<Self> {
        let attached = ofd::attached(package, FILE).ok()??;
        serde_json::from_slice(&attached).ok()
    }

    /// Whether a part leads to it: all that names other parts, but for pages.
    pub fn is_on_the_way(name: &str) -> bool {
        name.ends_with(FILE) || (name.ends_with(".xml") && !name.ends_with("Content.xml"))
    }
}
