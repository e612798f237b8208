//! The two passes over a file.

use jiff::civil::Date;

use crate::keys::{Keys, Twin, Twins};
use crate::library::{RegisterError, Registers};
use crate::sight::Sight;
use crate::{Facts, Field, Finding, RuleSet, StockRow, Test, Verdict, Words};

/// What both passes work with.
pub(crate) struct Bench<'a, R> {
    pub rules: &'a RuleSet,
    pub facts: &'a Facts,
    pub registers: &'a R,
    pub today: Date,
}

/// First pass: every row of the file is shown once, in any order.
pub struct Observer<'a, R> {
    bench: Bench<'a, R>,
    keys: Keys,
}

impl<'a, R: Registers> Observer<'a, R> {
    /// `today` is the reference date: licences that ended before it are expired.
    pub fn new(rules: &'a RuleSet, facts: &'a Facts, registers: &'a R, today: Date) -> Self {
        Self {
            bench: Bench {
                rules,
                facts,
                registers,
                today,
            },
            keys: Keys::default(),
        }
    }

    /// Remembers what tells duplicates: 56 bytes a row.
    pub fn observe(&mut self, row: &StockRow) -> Result<(), RegisterError> {
        let sight = Sight::of(&self.bench, row.clone())?;
        let stays = sight.findings.iter().all(|finding| finding.action.stays());
        self.keys.add(&sight, stays);
        Ok(())
    }

    /// Ends the first pass.
    pub fn seal(self) -> Judge<'a, R> {
        Judge {
            bench: self.bench,
            twins: self.keys.seal(),
        }
    }
}

/// Second pass: the same rows again, each with its verdict.
pub struct Judge<'a, R> {
    bench: Bench<'a, R>,
    twins: Twins,
}

impl<R: Registers> Judge<'_, R> {
    /// Judges a row that was observed under the same number.
    pub fn judge(&self, row: StockRow) -> Result<Verdict, RegisterError> {
        let number = row.number;
        let mut sight = Sight::of(&self.bench, row)?;
        if let Some(twin) = self.twins.of(number) {
            for (at, rule) in self.bench.rules.rules().iter().enumerate() {
                self.duplicate(&mut sight, at, &rule.test, twin);
            }
        }
        Ok(Verdict::new(sight.row, sight.findings))
    }

    fn duplicate(&self, sight: &mut Sight<'_, R>, at: usize, test: &Test, twin: Twin) {
        const HOLDER: &[Field] = &[Field::Holder, Field::HolderId];
        const DATES: &[Field] = &[
            Field::HolderId,
            Field::IssueDate,
            Field::ValidFrom,
            Field::ValidTo,
        ];
        match (test, twin) {
            (Test::DuplicateSame {}, Twin::Same { into, differs }) => {
                let label = self.twins.label(into);
                let note = match label {
                    Some(label) if differs => Words::new(
                        format!("其余内容与第{label}行不同，以第{label}行为准"),
                        format!("the rest differs from row {label}, which stands"),
                    ),
                    _ => Words::default(),
                };
                sight.found(at, &[], &[Field::LicenceNo, Field::HolderId], note);
                if let Some(Finding { merge_into, .. }) = sight.findings.last_mut() {
                    *merge_into = label;
                }
            }
            (Test::DuplicateOtherHolder {}, Twin::OtherHolder { .. }) => {
                sight.found(at, &[Field::LicenceNo], HOLDER, self.conflict(sight, twin));
            }
            (Test::DuplicateOtherDates {}, Twin::OtherDates { .. }) => {
                sight.found(at, &[Field::LicenceNo], DATES, self.conflict(sight, twin));
            }
            _ => {}
        }
    }

    fn conflict(&self, sight: &Sight<'_, R>, twin: Twin) -> Words {
        let (labels, more) = self.twins.conflicts(sight.row.number, twin);
        let rows: Vec<String> = labels.iter().map(u64::to_string).collect();
        Words::new(
            format!(
                "与第{}行{}冲突",
                rows.join("、"),
                if more { "等" } else { "" }
            ),
            format!(
                "conflicts with row {}{}",
                rows.join(", "),
                if more { " and others" } else { "" }
            ),
        )
    }
}
