//! What reviewers do: opinions, returns, special procedures, the decision, completion.

use cases::{Event, REVIEW_STEPS};
use flow::{Opinion, Step};
use kernel::Permission as P;
use ui::view::{Choice, Field, KeyValue, KeyValues};

use super::can::Can;
use super::offer::Offers;
use super::window;
use crate::session::Acting;
use crate::sheet::Part;

/// Steps from which a case can be sent back.
const RETURNING: &[Step] = &[
    Step::Review,
    Step::SiteCheck,
    Step::TechnicalReview,
    Step::Decide,
];

/// Offers the acts of the reviewers.
pub(crate) async fn offer(offers: &mut Offers<'_>, acting: &Acting, can: Can<'_>) {
    opinion(offers, acting, can).await;
    decision(offers, can);
    completion(offers, acting, can).await;
    returns(offers, can);
    assignment(offers, acting, can).await;
    if can.may(P::CaseReview)
        && can.event(Event::AskCorrectionInReview)
        && can.d.case.data.review_corrections == 0
        && can.post(REVIEW_STEPS).is_some()
    {
        let fields = window::correction(offers, can);
        offers.add("correct", "", fields);
    }
    special(offers, can);
}

/// A colleague's name by user name.
pub(super) async fn name_of(acting: &Acting, username: &str) -> String {
    match identity::staff(&acting.ctx, username).await {
        Ok(Some(staff)) => format!("{} {}", staff.name, staff.staff_no),
        _ => username.to_owned(),
    }
}

async fn opinion(offers: &mut Offers<'_>, acting: &Acting, can: Can<'_>) {
    if !can.may(P::CaseReview) || !can.event(Event::ReviewOpinion) {
        return;
    }
    let Some(post) = can.post(REVIEW_STEPS) else {
        return;
    };
    let flow = can.d.case.data.flow.as_ref();
    let signed = flow
        .and_then(|f| f.task(&post.code))
        .map(|t| t.signatures.as_slice());
    let signed = signed.unwrap_or_default();
    if post.countersign > 1 || !signed.is_empty() {
        let mut rows = Vec::new();
        for signature in signed {
            let key = match signature.opinion {
                Opinion::Agree => "console-agree",
                Opinion::Disagree => "console-disagree",
            };
            let name = name_of(acting, &signature.who).await;
            rows.push(KeyValue::new(name, offers.l.t(key)));
        }
        let words = offers.l.t2(
            "console-signed",
            "have",
            signed.len() as i64,
            "need",
            i64::from(post.countersign),
        );
        offers.parts.push(Part::Text(words));
        if !rows.is_empty() {
            offers.parts.push(Part::Facts(KeyValues::new(rows)));
        }
    }
    if signed.iter().any(|s| s.who == can.actor.id) {
        return;
    }
    let fields = vec![
        offers
            .either("opinion", "verdict", "console-agree", "console-disagree")
            .hint(format!("{} · {}", post.name, post.duty)),
        offers.words("opinion", "opinion"),
    ];
    offers.add("opinion", "pri", fields);
}

fn decision(offers: &mut Offers<'_>, can: Can<'_>) {
    if !can.may(P::CaseDecide)
        || !can.event(Event::DecideApprove)
        || can.post(&[Step::Decide]).is_none()
    {
        return;
    }
    let fields = vec![
        offers.either("decide", "decision", "console-approve", "console-reject"),
        offers
            .words("decide", "reason")
            .hint(offers.l.t("console-decide-hint"))
            .optional(),
        offers.words("decide", "basis").optional(),
    ];
    offers.add("decide", "pri", fields);
}

