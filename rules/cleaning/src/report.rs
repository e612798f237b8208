//! What is told of a cleaned file: row by row, and in sum.

use std::collections::BTreeMap;

use crate::{Action, Verdict};

/// One line of the row-by-row report: one finding, or that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub row_no: u64,
    /// `NONE` for a row without a defect.
    pub defect_code: String,
    /// What becomes of the row, not what this finding alone would ask.
    pub action: Action,
    /// Columns concerned, joined by `|`.
    pub field: String,
    /// Their values after correction, joined by `|`.
    pub corrected_value: String,
    pub merge_into_row: Option<u64>,
    /// Chinese note.
    pub note: String,
}

impl Line {
    /// Headings of the report.
    pub const HEADINGS: [&'static str; 7] = [
        "row_no",
        "defect_code",
        "expected_action",
        "field",
        "corrected_value",
        "merge_into_row",
        "note",
    ];

    /// The lines of a row, in the order of its findings.
    pub fn of(verdict: &Verdict) -> Vec<Self> {
        if verdict.findings.is_empty() {
            return vec![Self {
                row_no: verdict.label,
                defect_code: "NONE".into(),
                action: Action::Keep,
                field: String::new(),
                corrected_value: String::new(),
                merge_into_row: None,
                note: String::new(),
            }];
        }
        let line = |finding| {
            let finding: &crate::Finding = finding;
            let fields: Vec<&str> = finding.fields.iter().map(|f| f.code()).collect();
            Self {
                row_no: verdict.label,
                defect_code: finding.code.clone(),
                action: verdict.action,
                field: fields.join("|"),
                corrected_value: verdict.corrected(finding).join("|"),
                merge_into_row: finding.merge_into,
                note: verdict.note(finding).zh,
            }
        };
        verdict.findings.iter().map(line).collect()
    }

    /// The cells under [`Line::HEADINGS`].
    pub fn cells(&self) -> [String; 7] {
        [
            self.row_no.to_string(),
            self.defect_code.clone(),
            self.action.code().to_owned(),
            self.field.clone(),
            self.corrected_value.clone(),
            self.merge_into_row
                .map(|row| row.to_string())
                .unwrap_or_default(),
            self.note.clone(),
        ]
    }
}

/// The sums of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub rows: u64,
    pub by_action: BTreeMap<Action, u64>,
    /// Rows with at least one finding of the rule.
    pub by_rule: BTreeMap<String, u64>,
}

impl Summary {
    pub fn add(&mut self, verdict: &Verdict) {
        self.rows += 1;
        *self.by_action.entry(verdict.action).or_default() += 1;
        for (at, finding) in verdict.findings.iter().enumerate() {
            let before = verdict.findings.iter().take(at);
            if before.clone().any(|other| other.code == finding.code) {
                continue;
            }
            match self.by_rule.get_mut(&finding.code) {
                Some(count) => *count += 1,
                None => {
                    self.by_rule.insert(finding.code.clone(), 1);
                }
            }
        }
    }
}
