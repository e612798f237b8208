//! One source: what waits for a person, what was refused, what came, how it is taken.

use axum::extract::Path;
use axum::http::StatusCode;
use collection::{ExchangeSource, Outcome, TakenBatch, Waiting};
use ui::view::{Cell, Column, Empty, Form, KeyValue, KeyValues, Notice, Row, Table};
use ui::{L, Posted, Shell};

use super::{HOME, fail, fields, home, of, typed};
use crate::reply::{Answer, OrPage, enc, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(code): Path<String>) -> Answer {
    let source = collection::exchange_source(&acting.ctx, &code)
        .await
        .or_page(&shell)?;
    let form = fields(&acting, &shell.l(), Some(&source))
        .await
        .or_page(&shell)?;
    page(&acting, &shell, &source, form, StatusCode::OK).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    source: &ExchangeSource,
    form: Form,
    status: StatusCode,
) -> Answer {
    let (l, ctx, code) = (shell.l(), &acting.ctx, source.source_code.as_str());
    let of_outcome = |outcome| collection::exchange_records(ctx, code, outcome);
    let waits = of_outcome(Outcome::Waits).await.or_page(shell)?;
    let refused = of_outcome(Outcome::Refused).await.or_page(shell)?;
    let batches = collection::exchange_batches(ctx, code)
        .await
        .or_page(shell)?;
    let act = Act {
        action: of(code),
        form,
        hidden: vec![("rev".into(), source.rev.to_string())],
        button: l.t("console-exchange-save"),
        kind: "pri",
    };
    let mut sheet = Sheet::new(source.name.clone())
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(l.t("console-exchange-title"), home())
        .sub(code.to_owned());
    if !source.active {
        sheet = sheet.notice(Notice::warn(l.t("console-exchange-is-off")));
    }
    sheet
        .block(
            "waits",
            l.t("console-exchange-waits"),
            waiting(&l, source, &waits),
        )
        .block(
            "refused",
            l.t("console-exchange-refused"),
            list(acting, &l, &refused),
        )
        .block(
            "batches",
            l.t("console-exchange-batches"),
            taken(acting, &l, &batches).await,
        )
        .block(
            "settings",
            l.t("console-exchange-settings"),
            vec![Part::Form(act)],
        )
        .block("how", l.t("console-exchange-how"), how(&l, source))
        .show_as(status, acting, shell)
        .await
}

/// Where the agency's system sends to.
fn how(l: &L, source: &ExchangeSource) -> Vec<Part> {
    let code = &source.source_code;
    let mut rows = vec![KeyValue::new(
        l.t("console-exchange-api"),
        format!("POST /api/v1/licence-exchanges/{code}"),
    )];
    if source.every_minutes > 0 {
        rows.push(KeyValue::new(
            l.t("console-exchange-in"),
            format!("exchange/{code}/in"),
        ));
        rows.push(KeyValue::new(
            l.t("console-exchange-out"),
            format!("exchange/{code}/out"),
        ));
    }
    vec![Part::Facts(KeyValues::new(rows))]
}

/// Every conflict with what is here and what is there, and a button for each.
fn waiting(l: &L, source: &ExchangeSource, all: &[Waiting]) -> Vec<Part> {
    if all.is_empty() {
        return vec![Part::Empty(Empty::new(
            "check",
            l.t("console-exchange-no-waits"),
        ))];
    }
    let mut parts = Vec::new();
    for one in all {
        let what = l.pick(one.operation.zh(), one.operation.en());
        parts.push(Part::Heading(format!("{} {what}", one.row_id)));
        let rows = one.differences.iter().map(|(name, ours, theirs)| {
            Row::new(vec![
                Cell::text(name.clone()),
                Cell::text(ours.clone()),
                Cell::text(theirs.clone()),
            ])
        });
        let rows: Vec<Row> = rows.collect();
        if rows.is_empty() {
            parts.push(Part::Text(l.t("console-exchange-ended-there")));
        } else {
            parts.push(Part::Table(Table {
                caption: format!("{} {}", l.t("console-exchange-differs"), one.row_id),
                columns: vec![
                    Column::new(l.t("console-exchange-field")),
                    Column::new(l.t("console-exchange-ours")),
                    Column::new(l.t("console-exchange-theirs")),
                ],
                rows,
                ..Table::default()
            }));
        }
        if let Some(key) = &one.licence_key {
            let to = format!("/licences/{}", enc(key));
            parts.push(Part::Links(vec![(to, l.t("console-exchange-licence"))]));
        }
        for (side, label, kind) in [
            ("theirs", l.t("console-exchange-take-theirs"), "pri"),
            ("ours", l.t("console-exchange-keep-ours"), ""),
        ] {
            parts.push(Part::Form(Act {
                action: format!("{}/settle", of(&source.source_code)),
                form: Form::new(Vec::new()),
                hidden: vec![
                    ("record".into(), one.record_key.clone()),
                    ("rev".into(), one.rev.to_string()),
                    ("side".into(), side.to_owned()),
                ],
                button: label,
                kind,
            }));
        }
    }
    parts
}

