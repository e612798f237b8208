//! What the window does: pre-review, intake, acceptance, correction, fees, hand-over.

use cases::{Collected, Event, State};
use flow::Step;
use items::{FeeStep, Mode};
use kernel::Permission as P;
use ui::view::{Choice, Field};

use super::can::Can;
use super::offer::Offers;
use super::scan;
use crate::sheet::Part;

/// Offers the acts of the window.
pub(crate) fn offer(offers: &mut Offers<'_>, can: Can<'_>) {
    acceptance(offers, can);
    if can.event(Event::FeeDue) && can.may(P::CaseAccept) && fee_here(can) {
        let basis = can.d.item.fee_basis.clone().unwrap_or_default();
        let field = Field::number("fee.amount", offers.l.t("console-amount"))
            .unit(offers.l.t("console-yuan"))
            .hint(basis);
        offers.add("fee", "", vec![field]);
    }
    if can.event(Event::Paid) && can.may(P::CaseAccept) {
        let fields = vec![offers.line("paid", "receipt-no")];
        offers.add("paid", "pri", fields);
    }
    materials(offers, can);
    if matches!(
        can.d.case.state,
        State::Correcting | State::CorrectingInReview
    ) && can.may(P::CaseIntake)
    {
        offers.add("resubmit", "pri", Vec::new());
    }
    delivery(offers, can);
}

fn acceptance(offers: &mut Offers<'_>, can: Can<'_>) {
    if can.post(&[Step::Accept]).is_none() {
        return;
    }
    let (item, case) = (&can.d.item, &can.d.case);
    let online = case.state == State::Submitted;
    if can.event(Event::PreReviewPass) && item.mode == Mode::PreReview && can.may(P::CasePreReview)
    {
        let fields = vec![offers.words("pre-review-pass", "opinion").optional()];
        offers.add("pre-review-pass", "pri", fields);
    }
    if can.event(Event::ProvisionallyAccept)
        && case.data.provisional.is_none()
        && can.may(P::CaseAccept)
    {
        offers.add("provisional", "", Vec::new());
    }
    if can.event(Event::Intake) && can.may(P::CaseIntake) {
        offers.add("originals", "", Vec::new());
    }
    if !can.may(P::CaseAccept) {
        return;
    }
    if can.event(Event::Accept) && !(online && item.mode == Mode::PreReview) {
        let fields = vec![offers.words("accept", "opinion").optional()];
        offers.add("accept", "pri", fields);
    }
    if can.event(Event::AskCorrection) {
        let fields = correction(offers, can);
        offers.add("correct", "", fields);
    }
    if can.event(Event::Refuse) {
        let fields = vec![
            offers.words("refuse", "reason"),
            offers.words("refuse", "basis").optional(),
        ];
        offers.add("refuse", "danger", fields);
    }
}

/// One text for each material and one for the form: what stays empty is in order.
pub(super) fn correction(offers: &Offers<'_>, can: Can<'_>) -> Vec<Field> {
    let mut fields = vec![
        Field::textarea("correct.form", offers.l.t("console-correct-form"), 2)
            .hint(offers.l.t("console-correct-hint"))
            .optional(),
    ];
    for need in can.d.item.materials_for(&can.d.case.data.answers) {
        if need.material.from_form {
            continue;
        }
        let name = format!("correct.m.{}", need.material.material_code);
        fields.push(Field::textarea(name, need.material.material_name.clone(), 2).optional());
    }
    fields
}

/// The item's fee falls due in this state.
fn fee_here(can: Can<'_>) -> bool {
    let (case, step) = (&can.d.case, can.d.item.fee_step);
    let unpaid = case
        .data
        .fee
        .as_ref()
        .is_none_or(|fee| fee.paid_at.is_none());
    let here = match step {
        Some(FeeStep::BeforeAcceptance) => {
            matches!(case.state, State::Submitted | State::TakenIn)
        }
        Some(FeeStep::BeforeDecision) => case.state == State::InReview,
        Some(FeeStep::AfterDecision) => case.state == State::Decided,
        Some(FeeStep::BeforeHandOver) => case.state == State::Completed,
        None => false,
    };
    unpaid && here
}

/// Materials seen on paper or promised, while the case is open to change at the window.
fn materials(offers: &mut Offers<'_>, can: Can<'_>) {
    let case = &can.d.case;
    if !scan::open(can) {
        return;
    }
    let to_scan = format!("{}/scan", offers.base);
    let words = offers.l.t("console-scan-link");
    offers.parts.push(Part::Links(vec![(to_scan, words)]));
    let lacking = |code: &str| {
        let mut mine = can.d.materials.iter().filter(|m| m.material_code == code);
        !mine.any(|m| m.returned.is_none() && m.collected != Collected::Promised)
    };
    let needs = can.d.item.materials_for(&case.data.answers);
    let lacked: Vec<_> = needs
        .iter()
        .map(|need| &need.material)
        .filter(|m| !m.from_form && lacking(&m.material_code))
        .collect();
    let choice =
        |m: &items::Material| Choice::new(m.material_code.clone(), m.material_name.clone());
    let paper: Vec<Choice> = lacked.iter().map(|m| choice(m)).collect();
    if !paper.is_empty() {
        let field = Field::checkbox("paper.codes", offers.l.t("console-codes"), paper);
        offers.add("paper", "", vec![field]);
    }
    let promised = |code: &str| {
        can.d
            .materials
            .iter()
            .any(|m| m.material_code == code && m.collected == Collected::Promised)
    };
    let later: Vec<Choice> = lacked
        .iter()
        .filter(|m| m.promise_allowed && !promised(&m.material_code))
        .map(|m| choice(m))
        .collect();
    if !later.is_empty() {
        let field = Field::checkbox("promise.codes", offers.l.t("console-codes-later"), later);
        offers.add("promise", "", vec![field]);
    }
}

fn delivery(offers: &mut Offers<'_>, can: Can<'_>) {
    let (case, item) = (&can.d.case, &can.d.item);
    if can.may(P::CaseDeliver) && can.post(&[Step::Deliver]).is_some() {
        if can.event(Event::HandOver) {
            let mut fields = vec![offers.line("hand-over", "collector")];
            if item.mode == Mode::Verification {
                fields.push(offers.either(
                    "hand-over",
                    "match",
                    "console-match-yes",
                    "console-match-no",
                ));
            }
            fields.push(offers.words("hand-over", "note").optional());
            offers.add("hand-over", "pri", fields);
        }
        if can.event(Event::Ship) && case.data.parcel.is_none() {
            let fields = vec![offers.line("ship", "parcel-no")];
            offers.add("ship", "", fields);
        }
    }
    if can.may(P::CaseDeliver) && can.event(Event::CourierSigned) && case.data.parcel.is_some() {
        offers.add("courier-signed", "", Vec::new());
    }
    if can.may(P::CaseDecide) {
        if can.event(Event::OriginalsInOrder) {
            let fields = vec![offers.words("in-order", "note").optional()];
            offers.add("in-order", "pri", fields);
        }
        if can.event(Event::DecisionWithdrawn) {
            let fields = vec![
                offers.words("undecide", "reason"),
                offers.words("undecide", "basis"),
            ];
            offers.add("undecide", "danger", fields);
        }
    }
}
