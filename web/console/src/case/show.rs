//! The page of a case: its parts in blocks, materials left, acts right.

use axum::http::StatusCode;
use cases::{Detail, State};
use kernel::Permission;
use ui::view::{
    Clock, DocumentLink, Empty, Entry, EntryState, KeyValue, KeyValues, Notice, Timeline,
};
use ui::{Chip, L, Shell};

use super::can::Can;
use super::offer::Offers;
use super::{Place, Refused, digitise, posts, review, window};
use crate::reply::{Answer, OrPage, enc, said};
use crate::session::Acting;
use crate::sheet::{Part, Sheet};
use crate::words;

/// What a page of a case is made of.
pub(crate) struct View<'a> {
    pub acting: &'a Acting,
    pub shell: &'a Shell,
    pub d: &'a Detail,
    pub place: Place,
}

impl View<'_> {
    pub async fn page(&self, refused: Option<Refused>, code: StatusCode) -> Answer {
        let (l, case) = (self.shell.l(), &self.d.case);
        let refused = refused.as_ref();
        let can = Can {
            actor: &self.acting.ctx.actor,
            d: self.d,
        };
        let make = || Offers::new(&l, self.place, case.number(), case.rev, refused);
        let mut acts = make();
        match self.place {
            Place::Desk => window::offer(&mut acts, can),
            Place::Review => review::offer(&mut acts, self.acting, can).await,
        }
        posts::offer(&mut acts, self.acting, can).await;
        if acts.parts.is_empty() {
            let none = Empty::new("check", l.t("console-no-acts"));
            acts.parts.push(Part::Empty(none));
        }
        let (other, key) = match self.place {
            Place::Desk => (Place::Review, "console-to-review"),
            Place::Review => (Place::Desk, "console-to-desk"),
        };
        acts.parts
            .push(Part::Links(vec![(other.href(case.number()), l.t(key))]));
        let mut marks = make();
        self.points(&mut marks, can);
        let told = acts.told || marks.told;
        let (actions, points) = (acts.parts, marks.parts);
        let documents = self.documents(&l).await?;
        let (list, key) = match self.place {
            Place::Desk => ("/desk", "console-menu-desk"),
            Place::Review => ("/approve", "console-menu-approve"),
        };
        let mut sheet = Sheet::new(case.number())
            .sub(case.data.item_name.clone())
            .crumb(l.t(key), list);
        if let Some(refused) = refused.filter(|_| !told) {
            // The act is not open any more; the case stands as it is now.
            sheet = sheet.notice(Notice::bad(said(&l, &refused.problem)));
        }
        for hint in &self.d.hints {
            sheet = sheet.notice(Notice::warn(l.pick(&hint.zh, &hint.en)));
        }
        let overview = self.overview(&l).await?;
        let collected = digitise::part(self.acting, self.shell, self.d).await?;
        sheet = sheet
            .block("overview", l.t("console-case-overview"), overview)
            .block(
                "posts",
                l.t("console-case-posts"),
                posts::standing(&l, self.acting, can).await,
            )
            .block(
                "materials",
                l.t("console-case-materials"),
                self.materials(&l),
            )
            .block("points", l.t("console-case-points"), points)
            .block("form", l.t("console-case-form"), self.form(&l))
            .side("acts", l.t("console-case-acts"), actions)
            .side("documents", l.t("console-case-documents"), documents)
            .side("collected", l.t("console-digitise-there"), collected)
            .side("special", l.t("console-case-special"), self.special(&l))
            .side("timeline", l.t("console-case-timeline"), self.timeline(&l));
        sheet.show_as(code, self.acting, self.shell).await
    }

    async fn overview(&self, l: &L) -> Result<Vec<Part>, axum::response::Response> {
        let (case, now) = (&self.d.case, self.acting.ctx.now());
        let (d, p) = (&case.data, &case.private);
        let directory = agencies::directory(&self.acting.ctx)
            .await
            .or_page(self.shell)?;
        let agency = directory
            .agency(&d.agency)
            .map_or_else(|| d.agency.clone(), |a| a.name.clone());
        let clock = Clock::of(l, self.d.reading.as_ref(), case.state.code(), now);
        let chip = Chip::case(case.state.code(), d.decision.as_ref().map(|x| x.approve));
        let kv = |key: &str, value: String| KeyValue::new(l.t(&format!("console-{key}")), value);
        let mut id = kv("applicant-id", p.applicant.id.clone()).digits();
        let can = Can {
            actor: &self.acting.ctx.actor,
            d: self.d,
        };
        if self.d.masked && can.may(Permission::CaseReveal) {
            id = id.reveal(format!("{}/reveal", self.place.href(case.number())));
        }
        let mut rows = vec![
            kv("applicant", p.applicant.name.clone()),
            id,
            kv("contact", p.contact_name.clone()),
            kv("mobile", p.contact_mobile.clone()).digits(),
            kv("agency", agency),
            kv("submitted", words::maybe(l, d.submitted_at, now)),
            kv("accepted", words::maybe(l, d.accepted_at, now)),
            kv("visits", d.visits.to_string()),
        ];
        if let Some(deadline) = case.deadline {
            rows.push(kv("deadline", words::at(l, deadline, now)));
        }
        if let Some(mark) = &d.provisional {
            rows.push(kv("provisional", words::at(l, mark.at, now)).note(mark.by.clone()));
        }
        if let Some(correction) = d.correction.as_ref() {
            let said: Vec<String> = correction
                .items
                .iter()
                .map(|i| format!("{}：{}", i.name, i.what))
                .collect();
            rows.push(kv("correction", said.join("；")));
        }
        if let Some(fee) = &d.fee {
            let paid = match fee.paid_at {
                Some(at) => l.t1("console-fee-paid", "at", words::at(l, at, now)),
                None => l.t("console-fee-unpaid"),
            };
            rows.push(kv("fee", ui::money(l, fee.amount)).note(paid));
        }
        if let Some(decision) = &d.decision {
            let key = if decision.approve {
                "console-approve"
            } else {
                "console-reject"
            };
            let note = [decision.reason.as_str(), decision.basis.as_str()].join(" ");
            rows.push(kv("decision", l.t(key)).note(note));
        }
        if let Some(parcel) = &d.parcel {
            rows.push(kv("parcel-no", parcel.clone()).digits());
        }
        if let Some(result) = &d.result {
            let row = kv("outcome", result.name.clone());
            rows.push(match &result.licence_key {
                Some(key) => row.href(format!("/licences/{}", enc(key))),
                None => row,
            });
        }
        let facts = KeyValues::with_csrf(rows, self.shell.csrf());
        Ok(vec![Part::Standing(clock, chip), Part::Facts(facts)])
    }

    fn form(&self, l: &L) -> Vec<Part> {
        let (case, mut parts) = (&self.d.case, Vec::new());
        let filling = forms::Filling {
            answers: &case.data.answers,
            values: &case.private.values,
            prefilled: &case.private.prefilled,
        };
        let (mut section, mut rows) = (String::new(), Vec::new());
        for row in self.d.item.form.summary(filling) {
            if row.section != section && !rows.is_empty() {
                let facts = KeyValues::new(std::mem::take(&mut rows));
                parts.push(Part::Heading(std::mem::take(&mut section)));
                parts.push(Part::Facts(facts));
            }
            section = row.section;
            let value = match row.value {
                Some(value) => value,
                None => l.t("field-none"),
            };
            rows.push(KeyValue::new(row.label, value));
        }
        if !rows.is_empty() {
            parts.push(Part::Heading(section));
            parts.push(Part::Facts(KeyValues::new(rows)));
        }
        parts
    }

    fn special(&self, l: &L) -> Vec<Part> {
        let now = self.acting.ctx.now();
        let row = |special: &cases::Special| {
            let open = &special.open;
            let ended = match open.end {
                Some(end) => words::at(l, end, now),
                None => l.t("console-special-running"),
            };
            let span = format!("{} — {ended}", words::at(l, open.start, now));
            let note = format!("{} {}", special.private.reason, special.private.result);
            KeyValue::new(open.name.clone(), span).note(note)
        };
        if self.d.specials.is_empty() {
            return Vec::new();
        }
        vec![Part::Facts(KeyValues::new(
            self.d.specials.iter().map(row).collect(),
        ))]
    }

    /// What was written, and to whom the task was handed.
    fn said(&self, l: &L, step: &cases::StepRecord) -> Option<String> {
        let whom = step.private.handed_to.as_ref();
        let whom = whom.map(|to| l.t1("console-handed-to", "who", to));
        let said = Some(step.private.opinion.clone()).filter(|words| !words.is_empty());
        let both: Vec<String> = whom.into_iter().chain(said).collect();
        (!both.is_empty()).then(|| both.join("："))
    }

    fn timeline(&self, l: &L) -> Vec<Part> {
        let now = self.acting.ctx.now();
        let entry = |(at, step): (usize, &cases::StepRecord)| Entry {
            what: words::event(l, step.open.event),
            when: words::at(l, step.open.ended_at, now),
            at: step.open.ended_at.to_string(),
            who: format!("{} {}", step.private.officer_name, step.open.staff_no),
            note: self.said(l, step),
            documents: Vec::<DocumentLink>::new(),
            state: match step.open.to {
                State::NotAccepted | State::Aborted => EntryState::Bad,
                _ if at == 0 => EntryState::Now,
                _ => EntryState::Done,
            },
        };
        let entries: Vec<Entry> = self.d.steps.iter().rev().enumerate().map(entry).collect();
        if entries.is_empty() {
            Vec::new()
        } else {
            vec![Part::Timeline(Timeline(entries))]
        }
    }
}
