//! What another library sends: the form of a batch, in files and by interface.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::approval::{Approval, Given};
use crate::error::{CollectionError, filled};

/// A batch of records [K-32].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeBatch {
    /// 批次号 of the source: its own, once.
    pub batch_no: String,
    pub records: Vec<ExchangeRecord>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRecord {
    /// 行标识: the record's own in its source, for good.
    pub row_id: String,
    /// `I`, `U` or `D`. The first two mean the same: the licence is to be as it says here.
    pub operation: String,
    /// When the source wrote it. What arrives later but was written earlier is not taken.
    pub time: Timestamp,
    /// Left out where the licence ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<ExchangeLicence>,
}

/// A licence as its own library has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeLicence {
    /// Short code of the type.
    pub type_code: String,
    /// Agency code; the source's, where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    pub licence_no: String,
    pub holder: String,
    pub holder_id: String,
    pub issue_date: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// None: for a long term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Further fields of the face; what is missing comes from the sources of the type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub face: BTreeMap<String, String>,
    /// JPEG or PNG, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

impl ExchangeRecord {
    pub(super) fn operation(&self) -> Result<Operation, CollectionError> {
        Operation::from_code(&self.operation)
            .ok_or_else(|| CollectionError::Field("操作", "只能是I、U、D".into()))
    }

    /// The record's own words in order.
    pub(super) fn check(&self) -> Result<Operation, CollectionError> {
        filled("行标识", &self.row_id, 200)?;
        let operation = self.operation()?;
        if self.licence.is_none() && operation != Operation::Delete {
            let why = "新增、变更的记录须有证照信息";
            return Err(CollectionError::Field("证照信息", why.into()));
        }
        Ok(operation)
    }
}

impl ExchangeLicence {
    /// The same as the data of an approval.
    pub(super) fn approval(
        &self,
        source: &super::ExchangeSource,
    ) -> Result<Approval, CollectionError> {
        use base64::Engine as _;
        let photo = self.photo.as_ref().map(|text| {
            let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim());
            decoded.map_err(|_| CollectionError::Field("照片", "须为base64".into()))
        });
        Ok(Approval {
            type_code: self.type_code.clone(),
            issuer: self.issuer.clone().unwrap_or_else(|| source.agency.clone()),
            region: self.region.clone(),
            holder: self.holder.clone(),
            holder_id: self.holder_id.clone(),
            given: Some(Given {
                licence_no: self.licence_no.clone(),
                issue_date: self.issue_date,
                valid_from: self.valid_from,
                valid_to: self.valid_to,
            }),
            face: self.face.clone(),
            photo: photo.transpose()?,
            case_no: None,
            source_system: source.name.clone(),
        })
    }
}