/// What was refused, and why: the agency mends it and sends it again.
fn list(acting: &Acting, l: &L, all: &[Waiting]) -> Vec<Part> {
    if all.is_empty() {
        return vec![Part::Empty(Empty::new(
            "check",
            l.t("console-exchange-no-refused"),
        ))];
    }
    let now = acting.ctx.now();
    let rows = all.iter().map(|one| {
        let why = one.why.as_ref().map(|(zh, en)| l.pick(zh, en).to_owned());
        Row::new(vec![
            Cell::text(one.row_id.clone()),
            Cell::text(l.pick(one.operation.zh(), one.operation.en()).to_owned()),
            Cell::text(one.licence_no.clone()),
            Cell::text(why.unwrap_or_default()),
            Cell::text(one.batch_no.clone()),
            Cell::text(words::at(l, one.received_at, now)),
        ])
    });
    vec![Part::Table(Table {
        caption: l.t("console-exchange-refused"),
        columns: vec![
            Column::new(l.t("console-exchange-row")),
            Column::new(l.t("console-exchange-operation")),
            Column::new(l.t("console-exchange-no")),
            Column::new(l.t("console-exchange-why")),
            Column::new(l.t("console-exchange-batch")),
            Column::new(l.t("console-exchange-at")),
        ],
        rows: rows.collect(),
        ..Table::default()
    })]
}

async fn taken(acting: &Acting, l: &L, all: &[TakenBatch]) -> Vec<Part> {
    if all.is_empty() {
        return vec![Part::Empty(Empty::new(
            "folder",
            l.t("console-exchange-no-batches"),
        ))];
    }
    let now = acting.ctx.now();
    let mut rows = Vec::new();
    for one in all {
        let counts = Outcome::ALL.iter().filter_map(|outcome| {
            let n = one.counts.get(outcome.code())?;
            Some(format!("{} {n}", l.pick(outcome.zh(), outcome.en())))
        });
        let counts: Vec<String> = counts.collect();
        let way = match one.way.as_str() {
            "file" => l.t("console-exchange-by-file"),
            _ => l.t("console-exchange-by-api"),
        };
        rows.push(Row::new(vec![
            Cell::text(one.batch_no.clone()),
            Cell::text(words::at(l, one.received_at, now)),
            Cell::text(way),
            Cell::text(words::officer(acting, l, &one.taken_by).await),
            Cell::text(counts.join(l.pick("，", ", "))),
        ]));
    }
    vec![Part::Table(Table {
        caption: l.t("console-exchange-batches"),
        columns: vec![
            Column::new(l.t("console-exchange-batch")),
            Column::new(l.t("console-exchange-at")),
            Column::new(l.t("console-exchange-way")),
            Column::new(l.t("console-exchange-by")),
            Column::new(l.t("console-exchange-result")),
        ],
        rows,
        ..Table::default()
    })]
}

pub(super) async fn set(
    Staff(acting): Staff,
    shell: Shell,
    Path(code): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let source = collection::exchange_source(&acting.ctx, &code)
        .await
        .or_page(&shell)?;
    let mut form = fields(&acting, &l, Some(&source)).await.or_page(&shell)?;
    form.fill(&data);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(new) = typed(&l, &mut form, &data, Some(&source)) else {
        return page(&acting, &shell, &source, form, wrong).await;
    };
    match collection::set_exchange(&acting.ctx, new).await {
        Ok(_) => {
            let notice = Notice::ok(l.t("console-exchange-saved"));
            Ok(shell.flash(notice).to(&of(&code)))
        }
        Err(error) => {
            let problem = fail(&l, &mut form, error);
            page(&acting, &shell, &source, form, status(&problem)).await
        }
    }
}
