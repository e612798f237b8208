//! Changing the password, by choice or because it is older than ninety days.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use ui::view::{Field, Form, Notice};
use ui::{L, Page, Posted, Shell, html, html_status, local_path};

use super::steps::{filled, raw};
use crate::reply::{Answer, query};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/password.html")]
struct PasswordPage {
    page: Page,
    form: Form,
    back: String,
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::password("former", l.t("portal-password-former"), "current-password"),
        Field::password("new", l.t("portal-password-new"), "new-password")
            .hint(l.t("portal-password-hint")),
        Field::password("again", l.t("portal-password-again"), "new-password"),
    ])
}

fn page(shell: &Shell, form: Form, back: &str) -> PasswordPage {
    let title = shell.l().t("portal-password-title");
    let page = shell
        .page(&title)
        .crumb(shell.l().t("my-space"), "/my")
        .crumb_here(title.clone());
    PasswordPage {
        page: page.private().errors(form.errors()),
        form,
        back: local_path(back),
    }
}

pub(super) async fn show(shell: Shell, me: Acting, RawQuery(query_text): RawQuery) -> Answer {
    if me.session.is_none() {
        return Ok(shell.to_login());
    }
    Ok(html(&page(
        &shell,
        fields(&shell.l()),
        query(query_text).get("back"),
    )))
}

pub(super) async fn change(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let Some(token) = me.token.as_ref().filter(|_| me.session.is_some()) else {
        return Ok(shell.to_login());
    };
    let l = shell.l();
    let mut form = fields(&l);
    if filled(&mut form, &l, &data, "new") {
        let (former, new) = (raw(&data, "former"), raw(&data, "new"));
        match identity::change_password(&me.ctx, former, new, token).await {
            Ok(()) => {
                let notice = Notice::ok(l.t("portal-password-changed"));
                return Ok(shell.flash(notice).to(&local_path(data.get("back"))));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    let page = page(&shell, form, data.get("back"));
    Ok(html_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
