//! A new batch: a file with what is said of it.

use std::io::Cursor;

use axum::extract::Multipart;
use axum::http::StatusCode;
use collection::{Given, NewBatch, SourceClass};
use kernel::Problem;
use ui::view::{Choice, Field, Form, Notice};
use ui::{CsrfGuard, L, Shell};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

pub(super) const TABLES: &str = ".csv,.txt,.xlsx,.ods";

async fn fields(acting: &Acting, l: &L) -> Result<Form, Problem> {
    let agencies = collection::collecting_agencies(&acting.ctx).await?;
    if agencies.is_empty() {
        let denied = kernel::Denied(kernel::Permission::LicenceCollect);
        return Err(collection::CollectionError::from(denied).into());
    }
    let own = acting.ctx.actor.agency.clone().unwrap_or_default();
    let agencies = agencies
        .into_iter()
        .map(|one| Choice::new(one.code, one.name))
        .collect();
    let classes = SourceClass::ALL.iter().map(|class| {
        let words = l.pick(class.zh(), class.en());
        Choice::new(class.code(), format!("{} {words}", class.code())).hint(l.t(
            match class.needs_person() {
                true => "console-collect-by-person",
                false => "console-collect-by-rules",
            },
        ))
    });
    Ok(Form::new(vec![
        Field::file("file", l.t("console-collect-file"), TABLES)
            .hint(l.t("console-collect-file-hint")),
        Field::select("agency", l.t("console-collect-agency"), agencies).value(own),
        Field::radio("class", l.t("console-collect-class"), classes.collect()).value("A"),
        Field::text("system", l.t("console-collect-system"))
            .hint(l.t("console-collect-system-hint"))
            .max_length(60),
    ]))
}

async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let act = Act {
        action: format!("{HOME}/new"),
        form,
        hidden: Vec::new(),
        button: l.t("console-collect-upload"),
        kind: "pri",
    };
    Sheet::new(l.t("console-collect-new"))
        .crumb(l.t("console-menu-collection"), HOME)
        .sub(l.t("console-collect-new-sub"))
        .block("file", l.t("console-collect-file"), vec![Part::Files(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn form(Staff(acting): Staff, shell: Shell) -> Answer {
    let form = fields(&acting, &shell.l()).await.or_page(&shell)?;
    page(&acting, &shell, form, StatusCode::OK).await
}

pub(super) async fn begin(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let mut received = ui::receive(&shell, &guard, parts).await?;
    let mut form = fields(&acting, &l).await.or_page(&shell)?;
    form.fill(&received.fields);
    let file = received.take_file();
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some((name, bytes)) = file else {
        form.fail("file", l.t("console-collect-choose"));
        return page(&acting, &shell, form, wrong).await;
    };
    let given = |name: &str| received.fields.get(name).trim().to_owned();
    let Some(source_class) = SourceClass::from_code(&given("class")) else {
        form.fail("class", l.t("console-collect-choose-class"));
        return page(&acting, &shell, form, wrong).await;
    };
    let new = NewBatch {
        agency: given("agency"),
        source_class,
        source_system: given("system"),
        file_name: name,
        given: Given::default(),
    };
    match collection::begin(&acting.ctx, new, Cursor::new(bytes)).await {
        Ok(key) => {
            let notice = Notice::ok(l.t("console-collect-uploaded"));
            Ok(shell.flash(notice).to(&of(&key)))
        }
        Err(error) => {
            let field = match &error {
                collection::CollectionError::Field("来源系统", _) => "system",
                _ => "file",
            };
            let problem: Problem = error.into();
            form.fail(field, said(&l, &problem));
            page(&acting, &shell, form, status(&problem)).await
        }
    }
}
