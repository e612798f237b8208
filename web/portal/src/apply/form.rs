//! One section of the application form.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cases::{Detail, Saved};
use forms::{Kind, Section, Widget};
use ui::view::Form;
use ui::{FormData, L, Posted, Shell, html, html_status, see_other};

use super::field::field;
use super::situation::StepPage;
use super::{open, photo, steps};
use crate::reply::{Answer, OrPage};
use crate::services::guide::posted;
use crate::session::{Acting, SignedIn};

fn section(shell: &Shell, detail: &Detail, step: &str) -> Result<Section, Response> {
    let found = steps::sections(detail)
        .into_iter()
        .find(|(key, _)| key == step);
    // Answers changed meanwhile may have taken the section away: the list shows what is left.
    let gone = || match step.starts_with("form-") {
        true => see_other(&super::home(detail)),
        false => shell.fail(StatusCode::NOT_FOUND),
    };
    found.map(|(_, section)| section).ok_or_else(gone)
}

fn fields(l: &L, section: &Section) -> Form {
    Form::new(
        section
            .fields
            .iter()
            .filter_map(|view| field(l, view))
            .collect(),
    )
}

fn view(shell: &Shell, me: &Acting, detail: &Detail, at: (&str, &Section), form: Form) -> StepPage {
    let (step, section) = at;
    let l = shell.l();
    let all = steps::all(&l, detail, me.ctx.now());
    let title = section.heading();
    StepPage {
        page: super::page(shell, detail, &title).errors(form.errors()),
        steps: steps::header(&l, detail, &all, step),
        action: steps::href(detail, step),
        save: format!("{}/save", steps::href(detail, step)),
        back: steps::before(detail, &all, step),
        photos: photo::views(&l, detail, step, section),
        title,
        form,
    }
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((draft, step)): Path<(String, String)>,
) -> Answer {
    let detail = open(&shell, &me, &draft).await?;
    let section = section(&shell, &detail, &step)?;
    let form = fields(&shell.l(), &section);
    Ok(html(&view(&shell, &me, &detail, (&step, &section), form)))
}

/// A page sends nothing for a switch that is off: off is an answer too.
fn read(section: &Section, data: &FormData) -> HashMap<String, Vec<String>> {
    let mut map = posted(data);
    for view in &section.fields {
        let f = &view.field;
        if f.kind == Kind::Boolean && f.widget == Widget::Switch && !data.has(&f.name) {
            map.insert(f.name.clone(), vec!["false".into()]);
        }
    }
    map
}

pub(super) async fn save(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((draft, step)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    let section = section(&shell, &detail, &step)?;
    let map = read(&section, &data);
    let mut form = fields(&l, &section);
    form.fill(&data);
    match cases::save_fields(&me.ctx, &draft, &map, &section.names(), &step).await {
        Ok(Saved::Yes(_)) => {
            let all = steps::all(&l, &detail, me.ctx.now());
            let to = match data.get("then") {
                "exit" => super::home(&detail),
                _ => steps::after(&detail, &all, &step),
            };
            return Ok(see_other(&to));
        }
        Ok(Saved::Errors(errors)) => {
            for error in errors {
                form.fail(&error.field, error.words.pick(l.locale()));
            }
        }
        Err(error) => form.refuse(&l, &error.into()),
    }
    let page = view(&shell, &me, &detail, (&step, &section), form);
    Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// Keeps what can be read while somebody is still typing; nothing is judged.
pub(super) async fn autosave(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((draft, step)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    let detail = open(&shell, &me, &draft).await?;
    let section = section(&shell, &detail, &step)?;
    let filling = steps::filling(&detail.case);
    let reading = detail
        .item
        .form
        .read(filling, &read(&section, &data), &section.names());
    cases::save_values(&me.ctx, &draft, reading.values)
        .await
        .or_page(&shell)?;
    let at = ui::clock(kernel::time::beijing(me.ctx.now()));
    Ok(Json(serde_json::json!({ "saved_at": at })).into_response())
}
