//! 窗口开户: from the card, with the code on the applicant's phone and the agreement on paper.

use axum::http::StatusCode;
use identity::{IdentityError, WindowRegistration};
use kernel::{Permission, Problem};
use ui::view::{Choice, Field, Form, KeyValue, KeyValues, Notice};
use ui::{L, Posted, Shell};

use super::show::{HOME, has};
use crate::reply::{Answer, OrPage, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

async fn fields(acting: &Acting, shell: &Shell) -> Result<Form, axum::response::Response> {
    let l = shell.l();
    let agreement = identity::current_agreement(&acting.ctx)
        .await
        .or_page(shell)?;
    let signed = l.t1("console-accounts-signed", "version", &agreement.version);
    Ok(Form::new(vec![
        Field::text("name", l.t("console-accounts-name")).max_length(30),
        Field::text("id_number", l.t("console-accounts-id"))
            .hint(l.t("console-accounts-id-hint"))
            .max_length(18),
        Field::text("mobile", l.t("console-accounts-mobile"))
            .hint(l.t("console-accounts-mobile-hint"))
            .max_length(11),
        Field::checkbox(
            "agreement",
            l.t("console-accounts-agreement"),
            vec![Choice::new(agreement.version, signed)],
        )
        .hint(l.t("console-accounts-agreement-hint")),
    ]))
}

fn sheet(l: &L) -> Sheet {
    Sheet::new(l.t("console-accounts-open"))
        .sub(l.t("console-accounts-open-sub"))
        .crumb(l.t("console-accounts-title"), HOME)
}

async fn first(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let act = Act {
        action: format!("{HOME}/open"),
        form,
        hidden: Vec::new(),
        button: l.t("console-accounts-send"),
        kind: "pri",
    };
    sheet(&l)
        .block("card", l.t("console-accounts-card"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn ask(Staff(acting): Staff, shell: Shell) -> Answer {
    if !has(&acting, Permission::AccountWindow) {
        let denied = IdentityError::from(kernel::Denied(Permission::AccountWindow));
        return Err(shell.problem(&denied.into()));
    }
    let form = fields(&acting, &shell).await?;
    first(&acting, &shell, form, StatusCode::OK).await
}

pub(super) async fn begin(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&acting, &shell).await?;
    form.fill(&data);
    if !form.require(&l) {
        return first(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let card = WindowRegistration {
        name: data.get("name").to_owned(),
        id_number: data.get("id_number").to_owned(),
        mobile: data.get("mobile").to_owned(),
        agreement: data.get("agreement").to_owned(),
    };
    match identity::register_at_window(&acting.ctx, &card).await {
        Ok(sent) => second(&acting, &shell, &sent.id, code(&l), StatusCode::OK).await,
        Err(error) => {
            let problem = Problem::from(error);
            form.refuse(&l, &problem);
            first(&acting, &shell, form, status(&problem)).await
        }
    }
}

fn code(l: &L) -> Form {
    Form::new(vec![
        Field::text("code", l.t("console-accounts-code"))
            .hint(l.t("console-accounts-code-hint"))
            .max_length(6),
    ])
}

async fn second(
    acting: &Acting,
    shell: &Shell,
    challenge: &str,
    form: Form,
    status: StatusCode,
) -> Answer {
    let l = shell.l();
    let act = Act {
        action: format!("{HOME}/open/finish"),
        form,
        hidden: vec![("challenge".into(), challenge.to_owned())],
        button: l.t("console-accounts-finish"),
        kind: "pri",
    };
    sheet(&l)
        .block("code", l.t("console-accounts-code"), vec![Part::Form(act)])
        .show_as(status, acting, shell)
        .await
}

pub(super) async fn finish(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let challenge = data.get("challenge");
    let mut form = code(&l);
    form.fill(&data);
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return second(&acting, &shell, challenge, form, code).await;
    }
    match identity::activate_at_window(&acting.ctx, challenge, data.get("code")).await {
        Ok(made) => {
            let facts = KeyValues::new(vec![
                KeyValue::new(l.t("console-accounts-login"), made.login).digits(),
                KeyValue::new(l.t("console-accounts-password"), made.password).digits(),
            ]);
            let parts = vec![
                Part::Note(Notice::warn(l.t("console-accounts-once"))),
                Part::Facts(facts),
            ];
            sheet(&l)
                .block("made", l.t("console-accounts-opened"), parts)
                .show(&acting, &shell)
                .await
        }
        Err(error) => {
            let problem = Problem::from(error);
            form.refuse(&l, &problem);
            second(&acting, &shell, challenge, form, status(&problem)).await
        }
    }
}
