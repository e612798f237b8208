//! What the rules need to know of licence types and agencies, as data.

use std::collections::HashMap;

use kernel::number;
use serde::{Deserialize, Serialize};

use crate::{Field, text};

/// Why facts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    #[error("清洗依据不是有效的JSON：{0}")]
    Json(#[from] serde_json::Error),
    #[error("清洗依据中{0}重复")]
    Twice(String),
    #[error("清洗依据中证照类型{licence_type}的发证机关{agency}不在机构名单中")]
    UnknownAgency {
        licence_type: String,
        agency: String,
    },
}

impl FactsError {
    /// English words.
    pub fn en(&self) -> String {
        match self {
            Self::Json(error) => format!("The facts for cleaning are not valid JSON: {error}"),
            Self::Twice(what) => format!("The facts for cleaning name {what} twice"),
            Self::UnknownAgency {
                licence_type,
                agency,
            } => {
                format!("Issuer {agency} of licence type {licence_type} is not among the agencies")
            }
        }
    }
}

/// How the last character of a number follows from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharacterCheck {
    /// 公民身份号码 [GB 11643].
    ResidentId,
    /// 统一社会信用代码 [GB 32100].
    Uscc,
    /// ISO/IEC 7064 MOD 11,10 over digits.
    #[serde(rename = "mod_11_10")]
    Mod1110,
    /// ISO/IEC 7064 MOD 37,36 over digits and upper-case letters.
    #[serde(rename = "mod_37_36")]
    Mod3736,
}

impl CharacterCheck {
    /// Whether the number passes.
    pub fn passes(self, text: &str, today: jiff::civil::Date) -> bool {
        let last = |check: fn(&str) -> Option<char>| {
            let mut rest = text.chars();
            let last = rest.next_back();
            last.is_some() && !rest.as_str().is_empty() && check(rest.as_str()) == last
        };
        match self {
            Self::ResidentId => number::resident_id_at(text, today).is_ok(),
            Self::Uscc => number::uscc(text).is_ok(),
            Self::Mod1110 => last(number::mod_11_10),
            Self::Mod3736 => last(number::mod_37_36),
        }
    }
}

/// How the numbers of a licence type are built, as far as they check themselves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberFacts {
    pub check: CharacterCheck,
    /// Text before what is checked.
    #[serde(default)]
    pub prefix: String,
    /// Characters of the checked part, check character included.
    pub length: usize,
    /// Whether something may follow the checked part.
    #[serde(default)]
    pub open_end: bool,
}

impl NumberFacts {
    /// Whether the number is built so and its check character is right.
    pub fn passes(&self, text: &str, today: jiff::civil::Date) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix.as_str()) else {
            return false;
        };
        let Some(checked) = rest.get(..self.length) else {
            return false;
        };
        (self.open_end || rest.len() == self.length) && self.check.passes(checked, today)
    }
}

/// Whether licences of a type carry an end of validity [H-22].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// A day.
    Day,
    /// A day or 长期, nothing missing.
    DayOrLongTerm,
    /// May be missing.
    Optional,
}

/// What is known of a licence type.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceType {
    pub code: String,
    pub name: String,
    /// Types of identity that its holders have, the usual one first.
    pub holder_id_types: Vec<String>,
    pub validity: Validity,
    /// Columns that must be filled for this type, beside those the rules name.
    #[serde(default)]
    pub required: Vec<Field>,
    #[serde(default)]
    pub number: Option<NumberFacts>,
    /// Codes of the agencies that may issue it.
    pub issuers: Vec<String>,
}

/// An agency of the directory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    pub code: String,
    pub name: String,
    /// 统一社会信用代码.
    pub uscc: String,
    /// Names under which it issued before.
    #[serde(default)]
    pub former_names: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id_types: HashMap<String, Option<CharacterCheck>>,
    licence_types: Vec<LicenceType>,
    agencies: Vec<Agency>,
}

/// All facts, ready to be asked.
#[derive(Clone, Debug)]
pub struct Facts {
    id_types: HashMap<String, Option<CharacterCheck>>,
    licence_types: HashMap<String, LicenceType>,
    agencies: Vec<Agency>,
    by_name: HashMap<String, usize>,
}

impl Facts {
    /// Reads `{"id_types": {code: check or null}, "licence_types": […], "agencies": […]}`.
    pub fn parse(json: &str) -> Result<Self, FactsError> {
        let written: Written = serde_json::from_str(json)?;
        Self::new(written.id_types, written.licence_types, written.agencies)
    }

    /// Facts gathered elsewhere. `id_types` gives for each type of identity the check of its
    /// numbers.
    pub fn new(
        id_types: HashMap<String, Option<CharacterCheck>>,
        licence_types: Vec<LicenceType>,
        agencies: Vec<Agency>,
    ) -> Result<Self, FactsError> {
        let mut by_name = HashMap::new();
        for (at, agency) in agencies.iter().enumerate() {
            if by_name.insert(folded(&agency.name), at).is_some() {
                return Err(FactsError::Twice(agency.name.clone()));
            }
        }
        for (at, agency) in agencies.iter().enumerate() {
            for name in &agency.former_names {
                // A name that another agency bears today means that agency.
                by_name.entry(folded(name)).or_insert(at);
            }
        }
        let mut types = HashMap::new();
        for one in licence_types {
            let unknown = |code: &&String| !agencies.iter().any(|agency| agency.code == **code);
            if let Some(agency) = one.issuers.iter().find(unknown) {
                return Err(FactsError::UnknownAgency {
                    licence_type: one.code.clone(),
                    agency: agency.clone(),
                });
            }
            if let Some(before) = types.insert(one.code.clone(), one) {
                return Err(FactsError::Twice(before.code));
            }
        }
        Ok(Self {
            id_types,
            licence_types: types,
            agencies,
            by_name,
        })
    }

    pub fn licence_type(&self, code: &str) -> Option<&LicenceType> {
        self.licence_types.get(code)
    }

    /// The agency that bears or bore the name.
    pub fn agency(&self, name: &str) -> Option<&Agency> {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None => *self.by_name.get(&folded(name))?,
        };
        self.agencies.get(at)
    }

    /// The agency of a code, for advice only.
    pub(crate) fn agency_of_code(&self, uscc: &str) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.uscc == uscc)
    }

    /// The check of numbers of a type of identity.
    pub fn id_check(&self, id_type: &str) -> Option<CharacterCheck> {
        self.id_types.get(id_type).copied().flatten()
    }
}

fn folded(name: &str) -> String {
    text::folded(name).collect()
}
