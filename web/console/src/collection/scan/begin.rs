//! A new stack.

use axum::http::StatusCode;
use collection::NewScan;
use kernel::Problem;
use ui::view::{Choice, Field, Form};
use ui::{L, Posted, Shell};

use super::super::HOME;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

async fn fields(acting: &Acting, l: &L) -> Result<Form, Problem> {
    let mut choices = Vec::new();
    for (kind, agencies) in collection::scan_choices(&acting.ctx).await? {
        for agency in agencies {
            let value = format!("{}/{}", kind.type_short_code, agency.code);
            let label = format!("{} · {}", kind.type_name, agency.name);
            choices.push(Choice::new(value, label));
        }
    }
    Ok(Form::new(vec![
        Field::select("kind", l.t("console-scan-kind"), choices)
            .hint(l.t("console-scan-kind-hint")),
        Field::text("system", l.t("console-collect-system"))
            .hint(l.t("console-scan-system-hint"))
            .max_length(60),
    ]))
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    once: String,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let act = Act {
        action: format!("{HOME}/scan"),
        form,
        hidden: vec![("once".into(), once)],
        button: l.t("console-scan-begin"),
        kind: "pri",
    };
    Sheet::new(l.t("console-scan-new"))
        .crumb(l.t("console-menu-collection"), HOME)
        .sub(l.t("console-scan-new-sub"))
        .block("stack", l.t("console-scan-stack"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn form(Staff(acting): Staff, shell: Shell) -> Answer {
    let form = fields(&acting, &shell.l()).await.or_page(&shell)?;
    let once = acting.ctx.rng.key();
    page(&acting, &shell, form, once, StatusCode::OK).await
}

pub(super) async fn begin(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&acting, &l).await.or_page(&shell)?;
    form.fill(&data);
    let once = data.get("once").to_owned();
    let Some((type_code, agency)) = data.get("kind").split_once('/') else {
        form.fail("kind", l.t("console-scan-choose-kind"));
        return page(
            &acting,
            &shell,
            form,
            once,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    };
    let new = NewScan {
        type_code: type_code.to_owned(),
        agency: agency.to_owned(),
        source_system: data.get("system").to_owned(),
        of_case: None,
        once: once.clone(),
    };
    match collection::begin_scan(&acting.ctx, new).await {
        Ok(key) => Ok(ui::see_other(&super::of(&key))),
        Err(error) => {
            let field = match &error {
                collection::CollectionError::Field("来源系统", _) => "system",
                _ => "kind",
            };
            let problem: Problem = error.into();
            form.fail(field, said(&l, &problem));
            page(&acting, &shell, form, once, status(&problem)).await
        }
    }
}
