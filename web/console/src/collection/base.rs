//! 基础数据: what existing licences are compared with.

use std::io::Cursor;

use axum::extract::Multipart;
use axum::http::StatusCode;
use kernel::Problem;
use ui::view::{Cell, Column, Empty, Field, Form, Notice, Row, Table};
use ui::{Chip, CsrfGuard, L, Shell, Tone};

use super::HOME;
use super::begin::TABLES;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("name", l.t("console-base-name"))
            .hint(l.t("console-base-name-hint"))
            .max_length(60),
        Field::file("file", l.t("console-collect-file"), TABLES).hint(l.t("console-base-hint")),
    ])
}

async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let all = collection::bases(&acting.ctx).await.or_page(shell)?;
    let now = acting.ctx.now();
    let parts = match all.is_empty() {
        true => vec![Part::Empty(Empty::new("folder", l.t("console-base-none")))],
        false => {
            let mut rows = Vec::new();
            for one in &all {
                let (tone, key) = match one.current {
                    true => (Tone::Ok, "console-base-current"),
                    false => (Tone::End, "console-base-former"),
                };
                rows.push(Row::new(vec![
                    Cell::text(one.name.clone()),
                    Cell::text(one.rows.to_string()),
                    Cell::text(one.rejects.to_string()),
                    Cell::text(words::at(&l, one.at, now)),
                    Cell::text(words::officer(acting, &l, &one.taken_by).await),
                    Cell::Chip(Chip::said(tone, l.t(key))),
                ]));
            }
            let column = |key: &str| Column::new(l.t(&format!("console-base-{key}")));
            vec![Part::Table(Table {
                caption: l.t("console-collect-base"),
                columns: vec![
                    column("name"),
                    column("rows").number(),
                    column("rejects").number(),
                    column("at"),
                    column("by"),
                    column("state"),
                ],
                rows,
                ..Table::default()
            })]
        }
    };
    let act = Act {
        action: format!("{HOME}/base"),
        form,
        hidden: Vec::new(),
        button: l.t("console-base-take"),
        kind: "pri",
    };
    Sheet::new(l.t("console-collect-base"))
        .crumb(l.t("console-menu-collection"), HOME)
        .sub(l.t("console-base-sub"))
        .block("sources", l.t("console-base-sources"), parts)
        .block("take", l.t("console-base-take"), vec![Part::Files(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    page(&acting, &shell, fields(&shell.l()), StatusCode::OK).await
}

pub(super) async fn take(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let mut received = ui::receive(&shell, &guard, parts).await?;
    let mut form = fields(&l);
    form.fill(&received.fields);
    let file = received.take_file();
    let Some((_, bytes)) = file else {
        form.fail("file", l.t("console-collect-choose"));
        return page(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let name = received.fields.get("name").to_owned();
    match collection::take_base(&acting.ctx, &name, Cursor::new(bytes)).await {
        Ok(base) => {
            let words = l.t2(
                "console-base-taken",
                "rows",
                base.rows.to_string(),
                "rejects",
                base.rejects.to_string(),
            );
            let to = format!("{HOME}/base");
            Ok(shell.flash(Notice::ok(words)).to(&to))
        }
        Err(error) => {
            let field = match &error {
                collection::CollectionError::Field("数据来源", _) => "name",
                _ => "file",
            };
            let problem: Problem = error.into();
            form.fail(field, said(&l, &problem));
            page(&acting, &shell, form, status(&problem)).await
        }
    }
}
