//! What is wrong with a row of an import, row by row [C-10].

use serde::Serialize;

use crate::csv;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The requirement that is not met, and which of its checks: `C-29/promised`.
    pub rule: &'static str,
    /// Number of the element at fault, 1 to 36, if it is one.
    pub element: Option<u8>,
    /// Where in it: a material, a post, a code.
    pub place: String,
    pub zh: String,
    pub en: String,
}

impl Fault {
    pub(crate) fn new(
        rule: &'static str,
        element: impl Into<Option<u8>>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        let element = element.into();
        Self {
            rule,
            element,
            place: String::new(),
            zh: zh.into(),
            en: en.into(),
        }
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A new item.
    Added { version: u32 },
    /// A new version; the former one, if it was in use, is history.
    Changed { version: u32, replaces: Option<u32> },
    /// Nothing differs from the latest version.
    Unchanged { version: u32 },
    /// There are faults; nothing was taken in.
    Rejected,
}

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportRow {
    /// From 1, as in the import.
    pub no: usize,
    /// File name, or code of the entry.
    pub label: String,
    pub name: Option<String>,
    #[serde(flatten)]
    pub outcome: Outcome,
    pub faults: Vec<Fault>,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub rows: Vec<ImportRow>,
}

impl ImportReport {
    /// Rows that were not taken in.
    pub fn rejected(&self) -> impl Iterator<Item = &ImportRow> {
        self.rows
            .iter()
            .filter(|row| row.outcome == Outcome::Rejected)
    }

    /// Number of rows that changed something.
    pub fn changed(&self) -> usize {
        let changes = |row: &&ImportRow| {
            matches!(row.outcome, Outcome::Added { .. } | Outcome::Changed { .. })
        };
        self.rows.iter().filter(changes).count()
    }

    /// The faults as a table: row, label, rule, element, place, words.
    pub fn faults_csv(&self) -> String {
        let head = ["行号", "文件或编码", "名称", "规则", "要素", "位置", "问题"];
        let mut out = csv::Table::new(&head);
        for row in &self.rows {
            for fault in &row.faults {
                out.row(&[
                    &row.no.to_string(),
                    &row.label,
                    row.name.as_deref().unwrap_or_default(),
                    fault.rule,
                    &fault.element.map(|no| no.to_string()).unwrap_or_default(),
                    &fault.place,
                    &fault.zh,
                ]);
            }
        }
        out.finish()
    }
}
