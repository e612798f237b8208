//! 证照类型 as data [H-16]: what a kind of licence shows, how it is numbered, how long it is valid. The
//! form is that of the data standard, so that a definition that was drawn here can be handed on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::drawn::{Element, Ground, Watermark};
use crate::error::LicenceError;
use crate::numbering::Scheme;

/// 证照类型.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenceType {
    /// `SPJYXKZ`.
    pub type_short_code: String,
    /// 21 characters: USCC of the defining authority and three digits.
    pub type_code: String,
    pub type_name: String,
    /// 证照定义机构 and its USCC.
    #[serde(default)]
    pub defining_authority: String,
    #[serde(default)]
    pub defining_authority_code: String,
    pub category: String,
    pub holder_kind: String,
    pub holder_id_type: String,
    pub paper: PaperSize,
    pub style: Style,
    pub face_fields: Vec<FaceField>,
    #[serde(default)]
    pub face_match_fields: Vec<String>,
    pub numbering_rule: NumberingRule,
    pub photo: Option<PhotoRule>,
    pub validity: Validity,
    #[serde(default)]
    pub reminder_days_before_expiry: Vec<i64>,
    #[serde(default)]
    pub issuing_agencies: Vec<String>,
    #[serde(default)]
    pub produced_by_items: Vec<String>,
    /// Items that take it as a material [H-12].
    #[serde(default)]
    pub used_as_material_by_items: Vec<String>,
    #[serde(default)]
    pub reviewers: Vec<Reviewer>,
    /// Days after which a request that nobody answered goes higher.
    #[serde(default = "one")]
    pub review_escalation_days: u32,
    /// `unconditional`, `conditional`, `none`.
    #[serde(default = "conditional")]
    pub sharing_attribute: String,
    #[serde(default)]
    pub metadata_template: Vec<String>,
    #[serde(default)]
    pub note: String,
    /// Where it stands in the catalogue; none: by its kind of holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Catalogue>,
    pub seal_type: String,
    /// 年检: whether data of an inspection are attached every year [H-44].
    #[serde(default)]
    pub annual_inspection: bool,
    /// Whether a missed inspection suspends the licence [H-47].
    #[serde(default)]
    pub inspection_missed_suspends: bool,
    /// How a number is made.
    #[serde(default)]
    pub numbering: Option<Scheme>,
    /// Sources of the face fields of collected licences.
    #[serde(default)]
    pub stock_face: BTreeMap<String, Vec<String>>,
    /// The base picture; kept beside the definition.
    #[serde(skip)]
    pub ground: Arc<Ground>,
    /// 停用: no new licences of it, while those that were issued keep their lives [H-10].
    #[serde(skip)]
    pub stopped: bool,
}

/// Place in the two-level catalogue [H-08].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Code of the first level, which the province keeps.
    pub first: String,
    /// The second level in the words of the agencies; may be empty.
    pub second: String,
}

/// 审阅人员 with a deputy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewer {
    pub username: String,
    pub deputy: Option<String>,
}

/// Size of the paper, millimetres.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaperSize {
    pub width_mm: f32,
    pub height_mm: f32,
    /// `landscape`, `portrait`.
    #[serde(default)]
    pub orientation: String,
    #[serde(default)]
    pub size_name: String,
}

/// 样式: the boxes beside the fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Style {
    pub style_id: String,
    pub style_version: u32,
    /// Names of the base picture and of a sample in the exchanged form.
    #[serde(default)]
    pub base_picture: String,
    #[serde(default)]
    pub sample: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// Where the style is used: the whole region or some of it [H-12].
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub title: Title,
    pub boxes: Boxes,
    /// Texts, lines and frames drawn over the base picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<Element>,
    /// Whether the names of the fields are drawn at their places; else the base picture shows them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub draws_labels: bool,
    /// 底纹 behind the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Watermark>,
}

/// The heading on the face.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Title {
    pub text: String,
    pub font_size_mm: f32,
}

