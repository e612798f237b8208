//! The sources, and a new one.

use axum::http::StatusCode;
use ui::view::{Cell, Column, Empty, Form, Notice, Row, Table};
use ui::{Chip, Posted, Shell, Tone};

use super::{HOME, fail, fields, home, of, typed};
use crate::reply::{Answer, OrPage, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    let form = fields(&acting, &shell.l(), None).await.or_page(&shell)?;
    page(&acting, &shell, form, StatusCode::OK).await
}

async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let all = collection::exchange_sources(&acting.ctx)
        .await
        .or_page(shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(shell)?;
    let now = acting.ctx.now();
    let rows: Vec<Row> = all
        .iter()
        .map(|one| {
            let agency = directory.agency(&one.agency);
            let (tone, key) = match one.active {
                true => (Tone::Ok, "console-exchange-on"),
                false => (Tone::End, "console-exchange-off"),
            };
            Row::new(vec![
                Cell::link(of(&one.source_code), one.name.clone()),
                Cell::text(one.source_code.clone()),
                Cell::text(agency.map_or_else(|| one.agency.clone(), |a| a.name.clone())),
                Cell::text(l.pick(one.rule.zh(), one.rule.en()).to_owned()),
                Cell::text(match one.every_minutes {
                    0 => l.t("console-exchange-live"),
                    n => l.t1("console-exchange-minutes", "n", n),
                }),
                Cell::text(words::maybe(&l, one.read_at, now)),
                Cell::Chip(Chip::said(tone, l.t(key))),
            ])
        })
        .collect();
    let parts = match rows.is_empty() {
        true => vec![Part::Empty(Empty::new(
            "folder",
            l.t("console-exchange-none"),
        ))],
        false => vec![Part::Table(Table {
            caption: l.t("console-exchange-title"),
            columns: vec![
                Column::new(l.t("console-exchange-name")),
                Column::new(l.t("console-exchange-code")),
                Column::new(l.t("console-exchange-agency")),
                Column::new(l.t("console-exchange-rule")),
                Column::new(l.t("console-exchange-way")),
                Column::new(l.t("console-exchange-read")),
                Column::new(l.t("console-exchange-state")),
            ],
            rows,
            ..Table::default()
        })],
    };
    let act = Act {
        action: home(),
        form,
        hidden: Vec::new(),
        button: l.t("console-exchange-add"),
        kind: "pri",
    };
    Sheet::new(l.t("console-exchange-title"))
        .crumb(l.t("console-menu-collection"), HOME)
        .sub(l.t("console-exchange-sub"))
        .block("sources", l.t("console-exchange-sources"), parts)
        .block("new", l.t("console-exchange-new"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn begin(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&acting, &l, None).await.or_page(&shell)?;
    form.fill(&data);
    let Some(new) = typed(&l, &mut form, &data, None) else {
        return page(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match collection::set_exchange(&acting.ctx, new).await {
        Ok(source) => {
            let notice = Notice::ok(l.t("console-exchange-added"));
            Ok(shell.flash(notice).to(&of(&source.source_code)))
        }
        Err(error) => {
            let problem = fail(&l, &mut form, error);
            page(&acting, &shell, form, status(&problem)).await
        }
    }
}
