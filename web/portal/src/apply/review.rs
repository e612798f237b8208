//! 核对并提交: everything that was filled in, each part with its way to change it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use cases::{CaseError, Detail, State};
use ui::view::{Form, KeyValue, KeyValues, Steps};
use ui::{Page, Posted, Shell, html, html_status, see_other};

use super::{open, steps};
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, SignedIn};

/// A part of the application with the address that changes it.
struct Part {
    id: String,
    title: String,
    href: String,
    rows: KeyValues,
}

#[derive(askama::Template)]
#[template(path = "portal/apply_review.html")]
struct ReviewPage {
    page: Page,
    steps: Steps,
    form: Form,
    parts: Vec<Part>,
    submit: String,
    back: String,
    contact: String,
}

fn parts(shell: &Shell, detail: &Detail) -> Vec<Part> {
    let (l, case) = (shell.l(), &detail.case);
    let none = || l.t("field-none");
    let mut parts = Vec::new();
    if !detail.item.questions.is_empty() {
        let row = |q: &conditions::Question| {
            let answer = case.data.answers.get(&q.code);
            let words = answer.map(|a| {
                a.values()
                    .iter()
                    .map(|v| q.label(v).to_owned())
                    .collect::<Vec<_>>()
                    .join("、")
            });
            KeyValue::new(&q.text, words.unwrap_or_else(none))
        };
        parts.push(Part {
            id: "situation".into(),
            title: l.t("portal-step-situation"),
            href: steps::href(detail, "situation"),
            rows: KeyValues::new(detail.item.questions.iter().map(row).collect()),
        });
    }
    let summary = detail.item.form.summary(steps::filling(case));
    for (key, section) in steps::sections(detail) {
        let names = section.names();
        let rows = summary
            .iter()
            .filter(|row| names.contains(&row.name.as_str()))
            .map(|row| {
                let photo = row.widget == forms::Widget::Photo && row.value.is_some();
                let words = row.value.clone().unwrap_or_else(none);
                match photo {
                    true => KeyValue::new(&row.label, l.t("portal-photo-there")),
                    false => KeyValue::new(&row.label, words),
                }
            });
        parts.push(Part {
            rows: KeyValues::new(rows.collect()),
            title: section.heading(),
            href: steps::href(detail, &key),
            id: key,
        });
    }
    let needs = detail.item.materials_for(&case.data.answers);
    let row = |need: &items::MaterialNeed| {
        let code = &need.material.material_code;
        let mine = detail
            .materials
            .iter()
            .filter(|m| m.material_code == *code)
            .count();
        let words = match (mine, need.required) {
            (0, true) => l.t("material-MISSING"),
            (0, false) => none(),
            (n, _) => l.t1("portal-material-there", "n", n),
        };
        KeyValue::new(&need.material.material_name, words)
    };
    parts.push(Part {
        id: "materials".into(),
        title: l.t("portal-step-materials"),
        href: steps::href(detail, "materials"),
        rows: KeyValues::new(needs.iter().map(row).collect()),
    });
    parts
}

fn view(shell: &Shell, me: &Acting, detail: &Detail, form: Form) -> ReviewPage {
    let l = shell.l();
    let all = steps::all(&l, detail, me.ctx.now());
    let p = &detail.case.private;
    let applicant = &p.applicant;
    let name = match applicant.is_legal {
        true => applicant.name.clone(),
        false => kernel::mask::name(&applicant.name),
    };
    let phone = kernel::mask::phone(&p.contact_mobile);
    ReviewPage {
        page: super::page(shell, detail, &l.t("portal-step-review")).errors(form.errors()),
        steps: steps::header(&l, detail, &all, "review"),
        parts: parts(shell, detail),
        submit: steps::href(detail, "submit"),
        back: steps::href(detail, "materials"),
        contact: l.t2("portal-review-applicant", "name", name, "phone", phone),
        form,
    }
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
) -> Answer {
    let detail = open(&shell, &me, &draft).await?;
    if detail.case.state != State::Draft {
        return Ok(see_other(&super::home(&detail)));
    }
    Ok(html(&view(&shell, &me, &detail, Form::default())))
}

/// Somebody who reloads the address of the form sees the review again.
pub(super) async fn again(Path(draft): Path<String>) -> Response {
    see_other(&format!("/apply/d/{draft}/review"))
}

/// Submits; pressed twice, both lead to the same receipt.
pub(super) async fn submit(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(_): Posted,
) -> Answer {
    let error = match cases::submit(&me.ctx, &draft).await {
        Ok(_) => return Ok(see_other(&format!("/apply/d/{draft}/done"))),
        Err(error) => error,
    };
    if matches!(error, CaseError::Denied(_) | CaseError::NotFound) {
        return Err(error).or_page(&shell);
    }
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    let mut form = Form::default();
    match error {
        CaseError::Form(fields) => {
            let sections = steps::sections(&detail);
            for (name, zh, en) in fields {
                let holds = |s: &forms::Section| s.names().contains(&name.as_str());
                let part = sections.iter().find(|(_, section)| holds(section));
                let words = l.pick(&zh, &en).to_owned();
                match part {
                    Some((key, _)) => form.fail_at(format!("r-{key}"), words),
                    None => form.fail("", words),
                }
            }
        }
        other => form.refuse(
            &l,
            &kernel::Problem {
                field: None,
                ..other.into()
            },
        ),
    }
    Ok(html_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(&shell, &me, &detail, form),
    ))
}
