//! What a register says.

use std::fmt;

use kernel::{IdNumber, mask};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lookup_path;

/// 基础信息库.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// 人口库.
    Population,
    /// 法人库.
    Legal,
    /// 信用信息.
    Credit,
}

impl Register {
    /// Stable code; also the first word of a pre-fill source.
    pub fn code(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Legal => "legal",
            Self::Credit => "credit",
        }
    }
}

/// A person of the population register.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub alive: bool,
    /// The whole record.
    pub data: Value,
}

impl Person {
    /// Reads a field, `doctor_qualification.qualification_no`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        lookup_path(&self.data, path)
    }

    /// A field that is text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }
}

/// Prints nothing of the person but the masked name.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({})", mask::name(&self.name))
    }
}

/// A legal person of its register.
#[derive(Clone)]
pub struct LegalPerson {
    /// 统一社会信用代码.
    pub uscc: String,
    pub name: String,
    /// `normal`, `revoked` or `cancelled`.
    pub status: String,
    /// Identity number of the legal representative.
    pub representative: Option<IdNumber>,
    /// The whole record.
    pub data: Value,
}

impl LegalPerson {
    /// Reads a field, `registered_address`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        lookup_path(&self.data, path)
    }

    /// A field that is text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }
}

/// Prints nothing of the representative.
impl fmt::Debug for LegalPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LegalPerson({} {})", self.uscc, self.status)
    }
}
