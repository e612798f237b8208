//! 证照核验: a file, a number, or the code of a licence; no login [H-54 to H-60].

mod report;
mod verdict;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use licences::Verification;
use ui::view::{Field, Form, Table, Verdict};
use ui::{CsrfGuard, L, Nav, Page, Posted, Shell, html, html_status, see_other};

use crate::reply::BODY_LIMIT;
use crate::reply::{Answer, OrPage};
use crate::session::Acting;

pub(crate) fn router() -> Router {
    Router::new()
        .route(
            "/verify",
            get(ask).post(file).layer(DefaultBodyLimit::max(BODY_LIMIT)),
        )
        .route("/verify/number", post(number).get(again))
        .route("/verify/report/{number}", get(report::show))
        .route("/verify/report/{number}/{format}", get(report::file))
        .route("/verify/{token}", get(token))
}

#[derive(askama::Template)]
#[template(path = "portal/verify.html")]
struct AskPage {
    page: Page,
    form: Form,
    file_error: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "portal/verdict.html")]
struct VerdictPage {
    page: Page,
    verdict: Verdict,
    /// What was looked at in the file, for experts.
    checks: Table,
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("no", l.t("portal-licence-no")).max_length(60),
        Field::text("last", l.t("portal-holder-last"))
            .hint(l.t("portal-holder-last-hint"))
            .autocomplete("off")
            .max_length(4)
            .optional(),
    ])
}

fn ask_page(shell: &Shell, form: Form, file_error: Option<String>) -> AskPage {
    let title = shell.l().t("portal-verify");
    let errors = form.errors() + usize::from(file_error.is_some());
    let page = shell
        .page(&title)
        .nav(Nav::Wallet)
        .crumb_here(title.clone())
        .errors(errors);
    AskPage {
        page,
        form,
        file_error,
    }
}

async fn ask(shell: Shell) -> Response {
    html(&ask_page(&shell, fields(&shell.l()), None))
}

async fn again() -> Response {
    see_other("/verify")
}

fn answer(shell: &Shell, verification: &Verification) -> Response {
    let verdict = verdict::of(&shell.l(), verification);
    let title = shell.l().t("portal-verify-result");
    let page = shell
        .page(&title)
        .nav(Nav::Wallet)
        .crumb(shell.l().t("portal-verify"), "/verify")
        .crumb_here(title.clone())
        .private();
    let checks = verdict::file_checks(&shell.l(), verification);
    html(&VerdictPage {
        page,
        verdict,
        checks,
    })
}

async fn file(shell: Shell, me: Acting, guard: CsrfGuard, parts: Multipart) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let Some((_, bytes)) = received
        .files
        .into_iter()
        .next()
        .filter(|(_, b)| !b.is_empty())
    else {
        let page = ask_page(&shell, fields(&l), Some(l.t("portal-choose-file")));
        return Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let verification = licences::verify_file(&me.ctx, bytes)
        .await
        .or_page(&shell)?;
    Ok(answer(&shell, &verification))
}

async fn number(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    form.fill(&data);
    if !form.require(&l) {
        return Ok(html_status(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ask_page(&shell, form, None),
        ));
    }
    let ending = Some(data.get("last")).filter(|last| !last.is_empty());
    let found = licences::verify_number(&me.ctx, data.get("no"), ending)
        .await
        .or_page(&shell)?;
    Ok(answer(&shell, &found))
}

async fn token(shell: Shell, me: Acting, Path(token): Path<String>) -> Answer {
    let found = licences::verify_token(&me.ctx, &token)
        .await
        .or_page(&shell)?;
    Ok(answer(&shell, &found))
}
