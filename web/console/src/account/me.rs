//! The own account: sessions with revocation, and the password.

use ui::view::{Cell, Column, ConfirmDialog, Field, Form, KeyValue, KeyValues, Notice, Row, Table};
use ui::{L, Posted, Shell};

use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

fn subject(acting: &Acting) -> String {
    format!("staff/{}", acting.ctx.actor.id)
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell) -> Answer {
    let (l, actor, now) = (shell.l(), &acting.ctx.actor, acting.ctx.now());
    let own = acting
        .session
        .as_ref()
        .map(|s| s.key.clone())
        .unwrap_or_default();
    let sessions = identity::sessions(&acting.ctx, &subject(&acting))
        .await
        .or_page(&shell)?;
    let roles: Vec<&str> = actor
        .roles
        .iter()
        .filter_map(|code| identity::role(code))
        .map(|role| l.pick(role.zh, role.en))
        .collect();
    let facts = KeyValues::new(vec![
        KeyValue::new(l.t("console-me-name"), actor.name.clone()),
        KeyValue::new(l.t("console-me-number"), actor.staff_no.clone()).digits(),
        KeyValue::new(l.t("console-sign-in-username"), actor.id.clone()),
        KeyValue::new(l.t("console-me-roles"), roles.join(l.pick("、", ", "))),
    ]);
    let mut table = Table {
        caption: l.t("console-me-sessions"),
        columns: ["device", "since", "seen", "state"]
            .map(|key| Column::new(l.t(&format!("console-me-{key}"))))
            .to_vec(),
        ..Table::default()
    };
    let mut open = Vec::new();
    for session in sessions {
        let state = if session.key == own {
            l.t("console-me-this")
        } else if session.open {
            l.t("console-me-open")
        } else {
            l.t("console-me-ended")
        };
        let since = words::at(&l, session.created_at, now);
        if session.open && session.key != own {
            open.push(Part::Confirm(ConfirmDialog {
                trigger: l.t("console-me-revoke"),
                title: l.t1("console-me-revoke-title", "since", &since),
                body: l.t("console-me-revoke-body"),
                action: "/desk/me/revoke".into(),
                hidden: vec![("key".into(), session.key.clone())],
                confirm: l.t("console-me-revoke"),
                csrf: shell.csrf(),
                ..ConfirmDialog::default()
            }));
        }
        table.rows.push(Row::new(vec![
            Cell::text(words::device(&l, &session.device)),
            Cell::text(since),
            Cell::text(words::at(&l, session.last_seen_at, now)),
            Cell::text(state),
        ]));
    }
    let mut parts = vec![Part::Table(table)];
    parts.extend(open);
    let leave = Act {
        action: "/desk/sign-out".into(),
        form: Form::default(),
        hidden: Vec::new(),
        button: l.t("console-sign-out"),
        kind: "",
    };
    let password = ("/desk/password".to_owned(), l.t("console-password"));
    Sheet::new(l.t("console-me-title"))
        .block(
            "person",
            l.t("console-me-person"),
            vec![
                Part::Facts(facts),
                Part::Links(vec![password]),
                Part::Form(leave),
            ],
        )
        .block("sessions", l.t("console-me-sessions"), parts)
        .show(&acting, &shell)
        .await
}

pub(super) async fn revoke(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = identity::revoke_session(&acting.ctx, &subject(&acting), data.get("key")).await;
    let notice = match done {
        Ok(()) => Notice::ok(shell.l().t("console-me-revoked")),
        Err(error) => Notice::bad(said(&shell.l(), &error.into())),
    };
    Ok(shell.flash(notice).to("/desk/me"))
}

fn password_form(l: &L) -> Form {
    Form::new(vec![
        Field::password("former", l.t("console-password-former"), "current-password"),
        Field::password("new", l.t("console-password-new"), "new-password")
            .hint(l.t("console-password-hint")),
        Field::password("again", l.t("console-password-again"), "new-password"),
    ])
}

/// Whoever signed in may change the password, also who has to before anything else.
fn signed_in(acting: &Acting) -> Result<(), axum::response::Response> {
    match acting.session {
        Some(_) => Ok(()),
        None => Err(ui::see_other("/desk/sign-in?back=%2Fdesk%2Fpassword")),
    }
}

fn password_sheet(l: &L, form: Form) -> Sheet {
    let act = Act {
        action: "/desk/password".into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-password-button"),
        kind: "pri",
    };
    Sheet::new(l.t("console-password")).block(
        "password",
        l.t("console-password-block"),
        vec![Part::Form(act)],
    )
}

pub(super) async fn password(acting: Acting, shell: Shell) -> Answer {
    signed_in(&acting)?;
    let l = shell.l();
    password_sheet(&l, password_form(&l))
        .show(&acting, &shell)
        .await
}

pub(super) async fn change_password(acting: Acting, shell: Shell, Posted(data): Posted) -> Answer {
    signed_in(&acting)?;
    let l = shell.l();
    let mut form = password_form(&l);
    form.fill(&data);
    let mut code = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    if form.require(&l) {
        let held = |name: &str| form.field(name).held().to_owned();
        let (former, new, again) = (held("former"), held("new"), held("again"));
        if new != again {
            form.fail("again", l.t("console-password-differs"));
        } else {
            match identity::change_password(&acting.ctx, &former, &new, &acting.token).await {
                Ok(()) => {
                    let notice = Notice::ok(l.t("console-password-changed"));
                    return Ok(shell.flash(notice).to("/desk/me"));
                }
                Err(error) => {
                    let problem = error.into();
                    code = status(&problem);
                    form.refuse(&l, &problem);
                }
            }
        }
    }
    password_sheet(&l, form)
        .show_as(code, &acting, &shell)
        .await
}
