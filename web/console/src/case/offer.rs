//! How the page offers acts: one form each, with names of its own, so that no two controls of the
//! page are called the same.

use ui::L;
use ui::view::{Choice, Field, Form};

use super::{Place, Refused};
use crate::sheet::{Act, Part};

/// Makes the forms of one page.
pub(crate) struct Offers<'a> {
    pub l: &'a L,
    pub base: String,
    pub rev: i64,
    pub refused: Option<&'a Refused>,
    pub parts: Vec<Part>,
    /// The refused act is among those offered.
    pub told: bool,
}

impl<'a> Offers<'a> {
    pub fn new(
        l: &'a L,
        place: Place,
        number: &str,
        rev: i64,
        refused: Option<&'a Refused>,
    ) -> Self {
        Self {
            l,
            base: place.href(number),
            rev,
            refused,
            parts: Vec::new(),
            told: false,
        }
    }

    /// A words key of the act: `console-act-accept` and its like.
    fn key(act: &str) -> String {
        format!("console-act-{act}")
    }

    /// Offers an act with its fields. A refused one keeps what was typed and says why.
    pub fn add(&mut self, act: &'static str, kind: &'static str, fields: Vec<Field>) {
        let mut form = Form::new(fields);
        if let Some(refused) = self.refused.filter(|r| r.act == act) {
            form.fill(&refused.data);
            form.refuse(self.l, &refused.problem);
            self.told = true;
        }
        let title = self.l.t(&Self::key(act));
        self.parts.push(Part::Heading(title.clone()));
        self.parts.push(Part::Form(Act {
            action: format!("{}/act/{act}", self.base),
            form,
            hidden: vec![("rev".into(), self.rev.to_string())],
            button: title,
            kind,
        }));
    }

    /// A longer text.
    pub fn words(&self, act: &str, name: &str) -> Field {
        Field::textarea(
            format!("{act}.{name}"),
            self.l.t(&format!("console-{name}")),
            3,
        )
    }

    /// One line.
    pub fn line(&self, act: &str, name: &str) -> Field {
        Field::text(
            format!("{act}.{name}"),
            self.l.t(&format!("console-{name}")),
        )
    }

    /// Two answers, `1` and `0`.
    pub fn either(&self, act: &str, name: &str, yes: &str, no: &str) -> Field {
        let choices = vec![
            Choice::new("1", self.l.t(yes)),
            Choice::new("0", self.l.t(no)),
        ];
        Field::radio(
            format!("{act}.{name}"),
            self.l.t(&format!("console-{name}")),
            choices,
        )
    }
}
