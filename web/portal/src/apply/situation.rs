//! The questions that decide which situation applies.

use axum::extract::Path;
use axum::http::StatusCode;
use cases::Detail;
use ui::view::{Form, Steps};
use ui::{Page, Posted, Shell, html, html_status, see_other};

use super::{open, steps};
use crate::reply::Answer;
use crate::services::guide::{posted, question_fields};
use crate::session::{Acting, SignedIn};

#[derive(askama::Template)]
#[template(path = "portal/apply_form.html")]
pub(super) struct StepPage {
    pub page: Page,
    pub title: String,
    pub steps: Steps,
    pub form: Form,
    pub photos: Vec<super::photo::PhotoView>,
    pub action: String,
    /// Where changes are saved while somebody types; empty: not.
    pub save: String,
    pub back: String,
}

fn view(shell: &Shell, me: &Acting, detail: &Detail, form: Form) -> StepPage {
    let l = shell.l();
    let all = steps::all(&l, detail, me.ctx.now());
    let title = l.t("portal-step-situation");
    StepPage {
        page: super::page(shell, detail, &title).errors(form.errors()),
        steps: steps::header(&l, detail, &all, "situation"),
        action: steps::href(detail, "situation"),
        back: steps::before(detail, &all, "situation"),
        photos: Vec::new(),
        save: String::new(),
        title,
        form,
    }
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
) -> Answer {
    let detail = open(&shell, &me, &draft).await?;
    let form = Form::new(question_fields(&detail.item, &detail.case.data.answers));
    Ok(html(&view(&shell, &me, &detail, form)))
}

pub(super) async fn save(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    let mut form = Form::new(question_fields(&detail.item, &detail.case.data.answers));
    form.fill(&data);
    if form.require(&l) {
        match cases::save_answers(&me.ctx, &draft, &posted(&data)).await {
            Ok(_) => {
                let all = steps::all(&l, &detail, me.ctx.now());
                let to = match data.get("then") {
                    "exit" => super::home(&detail),
                    _ => steps::after(&detail, &all, "situation"),
                };
                return Ok(see_other(&to));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    Ok(html_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(&shell, &me, &detail, form),
    ))
}
