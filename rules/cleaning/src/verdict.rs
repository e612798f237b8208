//! What was found in a row and what becomes of it.

use serde::{Deserialize, Serialize};

use crate::{Action, Field, StockRow, Words};

/// One decision of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Place of the rule in its [`crate::RuleSet`].
    pub rule: usize,
    /// Code of the defect.
    pub code: String,
    pub action: Action,
    /// The columns that are wrong or were put right; empty when it is the row as a whole.
    pub fields: Vec<Field>,
    /// The values the rule saw, those of `fields` first.
    pub seen: Vec<(Field, String)>,
    /// The values it put into `fields`; empty when it put nothing right.
    pub put: Vec<String>,
    /// What a register said that decided it, such as the holder's state; else empty.
    pub evidence: String,
    /// What is particular about this row.
    pub note: Words,
    /// The number of the row it is merged into, by the label of that row.
    pub merge_into: Option<u64>,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its place in the file.
    pub number: u32,
    /// The number by which its source knows it.
    pub label: u64,
    /// The heaviest action among the findings.
    pub action: Action,
    /// Heaviest first, then in the order of the rules.
    pub findings: Vec<Finding>,
    /// The row with all corrections made.
    pub row: StockRow,
}

impl Verdict {
    pub(crate) fn new(row: StockRow, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.action), finding.rule));
        Self {
            number: row.number,
            label: row.label(),
            action: findings
                .first()
                .map_or(Action::Keep, |finding| finding.action),
            findings,
            row,
        }
    }

    /// The label of the row it is merged into, when merging is what becomes of it.
    pub fn merge_into(&self) -> Option<u64> {
        (self.action == Action::Merge)
            .then(|| self.findings.iter().find_map(|finding| finding.merge_into))
            .flatten()
    }

    /// The values a finding put right, as they stand after all corrections.
    pub fn corrected(&self, finding: &Finding) -> Vec<&str> {
        if finding.put.is_empty() {
            return Vec::new();
        }
        let fields = finding.fields.iter();
        fields.map(|field| self.row.get(*field)).collect()
    }

    /// What is told of a finding beside its name: its own note, and how it stands to the others.
    pub fn note(&self, finding: &Finding) -> Words {
        let mut zh = Vec::new();
        let mut en = Vec::new();
        if !finding.note.zh.is_empty() {
            zh.push(finding.note.zh.clone());
            en.push(finding.note.en.clone());
        }
        if finding.action < self.action {
            zh.push("次要缺陷，不单独处理".to_owned());
            en.push("a lesser defect, not treated on its own".to_owned());
        } else {
            let mut lesser: Vec<&str> = Vec::new();
            for other in self.findings.iter().filter(|f| f.action < self.action) {
                if !lesser.contains(&other.code.as_str()) {
                    lesser.push(&other.code);
                }
            }
            if !lesser.is_empty() {
                zh.push(format!(
                    "同时存在{}，按{}处理",
                    lesser.join("、"),
                    self.action.zh()
                ));
                en.push(format!(
                    "{} found too; treated as “{}”",
                    lesser.join(", "),
                    self.action.en()
                ));
            }
        }
        Words::new(zh.join("；"), en.join("; "))
    }
}
