//! Password, then the code that came by SMS.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use identity::Duty;
use kernel::Problem;
use ui::view::{Field, Form};
use ui::{
    CsrfBinding, FormData, KEPT_FIELD, Kept, L, Page, Posted, Shell, html, html_status, local_path,
    see_other,
};

use super::with_cookie;
use crate::reply::{Answer, OrPage, enc, query};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/login.html")]
struct LoginPage {
    page: Page,
    form: Form,
    back: String,
    /// A form that waits for the sign-in, sealed.
    kept: String,
}

#[derive(askama::Template)]
#[template(path = "portal/login_code.html")]
struct CodePage {
    page: Page,
    form: Form,
    back: String,
    kept: String,
    challenge: String,
    sent_to: String,
    demo: bool,
}

fn password_form(l: &L) -> Form {
    Form::new(vec![
        Field::text("login", l.t("portal-login-name"))
            .hint(l.t("portal-login-name-hint"))
            .autocomplete("username")
            .max_length(40),
        Field::password("password", l.t("portal-login-password"), "current-password"),
    ])
}

fn code_form(l: &L) -> Form {
    Form::new(vec![Field::one_time_code("code", l.t("portal-login-code"))])
}

fn login_page(shell: &Shell, form: Form, data: &FormData) -> LoginPage {
    let title = shell.l().t("login");
    let page = shell
        .page(&title)
        .crumb_here(title.clone())
        .private()
        .errors(form.errors());
    LoginPage {
        page,
        form,
        back: local_path(data.get("back")),
        kept: data.get(KEPT_FIELD).to_owned(),
    }
}

pub(super) async fn login(
    shell: Shell,
    me: Acting,
    axum::extract::RawQuery(raw): axum::extract::RawQuery,
) -> Response {
    let data = query(raw);
    if me.session.is_some() {
        return see_other(&local_path(data.get("back")));
    }
    html(&login_page(&shell, password_form(&shell.l()), &data))
}

/// Signing in with a form that waits: it goes along and stands at the end.
pub(super) async fn resume(shell: Shell, me: Acting, Posted(data): Posted) -> Response {
    if me.session.is_none() {
        return html(&login_page(&shell, password_form(&shell.l()), &data));
    }
    match Kept::open(&shell, data.get(KEPT_FIELD)) {
        Some(kept) => kept.again(&shell, shell.csrf()),
        None => see_other("/my"),
    }
}

pub(super) async fn password(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = password_form(&l);
    form.fill(&data);
    if form.require(&l) {
        let (login, password) = (data.get("login"), raw(&data, "password"));
        match identity::sign_in_password(&me.ctx, login, password).await {
            Ok(challenge) => {
                let page = code_page(
                    &shell,
                    &me,
                    code_form(&l),
                    &data,
                    challenge.id,
                    challenge.sent_to,
                );
                return Ok(html(&page.await?));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    let page = login_page(&shell, form, &data);
    Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// A password may begin or end with a blank: it is taken as it was typed.
pub(super) fn raw<'d>(data: &'d FormData, name: &str) -> &'d str {
    data.pairs()
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value)
}

/// Fills the form with what was typed; true when nothing is missing and the new password, in the
/// field `new`, was typed twice alike.
pub(super) fn filled(form: &mut Form, l: &L, data: &FormData, new: &str) -> bool {
    form.fill(data);
    if !form.require(l) {
        return false;
    }
    let alike = raw(data, new) == raw(data, "again");
    if !alike {
        form.fail("again", l.t("portal-password-differs"));
    }
    alike
}

async fn code_page(
    shell: &Shell,
    me: &Acting,
    form: Form,
    data: &FormData,
    challenge: String,
    sent_to: String,
) -> Result<CodePage, Response> {
    let title = shell.l().t("portal-login-code-title");
    Ok(CodePage {
        page: shell
            .page(&title)
            .crumb_here(title.clone())
            .private()
            .errors(form.errors()),
        form,
        back: local_path(data.get("back")),
        kept: data.get(KEPT_FIELD).to_owned(),
        challenge,
        sent_to,
        demo: identity::is_demo(&me.ctx).await.or_page(shell)?,
    })
}

/// Somebody who reloads the second step begins with the first.
pub(super) async fn again() -> Response {
    see_other("/login")
}

pub(super) async fn code(
    shell: Shell,
    me: Acting,
    headers: HeaderMap,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let mut form = code_form(&l);
    form.fill(&data);
    let device = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if form.require(&l) {
        let challenge = data.get("challenge");
        match identity::sign_in_code(&me.ctx, challenge, data.get("code"), device).await {
            Ok(new) => {
                if let Some(kept) = Kept::open(&shell, data.get(KEPT_FIELD))
                    && new.session.duties.is_empty()
                {
                    let token = shell.csrf_under(&CsrfBinding(new.session.csrf.clone()));
                    let page = kept.again(&shell, token);
                    return Ok(with_cookie(page, &new.token, me.app.secure));
                }
                let back = local_path(data.get("back"));
                let to = match new.session.duties.first() {
                    Some(Duty::AcceptAgreement) => format!("/agreement?back={}", enc(&back)),
                    Some(Duty::ChangePassword) => format!("/my/password?back={}", enc(&back)),
                    None if back == "/" => "/my".to_owned(),
                    None => back,
                };
                return Ok(with_cookie(see_other(&to), &new.token, me.app.secure));
            }
            Err(error) => {
                let problem: Problem = error.into();
                form.refuse(&l, &problem);
            }
        }
    }
    let (challenge, sent_to) = (
        data.get("challenge").to_owned(),
        data.get("sent_to").to_owned(),
    );
    let page = code_page(&shell, &me, form, &data, challenge, sent_to).await?;
    Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
