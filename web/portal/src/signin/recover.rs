//! 找回密码: a code to the bound number, then a new password.

use axum::response::Response;
use identity::Challenge;
use ui::view::{Field, Form, Notice};
use ui::{L, Posted, Shell};

use super::form_page::FormPage;
use super::steps::{filled, raw};
use crate::reply::{Answer, OrPage};
use crate::session::Acting;

fn login_form(l: &L) -> Form {
    Form::new(vec![
        Field::text("login", l.t("portal-login-name"))
            .hint(l.t("portal-login-name-hint"))
            .autocomplete("username")
            .max_length(40),
    ])
}

fn login_page(shell: &Shell, form: Form) -> Response {
    let l = shell.l();
    let mut page = FormPage::new(shell, l.t("portal-recover-title"), "/recover", form);
    page.sub = l.t("portal-recover-hint");
    page.button = l.t("portal-login-next");
    page.links = vec![
        ("/login", l.t("portal-recover-back")),
        ("/halls", l.t("portal-recover-hall")),
    ];
    page.answer()
}

pub(super) async fn show(shell: Shell) -> Response {
    login_page(&shell, login_form(&shell.l()))
}

pub(super) async fn begin(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = login_form(&l);
    form.fill(&data);
    if form.require(&l) {
        match identity::recover(&me.ctx, data.get("login")).await {
            Ok(challenge) => return new_page(&shell, &me, new_form(&l), challenge).await,
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    Ok(login_page(&shell, form))
}

fn new_form(l: &L) -> Form {
    Form::new(vec![
        Field::one_time_code("code", l.t("portal-login-code")),
        Field::password("password", l.t("portal-password-new"), "new-password")
            .hint(l.t("portal-password-hint")),
        Field::password("again", l.t("portal-password-again"), "new-password"),
    ])
}

async fn new_page(shell: &Shell, me: &Acting, form: Form, sent: Challenge) -> Answer {
    let l = shell.l();
    let mut page = FormPage::new(shell, l.t("portal-recover-new"), "/recover/new", form);
    page.sub = l.t("portal-recover-sent");
    page.hidden = vec![("challenge", sent.id)];
    page.button = l.t("portal-recover-do");
    page.links = vec![("/recover", l.t("portal-login-restart"))];
    page.demo = identity::is_demo(&me.ctx).await.or_page(shell)?;
    Ok(page.answer())
}

pub(super) async fn again() -> Response {
    ui::see_other("/recover")
}

pub(super) async fn finish(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = new_form(&l);
    if filled(&mut form, &l, &data, "password") {
        let new = raw(&data, "password");
        let (challenge, code) = (data.get("challenge"), data.get("code"));
        match identity::finish_recovery(&me.ctx, challenge, code, new).await {
            Ok(()) => {
                let notice = Notice::ok(l.t("portal-recovered"));
                return Ok(shell.flash(notice).to("/login"));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    let sent = Challenge {
        id: data.get("challenge").to_owned(),
        sent_to: String::new(),
        expires: me.ctx.now(),
    };
    new_page(&shell, &me, form, sent).await
}