/// The face as it would be printed, with a field for each value that nothing else gives.
async fn completion(offers: &mut Offers<'_>, acting: &Acting, can: Can<'_>) {
    if !can.may(P::CaseComplete)
        || !can.event(Event::Complete)
        || can.post(&[Step::Complete]).is_none()
    {
        return;
    }
    let mut fields = Vec::new();
    match cases::preview_face(&acting.ctx, cases::Seen::case(&can.d.case)).await {
        Ok(Some(face)) => {
            let kind = match &can.d.item.result_licence_type {
                Some(code) => licences::licence_type(&acting.ctx, code).await.ok(),
                None => None,
            };
            let label = |code: &str| {
                let known = kind.as_ref().and_then(|kind| {
                    kind.face_fields
                        .iter()
                        .find(|field| field.field_code == code)
                });
                known.map_or_else(|| code.to_owned(), |field| field.field_name.clone())
            };
            let shown = face.values.iter().filter(|(_, value)| !value.is_empty());
            let rows: Vec<_> = shown
                .map(|(code, value)| KeyValue::new(label(code), value.clone()))
                .collect();
            offers
                .parts
                .push(Part::Heading(offers.l.t("console-face-preview")));
            offers.parts.push(Part::Facts(KeyValues::new(rows)));
            for (code, name) in &face.missing {
                fields.push(Field::text(format!("complete.face.{code}"), name.clone()));
            }
        }
        Ok(None) => offers.parts.push(Part::Text(offers.l.t("console-no-face"))),
        Err(error) => {
            let problem: kernel::Problem = error.into();
            let words = crate::reply::said(offers.l, &problem);
            offers.parts.push(Part::Note(ui::view::Notice::bad(words)));
        }
    }
    fields.push(offers.words("complete", "note").optional());
    offers.add("complete", "pri", fields);
}

fn returns(offers: &mut Offers<'_>, can: Can<'_>) {
    if !can.may(P::CaseReview) || !can.event(Event::ReturnStep) || can.post(RETURNING).is_none() {
        return;
    }
    let Some(flow) = can.d.case.data.flow.as_ref() else {
        return;
    };
    let definition = &can.d.item.flow;
    let choices: Vec<Choice> = flow
        .done()
        .iter()
        .filter_map(|done| definition.post(&done.post))
        .filter(|post| definition.return_to.contains(&post.step))
        .map(|post| Choice::new(post.code.clone(), post.name.clone()))
        .collect();
    if choices.is_empty() {
        return;
    }
    let fields = vec![
        Field::select("return.to", offers.l.t("console-return-to"), choices),
        offers.words("return", "reason"),
    ];
    offers.add("return", "", fields);
}

async fn assignment(offers: &mut Offers<'_>, acting: &Acting, can: Can<'_>) {
    if !can.may(P::CaseAccept) || !can.event(Event::Assign) {
        return;
    }
    let Some(flow) = can.d.case.data.flow.as_ref() else {
        return;
    };
    let open = flow
        .tasks()
        .filter_map(|(code, _)| can.d.item.flow.post(code));
    let mut choices: Vec<Choice> = Vec::new();
    for post in open.filter(|post| post.step.is_review()) {
        for username in &post.staff {
            if !choices.iter().any(|known| known.value == *username) {
                let label = format!("{} {}", post.name, name_of(acting, username).await);
                choices.push(Choice::new(username.clone(), label));
            }
        }
    }
    if !choices.is_empty() {
        let field = Field::select("assign.to", offers.l.t("console-assign-to"), choices);
        offers.add("assign", "", vec![field]);
    }
}

fn special(offers: &mut Offers<'_>, can: Can<'_>) {
    let procedures: Vec<Choice> = can
        .d
        .item
        .special_procedures
        .iter()
        .filter(|procedure| procedure.excluded_from_limit)
        .map(|p| {
            Choice::new(p.procedure_name.clone(), p.procedure_name.clone()).hint(p.basis.clone())
        })
        .collect();
    if can.may(P::CaseSpecial) && can.event(Event::Suspend) && !procedures.is_empty() {
        let fields = vec![
            Field::radio(
                "suspend.procedure",
                offers.l.t("console-procedure"),
                procedures,
            ),
            offers.words("suspend", "reason"),
        ];
        offers.add("suspend", "", fields);
    }
    if can.may(P::CaseReview) && can.event(Event::Resume) {
        let fields = vec![offers.words("resume", "result")];
        offers.add("resume", "pri", fields);
    }
    if !can.may(P::CaseDecide) {
        return;
    }
    if can.event(Event::Extend) {
        let days = Field::number("extend.days", offers.l.t("console-days"));
        let fields = vec![days, offers.words("extend", "reason")];
        offers.add("extend", "", fields);
    }
    if can.event(Event::Abort) {
        let fields = vec![offers.words("abort", "reason")];
        offers.add("abort", "danger", fields);
    }
}
