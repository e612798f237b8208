//! The rules, as data: defect, test, action [H-26].

use serde::{Deserialize, Serialize};

use crate::{Action, Field};

/// Words in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

impl Words {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What a rule looks for. The README of this crate tells what each sees and changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    /// Nothing is filled in.
    BlankRow {},
    /// Holder and number of the holder stand in each other's column.
    HolderColumnsSwapped {},
    /// Full width, blanks, lower case in codes, dates and texts.
    UntidyText {
        #[serde(default)]
        codes: Vec<Field>,
        #[serde(default)]
        dates: Vec<Field>,
        #[serde(default)]
        texts: Vec<Field>,
    },
    /// A date that means one day but is not written `YYYY-MM-DD`.
    DateForm { fields: Vec<Field> },
    /// A date that means no day.
    DateUnreadable { fields: Vec<Field> },
    /// Start and end of validity stand in each other's column.
    ValiditySwapped {},
    /// The type of licence is not known.
    LicenceTypeUnknown {},
    /// The number of the holder fails its check, and the register has exactly one of that name and
    /// those first 17 characters.
    HolderIdCorrectable {},
    /// The holder is not in the registers under number and name.
    HolderUnregistered {},
    /// The register says that the holder is in one of these states.
    HolderState { states: Vec<String> },
    /// The holder's type of identity is missing or wrong, and the register knows the holder under
    /// the type that the licence type asks for.
    HolderIdTypeCorrectable {},
    /// The holder's type of identity is not one of the licence type.
    HolderIdTypeWrong {},
    /// The number of the licence fails its check.
    NumberCheck {},
    /// The issuer is unknown or may not issue this type.
    IssuerNotEntitled {},
    /// The issuer's name is right and its code is not.
    IssuerCodeCorrectable {},
    /// The end of validity that the type demands is missing [H-22].
    ValidityMissing {},
    /// Dates contradict each other or today.
    DatesContradict {},
    /// The validity is over.
    Expired {},
    /// A column that must be filled is empty: these and those of the licence type.
    RequiredMissing {
        #[serde(default)]
        fields: Vec<Field>,
    },
    /// Type, issuer, number, holder and dates equal those of an earlier row.
    DuplicateSame {},
    /// Type, issuer and number equal those of a row of another holder.
    DuplicateOtherHolder {},
    /// Type, issuer, number and holder equal those of another row that would be kept, the dates do
    /// not.
    DuplicateOtherDates {},
}

impl Test {
    /// Whether the test can put right what it finds.
    fn corrects(&self) -> bool {
        matches!(
            self,
            Self::HolderColumnsSwapped {}
                | Self::UntidyText { .. }
                | Self::DateForm { .. }
                | Self::ValiditySwapped {}
                | Self::HolderIdCorrectable {}
                | Self::HolderIdTypeCorrectable {}
                | Self::IssuerCodeCorrectable {}
        )
    }
}

/// One rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Code of the defect.
    pub code: String,
    pub name: Words,
    pub test: Test,
    pub action: Action,
    /// What the source is asked to do.
    #[serde(default)]
    pub advice: Words,
}

/// Why a set of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("清洗规则不是有效的JSON：{0}")]
    Json(#[from] serde_json::Error),
    #[error("清洗规则{0}出现两次")]
    Twice(String),
    #[error("清洗规则{rule}的检测不能用于“{}”", action.zh())]
    ActionUnfit { rule: String, action: Action },
}

impl RuleError {
    /// English words.
    pub fn en(&self) -> String {
        match self {
            Self::Json(error) => format!("The cleaning rules are not valid JSON: {error}"),
            Self::Twice(code) => format!("Cleaning rule {code} stands twice"),
            Self::ActionUnfit { rule, action } => format!(
                "The test of cleaning rule {rule} cannot serve the action “{}”",
                action.en()
            ),
        }
    }
}

/// All rules, in the order in which findings of equal weight are told.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

/// The rules that come with the program.
const DEFAULT: &str = include_str!("../rules/default.json");

impl RuleSet {
    /// Reads a list of rules. A test that cannot put anything right cannot have the action
    /// "correct", and only equal duplicates can be merged.
    pub fn parse(json: &str) -> Result<Self, RuleError> {
        let rules: Vec<Rule> = serde_json::from_str(json)?;
        for (at, rule) in rules.iter().enumerate() {
            if rules.iter().take(at).any(|before| before.code == rule.code) {
                return Err(RuleError::Twice(rule.code.clone()));
            }
            let fits = match rule.action {
                Action::Correct => rule.test.corrects(),
                Action::Merge => rule.test == Test::DuplicateSame {},
                Action::Keep | Action::ReturnToSource | Action::Drop => true,
            };
            if !fits {
                return Err(RuleError::ActionUnfit {
                    rule: rule.code.clone(),
                    action: rule.action,
                });
            }
        }
        Ok(Self { rules })
    }

    /// The rules that come with the program.
    pub fn standard() -> Result<Self, RuleError> {
        Self::parse(DEFAULT)
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub fn rule(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_cannot_work_are_refused() {
        let one = |test: &str, action: &str| {
            RuleSet::parse(&format!(
                r#"[{{"code":"A","name":{{"zh":"甲"}},"test":{test},"action":"{action}"}}]"#
            ))
        };
        assert!(one(r#"{"kind":"expired"}"#, "drop").is_ok());
        assert!(matches!(
            one(r#"{"kind":"expired"}"#, "correct"),
            Err(RuleError::ActionUnfit { .. })
        ));
        assert!(matches!(
            one(r#"{"kind":"duplicate_other_holder"}"#, "merge"),
            Err(RuleError::ActionUnfit { .. })
        ));
        assert!(one(r#"{"kind":"unheard_of"}"#, "drop").is_err());
        assert!(one(r#"{"kind":"date_form","fields":["no_such"]}"#, "correct").is_err());
        assert!(one(r#"{"kind":"expired","days":3}"#, "drop").is_err());
        let twice = r#"[{"code":"A","name":{"zh":"甲"},"test":{"kind":"expired"},"action":"drop"},
                        {"code":"A","name":{"zh":"乙"},"test":{"kind":"expired"},"action":"drop"}]"#;
        assert!(matches!(RuleSet::parse(twice), Err(RuleError::Twice(_))));
    }

    #[test]
    fn the_rules_of_the_program_are_complete() {
        let set = RuleSet::standard().unwrap();
        for rule in set.rules() {
            assert!(
                !rule.name.zh.is_empty() && !rule.name.en.is_empty(),
                "{}",
                rule.code
            );
            if rule.action == Action::ReturnToSource {
                assert!(
                    !rule.advice.zh.is_empty() && !rule.advice.en.is_empty(),
                    "{}",
                    rule.code
                );
            }
        }
    }
}