/// Where QR, seal and photo stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Boxes {
    pub qr_code: QrBox,
    pub seal: SealBox,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoBox>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct QrBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub size_mm: f32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SealBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub diameter_mm: f32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PhotoBox {
    pub x_mm: f32,
    pub y_mm: f32,
    pub width_mm: f32,
    pub height_mm: f32,
}

/// 照面字段.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaceField {
    pub field_code: String,
    pub field_name: String,
    pub data_type: String,
    pub length: usize,
    pub required: bool,
    /// The list that the values of `code` fields are from.
    #[serde(default)]
    pub code_list: Option<String>,
    pub position: Position,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub derived_from_identity: bool,
}

/// Where a value stands, by its baseline.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Position {
    #[serde(default)]
    pub label_x_mm: f32,
    #[serde(default)]
    pub label_y_mm: f32,
    pub value_x_mm: f32,
    pub value_y_mm: f32,
    pub value_width_mm: f32,
    pub line_height_mm: f32,
    pub font_size_mm: f32,
    pub max_lines: usize,
}

/// 编号规则.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NumberingRule {
    pub text: String,
    pub pattern: String,
    #[serde(default = "type_and_issuer")]
    pub unique_within: String,
    #[serde(default)]
    pub sensitive: bool,
    /// The face field that shows the number; none where the face does not show it.
    pub face_field: Option<String>,
    #[serde(default)]
    pub derived_from_identity: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PhotoRule {
    pub source: String,
    #[serde(default = "photo")]
    pub r#box: String,
    #[serde(default = "yes")]
    pub sensitive: bool,
}

/// 有效期.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Validity {
    pub years: Option<u32>,
    pub text: String,
    pub long_term: bool,
}

impl Validity {
    /// The last day of validity, none for long-term ones: five years from 24 November end on
    /// 23 November.
    pub fn ends(&self, from: Date) -> Option<Date> {
        let years = self.years.filter(|_| !self.long_term)?;
        let span = jiff::Span::new().years(i64::from(years));
        from.checked_add(span).ok()?.yesterday().ok()
    }
}

impl LicenceType {
    /// Fields that issuing fills: number, issuer, dates.
    pub fn fills_itself(&self, field: &str) -> bool {
        self.numbering_rule.face_field.as_deref() == Some(field)
            || matches!(
                field,
                "licence_no" | "issuer" | "issue_date" | "valid_from" | "valid_to"
            )
    }

    /// True when the number is to be guarded like an identity number.
    pub fn guards_number(&self) -> bool {
        self.numbering_rule.derived_from_identity
    }

    /// The definition in the form of the data standard: numbering and sources of face fields are
    /// documents of their own there.
    pub fn definition(&self) -> Result<Value, LicenceError> {
        // By way of the text: there a measure has the digits it was given, in a value those of its
        // wider type.
        let mut value: Value = serde_json::from_str(&serde_json::to_string(self)?)?;
        if let Some(all) = value.as_object_mut() {
            all.remove("numbering");
            all.remove("stock_face");
        }
        Ok(value)
    }

    /// Place in the catalogue: what was chosen, else by the kind of holder.
    pub fn shelf(&self) -> Catalogue {
        self.catalogue.clone().unwrap_or_else(|| Catalogue {
            first: self.holder_kind.clone(),
            second: String::new(),
        })
    }

    /// The name of a style's version.
    pub fn style_name(code: &str, version: u32) -> String {
        format!("{code}-V{version}")
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn conditional() -> String {
    "conditional".into()
}

fn photo() -> String {
    "photo".into()
}

fn type_and_issuer() -> String {
    "type_and_issuer".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_years_end_the_day_before() {
        let five = Validity {
            years: Some(5),
            text: String::new(),
            long_term: false,
        };
        assert_eq!(
            five.ends(Date::constant(2026, 11, 24)),
            Some(Date::constant(2031, 11, 23))
        );
        let long = Validity {
            years: None,
            text: String::new(),
            long_term: true,
        };
        assert_eq!(long.ends(Date::constant(2026, 11, 24)), None);
    }
}
