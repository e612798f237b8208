//! 办件进度 without login: number with the last four characters of the identity number, or with
//! the token of the notice's code [B-35, D-17].

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::routing::get;
use cases::{Progress, Proof};
use ui::view::{Clock, Entry, EntryState, Field, Form, Timeline};
use ui::{Chip, L, Page, Posted, Shell, html, html_status};

use crate::reply::{Answer, query};
use crate::session::Acting;
use crate::words;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/progress", get(ask).post(show))
        .route("/progress/{no}", get(by_code))
}

#[derive(askama::Template)]
#[template(path = "portal/progress_ask.html")]
struct AskPage {
    page: Page,
    form: Form,
}

#[derive(askama::Template)]
#[template(path = "portal/progress.html")]
struct ProgressPage {
    page: Page,
    progress: Progress,
    chip: Chip,
    clock: Clock,
    next: String,
    deadline: Option<String>,
    timeline: Timeline,
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("no", l.t("portal-case-no")).max_length(40),
        Field::text("last", l.t("portal-last-four"))
            .hint(l.t("portal-last-four-hint"))
            .autocomplete("off")
            .max_length(4),
    ])
}

fn ask_page(shell: &Shell, form: Form) -> AskPage {
    let title = shell.l().t("portal-progress");
    AskPage {
        page: shell
            .page(&title)
            .crumb_here(title.clone())
            .errors(form.errors()),
        form,
    }
}

async fn ask(shell: Shell, RawQuery(raw): RawQuery) -> axum::response::Response {
    let mut form = fields(&shell.l());
    if let Some(no) = form.fields.first_mut() {
        no.values = query(raw).all("no").map(str::to_owned).collect();
    }
    html(&ask_page(&shell, form))
}

fn page(shell: &Shell, me: &Acting, progress: Progress) -> ProgressPage {
    let (l, now) = (shell.l(), me.ctx.now());
    let entries = progress
        .steps
        .iter()
        .enumerate()
        .map(|(i, (what, at, agency))| Entry {
            what: words::event_named(&l, what),
            when: words::at(&l, *at, now),
            at: at.to_string(),
            who: agency.clone(),
            state: if i == 0 {
                EntryState::Now
            } else {
                EntryState::Done
            },
            ..Entry::default()
        })
        .collect();
    let title = l.t("portal-progress");
    ProgressPage {
        page: shell
            .page(&title)
            .crumb(title.clone(), "/progress")
            .private(),
        chip: Chip::case(progress.state.code(), None),
        clock: Clock::of(&l, progress.reading.as_ref(), progress.state.code(), now),
        next: words::next(&l, progress.state),
        deadline: progress.deadline.map(|d| words::before(&l, d, now)),
        timeline: Timeline(entries),
        progress,
    }
}

async fn show(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    form.fill(&data);
    if form.require(&l) {
        let proof = Proof::LastFour(data.get("last"));
        match cases::progress(&me.ctx, data.get("no"), proof).await {
            Ok(progress) => return Ok(html(&page(&shell, &me, progress))),
            // An unknown number and a wrong pair sound the same.
            Err(cases::CaseError::NotFound) => form.fail("", l.t("portal-progress-none")),
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    Ok(html_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        &ask_page(&shell, form),
    ))
}

async fn by_code(
    shell: Shell,
    me: Acting,
    Path(no): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let l = shell.l();
    let token = query(raw).get("t").to_owned();
    let mut form = fields(&l);
    if let Some(field) = form.fields.first_mut() {
        field.values = vec![no.clone()];
    }
    if token.is_empty() {
        return Ok(html(&ask_page(&shell, form)));
    }
    match cases::progress(&me.ctx, &no, Proof::Token(&token)).await {
        Ok(progress) => Ok(html(&page(&shell, &me, progress))),
        Err(error) => {
            form.refuse(&l, &error.into());
            Ok(html_status(StatusCode::NOT_FOUND, &ask_page(&shell, form)))
        }
    }
}
