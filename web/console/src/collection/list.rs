//! The batches that one has to do with.

use collection::{Batch, BatchState};
use kernel::Permission;
use ui::view::{Cell, Column, Empty, Pager, Row, Table};
use ui::{Chip, L, QueryData, Shell, Tone};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, page_of};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};
use crate::words;

pub(super) fn chip(l: &L, state: BatchState) -> Chip {
    let tone = match state {
        BatchState::Scanning | BatchState::Uploaded | BatchState::Looked => Tone::Warn,
        BatchState::Taken => Tone::Ok,
        BatchState::Ended => Tone::End,
    };
    Chip::said(tone, l.pick(state.zh(), state.en()))
}

pub(super) async fn list(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let found = collection::batches(&acting.ctx, page_of(&query))
        .await
        .or_page(&shell)?;
    let mut parts = Vec::new();
    let collects = !acting
        .ctx
        .actor
        .scopes(Permission::LicenceCollect)
        .is_empty();
    if collects {
        let mut links = vec![
            (format!("{HOME}/new"), l.t("console-collect-new")),
            (format!("{HOME}/scan"), l.t("console-scan-new")),
            (format!("{HOME}/base"), l.t("console-collect-base")),
            (format!("{HOME}/receipts"), l.t("console-receipts-title")),
        ];
        // What other libraries send is made without another person: that takes more than collecting.
        let actor = &acting.ctx.actor;
        if !actor.scopes(Permission::LicenceIssue).is_empty() {
            links.push((format!("{HOME}/exchange"), l.t("console-exchange-title")));
        }
        parts.push(Part::Links(links));
    }
    if found.rows.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "folder",
            l.t("console-collect-none"),
        )));
    } else {
        let now = acting.ctx.now();
        let mut rows = Vec::new();
        for one in &found.rows {
            let one: &Batch = one;
            rows.push(Row::new(vec![
                Cell::link(of(&one.batch_key), one.body.file_name.clone()),
                Cell::text(one.source_system.clone()),
                Cell::text(
                    l.pick(one.source_class.zh(), one.source_class.en())
                        .to_owned(),
                ),
                Cell::text(one.rows.to_string()),
                Cell::text(words::officer(&acting, &l, &one.collector).await),
                Cell::text(words::at(&l, one.started_at, now)),
                Cell::Chip(chip(&l, one.state)),
            ]));
        }
        let column = |key: &str| Column::new(l.t(&format!("console-collect-{key}")));
        parts.push(Part::Table(Table {
            caption: l.t("console-collect-title"),
            columns: vec![
                column("file"),
                column("system"),
                column("class"),
                column("rows").number(),
                column("collector"),
                column("at"),
                column("state"),
            ],
            rows,
            ..Table::default()
        }));
        parts.push(Part::Pager(Pager::of(&found, HOME, &query)));
    }
    let mut sheet = Sheet::new(l.t("console-collect-title"));
    if let Some(notice) = super::receipts::notice(&acting, &l).await {
        sheet = sheet.notice(notice);
    }
    sheet
        .sub(l.t("console-collect-sub"))
        .block("batches", l.t("console-collect-batches"), parts)
        .show(&acting, &shell)
        .await
}
