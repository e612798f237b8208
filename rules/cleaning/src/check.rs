//! The tests that put nothing right.

use crate::dates::When;
use crate::facts::Validity;
use crate::holder::Standing;
use crate::library::Registers;
use crate::sight::Sight;
use crate::{Field, Test, Words, text};

impl<R: Registers> Sight<'_, R> {
    pub(crate) fn test(&mut self, at: usize, test: &Test) {
        match test {
            Test::LicenceTypeUnknown {} if self.kind.is_none() => {
                self.found(at, &[Field::LicenceType], &[], Words::default());
            }
            Test::DateUnreadable { fields } => {
                for field in fields {
                    if When::of(self.row.get(*field)) == When::Unreadable {
                        self.found(at, &[*field], &[], Words::default());
                    }
                }
            }
            Test::HolderUnregistered {} => self.unregistered(at),
            Test::HolderState { states } => {
                let state = match &self.standing {
                    Standing::Found(state) if states.contains(state) => state.clone(),
                    _ => return,
                };
                self.found(at, &[], &[Field::HolderId, Field::Holder], Words::default());
                if let Some(finding) = self.findings.last_mut() {
                    finding.evidence = state;
                }
            }
            Test::HolderIdTypeWrong {} => {
                let written = self.row.get(Field::HolderIdType);
                if let Some(kind) = self.kind
                    && !kind.holder_id_types.iter().any(|one| one == written)
                {
                    let note = Words::new(
                        format!(
                            "该类证照的主体证件类型为{}",
                            kind.holder_id_types.join("、")
                        ),
                        format!(
                            "holders of this type have {}",
                            kind.holder_id_types.join(", ")
                        ),
                    );
                    self.found(at, &[Field::HolderIdType], &[Field::HolderId], note);
                }
            }
            Test::NumberCheck {} => {
                let written = self.row.get(Field::LicenceNo);
                let today = self.bench.today;
                let wrong = self
                    .kind
                    .and_then(|kind| kind.number.as_ref())
                    .is_some_and(|number| !number.passes(written, today));
                if wrong && !written.is_empty() {
                    self.found(at, &[Field::LicenceNo], &[], Words::default());
                }
            }
            Test::IssuerNotEntitled {} => self.not_entitled(at),
            Test::ValidityMissing {} => self.validity_missing(at),
            Test::DatesContradict {} => self.contradictions(at),
            Test::Expired {} => {
                // The end of a contradictory validity says nothing.
                let contradictory = matches!((self.from, self.to),
                    (When::Day(from), When::Day(to)) if from > to);
                if let When::Day(to) = self.to
                    && to < self.bench.today
                    && !contradictory
                {
                    self.found(at, &[], &[Field::ValidTo], Words::default());
                }
            }
            Test::RequiredMissing { fields } => {
                let of_type = self.kind.map_or(&[][..], |kind| kind.required.as_slice());
                for (place, field) in fields.iter().chain(of_type).enumerate() {
                    let named_before = fields.iter().chain(of_type).take(place).any(|f| f == field);
                    if !named_before && text::is_blank(self.row.get(*field)) {
                        self.found(at, &[*field], &[], Words::default());
                    }
                }
            }
            _ => {}
        }
    }

    fn unregistered(&mut self, at: usize) {
        let note = match &self.standing {
            Standing::Unasked | Standing::Found(_) => return,
            Standing::Unknown => Words::default(),
            Standing::Invalid => Words::new("号码校验位错误", "the number fails its check"),
            Standing::OtherName => Words::new(
                "号码在基础库中属于另一名称",
                "the register has this number under another name",
            ),
            Standing::Several(count) => Words::new(
                format!("号码校验位错误，基础库中有{count}个可能的号码"),
                format!("the number fails its check; {count} numbers of the register fit"),
            ),
            Standing::Mistyped(..) => Words::new(
                "号码校验位错误，基础库中有一个可能的号码",
                "the number fails its check; one number of the register fits",
            ),
        };
        self.found(at, &[Field::HolderId], &[Field::Holder], note);
    }

    fn not_entitled(&mut self, at: usize) {
        if self.row.get(Field::Issuer).is_empty() {
            return;
        }
        let note = match (self.agency(), self.kind) {
            (None, _) => {
                let code = self.row.get(Field::IssuerCode);
                match self.bench.facts.agency_of_code(code) {
                    Some(agency) => Words::new(
                        format!("机构目录中没有该名称，代码对应的机构为{}", agency.name),
                        format!("unknown name; the code is that of {}", agency.name),
                    ),
                    None => Words::new("机构目录中没有该名称", "unknown name"),
                }
            }
            (Some(agency), Some(kind)) if !kind.issuers.contains(&agency.code) => Words::default(),
            _ => return,
        };
        self.found(
            at,
            &[Field::Issuer],
            &[Field::IssuerCode, Field::LicenceType],
            note,
        );
    }

    fn validity_missing(&mut self, at: usize) {
        let Some(kind) = self.kind else {
            return;
        };
        let note = match (self.to, kind.validity) {
            (When::Missing, Validity::Day | Validity::DayOrLongTerm) => Words::default(),
            (When::LongTerm, Validity::Day) => {
                Words::new("该类证照不得为长期", "this type has no long-term validity")
            }
            _ => return,
        };
        self.found(at, &[Field::ValidTo], &[], note);
    }

    fn contradictions(&mut self, at: usize) {
        let mut found = false;
        if let (When::Day(from), When::Day(to)) = (self.from, self.to)
            && from > to
        {
            let note = Words::new(
                "止早于起，且不等于发证日期互换",
                "ends before it begins, and is not the issue date in the wrong column",
            );
            self.found(
                at,
                &[Field::ValidTo],
                &[Field::ValidFrom, Field::IssueDate],
                note,
            );
            found = true;
        }
        let Some(issue) = self.issue.day() else {
            return;
        };
        if issue > self.bench.today {
            let note = Words::new("发证日期晚于基准日", "issued after today");
            self.found(at, &[Field::IssueDate], &[], note);
        } else if !found && self.to.day().is_some_and(|to| issue > to) {
            let note = Words::new("发证日期晚于有效期止", "issued after it ended");
            self.found(at, &[Field::IssueDate], &[Field::ValidTo], note);
        }
    }
}
