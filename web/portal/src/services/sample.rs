//! What the guide lets people look at before they begin: samples of materials, the blank
//! application form, the blank result.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use conditions::Answers;
use forms::{Filling, Prefilled, Values, Widget};
use items::Item;
use kernel::Problem;
use ui::{Nav, Page, Shell, html};

use super::guide::item_of;
use crate::reply::{Answer, OrPage};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/sample.html")]
struct SamplePage {
    page: Page,
    title: String,
    note: String,
    lines: Vec<String>,
    sections: Vec<BlankSection>,
}

/// A section of the blank form: heading, then label and choices of each field.
struct BlankSection {
    id: String,
    heading: String,
    rows: Vec<(String, String)>,
}

fn page(shell: &Shell, item: &Item, title: &str) -> Page {
    let guide = format!("/services/{}", item.item_id);
    shell
        .page(title)
        .nav(Nav::Services)
        .crumb(item.name.clone(), guide)
        .crumb_here(title)
}

fn none(shell: &Shell) -> Response {
    let words = shell.l().t("portal-no-item");
    shell.problem(&Problem::not_found(words.clone(), words))
}

/// The sample of one material.
pub(super) async fn material(
    shell: Shell,
    me: Acting,
    Path((code, material)): Path<(String, String)>,
) -> Answer {
    let l = shell.l();
    let item = item_of(&shell, &me, &code).await?;
    let found = item
        .materials
        .iter()
        .find(|m| m.material_code == material)
        .and_then(|m| Some((m, m.sample.as_ref().filter(|s| s.format == "text")?)));
    let Some((material, sample)) = found else {
        return Err(none(&shell));
    };
    let title = l.t1("portal-sample-title", "name", &material.material_name);
    let lines = sample.content.split(['·', '\n']);
    Ok(html(&SamplePage {
        page: page(&shell, &item, &title),
        note: l.t("portal-sample-note"),
        lines: lines
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        sections: Vec::new(),
        title,
    }))
}

/// The application form, empty, to print.
pub(super) async fn blank(shell: Shell, me: Acting, Path(code): Path<String>) -> Answer {
    let l = shell.l();
    let item = item_of(&shell, &me, &code).await?;
    let (answers, values, prefilled) = (Answers::new(), Values::default(), Prefilled::default());
    let filling = Filling {
        answers: &answers,
        values: &values,
        prefilled: &prefilled,
    };
    let sections = item
        .form
        .sections(filling)
        .into_iter()
        .enumerate()
        .map(|(at, section)| {
            let rows = section
                .fields
                .iter()
                .filter(|view| view.field.widget != Widget::Photo);
            BlankSection {
                id: format!("part-{at}"),
                heading: section.heading(),
                rows: rows
                    .map(|view| {
                        let choices: Vec<String> = view
                            .field
                            .options
                            .iter()
                            .map(|option| format!("□\u{a0}{}", option.label))
                            .collect();
                        (view.field.title.clone(), choices.join("　"))
                    })
                    .collect(),
            }
        });
    let title = l.t1("portal-blank-title", "name", item.form.title());
    Ok(html(&SamplePage {
        page: page(&shell, &item, &title),
        note: l.t("portal-blank-note"),
        lines: Vec::new(),
        sections: sections.collect(),
        title,
    }))
}

/// The empty form of the licence that the item gives.
pub(super) async fn result(shell: Shell, me: Acting, Path(code): Path<String>) -> Answer {
    let item = item_of(&shell, &me, &code).await?;
    let Some(kind) = &item.result_licence_type else {
        return Err(none(&shell));
    };
    let kind = licences::licence_type(&me.ctx, kind)
        .await
        .or_page(&shell)?;
    let png = licences::blank_picture(kind).await.or_page(&shell)?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((StatusCode::OK, headers, png).into_response())
}
