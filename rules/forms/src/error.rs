//! What is wrong with a form, or with what was filled in.

use conditions::ConditionError;
use serde::{Deserialize, Serialize};

use crate::Words;

/// Why a form cannot be used; for the person who edits the item.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not a JSON Schema, or one that points outside itself.
    #[error("表单结构不是有效的JSON Schema：{reason} / not a valid JSON Schema: {reason}")]
    Schema { reason: String },
    /// A field that the platform cannot draw.
    #[error("字段“{field}”：{reason} / field {field}: {reason}")]
    Field { field: String, reason: String },
    /// A section names a field that does not exist, or a field stands in no section or in two.
    #[error("字段“{field}”须在且只在一个分组中 / field {field} must stand in exactly one section")]
    Sections { field: String },
    /// A required field that does not exist.
    #[error("必填字段“{field}”不存在 / the required field {field} does not exist")]
    Required { field: String },
    /// The condition of a section.
    #[error("分组“{section}”的显示条件：{error} / condition of section {section}")]
    Condition {
        section: String,
        error: ConditionError,
    },
}

/// What a value breaks, for programs; people get [`FieldError::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The form has no such field.
    Unknown,
    /// Filled in by the platform and not to be changed.
    Locked,
    Required,
    /// A box that has to be ticked.
    Consent,
    /// Text where a number belongs, or the like.
    Type,
    NotInteger,
    NotNumber,
    /// Not one of the options.
    Choice,
    /// No such day.
    Date,
    /// A number with a check digit has the wrong length.
    NumberLength,
    /// … holds a character it may not hold.
    NumberCharacter,
    /// … carries a birth date that does not exist or lies in the future.
    BirthDate,
    /// … has the wrong check digit.
    CheckDigit,
    TooLong,
    TooShort,
    TooSmall,
    TooLarge,
    TooFew,
    TooMany,
    /// The same choice twice.
    Repeated,
    Pattern,
    Other,
}

/// What is wrong with one field, in words for the person who filled it in. There is at most one
/// for each field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Name of the field; empty where the whole form is meant.
    pub field: String,
    pub rule: Rule,
    pub words: Words,
}
