//! One row under examination: what can be put right is put right first, so that every test sees the
//! values as they should be.

use crate::cleaner::Bench;
use crate::dates::{self, When};
use crate::holder::{self, Standing};
use crate::library::{RegisterError, Registers};
use crate::{Field, Finding, LicenceType, StockRow, Test, Words, text};

/// A row, what is known of it, and what has been found so far.
pub(crate) struct Sight<'a, R> {
    pub bench: &'a Bench<'a, R>,
    pub row: StockRow,
    pub kind: Option<&'a LicenceType>,
    pub standing: Standing,
    pub issue: When,
    pub from: When,
    pub to: When,
    pub findings: Vec<Finding>,
}

impl<'a, R: Registers> Sight<'a, R> {
    /// Examines a row by all rules but those of duplicates.
    pub fn of(bench: &'a Bench<'a, R>, row: StockRow) -> Result<Self, RegisterError> {
        let mut sight = Self {
            bench,
            row,
            kind: None,
            standing: Standing::Unasked,
            issue: When::Missing,
            from: When::Missing,
            to: When::Missing,
            findings: Vec::new(),
        };
        if sight.row.is_blank() {
            sight.each(|sight, at, test| {
                if matches!(test, Test::BlankRow {}) {
                    sight.found(at, &[], &[], Words::default());
                }
            });
            return Ok(sight);
        }
        sight.each(Self::columns);
        sight.each(Self::forms);
        sight.look();
        sight.each(Self::swapped_validity);
        sight.look();
        sight.standing = holder::ask(
            &sight.row,
            sight.kind,
            bench.facts,
            bench.registers,
            bench.today,
        )?;
        sight.each(Self::references);
        sight.each(Self::test);
        Ok(sight)
    }

    fn each(&mut self, step: impl Fn(&mut Self, usize, &'a Test)) {
        for (at, rule) in self.bench.rules.rules().iter().enumerate() {
            step(self, at, &rule.test);
        }
    }

    fn look(&mut self) {
        self.kind = self
            .bench
            .facts
            .licence_type(self.row.get(Field::LicenceType));
        self.issue = When::of(self.row.get(Field::IssueDate));
        self.from = When::of(self.row.get(Field::ValidFrom));
        self.to = When::of(self.row.get(Field::ValidTo));
    }

    /// Notes a finding on these columns, and what else the rule looked at.
    pub fn found(&mut self, rule: usize, fields: &[Field], beside: &[Field], note: Words) {
        let seen = fields.iter().chain(beside);
        let seen = seen.map(|f| (*f, self.row.get(*f).to_owned())).collect();
        self.push(rule, fields, seen, Vec::new(), note);
    }

    /// Notes a finding and puts new values into its columns.
    fn correct(&mut self, rule: usize, changes: Vec<(Field, String)>, note: Words) {
        let fields: Vec<Field> = changes.iter().map(|(field, _)| *field).collect();
        let seen = fields.iter().map(|f| (*f, self.row.get(*f).to_owned()));
        let seen = seen.collect();
        let put = changes.iter().map(|(_, text)| text.clone()).collect();
        for (field, text) in changes {
            self.row.set(field, text);
        }
        self.push(rule, &fields, seen, put, note);
    }

    fn push(
        &mut self,
        rule: usize,
        fields: &[Field],
        seen: Vec<(Field, String)>,
        put: Vec<String>,
        note: Words,
    ) {
        if let Some(named) = self.bench.rules.rules().get(rule) {
            self.findings.push(Finding {
                rule,
                code: named.code.clone(),
                action: named.action,
                fields: fields.to_vec(),
                seen,
                put,
                evidence: String::new(),
                note,
                merge_into: None,
            });
        }
    }

    /// Columns first: what is tidied depends on what a column holds.
    fn columns(&mut self, at: usize, test: &Test) {
        if !matches!(test, Test::HolderColumnsSwapped {}) {
            return;
        }
        let (name, id) = (self.row.get(Field::Holder), self.row.get(Field::HolderId));
        if holder::looks_like_number(name) && holder::looks_like_name(id) {
            let changes = vec![
                (Field::Holder, id.to_owned()),
                (Field::HolderId, name.to_owned()),
            ];
            self.correct(at, changes, Words::default());
        }
    }

    fn forms(&mut self, at: usize, test: &Test) {
        match test {
            Test::UntidyText {
                codes,
                dates,
                texts,
            } => {
                // Numbers of holders and agencies have no small letters; a licence number may.
                let upper = |field| matches!(field, Field::HolderId | Field::IssuerCode);
                for field in codes {
                    self.tidy(at, *field, |text| text::code(text, upper(*field)));
                }
                for field in dates {
                    self.tidy(at, *field, text::date);
                }
                for field in texts {
                    self.tidy(at, *field, text::words);
                }
            }
            Test::DateForm { fields } => {
                for field in fields {
                    // A set of rules may leave tidying out.
                    let text = self.row.get(*field);
                    let tidy = text::date(text);
                    if let Some(day) = dates::rewritten(tidy.as_deref().unwrap_or(text)) {
                        self.correct(at, vec![(*field, day)], Words::default());
                    }
                }
            }
            _ => {}
        }
    }

    fn tidy(&mut self, at: usize, field: Field, tidied: impl Fn(&str) -> Option<String>) {
        if let Some(text) = tidied(self.row.get(field)) {
            self.correct(at, vec![(field, text)], Words::default());
        }
    }

    fn swapped_validity(&mut self, at: usize, test: &Test) {
        if !matches!(test, Test::ValiditySwapped {}) {
            return;
        }
        if let (When::Day(from), When::Day(to), When::Day(issue)) = (self.from, self.to, self.issue)
            && from > to
            && to == issue
        {
            let changes = vec![
                (Field::ValidFrom, to.to_string()),
                (Field::ValidTo, from.to_string()),
            ];
            self.correct(at, changes, Words::default());
        }
    }

    /// What registers and directory can put right.
    fn references(&mut self, at: usize, test: &Test) {
        match test {
            Test::HolderIdCorrectable {} => {
                if let Standing::Mistyped(id, state) = self.standing.clone() {
                    let note = if self.row.get(Field::HolderId).len() == 15 {
                        Words::new("15位号码升为18位", "15 digits became 18")
                    } else {
                        Words::default()
                    };
                    self.correct(at, vec![(Field::HolderId, id)], note);
                    self.standing = Standing::Found(state);
                }
            }
            Test::HolderIdTypeCorrectable {} => {
                let right = holder::id_type(&self.row, self.kind);
                if self.kind.is_some()
                    && right != self.row.get(Field::HolderIdType)
                    && matches!(self.standing, Standing::Found(_) | Standing::Mistyped(..))
                {
                    let right = right.to_owned();
                    self.correct(at, vec![(Field::HolderIdType, right)], Words::default());
                }
            }
            Test::IssuerCodeCorrectable {} => {
                let Some((kind, agency)) = self.kind.zip(self.agency()) else {
                    return;
                };
                if kind.issuers.contains(&agency.code)
                    && agency.uscc != self.row.get(Field::IssuerCode)
                {
                    let code = agency.uscc.clone();
                    self.correct(at, vec![(Field::IssuerCode, code)], Words::default());
                }
            }
            _ => {}
        }
    }

    pub fn agency(&self) -> Option<&'a crate::Agency> {
        self.bench.facts.agency(self.row.get(Field::Issuer))
    }
}
