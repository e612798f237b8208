//! 关联注册: registering with an account at another official platform.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use identity::LinkFinish;
use ui::view::{Field, Form, Notice};
use ui::{FormData, L, Posted, Shell};

use super::form_page::FormPage;
use super::register::consent;
use super::steps::{filled, raw};
use crate::reply::{Answer, OrPage, query};
use crate::session::Acting;

/// Before the other platform: what it is about. After it: the ticket, to go on with. Looking at
/// either changes nothing.
pub(super) async fn show(shell: Shell, me: Acting, RawQuery(asked): RawQuery) -> Answer {
    let l = shell.l();
    let Some(there) = identity::link_page(&me.ctx).await.or_page(&shell)? else {
        return Err(shell.fail(StatusCode::NOT_FOUND));
    };
    let ticket = query(asked).get("ticket").to_owned();
    let title = l.t("portal-register-link-title");
    if ticket.is_empty() {
        let mut page = FormPage::new(&shell, title, "/register/link", Form::new(Vec::new()));
        page.sub = l.t("portal-register-link-hint");
        page.go = Some((there, l.t("portal-register-link-go")));
        return Ok(page.answer());
    }
    let mut page = FormPage::new(&shell, title, "/register/link", Form::new(Vec::new()));
    page.sub = l.t("portal-register-link-next");
    page.hidden = vec![("ticket", ticket)];
    page.button = l.t("portal-register-link-do");
    Ok(page.answer())
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::one_time_code("code", l.t("portal-login-code")),
        Field::password("password", l.t("portal-login-password"), "new-password")
            .hint(l.t("portal-password-hint")),
        Field::password("again", l.t("portal-register-again"), "new-password"),
        consent(l),
    ])
}

/// What is shown of what was taken over; masked, and carried by the form.
struct Taken {
    challenge: String,
    words: String,
}

async fn page(shell: &Shell, me: &Acting, form: Form, taken: Taken) -> Answer {
    let l = shell.l();
    let version = identity::current_agreement(&me.ctx)
        .await
        .or_page(shell)?
        .version;
    let title = l.t("portal-register-link-title");
    let mut page = FormPage::new(shell, title, "/register/link/finish", form);
    page.sub = taken.words.clone();
    page.hidden = vec![
        ("challenge", taken.challenge),
        ("taken", taken.words),
        ("version", version),
    ];
    page.button = l.t("portal-register-finish");
    page.links = vec![
        ("/agreement", l.t("portal-agreement")),
        ("/register/link", l.t("portal-register-restart")),
    ];
    page.demo = identity::is_demo(&me.ctx).await.or_page(shell)?;
    Ok(page.answer())
}

/// Takes the data over and sends the code.
pub(super) async fn begin(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let begun = identity::register_by_link(&me.ctx, data.get("ticket"))
        .await
        .or_page(&shell)?;
    let taken = Taken {
        words: l.t3(
            "portal-register-link-taken",
            "name",
            begun.name,
            "id",
            begun.id_number,
            "to",
            &begun.challenge.sent_to,
        ),
        challenge: begun.challenge.id,
    };
    page(&shell, &me, fields(&l), taken).await
}

fn finished(data: &FormData) -> LinkFinish {
    LinkFinish {
        challenge: data.get("challenge").to_owned(),
        code: data.get("code").to_owned(),
        password: raw(data, "password").to_owned(),
        agreement: data.get("version").to_owned(),
    }
}

pub(super) async fn finish(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    if filled(&mut form, &l, &data, "password") {
        match identity::confirm_link(&me.ctx, &finished(&data)).await {
            Ok(_) => {
                let notice = Notice::ok(l.t("portal-registered"));
                return Ok(shell.flash(notice).to("/login"));
            }
            Err(error) => form.refuse(&l, &error.into()),
        }
    }
    let taken = Taken {
        challenge: data.get("challenge").to_owned(),
        words: data.get("taken").to_owned(),
    };
    page(&shell, &me, form, taken).await
}
